"""What earlier versions have written on hosts is read, rolled back to and recovered from for good.

``written_before`` holds it as the last one without a format's number left it: the plan of a release, a journal that was
cut in the middle, one with a handler that is owed, and a history. Never change these files; a new format gets its own.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from deploytasks.agent.engine.engine import Engine, lasting_debts
from deploytasks.agent.engine.events import Note, Outcome
from deploytasks.agent.engine.format import FORMAT
from deploytasks.agent.engine.journal import Journal
from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.history import recall
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.recorded import recorded_plan

BEFORE = Path(__file__).parent / "written_before"
SHOP = App("shop", "/srv/shop", "shop")


@pytest.fixture
def journal(host):
    def of(name):
        place = host.home / "state" / "journal.jsonl"
        place.parent.mkdir()
        shutil.copy(BEFORE / name, place)
        return Journal(str(place))

    return of


def test_the_plan_of_a_release_can_be_carried_out_again(host):
    document = json.loads((BEFORE / "plan.json").read_text())
    release = SHOP.release(document["plan"]["release"])
    host.write(release.plan, json.dumps(document))
    plan = recorded_plan(host.machine, release)
    assert (plan.release, plan.whole, len(plan.steps)) == (release.name, True, len(document["plan"]["steps"]))
    assert Plan.from_json(json.loads(plan.encode())) == plan


def test_the_plan_of_a_later_version_is_told(host):
    document = json.loads((BEFORE / "plan.json").read_text())
    release = SHOP.release(document["plan"]["release"])
    host.write(release.plan, json.dumps({**document, "format": FORMAT + 1}))
    with pytest.raises(
        StepError, match=r"the recorded plan of \S+ is in format 2, which a later deploytasks wrote"
    ):
        recorded_plan(host.machine, release)


def test_a_run_that_was_cut_short_is_undone(host, journal):
    cut, said = journal("cut.jsonl"), []
    begun = [intent for intent in cut.intents() if intent.before is None]
    made = [intent.resource for intent in begun if hasattr(intent.resource, "path")]
    release = SHOP.release(cut.begun["release"])
    host.write(f"{release.path}/manifest", "")
    host.write(f"{release.path}/code/app.py", "")
    host.write("/etc/nginx/sites-available/shop", "the site of the release that was to come\n")
    Engine(host.machine, cut, said.append).recover()
    assert made
    assert [resource for resource in made if resource.inspect(host.machine)] == []
    assert "Managed by deploytasks" in host.path("/etc/nginx/sites-available/shop").read_text()
    assert said[0] == Note("the last deploy was cut short; undoing what it had begun")
    assert (cut.ended["outcome"], cut.ended["put_back"]) == ("failed", True)


def test_a_handler_that_is_owed_acts_with_the_next_run(host, journal):
    owed, said = journal("owed.jsonl"), []
    (debt,) = lasting_debts(owed)
    assert (debt.role, debt.name, debt.action.argv) == (
        "metrics",
        "restart the exporter",
        ("sh", "-c", "exit 1"),
    )
    engine = Engine(host.machine, owed, said.append)
    engine.recover()
    assert engine.carry_out(Plan(())).outcome is Outcome.OK
    assert lasting_debts(owed) == [debt]


def test_a_history_goes_on(host):
    host.write(SHOP.history, (BEFORE / "history.jsonl").read_text())
    assert [entry["outcome"] for entry in recall(host.machine, SHOP)] == ["changed", "changed"]
