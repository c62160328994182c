"""``inv allow``: a port that shuts itself, also after a reboot, and lets nothing else be disturbed."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.project import Project, Run
from tests.inv import inv

PATIENCE_S = 120


@pytest.fixture(scope="module")
def shop(target_state, tmp_path_factory) -> Project:
    """An app on port 80 of a target whose firewall lets in SSH and port 443."""
    target = up_converged("allow", "debian12", target_state)
    target.run(["ufw", "delete", "allow", "80/tcp"])  # the app that was here before had it
    directory = tmp_path_factory.mktemp("allow")
    front = {"app_web_server": "none", "app_port": 80, "ufw_allow": [443]}
    project = Project.make("shop", directory, target, **front)
    project.deploy()
    return project


@pytest.fixture(autouse=True)
def shut(shop):
    """Nothing stays open from one test to the next."""
    yield
    for opening in listed(shop):
        allow(shop, f"{opening['port']}/{opening['protocol']}", "--close")


def allow(shop: Project, port: str, *flags: str) -> Run:
    run = shop.inv("allow", "--port", port, *flags)
    assert run.exit_code == 0, run.messages
    return run


def refused(shop: Project, *flags: str) -> str:
    run = shop.inv("allow", *flags)
    assert run.exit_code == 2, run.events
    return run.host["error"]


def step(run: Run) -> tuple[str, str]:
    """The only step of *run*: how it ended, and what it was."""
    (found,) = [event for event in run.events if event["event"] == "step"]
    return found["outcome"], found["step"]


def typed(shop: Project, *words: str) -> str:
    """What ``inv`` prints for *words*."""
    done = inv(*words, "--host", shop.target.name, cwd=shop.directory)
    assert done.returncode == 0, done.stderr
    return done.stdout


def listed(shop: Project) -> list[dict[str, Any]]:
    """What is open for a time."""
    return json.loads(typed(shop, "allow", "--json"))[shop.target.name]


def ports(shop: Project) -> list[int]:
    return [opening["port"] for opening in listed(shop)]


def seconds_left(until: str) -> float:
    end = datetime.fromisoformat(until.replace("Z", "+00:00"))
    return (end - datetime.now(timezone.utc)).total_seconds()


def answers(shop: Project) -> bool:
    try:
        return shop.request(timeout_s=1).status == 200
    except OSError:
        return False


def remains(shop: Project) -> str:
    """What there is of an opening besides its rule."""
    script = (
        "find /etc/systemd /var/lib/systemd -name 'deploytasks-allow*' -o -name 'stamp-deploytasks*'; "
        "systemctl list-units --all --plain --no-legend 'deploytasks-allow*'"
    )
    return shop.target.run(["sh", "-c", script], check=False).stdout


def is_gone(shop: Project) -> bool:
    return not remains(shop) and "deploytasks: until" not in shop.target.run(["ufw", "status"]).stdout


def test_a_port_is_open_from_now_until_it_is_shut(shop):
    assert not answers(shop)
    outcome, said = step(allow(shop, "80", "--for", "1h"))
    (opening,) = listed(shop)
    assert (outcome, said) == ("changed", f"open 80/tcp until {opening['until']}")
    assert (opening["port"], opening["protocol"], opening["from"]) == (80, "tcp", "any")
    assert 3500 < seconds_left(opening["until"]) <= 3600
    assert answers(shop)
    assert step(allow(shop, "80", "--close")) == ("changed", "shut 80/tcp")
    assert not answers(shop)
    assert is_gone(shop)
    assert step(allow(shop, "80", "--close")) == ("ok", "80/tcp is not open for a time")


def test_people_read_until_when(shop):
    said = typed(shop, "allow", "--port", "8000/udp", "--from", "192.0.2.0/24", "--for", "2d")
    (opening,) = listed(shop)
    assert f"changed  ufw: open 8000/udp from 192.0.2.0/24 until {opening['until']}" in said
    assert typed(shop, "allow").splitlines()[1].split() == [
        "allow",
        "8000/udp",
        "192.0.2.0/24",
        opening["until"],
    ]
    typed(shop, "allow", "--port", "8000/udp", "--close")
    assert typed(shop, "allow").splitlines()[1].split() == ["allow", "nothing", "-", "-"]


def test_allowing_again_prolongs_and_never_shortens(shop):
    allow(shop, "80", "--for", "1h")
    outcome, said = step(allow(shop, "80", "--for", "2h"))
    (opening,) = listed(shop)
    assert (outcome, said) == ("changed", f"keep open 80/tcp until {opening['until']}")
    assert seconds_left(opening["until"]) > 7000
    assert remains(shop).count("waiting") == 1
    assert step(allow(shop, "80")) == ("ok", f"80/tcp is open until {opening['until']} already")
    assert listed(shop) == [opening]


def test_a_source_of_its_own_is_an_opening_of_its_own(shop):
    allow(shop, "80", "--from", "192.0.2.0/24")
    assert not answers(shop)
    allow(shop, "80", "--for", "2h")
    assert answers(shop)
    allow(shop, "80", "--from", "192.0.2.0/24", "--close")
    assert [opening["from"] for opening in listed(shop)] == ["any"]
    assert answers(shop)


def test_it_shuts_itself_and_leaves_nothing(shop):
    allow(shop, "80", "--for", "6s")
    wait_for(lambda: is_gone(shop), "80/tcp shuts itself", PATIENCE_S)
    assert listed(shop) == []
    assert not answers(shop)


def test_what_fell_due_while_the_host_was_off_is_shut_when_it_is_back_and_the_rest_in_its_time(shop):
    allow(shop, "80", "--for", "8s")
    allow(shop, "8000", "--for", "25s")
    allow(shop, "8001", "--for", "1h")
    due = {opening["port"]: opening["until"] for opening in listed(shop)}
    shop.target.container.stop(timeout=10)
    wait_for(lambda: seconds_left(due[80]) < 0, "the end of the opening")
    shop.target.container.start()
    shop.target.wait_until_up()
    wait_for(lambda: "-80-" not in remains(shop), "80/tcp is shut", PATIENCE_S)
    assert not answers(shop)
    assert 8000 in ports(shop) or seconds_left(due[8000]) < 0
    wait_for(lambda: "-8000-" not in remains(shop), "8000/tcp shuts itself", PATIENCE_S)
    assert ports(shop) == [8001]
    allow(shop, "8001", "--close")
    assert is_gone(shop)


def test_a_deploy_and_an_opening_do_not_disturb_each_other(shop):
    allow(shop, "80", "--for", "1h")
    assert shop.deploy().changed == []
    assert answers(shop)


def test_what_the_inventory_opens_for_good_stays_open(shop):
    allow(shop, "80", "--for", "10s")
    shop.configure(ufw_allow=[443, 80])
    assert "allow 80" in shop.deploy().changed
    wait_for(lambda: not remains(shop), "the timer has come to its end", PATIENCE_S)
    assert answers(shop)
    assert "80/tcp is open for good" in refused(shop, "--port", "80")
    assert "80/tcp is open for good" in refused(shop, "--port", "80", "--close")
    shop.configure(ufw_allow=[443])
    shop.target.run(["ufw", "--force", "delete", "allow", "80/tcp"])
    shop.deploy()


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (("--port", "22"), "22/tcp is how this host is reached by SSH, and is open for good"),
        (("--port", "443"), "443/tcp is open for good: ufw has a rule of its own for it"),
        (("--port", "443", "--from", "192.0.2.7"), "443/tcp from 192.0.2.7/32 is open for good"),
    ],
)
def test_what_is_open_for_good_is_refused(shop, flags, reason):
    assert reason in refused(shop, *flags)


def test_a_firewall_that_is_off_shuts_nothing(shop):
    shop.target.run(["ufw", "disable"])
    assert "ufw is off here" in refused(shop, "--port", "80")
    shop.target.run(["ufw", "--force", "enable"])


def test_the_history_tells_who_opened_what(shop):
    allow(shop, "8000", "--for", "15m")
    (opening,) = listed(shop)
    latest = json.loads(typed(shop, "history", "--json"))[shop.target.name][0]
    assert (latest["command"], latest["did"]) == ("allow", f"open 8000/tcp until {opening['until']}")
    assert latest["by"]
