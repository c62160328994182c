"""Two hosts of one app and one database: on one of them, and on a host that has no app."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from deploytasks.targets import Target
from tests.e2e.project import Project, Run
from tests.e2e.test_services import REQUIREMENTS, USES_BOTH, secrets_of, words
from tests.inv import inv

APP = "team"


@pytest.fixture(scope="module")
def pair(target) -> tuple[Target, Target]:
    return target("debian12"), target("debian13")


@pytest.fixture(scope="module")
def team(pair, tmp_path_factory) -> Iterator[Project]:
    """The first target has the database, and the app as well."""
    project = Project.make(APP, tmp_path_factory.mktemp(APP), pair[0], app_callable="app:with_services")
    project.code("one", USES_BOTH)
    project.write("app/requirements.txt", REQUIREMENTS)
    variables = {"app_services": ["postgres", "redis"], "postgres_extensions": ["citext"]}
    project.configure(**variables, redis_port=6395)
    say(project, pair, "web", server_has_app=True)
    yield project
    for one in pair:
        inv("destroy", "--host", one.name, "--yes", "--purge", cwd=project.directory)


def test_without_a_word_two_hosts_are_refused(team):
    run = deploy(team, "--extra-vars", "postgres_host=", "--extra-vars", "redis_host=", code=5)
    assert "app_services: " in run.messages
    assert "write postgres_host=shared-" in run.messages
    assert "write redis_host=shared-" in run.messages


def test_both_hosts_have_the_same_data(team, pair):
    run = deploy(team)
    rows = [says(one)["rows"] for one in (*pair, *pair)]
    assert rows == [*range(rows[0], rows[0] + 4)]
    kept = [secrets_of(Project(APP, team.directory, one)) for one in pair]
    assert kept[0] == kept[1]
    assert kept[0].isdisjoint(words(json.dumps(run.events) + run.messages))
    assert deploy(team).changed == []


def test_who_is_no_host_of_the_app_does_not_come_in(team, pair):
    """The first connection goes over the other's own firewall, so it is a host that the rules do not know."""
    server, guest = pair
    address = address_of(server)
    urls = guest.run(["cat", f"/srv/{APP}/services/postgres.env"]).stdout
    assert f"@{address}:5432/{APP}?sslmode=verify-full&sslrootcert=/srv/{APP}/postgres.pem" in urls
    rules = [line for line in server.run(["ufw", "status"]).stdout.splitlines() if "comes to" in line]
    assert {(line.split()[0], line.split()[2]) for line in rules} == {
        ("5432/tcp", address_of(guest)),
        ("6395/tcp", address_of(guest)),
    }
    plain = f"{urls.partition('postgresql://')[2].partition('?')[0]}?sslmode=disable"
    python = f"/srv/{APP}/current/venv/bin/python"
    tried = guest.run([python, "-c", f"import psycopg; psycopg.connect('postgresql://{plain}')"], check=False)
    assert "no encryption" in tried.stderr


def test_a_host_without_an_app_can_have_them(team, pair):
    """As the first one is from now on; what it kept stays, and the second host goes on with it.

    The app counts each question, and is asked for its health as well.
    """
    server, guest = pair
    before = says(guest)["rows"]
    inv("destroy", "--host", server.name, "--yes", cwd=team.directory)
    say(team, pair, "db", server_has_app=False)
    deploy(team)
    assert says(guest)["rows"] > before
    assert deploy(team).changed == []
    assert everywhere(team, "verify").exit_code == 0
    team.code("two", USES_BOTH)
    deploy(team)
    assert everywhere(team, "rollback").exit_code == 0
    assert says(guest)["rows"] > before + 1


def say(project: Project, pair: tuple[Target, Target], group: str, *, server_has_app: bool) -> None:
    """Write the inventory: the first of *pair* has the services."""
    server, guest = (f"{one.entry} app_address={address_of(one)}" for one in pair)
    where = [f"postgres_host={pair[0].name}", f"redis_host={pair[0].name}"]
    own = {**project.variables}
    lines = [f"[{group}]", server, "[guests]", guest, "[of_app:children]", "guests"]
    lines += ["web"] if server_has_app else []
    lines += ["[of_app:vars]", *where]
    project.write("inventory.ini", "\n".join(lines) + "\n")
    project.write("group_vars/of_app.json", json.dumps(own))
    (project.directory / "group_vars/all.json").unlink(missing_ok=True)


def deploy(project: Project, *flags: str, code: int = 0) -> Run:
    run = everywhere(project, "deploy", *flags)
    assert run.exit_code == code, run.messages + str(run.events[-1:])
    return run


def everywhere(project: Project, task: str, *flags: str) -> Run:
    done = inv(task, "--json", *flags, cwd=project.directory, timeout_s=560)
    events = tuple(json.loads(line) for line in done.stdout.splitlines())
    return Run(done.returncode, events, done.stderr)


def says(target: Target) -> dict:
    return Project(APP, target.inventory.parent, target).says


def address_of(target: Target) -> str:
    return target.run(["hostname", "-I"]).stdout.split()[0]
