"""What is taken back after a failed run, what stays, and who acts once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from deploytasks.agent.engine.events import Note, StepUndone
from deploytasks.agent.engine.journal import Intent
from deploytasks.agent.engine.plan import Handler, Step
from deploytasks.agent.engine.resource import Action, Resource
from deploytasks.agent.engine.undo import Undo
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.symlink import Symlink


@dataclass(frozen=True)
class Bell(Action):
    """Rings, and fails the first *cracked* times."""

    name: str
    cracked: int = 0
    rings: ClassVar[list] = []

    def run(self, machine):
        self.rings.append(self.name)
        if self.rings.count(self.name) <= self.cracked:
            raise StepError("it is cracked")


@dataclass(frozen=True)
class Migration(Bell):
    """One that nobody can take back, and that no later run repeats."""

    lasts: ClassVar[bool] = True
    survives_failure: ClassVar[bool] = False


@dataclass(frozen=True)
class Scar(Resource):
    """Once there, it stays."""

    reversible: ClassVar[bool] = False
    name: str

    def inspect(self, machine):
        return {"there": True}


@dataclass(frozen=True)
class Wound(Scar):
    """One that is to be told of."""

    lasts: ClassVar[bool] = True


@dataclass(frozen=True)
class Stubborn(Scar):
    """It says that it can be taken back, and then is not."""

    reversible: ClassVar[bool] = True

    def apply(self, machine, change):
        """Nothing comes of it."""


@pytest.fixture(autouse=True)
def silence():
    Bell.rings.clear()


class Failed:
    """A run on *host* that has failed; *events* are what its undoing says."""

    def __init__(self, host):
        self.host = host
        self.events = []

    def undo(self, *steps, acted=(), owed=(), carried=()):
        """Take back what *steps* have made; the others are handlers: see ``Undo.of``."""
        for step in steps:
            if isinstance(step.resource, Symlink) and not self.host.path(step.resource.path).is_symlink():
                self.host.link(step.resource.path, step.resource.target)
        intents = [Intent.of(step, None) for step in steps]
        return Undo(self.host.machine, self.events.append, {}).of(intents, acted, owed, carried)


@pytest.fixture
def run(host):
    return Failed(host)


def handler(action):
    return Handler(action.name, action, "app")


def link(path, *notified):
    return Step("link " + path, Symlink(path, "x"), notify=notified, role="app")


def test_who_has_not_acted_does_not_act_again_and_is_owed_no_longer(run):
    rang, waits = handler(Bell("rang")), handler(Bell("waits"))
    undone = run.undo(link("/srv/a", rang, waits), acted=[rang], owed=[waits])
    assert (Bell.rings, undone.owed, undone.trouble) == (["rang"], (), "")


def test_what_a_step_that_stays_has_notified_is_owed_still(run):
    bell = handler(Bell("bell"))
    stays = Step("scar", Scar("x"), notify=bell, role="app")
    assert run.undo(link("/srv/a", bell), stays, owed=[bell]).owed == (bell,)


def test_what_an_earlier_run_left_is_owed_still(run):
    bell = handler(Bell("bell"))
    assert run.undo(link("/srv/a", bell), owed=[bell], carried=[bell]).owed == (bell,)


def test_what_fails_twice_is_told_and_owed_once(run):
    bell = handler(Bell("bell", cracked=9))
    stays = Step("scar", Scar("x"), notify=bell, role="app")
    undone = run.undo(link("/srv/a", bell), stays, acted=[bell], owed=[bell])
    assert undone.owed == (bell,)
    assert Note("app: bell failed after undoing: it is cracked") in run.events


def test_what_one_run_alone_can_do_is_neither_repeated_nor_owed(run):
    migration = handler(Migration("migrate"))
    undone = run.undo(link("/srv/a", migration), acted=[migration])
    assert (Bell.rings, undone.stays) == ([], ("migrate",))
    assert run.undo(Step("scar", Scar("x"), notify=migration, role="app"), owed=[migration]).owed == ()


def test_of_what_stays_that_is_told_which_lasts(run):
    steps = [Step(kind.__name__, kind("x"), role="app") for kind in (Scar, Wound)]
    undone = run.undo(*steps)
    assert (undone.stays, undone.trouble, run.events) == (("Wound",), "", [])


def test_what_is_not_back_afterwards_is_trouble(run):
    undone = run.undo(Step("stubborn", Stubborn("x"), role="app"))
    assert undone.trouble == "stubborn: still differs in existence"
    assert run.events == [StepUndone("app", "stubborn", "still differs in existence")]


def test_what_is_back_already_is_not_told(run):
    undone = run.undo(link("/srv/a"), link("/srv/a"))
    assert undone.trouble == ""
    assert run.events == [StepUndone("app", "link /srv/a")]
