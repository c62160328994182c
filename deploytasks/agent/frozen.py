"""Frozen dataclasses whose methods are shared, and not written and compiled for each."""

import threading
import typing
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields, is_dataclass
from functools import lru_cache

if typing.TYPE_CHECKING:
    from inspect import Signature

    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: typing.Any) -> typing.Any:
        return lambda decorator: decorator


T = typing.TypeVar("T")
FIELDS = "__dataclass_fields__"
REFUSED = ("__setattr__", "__delattr__")
READING = threading.RLock()
SOMETHING = object()
"""Stands in a signature for what is made anew for each."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: typing.Type[T]) -> typing.Type[T]:
    """``dataclasses.dataclass(frozen=True)``, at a hundredth of what it costs to import *kind*.

    The standard library reads a class's fields, writes six methods and compiles them, which takes a third of a
    millisecond, and each run imports some hundred classes, here and on the host. Here methods are shared, and fields
    read when they are first asked for. An object takes two microseconds, and not half of one: what is made by the
    thousand stays a dataclass. No field can be ``init=False``.
    """
    for name in SHARED.keys() - vars(kind).keys():
        setattr(kind, name, SHARED[name])
    setattr(kind, FIELDS, _Unread(kind))
    return kind


class _Unread:
    """Stands where the fields of *kind* will, until somebody asks for them: of most classes nobody does."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def __get__(self, instance: object, kind: typing.Optional[type]) -> typing.Any:
        with READING:
            if vars(self._kind)[FIELDS] is self:
                _read(self._kind)
        return vars(self._kind)[FIELDS]


def _read(kind: type) -> None:
    """*kind* is a dataclass from now on."""
    kind.__doc__ = kind.__doc__ or kind.__name__  # Else a signature is made to stand there.
    extends = any(map(is_dataclass, kind.__mro__[1:]))
    refusals = {name: _refuse for name in REFUSED if extends and vars(kind)[name] is _refuse}
    for name in refusals:  # Those of what it extends stand in for them.
        delattr(kind, name)
    dataclass(init=False, repr=False, eq=False, frozen=extends)(kind)
    vars(kind)["__dataclass_params__"].frozen = True
    for name, refusal in refusals.items():
        setattr(kind, name, refusal)


class _Fields:
    """The fields of *kind*: all names, those that are compared, those that are shown, and what is usual."""

    def __init__(self, kind: typing.Any) -> None:
        every = fields(kind)
        self.names = tuple(each.name for each in every)
        self.every = frozenset(self.names)
        self.compared = tuple(each.name for each in every if each.compare)
        self.shown = tuple(each.name for each in every if each.repr)
        self.usual = {each.name: each.default for each in every if each.default is not MISSING}
        self.made = {each.name: each.default_factory for each in every if each.default_factory is not MISSING}

    def are_given_twice(
        self, given: typing.Sequence[typing.Any], named: typing.Mapping[str, typing.Any]
    ) -> bool:
        return len(given) > len(self.names) or not named.keys().isdisjoint(self.names[: len(given)])


@lru_cache(maxsize=None)
def _fields_of(kind: typing.Any) -> _Fields:
    return _Fields(kind)


def _init(self: typing.Any, *given: typing.Any, **named: typing.Any) -> None:
    mine = _fields_of(self.__class__)
    values = {**mine.usual, **dict(zip(mine.names, given)), **named}
    for name in mine.made.keys() - values.keys():
        values[name] = mine.made[name]()
    if values.keys() != mine.every or (given and mine.are_given_twice(given, named)):
        self.__signature__.bind(*given, **named)  # Raises TypeError, which says what does not fit.
    self.__dict__.update(values)
    if hasattr(self, "__post_init__"):
        self.__post_init__()


def _repr(self: typing.Any) -> str:
    shown = ", ".join("%s=%r" % (name, getattr(self, name)) for name in _fields_of(self.__class__).shown)
    return "%s(%s)" % (type(self).__qualname__, shown)


def _eq(self: typing.Any, other: object) -> typing.Any:
    return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented


def _hash(self: typing.Any) -> int:
    return hash(_compared(self))


def _compared(self: typing.Any) -> typing.Tuple[typing.Any, ...]:
    return tuple([getattr(self, name) for name in _fields_of(self.__class__).compared])


def _refuse(self: typing.Any, name: str, *_: typing.Any) -> None:
    raise FrozenInstanceError("%s is frozen, and so is its %s" % (self.__class__.__name__, name))


class _Signed:
    """The signature of a class, for those who ask for it (PEP 362)."""

    def __get__(self, instance: object, kind: typing.Any) -> "Signature":
        from inspect import Parameter, Signature

        usual = {**_fields_of(kind).usual, **dict.fromkeys(_fields_of(kind).made, SOMETHING)}
        return Signature(
            [
                Parameter(
                    each.name,
                    Parameter.POSITIONAL_OR_KEYWORD,
                    default=usual.get(each.name, Parameter.empty),
                    annotation=each.type,
                )
                for each in fields(kind)
            ]
        )


SHARED: typing.Mapping[str, typing.Any] = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    **dict.fromkeys(REFUSED, _refuse),
    "__signature__": _Signed(),
}
