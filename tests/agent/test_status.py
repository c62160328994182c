"""What status tells: what serves, how it feels, and what people should know."""

from __future__ import annotations

import http.server
import json

import pytest

from deploytasks.agent.engine.events import Answer
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.engine.plan import Handler, Step
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.programs.run import Run
from deploytasks.agent.release.commands.status import _since
from deploytasks.agent.release.questions import Status
from deploytasks.agent.release.runtime.http_check import HttpCheck
from deploytasks.agent.services.service import Service
from deploytasks.agent.web.nginx_page import page_of
from tests.agent.shop import ONE, TWO, Shop

WEB = "shop@%s.service" % ONE


def entry(time, release, command="deploy", outcome="changed"):
    return {"time": time, "release": release, "command": command, "outcome": outcome}


def test_a_release_serves_since_it_came_and_not_since_it_was_put_right():
    past = [entry("1", "one"), entry("2", "two"), entry("3", "two", outcome="ok"), entry("4", "two")]
    assert _since(past, "two") == "2"


def test_a_release_that_came_back_serves_since_then():
    past = [entry("1", "one"), entry("2", "two"), entry("3", "one", "rollback"), entry("4", "one")]
    assert _since(past, "one") == "3"


def test_what_made_no_release_and_what_failed_say_nothing():
    past = [
        entry("1", "one"),
        entry("2", None),
        entry("3", "two", outcome="failed"),
        entry("4", None, "stop"),
    ]
    assert _since(past, "one") == "1"
    assert _since(past, "nowhere") is None


@pytest.fixture
def shop(host):
    return Shop(host)


@pytest.fixture
def serving(shop, host):
    """The app, whose first release serves and runs."""
    shop.deploy(ONE)
    host.write("/run/active/" + WEB, "")
    return shop


def told(shop):
    shop.ask(Status())
    (answer,) = shop.said(Answer)
    return json.loads(json.dumps(answer.document))


def test_where_nothing_is_deployed_that_is_told(shop):
    before = shop.host.snapshot()
    assert told(shop) == {
        "release": None,
        "since": None,
        "previous": None,
        "processes": [],
        "health": None,
        "last_deploy": None,
        "disk_mb": {"releases": 0, "environments": 0, "package_cache": 0},
        "at_work": None,
        "drift": None,
        "error": "nothing of shop is deployed here",
    }
    assert shop.host.snapshot() == before


def test_what_serves_is_told(serving):
    state = told(serving)
    deployed = serving.history[0]["time"]
    assert (state["release"], state["previous"], state["since"]) == (ONE, None, deployed)
    assert state["last_deploy"] == {
        "when": deployed,
        "command": "deploy",
        "outcome": "changed",
        "error": None,
        "who": "ann",
    }
    assert [(process["name"], process["unit"], process["state"]) for process in state["processes"]] == [
        ("web", WEB, "active")
    ]
    assert (state["drift"], state["error"], state["at_work"]) == (None, None, None)


def test_the_release_before_is_told(serving):
    serving.deploy(TWO)
    state = told(serving)
    assert (state["release"], state["previous"]) == (TWO, ONE)


def test_each_process_is_told_and_a_job_with_its_schedule(serving, host):
    listed = {"web": {"workers": 2}, "worker": {"workers": 2}, "tidy": {"schedule": "daily"}, "release": {}}
    host.write(serving.app.release(ONE).processes, json.dumps(listed))
    processes = told(serving)["processes"]
    assert [process["unit"] for process in processes] == [
        WEB,
        "shop.worker.%s@1.service" % ONE,
        "shop.worker.%s@2.service" % ONE,
        "shop.tidy.timer",
    ]
    assert (processes[-1]["schedule"], processes[-1]["pid"]) == ("daily", None)


TEAPOT = "GET /tea answered 418 instead of 200-399"


class Teapot(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(418 if self.path == "/tea" else 200)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.mark.parametrize(
    ("path", "health"),
    [
        ("/", {"ok": True, "status": "ok", "error": None}),
        ("/tea", {"ok": False, "status": TEAPOT, "error": TEAPOT}),
    ],
)
def test_how_it_feels_is_asked_as_its_deploy_asked(shop, host, path, health):
    host.write("/run/active/" + WEB, "")
    check = HttpCheck(WEB, host.serve(Teapot), path, status="200-499", has_workers=False, timeout_s=5)
    shop.deploy(ONE, Step("ask it", check, phase=Phase.START))
    record = host.path(shop.app.release(ONE).plan)
    record.write_text(record.read_text().replace("200-499", "200-399"))
    assert told(shop)["health"] == health


def test_who_is_at_work_is_told_and_nothing_is_called_drift_meanwhile(serving, host):
    host.path(serving.app.current_socket).unlink()
    assert "is missing" in told(serving)["drift"]
    with serving.session(Status(), command="deploy").lock():
        state = told(serving)
    assert state["at_work"].startswith("ann (deploy, ")
    assert state["drift"] is None


def break_link(serving, host):
    host.path(serving.app.current_socket).unlink()
    host.link(serving.app.current_socket, TWO + ".sock")


def fail(serving, host):
    host.write("/run/told/" + WEB, "failed 0\n")


def cut_short(serving, host):
    serving.session(Status()).journal.begin({"command": "rollback"}, [])


def cut_short_later(serving, host):
    journal = serving.session(Status()).journal
    journal.begin({"command": "deploy"}, [])
    journal.commit()


def owe(serving, host):
    failing = Handler("restart the exporter", Run(("sh", "-c", "exit 1")), "metrics")
    link = Step("link it", Symlink("/srv/link", "x"), notify=failing, role="metrics")
    journal = serving.session(Status()).journal
    journal.begin({}, [])
    journal.intend(link, None)
    journal.end({"outcome": "failed"}, [failing])


def garble(serving, host):
    owe(serving, host)
    journal = host.path(serving.app.state + "/journal.jsonl")
    journal.write_text(journal.read_text().replace('"Run"', '"metrics.graph:Run"'))


@pytest.mark.parametrize(
    ("happen", "hint"),
    [
        (break_link, "/run/shop/current.sock leads to %s.sock, but current is %s; deploy again" % (TWO, ONE)),
        (fail, "the instance of %s has failed; inv verify tells what differs here" % ONE),
        (cut_short, "the last rollback was cut short; the next deploy puts it right"),
        (cut_short_later, "the last deploy was cut short after its release stood; the next deploy tidies up"),
        (owe, "metrics: restart the exporter is owed since a run that failed; deploy again"),
        (garble, "the journal cannot be understood: "),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_people_should_know_is_told(serving, host, happen, hint):
    happen(serving, host)
    assert hint in told(serving)["drift"]


def test_the_page_that_visitors_see_instead_is_told(serving, host):
    host.write(page_of("shop"), "")
    assert told(serving)["drift"] == "visitors see the maintenance page; inv maintenance --off takes it away"


def test_a_service_that_should_run_and_does_not_is_told(shop, host):
    shop.deploy(ONE, Step("run the exporter", Service("exporter.service", enabled=False)))
    assert told(shop)["drift"] is None
    host.path("/run/active/exporter.service").unlink()
    assert told(shop)["drift"] == "exporter.service does not run; deploy again"
