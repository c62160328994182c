"""The journal is the truth about a run, whenever its writing stopped."""

from __future__ import annotations

import stat

import pytest

from deploytasks.agent.engine.journal import Intent, Journal
from deploytasks.agent.engine.plan import Handler, Step
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.services.restart import Restart

restart = Handler("restart nginx", Restart("nginx"), "nginx")
reload = Handler("restart apache", Restart("apache2"), "apache")
link = Step("link it", Symlink("/srv/current", "new"), notify=restart, role="app")
before = {"kind": "symlink", "target": "old"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "journal.jsonl"


@pytest.fixture
def journal(path):
    return Journal(str(path))


def test_no_run_is_not_a_cut_run(journal):
    assert (journal.begun, journal.ended, journal.was_cut) == (None, None, False)
    assert (journal.intents(), journal.owed()) == ([], ())


def test_a_run_without_an_end_was_cut(journal, path):
    journal.begin({"command": "deploy"}, [])
    journal.intend(link, before)
    again = Journal(str(path))
    assert (again.was_cut, again.committed) == (True, False)
    assert again.intents() == [Intent.of(link, before)]
    assert again.owed() == (restart,)


def test_what_stands_is_committed(journal):
    journal.begin({}, [])
    journal.commit()
    assert (journal.was_cut, journal.committed) == (True, True)


def test_the_end_keeps_who_and_how_and_no_content(journal, path):
    journal.begin({"command": "deploy"}, [])
    journal.intend(link, {"kind": "file", "content": "hunter2"})
    journal.end({"outcome": "failed"}, [])
    assert not journal.was_cut
    assert (journal.begun["command"], journal.ended["outcome"]) == ("deploy", "failed")
    assert "hunter2" not in path.read_text()


def test_a_line_cut_by_a_power_failure_ends_the_reading(journal, path):
    journal.begin({}, [])
    journal.intend(link, before)
    whole = path.read_bytes()
    journal.done(1)
    path.write_bytes(path.read_bytes()[:-9])
    assert path.read_bytes() != whole
    assert [record["record"] for record in journal.records()] == ["begin", "intend"]
    assert journal.intents() == [Intent.of(link, before)]


@pytest.mark.fault(78)
def test_every_cut_of_the_file_can_be_read(journal, path):
    journal.begin({}, [reload])
    journal.intend(link, before)
    journal.commit()
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert journal.was_cut == (journal.begun is not None)
        assert len(journal.intents()) <= 1


def test_a_handler_that_ran_is_owed_no_more(journal):
    journal.begin({}, [reload])
    journal.intend(link, before)
    assert journal.owed() == (reload, restart)
    journal.ran(reload)
    assert journal.owed() == (restart,)


def test_a_handler_notified_after_it_ran_is_owed_again(journal):
    journal.begin({}, [restart])
    journal.ran(restart)
    journal.intend(link, before)
    assert journal.owed() == (restart,)


def test_debts_of_an_ended_run_are_kept(journal, path):
    journal.begin({}, [])
    journal.end({"outcome": "failed"}, [restart])
    assert Journal(str(path)).owed() == (restart,)


def test_the_journal_is_for_its_owner_only(journal, path):
    journal.begin({}, [])
    journal.end({}, [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
