"""What earlier versions have written on hosts is read, rolled back to and recovered from for good.

``written_before`` holds it as the last one without a format's number left it: the plan of a release, a journal that was
cut in the middle, one with a handler that is owed, and a history. Never change these files; a new format gets its own.
"""

from __future__ import annotations

import importlib
import json
import re
import shutil
from pathlib import Path

import pytest

from deploytasks.agent.engine.engine import Engine, lasting_debts
from deploytasks.agent.engine.events import Note, Outcome
from deploytasks.agent.engine.format import FORMAT
from deploytasks.agent.engine.journal import Journal
from deploytasks.agent.engine.plan import Handler, Plan, Step
from deploytasks.agent.engine.types import MODULES, type_called, word_for
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.moved import know_old_names
from deploytasks.agent.programs.run import Run
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


WORDS = """
Absent AbsentBuildCache AbsentFiles AbsentManaged AbsentUnits AbsentUser AcmeCertificate ApacheReload AptIndex
AptRepository Archive AuthorizedKey AuthorizedKeys Block Claim Command ComposeServices Compressed CopyRetention
CronJob Debconf Directories Directory DockerEngine DockerImage Download DropIn EmptyIfLarge Fail2banJail File
FirstFile FirstSymlink FreshProcesses Group Hostname HostsEntry HttpCheck ImageAccounts ImageRetention IniSetting
Instance Journald KeptFiles KnownHost LastingFile Line Locale Locales Logrotate ManagedPython Member Mount NginxLimits
NginxMember NginxPage NginxReload NginxSites NoFiles NoUnits NoUser OnlyCatchAlls OnlyComposeServices OnlyFile
OnlyInstance OnlyProcesses OnlyUfwRules Package PinnedCertificate Pip PostgresAccess PostgresDatabase Processes
ProcessesAtBoot PulledImages PythonVenv RecordedPlan ReleaseCommand Reload Replace Restart Retention Run RunIfUsed
Script Secret SecretFile SelfSignedCertificate Service ShippedImage SshdSetting Sudoers Swap Symlink Sysctl Timer
Timezone Tree Ufw UfwRule UfwSources Unit Upgrade User Uv Visit WaitFor Watch WayIn Withdrawn
"""
"""All that plans, journals and debts on hosts may call a type; a new type adds its own."""
NOW = {
    "NoFiles": "AbsentFiles",
    "NoUnits": "AbsentUnits",
    "NoUser": "AbsentUser",
    "Withdrawn": "AbsentManaged",
}

HANDLERS_NOW = {
    ("caddy", "approve of the configuration"): "check Caddy's configuration",
    ("nginx", "show the page"): "show the maintenance page",
    ("none", "change the port"): "reopen the app's port",
    ("none", "close the port"): "close the app's port",
}

OWN = """
from dataclasses import dataclass

from deploytasks.agent.app.processes import Wanted
from deploytasks.agent.files.blobs import Blobs
from deploytasks.agent.files.entry import make_directory, read_entry
from deploytasks.agent.layout import App
from deploytasks.agent.machine import Machine
from deploytasks.agent.plan import Phase
from deploytasks.agent.resource import Resource, StepError
from deploytasks.agent.release.no_files import NoFiles
from deploytasks.agent.resources.file import File
from deploytasks.agent.resources.no_user import NoUser
from deploytasks.agent.system import apt, systemd


@dataclass(frozen=True)
class Motto(Resource):
    text: str

    def desired(self):
        return {"text": self.text, "unit": systemd.RUNNING[0], "others": [NoFiles.__name__, NoUser.__name__]}
"""


def test_a_type_of_somebodys_own_imports_ours_by_the_names_that_they_had(host):
    document = json.loads((BEFORE / "plan.json").read_text())
    release = SHOP.release(document["plan"]["release"])
    step = {**document["plan"]["steps"][0], "resource": {"type": "motto.kept:Motto", "args": {"text": "x"}}}
    plan = {**document["plan"], "steps": [step]}
    host.write(release.plan, json.dumps({**document, "plan": plan, "modules": {"motto.kept": OWN}}))
    (found,) = recorded_plan(host.machine, release).steps
    others = ["AbsentFiles", "AbsentUser"]
    assert found.resource.desired() == {"text": "x", "unit": "active", "others": others}


@pytest.mark.parametrize("word", WORDS.split())
def test_a_word_that_was_written_once_leads_to_a_type_for_good(word):
    assert word_for(type_called(word)) == NOW.get(word, word)


def test_the_words_are_all_that_can_be_written():
    assert set(MODULES) <= set(WORDS.split())


@pytest.mark.parametrize("word", NOW)
def test_the_first_versions_wrote_modules_that_are_no_more(word):
    module = re.sub("(?<=[a-z])(?=[A-Z])", "_", word).lower()
    assert word_for(type_called(f"deploytasks.agent.resources.{module}:{word}")) == NOW[word]


@pytest.mark.parametrize("name", ["nosuch", "system.nosuch", "files.nosuch", "release.nosuch"])
def test_what_there_never_was_is_not_found(name):
    know_old_names()
    with pytest.raises(ModuleNotFoundError, match=name):
        importlib.import_module("deploytasks.agent." + name)


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


@pytest.mark.parametrize(("role", "name"), HANDLERS_NOW)
def test_what_is_owed_under_an_old_name_is_done_by_the_handler_that_has_another_now(host, role, name):
    debt = {"role": role, "name": name, "action": {"type": "Run", "args": {"argv": ["false"]}}}
    records = [{"record": "begin"}, {"record": "end", "outcome": "failed", "debts": [debt]}]
    place = host.write("/journal.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    host.link("/srv/link", "x")
    handler = Handler(HANDLERS_NOW[role, name], Run(("touch", "acted"), cwd="/srv"), role)
    plan = Plan((Step("link it", Symlink("/srv/link", "x"), notify=handler, role=role),), whole=True)
    engine = Engine(host.machine, Journal(str(place)), lambda event: None)
    engine.recover()
    assert engine.carry_out(plan).outcome is Outcome.CHANGED
    assert host.path("/srv/acted").exists()
    assert lasting_debts(Journal(str(place))) == []


def test_a_history_goes_on(host):
    host.write(SHOP.history, (BEFORE / "history.jsonl").read_text())
    assert [entry["outcome"] for entry in recall(host.machine, SHOP)] == ["changed", "changed"]
