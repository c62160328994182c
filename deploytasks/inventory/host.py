"""A host: an address with variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Protocol

from deploytasks.agent.frozen import frozen
from deploytasks.inventory.connection import ConnectionSettings, read_connection
from deploytasks.inventory.landscape import Landscape
from deploytasks.inventory.origin import SOURCE, Origin, Setting
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.value import Value
from deploytasks.inventory.variables import Variables

if TYPE_CHECKING:
    from deploytasks.agent.release.facts import Facts


class OpenConnection(Protocol):
    """What we ask of a ``fabric.Connection``."""

    host: str
    user: str
    port: int


@frozen
class Host:
    """One host, with all that its inventory says about it.

    *groups* are those it is in but ``all``, the weakest first. Until a plan is made, empty: *facts* (what the
    agent found) and *deployment* (what its roles are made into, see ``deployment_of``). *own_roles* are those that
    a tasks file adds to what the variables ask for. *notes* are what its app's source says and nobody takes.
    *neighbours* are all hosts of its inventory by name, itself among them; *sources* the files and directories that
    this was read from, and *landscape* all that its templates may look at.
    """

    name: str
    variables: Mapping[str, Value] = field(repr=False)
    origins: Mapping[str, Origin] = field(repr=False)
    groups: tuple[str, ...]
    connection: ConnectionSettings
    facts: Facts | None = field(default=None, repr=False)
    deployment: Any = field(default=None, repr=False)
    own_roles: tuple[Any, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)
    neighbours: Mapping[str, Host] = field(default_factory=dict, repr=False, compare=False)
    sources: tuple[str, ...] = field(default=(), repr=False)
    connection_object: object | None = field(default=None, repr=False, compare=False)
    landscape: Landscape | None = field(default=None, repr=False, compare=False)

    def __hash__(self) -> int:
        return hash(self.name)

    @classmethod
    def from_settings(
        cls,
        name: str,
        settings: Mapping[str, Setting],
        groups: tuple[str, ...],
        problems: Problems,
        sources: tuple[str, ...] = (),
        landscape: Landscape | None = None,
    ) -> Host:
        """The host *name* with *settings*, as *sources* say.

        What is wrong with its connection goes to *problems*; its templates look at *landscape*.
        """
        landscape = landscape or Landscape({name: settings}, {group: [name] for group in groups}, {})
        variables = landscape.read(name, settings)
        origins = {key: setting.origin for key, setting in settings.items()}
        return cls(
            name=name,
            variables=variables,
            origins=origins,
            groups=groups,
            connection=read_connection(name, variables, origins, problems),
            sources=sources,
            landscape=landscape,
        )

    @classmethod
    def from_connection(cls, connection: OpenConnection) -> Host:
        """The host at the other end of a ``fabric.Connection``.

        The connection is kept in *connection_object*.
        """
        problems = Problems()
        origin = Origin("fabric.Connection", None, f"host {connection.host}")
        values: dict[str, Value] = {
            "ansible_host": connection.host,
            "ansible_port": connection.port,
            "ansible_user": connection.user,
        }
        settings = {key: Setting(value, origin) for key, value in values.items() if value is not None}
        host = cls.from_settings(connection.host, settings, (), problems)
        problems.raise_if_any()
        return replace(host, connection_object=connection)

    def origin(self, name: str) -> Origin | None:
        """Where the variable *name* was written, or None."""
        return self.origins.get(name)

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The variables as they are written, each with its origin."""
        if isinstance(self.variables, Variables):
            return self.variables.settings
        return {name: Setting(value, self.origins[name]) for name, value in self.variables.items()}

    @property
    def written(self) -> Mapping[str, Value]:
        """The variables as they are written, with templates and what is encrypted."""
        return self.variables.written if isinstance(self.variables, Variables) else self.variables

    @property
    def secrets(self) -> frozenset[str]:
        """The secret texts in all variables that were asked for until now."""
        return self.variables.secrets if isinstance(self.variables, Variables) else frozenset()

    def hides(self, name: str) -> bool:
        """Whether the variable *name* is made of what is encrypted or secret."""
        return isinstance(self.variables, Variables) and name in self.variables and self.variables.hides(name)

    def says(self, name: str) -> bool:
        """Whether the inventory itself sets the variable *name*.

        What the app's source says does not count.
        """
        origin = self.origin(name)
        return name in self.variables and (origin is None or origin.level != SOURCE)

    def with_variables(self, variables: Mapping[str, Value], origin: Origin) -> Host:
        """The same host with *variables* over its own.

        Connection variables among them take effect.

        Raises `InventoryError` if they make no sense.
        """
        return self.with_settings({name: Setting(value, origin) for name, value in variables.items()})

    def with_settings(self, settings: Mapping[str, Setting], landscape: Landscape | None = None) -> Host:
        """As `with_variables`, each value with an origin of its own.

        Templates look at *landscape*, if that is new.
        """
        problems = Problems()
        every = {**self.settings, **settings}
        host = Host.from_settings(
            self.name, every, self.groups, problems, self.sources, landscape or self.landscape
        )
        problems.raise_if_any()
        return replace(
            self,
            variables=host.variables,
            origins=host.origins,
            connection=host.connection,
            landscape=host.landscape,
        )


def acquainted(hosts: Iterable[Host]) -> dict[str, Host]:
    """*hosts* as they are now, and those that they knew before, by name; each knows all of them."""
    own = {host.name: host for host in hosts}
    around = {id(host.neighbours): host.neighbours for host in own.values()}
    known: dict[str, Host] = {}
    for neighbours in around.values():
        known.update({name: host for name, host in neighbours.items() if name not in known})
    known.update(own)
    met: dict[str, Host] = {}
    met.update({name: replace(host, neighbours=met) for name, host in known.items()})
    return met
