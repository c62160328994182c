"""Frozen dataclasses with shared methods are what the standard library's are."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from typing import ClassVar, Dict

import pytest

import deploytasks.agent
from deploytasks.agent.frozen import frozen


class Shape:
    kinds: ClassVar[int] = 0
    name: str
    size: int = 3
    notes: Dict[str, str] = field(default_factory=dict, compare=False)
    secret: str = field(default="", repr=False)


class Named:
    name: str

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a name is wanted")


Ours = frozen(type("Shape", (Shape,), dict(vars(Shape))))
Theirs = dataclass(frozen=True)(type("Shape", (Shape,), dict(vars(Shape))))
OursNamed = frozen(type("Named", (Named,), dict(vars(Named))))


@pytest.mark.parametrize(
    "about",
    [
        repr,
        asdict,
        is_dataclass,
        lambda made: [each.name for each in fields(made)],
        lambda made: made == replace(made) == copy.deepcopy(made),
        lambda made: made == replace(made, notes={"other": "note"}),
        lambda made: made == replace(made, size=4),
        lambda made: hash(made) == hash(replace(made, notes={})),
        lambda made: list(inspect.signature(type(made)).parameters),
        lambda made: made.__eq__(1),
        lambda made: type(made).__match_args__ if hasattr(type(made), "__match_args__") else None,
    ],
)
@pytest.mark.parametrize("given", [("a",), ("a", 5, {"x": "y"}, "s")])
def test_what_is_said_of_one_is_said_of_the_other(about, given):
    assert about(Ours(*given)) == about(Theirs(*given))


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), (("a", 1, {}, "", 5), {}), (("a",), {"name": "b"}), ((), {"size": 1, "nmae": "x"})],
)
@pytest.mark.parametrize("kind", [Ours, Theirs])
def test_what_does_not_fit_is_a_type_error(kind, given, named):
    with pytest.raises(TypeError):
        kind(*given, **named)


@pytest.mark.parametrize("kind", [Ours, Theirs])
def test_nothing_is_assigned_or_deleted(kind):
    made = kind("a")
    with pytest.raises(FrozenInstanceError):
        made.size = 5
    with pytest.raises(FrozenInstanceError):
        del made.size
    assert made.size == 3


def test_what_is_made_anew_is_nobody_elses():
    assert Ours("a").notes is not Ours("a").notes


def test_what_is_to_be_looked_at_is():
    with pytest.raises(ValueError, match="a name is wanted"):
        OursNamed("")


def test_both_extend_it():
    for extend in (frozen, dataclass(frozen=True)):
        more = extend(type("More", (Ours,), {"__annotations__": {"more": "int"}, "more": 1}))
        made = more("a", more=2)
        assert (made.name, made.more, made == replace(made), made == replace(made, more=3)) == (
            "a",
            2,
            True,
            False,
        )
        with pytest.raises(FrozenInstanceError):
            made.more = 5


@frozen
class Plain:
    text: str


def test_it_can_be_pickled():
    assert pickle.loads(pickle.dumps(Plain("x"))) == Plain("x")


def test_fields_are_read_once_whoever_asks_first():
    @frozen
    class Base:
        name: str

    @frozen
    class More(Base):
        size: int = 3

    class Plain(More):
        """No dataclass of its own."""

    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(lambda kind: [each.name for each in fields(kind)], [Plain, More, Base] * 8))
    assert asked == [["name", "size"], ["name", "size"], ["name"]] * 8
    assert fields(More) is not fields(Base)
    assert Plain("a").size == 3


def test_every_class_of_ours_has_fields():
    modules = pkgutil.walk_packages(deploytasks.agent.__path__, "deploytasks.agent.")
    for module in modules:
        if not module.name.endswith((".boot", "__main__")):
            for kind in vars(importlib.import_module(module.name)).values():
                assert not is_dataclass(kind) or isinstance(fields(kind), tuple)
