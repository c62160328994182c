"""Hosts as people set them up, and an app that turns against its host: a deploy is the same, nobody else is hurt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.faults import assert_it_converges, on_disk
from tests.e2e.project import Project, difference
from tests.e2e.traffic import Traffic

number = count(1)
NEVER_ENDS = "\nimport atexit, time\natexit.register(time.sleep, 600)\n"
OTHER_CLOCK = """
import datetime
import time

OFF_S = DAYS * 24 * 60 * 60
now, broken_down = time.time, time.gmtime
time.time = lambda: now() + OFF_S
time.gmtime = lambda at=None: broken_down(time.time() if at is None else at)


class Moment(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(seconds=OFF_S)


datetime.datetime = Moment
"""
INTERPRETER = """#!/usr/bin/env -S python3 -I -S -X utf8
CLOCK

import sys

program = sys.argv.index("-c") + 1
sys.argv[:program] = ["-c"]
exec(sys.argv.pop(1))
"""
EATS_MEMORY = "\nEATEN = bytearray(300_000_000)\n"


@pytest.fixture(scope="module")
def abroad(target_state) -> Target:
    return up_converged("abroad", "debian12", target_state)


@pytest.fixture(scope="module")
def guest(abroad, tmp_path_factory) -> Project:
    project = Project.make("guest", tmp_path_factory.mktemp("guest"), abroad, app_shared=["data/"])
    project.write("app/größe ünd \x01 -rf.txt", "a name")
    project.deploy()
    return project


@pytest.fixture
def shop(guest) -> Project:
    """A new version, ready to be deployed."""
    guest.code(f"edition {next(number)}")
    return guest


@pytest.fixture
def bashrc(abroad) -> Iterator[None]:
    """That of the login user may be changed."""
    abroad.run(["cp", "-a", "/home/deploy/.bashrc", "/root/bashrc"])
    yield
    abroad.run(["cp", "-a", "/root/bashrc", "/home/deploy/.bashrc"])


@pytest.fixture
def clocks(shop, monkeypatch, tmp_path) -> Iterator[Callable[[int], None]]:
    """Sets the clocks of the controller's and the agent's Python so many days off; a container's cannot be set."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    interpreter = "/usr/local/bin/other-clock"

    def set_clocks(days: int) -> None:
        clock = OTHER_CLOCK.replace("DAYS", str(days))
        (tmp_path / "sitecustomize.py").write_text(clock)
        script = 'printf "%s" "$1" > "$2" && chmod +x "$2"'
        shop.target.run(["sh", "-c", script, "sh", INTERPRETER.replace("CLOCK", clock), interpreter])
        shop.configure(ansible_python_interpreter=interpreter)

    yield set_clocks
    shop.configure(ansible_python_interpreter="python3")


@pytest.mark.fault(67, 68)
def test_neither_umask_nor_locale_of_the_login_makes_a_difference(shop, bashrc):
    shop.deploy()
    before = modes(shop)
    lines = r"umask 077\nexport LC_ALL=C LANG=C"
    shop.target.run(["sed", "-i", f"1i {lines}", "/home/deploy/.bashrc"])
    shop.code(f"edition {next(number)}")
    shop.deploy()
    assert modes(shop) == before
    assert shop.deploy().changed == []


@pytest.mark.fault(69)
@pytest.mark.parametrize("days", [-730, 730])
def test_a_clock_that_is_two_years_off_mixes_nothing_up(shop, clocks, days):
    shop.configure(app_keep_releases=3)
    shop.deploy()
    first = shop.current
    clocks(days)
    shop.code(f"edition {next(number)}")
    shop.deploy()
    wrong = shop.current
    assert abs(int(wrong[:4]) - int(first[:4])) == 2, "the clock was right"
    assert shop.deploy().changed == []
    assert [release["name"] for release in shop.asked("releases")][:2] == [wrong, first]
    assert abs(int(shop.asked("history")[0]["time"][:4]) - int(first[:4])) == 2, "the agent's clock was right"
    clocks(0)
    shop.code(f"edition {next(number)}")
    shop.deploy()
    assert [release["name"] for release in shop.asked("releases")] == [shop.current, wrong, first]
    assert shop.inv("rollback").exit_code == 0
    assert shop.current == wrong
    last, *_ = shop.asked("history")
    assert (last["command"], last["release"]) == ("rollback", wrong)


@pytest.mark.fault(73)
def test_an_app_that_plants_a_link_where_it_may_write_gets_nothing_by_it(shop):
    about = ["stat", "--format", "%U:%G %a", "/etc", "/etc/shadow", "/root"]
    before = shop.target.run(about).stdout
    trap = f"cd {shop.root}/shared && rm -r data && ln -s /etc data && touch planted"
    shop.target.run(["sh", "-c", trap], user="guest")
    run = shop.inv("deploy")
    assert "Traceback" not in run.messages
    assert shop.target.run(about).stdout == before
    shop.target.run(["rm", f"{shop.root}/shared/data"], check=False)
    assert_it_converges(shop)


@pytest.mark.fault(73)
def test_an_app_owns_nothing_of_its_release(shop):
    shop.deploy()
    script = f"find {shop.root}/releases {shop.root}/venvs ! -type l \\( -user guest -o -perm -o+w \\)"
    assert shop.target.run(["sh", "-c", script]).stdout == ""


@pytest.mark.fault(16)
def test_an_app_without_enough_memory_is_told_how_it_ended(shop):
    before = on_disk(shop)
    shop.code(f"edition {next(number)}", EATS_MEMORY)
    place = "/etc/systemd/system/guest@.service.d"
    shop.target.run(
        ["sh", "-c", f"mkdir {place} && printf '[Service]\\nMemoryMax=80M\\n' > {place}/memory.conf"]
    )
    try:
        with Traffic.on(shop) as traffic:
            run = shop.inv("deploy", "--extra-vars", "app_health_timeout_s=8")
    finally:
        shop.target.run(["sh", "-c", f"rm -r {place}; systemctl daemon-reload"])
    assert run.exit_code == 2, run.messages
    assert set(traffic.served) == {shop.current}
    assert difference(before, on_disk(shop)) == {}
    assert "memory" in run.messages.lower() or "KILL" in run.messages, run.messages
    assert_it_converges(shop)


@pytest.mark.fault(39)
def test_an_app_that_takes_its_time_may(shop):
    shop.code(f"edition {next(number)}", "\nimport time\n\ntime.sleep(6)\n")
    with Traffic.on(shop) as traffic:
        shop.deploy()
    assert None not in traffic.served


@pytest.mark.fault(42)
def test_an_instance_that_does_not_want_to_end_is_ended(shop):
    shop.configure(app_drain_timeout_s=1)
    shop.code(f"edition {next(number)}", NEVER_ENDS)
    shop.deploy()
    shop.code(f"edition {next(number)}")
    shop.deploy()
    wait_for(lambda: units(shop) == [f"guest@{shop.current}.service active"], "the old one was ended")


@pytest.mark.fault(81)
def test_a_rollback_passes_over_a_release_that_never_served(shop):
    shop.deploy()
    good = shop.current
    shop.code("bad", "\nraise SystemExit(3)\n")
    assert shop.inv("deploy").exit_code == 2
    shop.code(f"edition {next(number)}")
    shop.deploy()
    assert shop.inv("rollback").exit_code == 0
    assert shop.current == good


def modes(shop: Project) -> list[str]:
    """Rights and owners of all that a deploy writes, but for the names of releases."""
    argv = ["find", f"{shop.root}/current/", f"{shop.root}/shared", "/etc/nginx", "-printf", "%m %u %P\n"]
    return sorted(shop.target.run(argv).stdout.splitlines())


def units(shop: Project) -> list[str]:
    argv = ["systemctl", "list-units", "--plain", "--no-legend", f"{shop.name}@*.service"]
    rows = [line.split() for line in shop.target.run(argv).stdout.splitlines()]
    return [f"{row[0]} {row[2]}" for row in rows]
