"""The way to a host: what the inventory, ``~/.ssh/config`` and ssh's defaults say together."""

from __future__ import annotations

from dataclasses import field, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.errors import ConfigError
from deploytasks.here import expanded, who_sits_here
from deploytasks.here.paths import words_of
from deploytasks.inventory.connection import PRIVATE_KEY, ConnectionSettings
from deploytasks.inventory.ssh_options import SshOptions
from deploytasks.transport.given import key_in
from deploytasks.transport.hostkeys import SSH_PORT, KnownHosts, known_name
from deploytasks.transport.sshconfig import Options, SshConfig

if TYPE_CHECKING:
    import paramiko

CONNECT_TIMEOUT_S = 5.0
ALIVE_INTERVAL_S = 2.5
ALIVE_COUNT = 3
"""After so many silent intervals a host counts as gone; ``ServerAliveCountMax`` in ssh_config(5)."""

USER_KNOWN_HOSTS = "~/.ssh/known_hosts ~/.ssh/known_hosts2"
GLOBAL_KNOWN_HOSTS = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"
DEFAULT_KEYS = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
AGENT_VARIABLE = "SSH_AUTH_SOCK"
NOBODY = "this machine's user is a number without a name\nset ansible_user, or User in ~/.ssh/config"

Place = tuple[str, "int | None"]


class UnknownKey(Enum):
    """What becomes of a host whose key is not known. A changed key is always refused."""

    REFUSE = "refuse"
    ADD = "add"
    ADD_THOUGH_TOLD_NO_CHECK = "add, although StrictHostKeyChecking=no asked for no check at all"


@frozen
class HostKeyRules:
    """Where keys of hosts are looked up, under which *name*, and where a new one is written.

    *given* is the text of known hosts that lie in no file.
    """

    name: str
    user_files: tuple[Path, ...]
    global_files: tuple[Path, ...]
    unknown: UnknownKey = UnknownKey.REFUSE
    hash_names: bool = False
    by_alias: bool = False
    given: str = field(default="", repr=False)

    @property
    def known_hosts(self) -> KnownHosts:
        return KnownHosts((*self.user_files, *self.global_files), self.given)


@frozen
class Credentials:
    """What may be shown at the door; *agent* is a socket or a variable that names one, None for no agent.

    *key* is one that lies in no file.
    """

    key: paramiko.PKey | None = field(default=None, repr=False)
    key_files: tuple[Path, ...] = ()
    default_key_files: tuple[Path, ...] = ()
    only_key_files: bool = False
    agent: str | None = AGENT_VARIABLE
    password: str | None = field(default=None, repr=False)


@frozen
class Route:
    """Everything needed to reach one host and log in; *jumps* come first, in their order."""

    address: str
    port: int
    user: str
    host_key: HostKeyRules
    credentials: Credentials
    jumps: tuple[Route, ...] = ()
    proxy_command: str | None = None
    connect_timeout_s: float = CONNECT_TIMEOUT_S
    alive_interval_s: float = ALIVE_INTERVAL_S

    @property
    def login(self) -> str:
        """For people: ``deploy@web1:2222``."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.user}@{address}" + (f":{self.port}" if self.port != SSH_PORT else "")

    @property
    def is_direct(self) -> bool:
        return not self.jumps and self.proxy_command is None


def route_to(
    settings: ConnectionSettings, config: SshConfig, *, jumped: frozenset[Place] = frozenset()
) -> Route:
    """The way to the host of *settings*; what they leave open, *config* says, or ssh's defaults.

    Raises `ConfigError` for values in *config* that make no sense. *jumped* are the places that lie behind
    this one.
    """
    options = config.options_for(settings)
    address, port = options.text("hostname") or settings.address, options.number("port") or SSH_PORT
    user = options.text("user") or who_sits_here()
    if user.isdecimal():
        raise ConfigError(f"{settings.address}: {NOBODY}")
    jump = options.text("proxyjump") if options.comes_first("proxyjump", "proxycommand") else None
    command = options.text("proxycommand") if options.comes_first("proxycommand", "proxyjump") else None
    route = Route(
        address=address,
        port=port,
        user=user,
        host_key=_host_key_rules(options, address, port, config.given.known_hosts),
        credentials=_credentials(options, settings.password, config.given.key or _key_of(settings)),
        proxy_command=_with_tokens(command, settings.address, address, port, user),
        connect_timeout_s=options.number("connecttimeout") or CONNECT_TIMEOUT_S,
        alive_interval_s=_alive_interval(options),
    )
    return replace(route, jumps=_jumps(jump, settings, config, jumped | {_place(settings)}))


def _alive_interval(options: Options) -> float:
    interval = options.number("serveraliveinterval")
    return ALIVE_INTERVAL_S if interval is None else float(interval)


def _host_key_rules(options: Options, address: str, port: int, given: str) -> HostKeyRules:
    alias = options.text("hostkeyalias")
    return HostKeyRules(
        name=alias.lower() if alias else known_name(address, port),
        user_files=_files(options.text("userknownhostsfile") or USER_KNOWN_HOSTS),
        global_files=_files(options.text("globalknownhostsfile") or GLOBAL_KNOWN_HOSTS),
        unknown=_unknown_key(options.text("stricthostkeychecking")),
        hash_names=options.flag("hashknownhosts"),
        by_alias=alias is not None,
        given=given,
    )


def _unknown_key(strict: str | None) -> UnknownKey:
    """``ask`` is refused like ``yes``: many hosts at once are no place for a question."""
    if strict in {"no", "off"}:
        return UnknownKey.ADD_THOUGH_TOLD_NO_CHECK
    return UnknownKey.ADD if strict == "accept-new" else UnknownKey.REFUSE


def _key_of(settings: ConnectionSettings) -> paramiko.PKey | None:
    return key_in(settings.private_key, PRIVATE_KEY[0]) if settings.private_key else None


def _credentials(options: Options, password: str | None, key: paramiko.PKey | None) -> Credentials:
    """With a *key* that is given, key files need not be here."""
    agent = options.text("identityagent", none_counts=True) or AGENT_VARIABLE
    files = tuple(expanded(file) for file in options.texts("identityfile"))
    key_files = files if key is None else tuple(file for file in files if file.exists())
    return Credentials(
        key=key,
        key_files=key_files,
        default_key_files=() if key_files else tuple(expanded(file) for file in DEFAULT_KEYS),
        only_key_files=options.flag("identitiesonly"),
        agent=None if agent.lower() == "none" else agent,
        password=password,
    )


def _files(text: str) -> tuple[Path, ...]:
    return tuple(expanded(word) for word in words_of(text) if word != "none")


def _with_tokens(command: str | None, original: str, address: str, port: int, user: str) -> str | None:
    """*command* with the tokens of ssh_config(5) that it may hold filled in."""
    if command is None:
        return None
    for token, value in (("%h", address), ("%n", original), ("%p", str(port)), ("%r", user), ("%%", "%")):
        command = command.replace(token, value)
    return command


def _jumps(
    hops: str | None, target: ConnectionSettings, config: SshConfig, jumped: frozenset[Place]
) -> tuple[Route, ...]:
    """The way over *hops*; the first one's own ``ProxyJump`` is honoured, unless it would lead in a circle.

    Unlike with ssh(1), what the inventory says of known hosts, keys and time holds for the hops too.
    """
    routes: list[Route] = []
    for number, hop in enumerate(hops.split(",") if hops else ()):
        settings = _hop(hop, target)
        if _place(settings) in jumped:
            continue
        route = route_to(settings, config, jumped=jumped)
        routes.extend([*route.jumps, route] if number == 0 else [replace(route, proxy_command=None)])
    return tuple(replace(route, jumps=()) for route in routes)


def _place(settings: ConnectionSettings) -> Place:
    return settings.address, settings.port


def _hop(text: str, target: ConnectionSettings) -> ConnectionSettings:
    """``[user@]host[:port]``, as for ``ssh -J``."""
    login, _, place = text.strip().removeprefix("ssh://").rpartition("@")
    address, colon, port = place.rpartition(":") if not place.endswith("]") else (place, "", "")
    ssh = SshOptions(
        known_hosts_file=target.ssh.known_hosts_file,
        strict_host_key_checking=target.ssh.strict_host_key_checking,
        connect_timeout_s=target.ssh.connect_timeout_s,
    )
    return ConnectionSettings(
        address=(address if colon else place).strip("[]"),
        port=int(port) if port.isdigit() else None,
        user=login or None,
        key_file=target.key_file,
        private_key=target.private_key,
        timeout_s=target.timeout_s,
        ssh=ssh,
    )
