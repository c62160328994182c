"""Three hosts of one app: all of them switch, or none does; what is done once is done by the first."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import Controller, Ended, wait_for

MIDDLE = 1
"""The host that fails is neither the first nor the last."""
LAME = """

if os.environ.get("LAME") == "at once":
    raise RuntimeError("lame today")

if os.environ.get("LAME") == "slowly":
    time.sleep(5)


@app.before_request
def limp():
    serves = os.path.realpath("/srv/armada/current").endswith(release())
    if os.environ.get("LAME") == "when it serves" and serves:
        return "lame", 500
"""


@pytest.fixture(scope="module")
def ships(target) -> tuple[Target, ...]:
    return target("debian12"), target("debian13"), target("debian11")


@pytest.fixture(scope="module")
def armada(ships, tmp_path_factory) -> Iterator[Controller]:
    """Version 1 on all hosts."""
    directory = tmp_path_factory.mktemp("armada") / "ops"
    names = {"app_name": "armada", "nginx_server_name": "armada.test", "app_shared": '["data/"]'}
    armada = Controller.in_directory(directory, ships, **names)
    with armada.app.open("a") as file:
        file.write(LAME)
    armada.inv("deploy")
    yield armada
    armada.inv("destroy", "--host", "all", "--yes", "--purge")


@pytest.fixture
def next_version(armada, ships) -> Iterator[None]:
    """What would be deployed is not what serves; after the test all hosts serve the same again, and none is lame."""
    good = armada.app.read_text()
    armada.app.write_text(good + f"\n# {len(good)}\n")
    yield
    make_lame(armada, ships[MIDDLE], "")
    armada.inv("deploy")


@pytest.mark.fault(58)
def test_one_that_is_not_healthy_holds_the_others_back(armada, ships, next_version):
    before = serving(ships)
    make_lame(armada, ships[MIDDLE], "at once")
    run = armada.inv("deploy", "--json", code=2)
    assert outcomes(run, ships) == ["ok", "failed", "ok"]
    assert serving(ships) == before
    held = [run.recap["hosts"][ship.name] for ship in (ships[0], ships[2])]
    assert {(host["changed"], host["error"]) for host in held} == {
        (0, f"held back, as {ships[MIDDLE].name} failed; this host serves what it served before")
    }
    assert "RuntimeError: lame today" in run.stderr
    assert switched(run) == set()


@pytest.mark.fault(58)
def test_one_that_fails_when_it_serves_takes_the_others_back_with_it(armada, ships, next_version):
    before = serving(ships)
    make_lame(armada, ships[MIDDLE], "when it serves")
    run = armada.inv("deploy", "--json", "--extra-vars", "app_watch_s=1", code=2)
    assert outcomes(run, ships) == ["ok", "failed", "ok"]
    assert serving(ships) == before
    assert switched(run) == {ship.name for ship in ships}


def test_the_release_command_runs_on_the_first_and_the_others_await_it(armada, ships, next_version):
    procfile = armada.directory / "app" / "Procfile"
    procfile.write_text("web: gunicorn app:app\nrelease: sh -c 'sleep 2; echo ran >> data/migrations'\n")
    try:
        run = armada.inv("deploy", "--json")
    finally:
        procfile.unlink()
    ran = [ship.run(["cat", "/srv/armada/shared/data/migrations"], check=False).stdout for ship in ships]
    assert ran == ["ran\n", "", ""]
    told = [(event.get("host"), event.get("step"), event.get("outcome")) for event in run.events]
    migrated = told.index((ships[0].name, "run the release command", "changed"))
    for ship in ships[1:]:
        assert told.index((ship.name, "start the new instance", "changed")) > migrated
        assert (ship.name, "run the release command", "skipped") in told


@pytest.mark.fault(1, 58)
def test_one_that_is_lost_on_the_way_holds_the_others_back(armada, ships, next_version):
    before = serving(ships)
    make_lame(armada, ships[MIDDLE], "slowly")
    with armada.running("deploy", "--json") as deploy:
        wait_for(lambda: "start the new instance" in journal(ships[MIDDLE]), "the new instance starts there")
        ships[MIDDLE].run(["pkill", "-9", "-f", "sshd.*: deploy@notty"])
        stdout, messages = deploy.communicate(timeout=60)
    hosts = json.loads(stdout.splitlines()[-1])["hosts"]
    assert [hosts[ship.name]["outcome"] for ship in ships] == ["ok", "unreachable", "ok"], messages
    assert deploy.returncode == 4
    wait_for(lambda: undone(ships[MIDDLE]), "it has undone by itself")
    assert serving(ships) == before


@pytest.mark.fault(8)
@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "asleep"])
def test_a_lost_controller_leaves_all_that_waited_as_they_were(armada, ships, next_version, fate):
    """One that is asleep says nothing, and its connections stand."""
    before = serving(ships)
    procfile = armada.directory / "app" / "Procfile"
    procfile.write_text("web: gunicorn app:app\nrelease: sleep 200\n")
    try:
        with armada.running("deploy", "--json") as deploy:
            wait_for(lambda: migrating(ships[0]), "the release command runs")
            deploy.send_signal(fate)
            wait_for(lambda: all(undone(ship) for ship in ships), "every host has undone", 100)
    finally:
        procfile.unlink()
    assert serving(ships) == before
    assert outcomes(armada.inv("deploy", "--json"), ships) == ["changed"] * len(ships)


def make_lame(armada: Controller, ship: Target, how: str) -> None:
    place = armada.directory / "host_vars"
    place.mkdir(exist_ok=True)
    (place / f"{ship.name}.json").write_text(json.dumps({"app_env": {"LAME": how}} if how else {}))


def outcomes(run: Ended, ships: tuple[Target, ...]) -> list[str]:
    return [run.recap["hosts"][ship.name]["outcome"] for ship in ships]


def serving(ships: tuple[Target, ...]) -> list[str]:
    return [ship.run(["readlink", "/srv/armada/current"]).stdout for ship in ships]


def switched(run: Ended) -> set[str]:
    return {event["host"] for event in run.events if event.get("step") == "switch traffic to the new release"}


def migrating(ship: Target) -> bool:
    return ship.run(["pgrep", "--full", "--exact", "sleep 200"], check=False).stdout != ""


def undone(ship: Target) -> bool:
    """The last line of the host's own journal says that its run has ended and that all was put back."""
    return '"put_back":true' in journal(ship).splitlines()[-1].replace(" ", "")


def journal(ship: Target) -> str:
    return ship.run(["cat", "/var/lib/deploytasks/armada/journal.jsonl"]).stdout
