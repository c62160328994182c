"""A rollback carries out what an earlier release has recorded, from what lies on the host alone."""

from __future__ import annotations

import pytest

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.engine.events import Note, Outcome
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Step
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.directory import Directory
from deploytasks.agent.files.file import File
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.programs.command import Command
from deploytasks.agent.release.owner import Owner, write_owner
from deploytasks.agent.release.questions import Rollback
from tests.agent.shop import CERTIFICATE, ONE, THREE, TWO, Shop

FOUR = "20261124T101500Z-4444444"


@pytest.fixture
def shop(host):
    """An app of three releases, of which the last one serves."""
    shop = Shop(host)
    for release in (ONE, TWO, THREE):
        assert shop.deploy(release).outcome is Outcome.CHANGED
    return shop


def test_each_goes_back_to_what_served_before(shop):
    ended = shop.ask(Rollback())
    assert (ended.outcome, ended.release, ended.previous, ended.switched) == (Outcome.CHANGED, TWO, ONE, True)
    assert shop.serves == TWO
    assert shop.ask(Rollback()).release == shop.serves == ONE
    with pytest.raises(
        StepError, match=r"^there is no earlier release of shop to go back to; nothing was changed$"
    ):
        shop.ask(Rollback())
    assert shop.serves == ONE


def test_it_goes_to_what_served_before_and_not_to_what_is_next_older(shop):
    shop.ask(Rollback(ONE))
    assert shop.deploy(FOUR).previous == ONE
    assert shop.ask(Rollback()).release == shop.serves == ONE


@pytest.mark.bad_input(51)
def test_it_goes_to_the_release_that_is_named_and_back_again(shop):
    assert shop.ask(Rollback(ONE)).release == shop.serves == ONE
    assert shop.ask(Rollback(THREE)).release == shop.serves == THREE


def test_what_serves_already_is_told_and_nothing_is_done(shop):
    before = on_disk(shop)
    ended = shop.ask(Rollback(THREE))
    assert (ended.outcome, ended.changed, ended.release) == (Outcome.OK, 0, THREE)
    assert shop.said(Note) == [Note("%s is serving already" % THREE)]
    assert on_disk(shop) == before


def test_a_release_that_is_not_there_is_told_with_those_that_are(shop):
    with pytest.raises(StepError) as refused:
        shop.ask(Rollback("20200101T000000Z-0000000"))
    told = "there is no release 20200101T000000Z-0000000; the host has: %s, %s, %s" % (ONE, TWO, THREE)
    assert str(refused.value) == told
    assert shop.serves == THREE


def test_it_is_in_the_history_with_what_served_before(shop):
    shop.ask(Rollback(ONE))
    last = shop.history[-1]
    assert [last[name] for name in ("command", "by", "release", "previous", "outcome")] == [
        "rollback",
        "ann",
        ONE,
        THREE,
        "changed",
    ]


def test_what_has_a_life_of_its_own_stays(shop):
    shop.ask(Rollback(ONE))
    assert shop.host.path(CERTIFICATE).read_text() == "of " + THREE


def test_a_content_that_was_sealed_with_the_release_is_back(shop, host):
    secret = b"KEY=1\n"
    owned = {"mode": "0600", "owner": host.user, "group": host.group}
    sealed = shop.app.release(FOUR).sealed
    shop.deploy(
        FOUR,
        Step("make room", Directory(sealed, "0700", host.user, host.group), phase=Phase.PREPARE),
        *(
            Step(
                name, File(path, None, digest=digest_of(secret), **owned), phase=Phase.PREPARE, sensitive=True
            )
            for name, path in (("keep it", sealed + "/" + digest_of(secret)), ("write it", "/etc/shop.env"))
        ),
        content=secret,
    )
    shop.ask(Rollback(THREE))
    host.path("/etc/shop.env").unlink()
    shop.ask(Rollback(FOUR))
    assert host.path("/etc/shop.env").read_bytes() == secret


def test_one_that_fails_is_put_back(shop, host):
    copying = Command(("cp", "there", "copied"), creates="/srv/copied", cwd="/srv")
    host.write("/srv/there", "")
    shop.deploy(FOUR, Step("copy it", copying, phase=Phase.PREPARE))
    shop.ask(Rollback(ONE))
    for path in ("/srv/there", "/srv/copied"):
        host.path(path).unlink()
    ended = shop.ask(Rollback(FOUR))
    assert (ended.outcome, ended.step, ended.put_back) == (Outcome.FAILED, "app: copy it", True)
    assert ended.release == shop.serves == ONE
    assert (shop.history[-1]["outcome"], shop.history[-1]["step"]) == ("failed", "app: copy it")


def test_a_record_that_cannot_be_read_is_told_and_nothing_is_changed(shop):
    record = shop.host.path(shop.app.release(TWO).plan)
    record.write_text(record.read_text().replace('"File"', '"metrics.graph:File"'))
    with pytest.raises(StepError, match="the recorded plan of %s cannot be read: .*; deploy instead" % TWO):
        shop.ask(Rollback(TWO))
    assert shop.serves == THREE


def test_a_run_that_was_cut_short_is_undone_first(shop, host):
    journal = shop.session(Rollback()).journal
    journal.begin({"command": "deploy", "by": "bob", "release": FOUR}, [])
    journal.intend(Step("leave a mess", Symlink("/srv/mess", "x")).in_role("app"), None)
    host.link("/srv/mess", "x")
    assert shop.ask(Rollback()).outcome is Outcome.CHANGED
    assert not host.path("/srv/mess").is_symlink()
    assert [(entry["command"], entry["by"], entry["error"]) for entry in shop.history[-2:]] == [
        ("deploy", "bob", "cut short"),
        ("rollback", "ann", None),
    ]


def test_the_app_of_another_project_is_let_be(shop):
    write_owner(shop.host.machine, shop.app, Owner("shop", "/srv/shop", shop.app.user, "aaaa"))
    with pytest.raises(StepError, match="the app shop of this host belongs to another project"):
        shop.ask(Rollback(), project="bbbb")
    assert shop.ask(Rollback(), project="aaaa").release == TWO


def on_disk(shop):
    """All files but the lock, which tells who had it last."""
    return {path: shown for path, shown in shop.host.snapshot().items() if not path.endswith("/lock")}
