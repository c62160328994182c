"""The variables of a host, each worked out when it is first asked for.

What is written becomes what it means: a template is filled in from the other variables, what is concealed is revealed,
and all that was touched on the way is remembered: a value is secret if anything was that it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from deploytasks.errors import InventoryError
from deploytasks.inventory.concealed import Concealed, Elsewhere, Unsafe
from deploytasks.inventory.origin import Setting, has_template
from deploytasks.inventory.place import Chain, Place, Worked
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.templating.asking import Around, Known
from deploytasks.inventory.value import Value
from deploytasks.inventory.variable_name import names_a_secret

DEEPEST = 60
"""How many variables may lead from one to the next."""


class Variables(Mapping[str, Value]):
    """What *settings* mean for *host*, which stands in *landscape* beside others."""

    def __init__(self, host: str, settings: Mapping[str, Setting], landscape: Around) -> None:
        self.settings = settings
        self.landscape = landscape
        self.host = host
        self._known: dict[str, Worked] = {}
        self._finished: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._finished:
            worked = self.worked_out(name)
            with _told(self._chain(name)):
                self._finished[name] = _finished(worked.parts)
        return self._finished[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.settings)

    def __len__(self) -> int:
        return len(self.settings)

    def __contains__(self, name: object) -> bool:
        return name in self.settings

    @property
    def written(self) -> dict[str, Value]:
        """Each value as it is written, templates and ciphertexts included."""
        return {name: setting.value for name, setting in self.settings.items()}

    @property
    def secrets(self) -> frozenset[str]:
        """The secret texts in all that has been asked for until now."""
        return frozenset().union(*(worked.secrets for worked in list(self._known.values())))

    def hides(self, name: str) -> bool:
        """Whether *name* is made of a secret; one that cannot be worked out is, if what is written is."""
        if self.settings[name].is_secret:
            return True
        try:
            return self.worked_out(name).is_secret
        except InventoryError:
            return False

    def worked_out(self, name: str, chain: Chain = ()) -> Worked:
        """What *name* means; raises ``KeyError`` where it is not set, `InventoryError` where it means nothing."""
        if name not in self._known:
            setting = self.settings[name]
            if setting.is_plain:
                return Worked(setting.value)
            own = self._chain(name, chain)
            with _told(own):
                self._known[name] = Work(self, own).worked(setting)
        return self._known[name]

    def _chain(self, name: str, chain: Chain = ()) -> Chain:
        return (*chain, Place(self.host, name, self.settings[name].origin))


@dataclass
class Work:
    """One variable while it is being worked out, and what was met on the way."""

    variables: Variables
    chain: Chain
    is_secret: bool = False
    secrets: set[str] = field(default_factory=set)
    made_of: list[Place] = field(default_factory=list)

    def worked(self, setting: Setting) -> Worked:
        """What *setting* means; raises `Refused`."""
        parts = setting.value if setting.is_literal else self.partly(setting.value)
        hidden = self.is_secret or setting.is_secret
        texts = texts_in(parts) if hidden else ()
        return Worked(parts, hidden, frozenset((*self.secrets, *texts)), tuple(self.made_of))

    def partly(self, written: Value) -> Any:
        """What *written* means, with a marker in the place of each part that is not there."""
        if isinstance(written, Concealed):
            return self._revealed(written)
        if isinstance(written, Unsafe):
            return str(written)
        if isinstance(written, str):
            return self._filled_in(written) if has_template(written) else written
        if isinstance(written, list):
            return [self.partly(item) for item in written]
        if isinstance(written, dict):
            return {key: self.partly(item) for key, item in written.items()}
        return written

    def of(self, variables: Known, name: str) -> Any:
        """The variable *name* of *variables*, as a part of this one."""
        _refuse_circle(self.chain, variables, name)
        worked = variables.worked_out(name, self.chain)
        self.made_of.append(Place(variables.host, name, variables.settings[name].origin))
        if worked.is_secret or names_a_secret(name):
            self.is_secret = True
            self.secrets |= worked.secrets or set(texts_in(worked.parts))
            return _named_elsewhere(worked.parts)
        return worked.parts

    def _revealed(self, concealed: Concealed) -> str:
        self.is_secret = True
        said = concealed.reveal()
        self.secrets.add(said)
        return said

    def _filled_in(self, template: str) -> Any:
        # The engine costs 50 ms of start time, which an inventory without templates should not pay.
        from deploytasks.inventory.templating.engine import filled_in

        return filled_in(template, self)


@contextmanager
def _told(chain: Chain) -> Iterator[None]:
    """Tell of what is `Refused` in the block with the places that lead there, the last of *chain* first."""
    try:
        yield
    except Refused as refused:
        places: Sequence[Place] = getattr(refused, "places", ()) or tuple(reversed(chain))
        needed = "".join(f"; needed by {place}" for place in places[1:])
        raise InventoryError(f"{places[0].origin}: {places[0].name}: {refused}{needed}") from refused


def _refuse_circle(chain: Chain, variables: Known, name: str) -> None:
    places = [(place.host, place.name) for place in chain]
    if (variables.host, name) in places:
        circle = chain[places.index((variables.host, name)) + 1 :]
        way = "".join(f", {place}" for place in circle)
        raise Refused(f'needs itself: "{name}"{way}; write one of these without the others')
    if len(chain) > DEEPEST:
        raise Refused(f"leads through more than {DEEPEST} variables; write the value itself")


def _named_elsewhere(parts: Any) -> Any:
    """*parts*, marked if that names a secret."""
    from deploytasks.secrets import reference_in

    return Elsewhere(parts) if isinstance(parts, str) and reference_in(parts) else parts


def _finished(parts: Any) -> Value:
    """*parts*, unless one is not there; most are plain, and need no engine for that."""
    if isinstance(parts, (str, bool, int, float)) or parts is None:
        return parts
    from deploytasks.inventory.templating.result import finished

    return finished(parts)


def texts_in(value: Any) -> Iterator[str]:
    """All texts in *value*, and its numbers as texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, (Mapping, list)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(item)
