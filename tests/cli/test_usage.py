"""What a person typed wrong is told before any host is contacted, with exit code 5."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.inv import inv

HELLO = Path(__file__).parents[2] / "examples/hello"
TASKS = [
    "deploy",
    "check",
    "verify",
    "setup",
    "rollback",
    "prune",
    "logs",
    "status",
    "doctor",
    "releases",
    "history",
    "start",
    "stop",
    "restart",
    "allow",
]


@dataclass(frozen=True)
class Desk:
    """A directory with an app, whose inventory leads to *door*: nobody may knock there."""

    directory: Path
    door: socket.socket

    def inventory(self, *variables: str) -> None:
        entry = f"web1 ansible_host=127.0.0.1 ansible_port={self.door.getsockname()[1]}"
        lines = ["[web]", entry, "", "[all:vars]", *variables, ""]
        (self.directory / "inventory.ini").write_text("\n".join(lines))

    def refused(self, *words: str) -> list[str]:
        """The lines that ``inv`` says; it must end with 5, say nothing to scripts and contact nobody."""
        done = inv(*words, cwd=self.directory)
        assert (done.returncode, done.stdout) == (5, ""), done.stderr
        assert "Traceback" not in done.stderr
        with pytest.raises(BlockingIOError):
            self.door.accept()
        return done.stderr.splitlines()


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Iterator[Desk]:
    for name in ("DEPLOYTASKS_INVENTORY", "DEPLOYTASKS_HOST", "ANSIBLE_INVENTORY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "tasks.py").write_text("from deploytasks.tasks import ns\n")
    shutil.copytree(HELLO, tmp_path / "app")
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        desk = Desk(tmp_path, door)
        desk.inventory("app_name=shop", "app_source=app")
        yield desk


def test_the_desk_is_in_order_but_for_what_a_test_spoils(desk):
    done = inv("vars", cwd=desk.directory)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("task", TASKS)
def test_no_inventory_names_the_ways_to_have_one(desk, task):
    (desk.directory / "inventory.ini").unlink()
    assert desk.refused(task) == [
        "no inventory: there is no ./inventory.ini",
        "name one with --inventory, or make one with: inv init",
    ]


@pytest.mark.parametrize("name", ["ssh", "docker", "getty", "user", "lock", "default", "systemd-resolved"])
def test_an_app_cannot_have_the_name_of_what_a_system_has(desk, name):
    desk.inventory(f"app_name={name}", "app_source=app")
    (line,) = desk.refused("deploy")
    assert "is the name of a system account or service; choose another" in line


def test_to_take_an_app_away_one_has_to_say_where(desk):
    assert desk.refused("destroy", "--yes") == [
        "this task wants --host: it never works on all hosts by default"
    ]


def test_a_payload_is_for_one_host_and_wants_a_place(desk):
    (line,) = desk.refused("payload")
    assert line == "payload needs --out FILE.pyz: where to write the program"
    inventory = desk.directory / "inventory.ini"
    inventory.write_text(inventory.read_text().replace("[web]", "[web]\nweb2 ansible_host=127.0.0.2"))
    (line,) = desk.refused("payload", "--out", "x.pyz")
    assert line == "a payload is for one host, and --host means web2, web1; choose one of them"


def test_a_shell_says_nothing_to_scripts(desk):
    done = inv("shell", "--json", cwd=desk.directory)
    assert (done.returncode, "a shell is for people" in done.stderr) == (5, True), done.stderr


@pytest.mark.parametrize("flags", [(), ("--command", " ")])
def test_of_a_command_one_has_to_say_which(desk, flags):
    assert desk.refused("run", *flags) == ["say what is to run: inv run --command 'python manage.py check'"]


@pytest.mark.parametrize(
    "flags", [(), ("--on", "--off"), ("--off", "--message", "x"), ("--on", "--message", "x" * 501)]
)
def test_of_maintenance_one_has_to_say_what_is_meant(desk, flags):
    assert desk.refused("maintenance", *flags)


def test_an_inventory_that_is_not_there_is_named(desk):
    assert any("ops/prod.ini" in line for line in desk.refused("deploy", "--inventory", "ops/prod.ini"))


@pytest.mark.parametrize("task", TASKS)
def test_an_unknown_host_gets_the_nearest_name(desk, task):
    (line,) = desk.refused(task, "--host", "wbe1")
    assert 'did you mean "web1"?' in line


@pytest.mark.parametrize("task", TASKS)
def test_a_missing_app_name_says_where_to_set_it(desk, task):
    desk.inventory("app_source=app")
    assert desk.refused(task) == ["web1: app_name is missing; set it in the inventory, e.g. under [all:vars]"]


def test_an_unknown_variable_has_its_line_and_the_nearest_name(desk):
    desk.inventory("app_name=shop", "app_source=app", "gunicorn_workres=3")
    (line,) = desk.refused("deploy")
    assert line == 'inventory.ini:7: unknown variable gunicorn_workres; did you mean "gunicorn_workers"?'


def test_a_value_of_the_wrong_type_has_its_line(desk):
    desk.inventory("app_name=shop", "app_source=app", "gunicorn_workers=many")
    (line,) = desk.refused("check")
    assert line.startswith("inventory.ini:7: gunicorn_workers: 'many': expected")


@pytest.mark.parametrize(
    ("variable", "written"),
    [("app_services=postgres", '["postgres"]'), ("app_shared=data/,media/", '["data/", "media/"]')],
)
def test_a_word_in_the_place_of_a_list_gets_the_list(desk, variable, written):
    desk.inventory("app_name=shop", "app_source=app", variable)
    (line,) = desk.refused("deploy")
    assert line.startswith(f"inventory.ini:7: {variable.partition('=')[0]}: ")
    assert line.endswith(f"write {written}")


def test_all_that_is_wrong_is_told_at_once(desk):
    desk.inventory(
        "app_name=Shop", "app_sauce=app", "gunicorn_workers=many", "nginx_listen=0", "ufw_alow=[80]"
    )
    told = desk.refused("deploy")
    assert [line.split(" ")[0] for line in sorted(told)] == [
        f"inventory.ini:{number}:" for number in range(5, 10)
    ]


def test_extra_vars_are_looked_at_in_the_same_way(desk):
    (line,) = desk.refused("deploy", "--extra-vars", "nginx_lisen=81")
    assert 'did you mean "nginx_listen"?' in line


@pytest.mark.parametrize(
    "flags",
    [
        ("--forks", "0"),
        ("--serial", "half"),
        ("--max-fail", "some"),
        ("--tags", "nginks"),
        ("--skip-tags", "nginks"),
        ("--lock-wait", "-1"),
    ],
)
def test_a_flag_that_makes_no_sense_is_named(desk, flags):
    told = desk.refused("deploy", *flags)
    assert any(flags[1] in line for line in told)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--port", "0"), "--port 0"),
        (("--port", "8000", "--for", "31d"), "--for 31d"),
        (("--port", "8000", "--from", "example.org"), "--from example.org"),
        (("--port", "8000", "--for", "1h", "--close"), "--for and --close"),
        (("--close",), "want a --port"),
    ],
)
def test_an_opening_that_makes_no_sense_is_told(desk, flags, told):
    assert any(told in line for line in desk.refused("allow", *flags))


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--workers", "many"), "--workers many: expected a number from 0 to 1000, or default"),
        (("--workers", "-1"), "--workers -1"),
        (("--workers", "1001"), "--workers 1001"),
        (("--workers", "2", "--process", "my worker"), "--process 'my worker': expected a name"),
        (("--process", "worker"), "--process worker: say --workers N, too"),
    ],
)
def test_a_number_of_processes_that_makes_no_sense_is_told(desk, flags, told):
    assert any(told in line for line in desk.refused("scale", *flags))


def test_a_directory_without_an_app_tells_what_was_looked_for(desk):
    (desk.directory / "app/app.py").unlink()
    assert any("app.py" in line for line in desk.refused("deploy"))
