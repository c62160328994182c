"""Values that name secrets, typed as a user does: what is asked for when, what is told, and what is never shown."""

from __future__ import annotations

import json
import os

import pytest

from tests.cli.test_usage import Desk, desk
from tests.inv import inv
from tests.secrets.stand_in import StandIn, stand_in

__all__ = ["desk"]

CANARY = "canary77"
OPEN = ("app_name=shop", "app_source=app")
IN_ENV = "app_env={'DB_PASSWORD': 'op://shop/db/password', 'DD_TAGS': 'env:prod'}"
SUDO = "ansible_become_password=pass:sudo"


@pytest.fixture
def programs(desk, monkeypatch) -> dict[str, StandIn]:
    """Stand-ins of two vendors, both with the canary."""
    directory = desk.directory / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    return {
        "op": stand_in(directory, "op", CANARY),
        "pass": stand_in(directory, "pass", f"{CANARY}\nuser: me\n"),
    }


def asked(programs: dict[str, StandIn]) -> list[str]:
    return [name for name, program in programs.items() for _ in program.runs]


def told(desk: Desk, *words: str) -> tuple[int, str]:
    done = inv(*words, cwd=desk.directory)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("words", [("hosts",), ("vars",), ("hosts", "--json"), ("vars", "--json")])
def test_who_only_looks_at_the_inventory_asks_for_no_secret(desk, programs, words):
    desk.inventory(*OPEN, SUDO, IN_ENV)
    code, shown = told(desk, *words)
    assert (code, asked(programs), CANARY in shown) == (0, [], False)


@pytest.mark.parametrize("task", ["status", "releases", "verify", "rollback", "logs", "restart"])
def test_a_task_without_a_plan_asks_for_the_way_to_the_host_alone(desk, programs, task):
    desk.inventory(*OPEN, SUDO, IN_ENV)
    desk.door.close()
    code, _ = told(desk, task)
    assert (code, asked(programs)) == (4, ["pass"])


@pytest.mark.parametrize("task", ["deploy", "check", "setup", "doctor"])
def test_a_task_with_a_plan_asks_for_all_once(desk, programs, task):
    desk.inventory(*OPEN, SUDO, IN_ENV)
    desk.door.close()
    code, shown = told(desk, task)
    assert (code, sorted(asked(programs)), CANARY in shown) == (4, ["op", "pass"], False)


def test_only_hosts_in_use_are_asked_for(desk, programs):
    (desk.directory / "inventory.ini").write_text(
        "a ansible_host=192.0.2.1 ansible_become_password=pass:a\n"
        "b ansible_host=127.0.0.1 ansible_port=1 ansible_become_password=pass:b\n[all:vars]\napp_name=shop\n"
    )
    told(desk, "status", "--host", "b")
    assert programs["pass"].runs == [["show", "b"]]


def test_a_secret_without_an_answer_is_told_with_its_line_before_anything_is_contacted(desk):
    (desk.directory / "group_vars").mkdir()
    (desk.directory / "group_vars/all.yml").write_text(
        "app_env:\n  DEBUG: '0'\n  DB_PASSWORD: op://shop/db/password\n"
    )
    desk.inventory(*OPEN, "ansible_become_password=env:NOBODY_SETS_THIS")
    assert desk.refused("deploy") == [
        "inventory.ini:7: ansible_become_password: env:NOBODY_SETS_THIS: is not set; set NOBODY_SETS_THIS where this "
        "runs: export NOBODY_SETS_THIS=…, or among the secrets of the pipeline",
        "group_vars/all.yml:3: app_env.DB_PASSWORD: op://shop/db/password: op is not installed on this machine; "
        "sign in to 1Password: op signin; in a pipeline set OP_SERVICE_ACCOUNT_TOKEN",
    ]


def test_a_reference_may_be_typed_and_a_secret_may_not(desk, programs):
    desk.inventory(*OPEN)
    desk.door.close()
    for typed in ("ansible_become_password=pass:sudo", '{"app_env": {"A": "pass:sudo"}}'):
        code, shown = told(desk, "deploy", "--extra-vars", typed)
        assert (code, CANARY in shown) == (4, False), shown
    for typed in (
        f"ansible_become_password={CANARY}",
        f'{{"app_env": {{"A": "pass:sudo", "B": "{CANARY}"}}}}',
    ):
        code, shown = told(desk, "deploy", "--extra-vars", typed)
        assert (code, CANARY in shown) == (5, False)
        assert "is secret, and everybody on this machine can read a command line" in shown


def test_secrets_lists_what_is_used_where_and_whether_it_resolves(desk, programs):
    desk.inventory(*OPEN, SUDO, IN_ENV.replace("DD_TAGS", "X': 'env:UNSET_ANYWHERE', 'DD_TAGS"))
    done = inv("secrets", "--json", cwd=desk.directory)
    (host,) = json.loads(done.stdout).values()
    assert (done.returncode, done.stderr) == (5, "")
    assert [
        (used["variable"], used["origin"], used["reference"], used["resolves"]) for used in host["secrets"]
    ] == [
        ("ansible_become_password", "inventory.ini:7", "pass:sudo", True),
        ("app_env.DB_PASSWORD", "inventory.ini:8", "op://shop/db/password", True),
        ("app_env.X", "inventory.ini:8", "env:UNSET_ANYWHERE", False),
    ]
    assert host["as_written"] == ["app_env.DD_TAGS"]
    code, shown = told(desk, "secrets")
    assert (code, CANARY in shown + done.stdout) == (5, False)
    assert "app_env.X: is not set; set UNSET_ANYWHERE where this runs" in shown


def test_secrets_is_content_when_all_resolve_or_there_are_none(desk, programs):
    desk.inventory(*OPEN, SUDO)
    assert told(desk, "secrets")[0] == 0
    desk.inventory(*OPEN)
    assert told(desk, "secrets") == (0, "web1  names no secrets\n")
