"""What every command stands on: the app that is meant, the lock, and what is masked."""

from __future__ import annotations

import os
import sys

import pytest

from deploytasks.agent.engine.events import Note, Outcome
from deploytasks.agent.engine.types import imported_types
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.commands.converge import converge
from deploytasks.agent.release.lock import LockHeld
from deploytasks.agent.release.questions import History, Maintenance, Releases, Rollback, Scale
from deploytasks.agent.release.request import Converge
from deploytasks.agent.release.session import Dismissed
from deploytasks.agent.services.environment_file import encode_env
from tests.agent.shop import ONE, TWO, Shop, order


@pytest.fixture
def shop(host):
    return Shop(host)


@pytest.mark.parametrize("question", [History(), Releases(), Rollback()], ids=lambda question: question.ask)
def test_what_is_about_an_app_needs_one(shop, question):
    with pytest.raises(StepError, match="needs an app"):
        shop.ask(question, app=None)


def test_what_is_about_a_release_needs_one_and_leaves_no_trace(shop):
    before = shop.host.snapshot()
    for question in (Scale(), Maintenance()):
        with pytest.raises(StepError, match="^nothing of shop is deployed here; deploy first$"):
            shop.ask(question)
    assert shop.host.snapshot() == before


def test_the_lock_is_taken_by_name_and_given_back(shop):
    session = shop.session(Converge(), command="deploy")
    with session.lock():
        assert session.lock_file.at_work.startswith("ann (deploy, pid %d on the host) since " % os.getpid())
        with pytest.raises(LockHeld, match="locked by ann"), shop.session(Rollback()).lock():
            pass
    with shop.session(Rollback()).lock():
        pass


def test_a_check_takes_no_lock_and_waits_for_none(shop):
    with shop.session(Converge()).lock():
        assert shop.deploy(ONE, check=True).outcome is Outcome.CHANGED
    assert not shop.host.path(shop.app.root).exists()


def test_the_types_of_the_plan_are_read_while_the_controller_makes_it(shop, monkeypatch):
    module = "deploytasks.agent.packages.locales"
    monkeypatch.delitem(sys.modules, module, raising=False)
    session = shop.session(Converge(["Locales", "NobodysType"]), {"bye": "too late"})
    assert module not in sys.modules
    with pytest.raises(Dismissed):
        converge(session)
    assert module in sys.modules
    assert "Locales" in imported_types()
    assert "NobodysType" not in imported_types()


def test_where_nothing_is_to_be_done_after_all_nothing_is(shop):
    with pytest.raises(Dismissed, match="^too late$"):
        converge(shop.session(Converge(), {"bye": "too late"}))
    assert not shop.host.path(shop.app.root).exists()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"plan": 5},
        {"mask": 5},
        {"recording": {"modules": {"nobodys": "import nobody"}}},
        {"recording": {"modules": {"nobodys": "def"}}},
        {"gates": ["tomorrow"]},
        {"hands": 5},
    ],
)
def test_an_order_that_no_controller_gives_changes_nothing(shop, said):
    whole = order(shop.plan(ONE)) if said else {}
    with pytest.raises(StepError, match="^what the controller says is not understood: .*; nothing was done$"):
        shop.ask(Converge(), {**whole, **said})
    assert not shop.host.path(shop.app.root).exists()


def test_what_is_called_by_a_plan_is_a_resource(shop, tmp_path):
    touched = tmp_path / "touched"
    whole = order(shop.plan(ONE))
    whole["plan"]["steps"][0]["resource"] = {"type": "os:system", "args": {"command": "touch %s" % touched}}
    with pytest.raises(StepError, match="os:system is neither a resource nor an action"):
        shop.ask(Converge(), whole)
    assert not touched.exists()


def test_the_values_of_an_environment_and_passwords_in_urls_are_masked(shop):
    release = shop.app.release(ONE)
    shop.host.write(release.env, encode_env({"TOKEN": "hunter-two", "URL": "redis://:open-sesame@db/0"}))
    shop.host.write(shop.app.services + "/postgres.env", encode_env({"PGPASSWORD": "correct-horse"}))
    shop.session(Converge()).keep_secret(release)
    said = shop.mask("hunter-two opens with open-sesame, not with correct-horse: battery")
    assert [word for word in ("hunter-two", "open-sesame", "correct-horse") if word in said] == []
    assert said.endswith("battery")


def test_what_a_plan_says_is_secret_is_masked(shop):
    plan = shop.plan(ONE)
    shop.ask(Converge(), {**order(plan), "mask": ["hunter-two"]})
    assert "hunter-two" not in shop.mask("it is hunter-two")


def test_an_order_that_was_kept_is_for_the_host_as_it_was(shop):
    shop.deploy(ONE)
    kept = order(shop.plan(TWO), made_on=None)
    with pytest.raises(StepError, match="for a host that served nothing, and it serves %s by now" % ONE):
        shop.ask(Converge(), kept, by_hand=True)
    assert shop.serves == ONE
    assert shop.ask(Converge(), kept, by_hand=True, force=True).release == shop.serves == TWO


def test_a_deploy_is_remembered_and_a_check_is_not(shop):
    shop.deploy(ONE)
    shop.deploy(TWO, check=True)
    assert [(entry["command"], entry["by"], entry["release"]) for entry in shop.history] == [
        ("deploy", "ann", ONE)
    ]


def test_what_lies_among_the_releases_and_is_none_is_told(shop):
    shop.host.write(shop.app.releases + "/notes", "mine\n")
    shop.deploy(ONE)
    assert Note("/srv/shop/releases/notes is no release; it is let be") in shop.said(Note)
    assert shop.host.path(shop.app.releases + "/notes").read_text() == "mine\n"
