"""An app with PostgreSQL and Redis of its own on the host, whose secrets nobody sees."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.faults import LATE, cut_deploy
from tests.e2e.project import Project
from tests.e2e.suites import WANTED

USES_BOTH = """
import psycopg
import redis

def remembered():
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        database.execute("CREATE TABLE IF NOT EXISTS visits (who citext)")
        database.execute("INSERT INTO visits VALUES ('Ada')")
        rows = database.execute("SELECT count(*) FROM visits WHERE who = 'ADA'").fetchone()[0]
    return {"rows": rows, "hits": redis.from_url(os.environ["REDIS_URL"]).incr("hits")}


def with_services(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(remembered()).encode()]
"""
REQUIREMENTS = "itsdangerous==2.1.2\npsycopg[binary]==3.2.10\nredis==6.4.0\n"
VARIABLES = {
    "app_services": ["postgres", "redis"],
    "app_callable": "app:with_services",
    "postgres_extensions": ["citext"],
}


@pytest.fixture(scope="module", params=WANTED)
def shop(request, target, tmp_path_factory) -> Project:
    project = Project.make(
        "with-services", tmp_path_factory.mktemp("services"), target(request.param), **VARIABLES
    )
    project.code("one", USES_BOTH)
    project.write("app/requirements.txt", REQUIREMENTS)
    return project


def test_the_app_has_a_database_and_a_redis(shop):
    run = shop.deploy("--diff")
    assert shop.says["rows"] > 0
    assert shop.says["hits"] > 0
    assert secrets_of(shop).isdisjoint(words(json.dumps(run.events) + run.messages))


def test_a_second_deploy_changes_nothing(shop):
    assert shop.deploy().changed == []


def test_the_data_survives_a_release_a_rollback_and_a_reboot(shop):
    shop.code("two", USES_BOTH)
    shop.deploy()
    before = shop.says
    assert shop.inv("rollback").exit_code == 0
    shop.target.restart()
    after = shop.says
    assert after["rows"] > before["rows"]
    assert after["hits"] > before["hits"]


def test_the_secrets_are_where_they_have_to_be_and_nowhere_else(shop):
    run = shop.inv("run", "--command", "env")
    told = json.dumps(run.events) + run.messages
    assert "DATABASE_URL" in told
    places = [
        f"{shop.root}/releases",
        "/var/log",
        "/var/lib/deploytasks",
        "/etc/systemd",
        f"{shop.root}/history.jsonl",
    ]
    for secret in secrets_of(shop):
        found = shop.target.run(["grep", "-rlF", "--", secret, *places], check=False).stdout.split()
        assert found == []
        assert secret not in shop.target.run(["sh", "-c", "ps -ef; journalctl --no-pager"]).stdout
        assert secret not in told


@pytest.mark.parametrize("ends", ["fails", "is cut"])
def test_a_first_deploy_that_comes_to_nothing_leaves_secrets_and_data_alone(shop, tmp_path, ends):
    port = {"fails": 6391, "is cut": 6392}[ends]
    new = Project.make(f"first-{ends.split()[-1]}", tmp_path, shop.target, **VARIABLES, redis_port=port)
    new.write("app/requirements.txt", REQUIREMENTS)
    new.code("one", USES_BOTH)
    if ends == "is cut":
        cut_deploy(new, LATE)
    else:
        new.code("one", USES_BOTH + "\nraise RuntimeError('not yet')\n")
        run = new.inv("deploy")
        assert run.exit_code == 2, run.messages
        new.code("one", USES_BOTH)
    kept = secrets_of(new)
    new.deploy()
    assert new.says["hits"] > 0
    assert secrets_of(new) == kept
    assert new.deploy().changed == []


def test_a_host_whose_redis_runs_no_more_after_a_failure_was_not_put_back(shop):
    program = "/usr/bin/redis-server"
    shop.target.run(["mv", program, f"{program}.gone"])
    shop.configure(redis_maxmemory="64mb")
    try:
        run = shop.inv("deploy")
        assert run.exit_code == 8, run.messages
        notes = [event["text"] for event in run.events if event["event"] == "note"]
        assert any("restart Redis failed after undoing" in note for note in notes), notes
    finally:
        shop.target.run(["mv", f"{program}.gone", program])
    shop.deploy()
    assert shop.says["hits"] > 0


def secrets_of(project: Project) -> set[str]:
    names = ("postgres", "redis")
    return {project.target.run(["cat", f"{project.root}/services/{name}.secret"]).stdout for name in names}


def words(text: str) -> set[str]:
    return set(re.findall(r"[\w-]+", text))
