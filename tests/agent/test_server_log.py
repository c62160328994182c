"""What a web server writes to its files is told by time, whatever form its lines have."""

from __future__ import annotations

import os
import threading
import time

import pytest

from deploytasks.agent.engine.events import LogLine
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.questions import Logs
from deploytasks.agent.web import server_log
from deploytasks.agent.web.server_log import ServerLog
from tests.agent.shop import ONE, Shop

ACCESS, ERROR = server_log.FILES["nginx"]


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def texts(lines):
    return [line.text for line in lines]


def test_both_files_are_one_log_from_the_newest_line_on(host):
    first = '192.0.2.1 - - [30/Nov/2026:17:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-"'
    last = '192.0.2.1 - - [30/Nov/2026:19:00:02 +0200] "GET / HTTP/1.1" 502 1 "-" "-"'
    wrong = "2026/11/30 17:00:01 [crit] 7#7: *1 connect() to unix:/run/shop/current.sock failed"
    host.write(ACCESS, first + "\n" + last + "\n")
    host.write(ERROR, wrong + "\n")
    assert texts(ServerLog(host.machine, "nginx", "shop").backwards()) == [last, wrong, first]
    since = ServerLog(host.machine, "nginx", "shop").backwards("2026-11-30 17:00:01")
    assert texts(since) == [last, wrong]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ('1.2.3.4 - - [30/Nov/2026:17:00:00 +0000] "GET /"', 1796058000.0),
        ('1.2.3.4 - - [30/Nov/2026:17:00:00 -0130] "GET /"', 1796063400.0),
        ("2026/11/30 17:00:00 [error] 1#1: x", 1796058000.0),
        ("[Mon Nov 30 17:00:00.123456 2026] [proxy:error] x", 1796058000.0),
        ('{"level":"info","ts":1796058000.25,"msg":"handled request"}', 1796058000.25),
        ("and more of it", 0.0),
    ],
)
def test_each_form_of_line_says_when_it_was_written(text, moment):
    assert server_log._time_of(text) == moment


def test_a_long_log_is_read_from_its_end(host, monkeypatch):
    monkeypatch.setattr(server_log, "BLOCK", 16)
    lines = ["2026/11/30 17:00:%02d %s" % (number, "x" * number) for number in range(1, 40)]
    host.write(ERROR, "".join(line + "\n" for line in lines))
    assert texts(ServerLog(host.machine, "nginx", "shop").backwards()) == lines[::-1]


def test_a_server_without_a_log_has_no_lines(host):
    assert texts(ServerLog(host.machine, "caddy", "shop").backwards()) == []


def test_a_time_that_is_none_is_refused(host):
    with pytest.raises(StepError, match="expected a time"):
        list(ServerLog(host.machine, "nginx", "shop").backwards("never"))


def test_what_is_written_meanwhile_follows_also_after_a_rotation(host, monkeypatch):
    monkeypatch.setattr(server_log, "LOOK_EVERY_S", 0.01)
    log = host.write(ERROR, "2026/11/30 17:00:00 before\n")
    machine = host.machine
    machine.stop = threading.Event()
    lines = ServerLog(machine, "nginx", "shop")
    following = lines.follow()
    with log.open("a") as file:
        file.write("2026/11/30 17:00:01 a\nhalf")
    assert next(following).text == "2026/11/30 17:00:01 a"
    os.replace(host.write(ERROR + ".new", "2026/11/30 17:00:02 b\n"), log)
    assert next(following).text == "2026/11/30 17:00:02 b"
    machine.stop.set()
    assert texts(following) == []


def test_the_log_of_a_web_server_is_asked_for_like_that_of_a_process(host):
    shop = Shop(host)
    shop.deploy(ONE)
    host.write(ERROR, "".join("2026/11/30 17:00:0%d [error] %d\n" % (number, number) for number in range(5)))
    shop.ask(Logs(lines=2, process="nginx", grep="error"))
    told = [(line.at, line.process, line.text[-1]) for line in shop.said(LogLine)]
    assert told == [("1796058003.000000", "nginx", "3"), ("1796058004.000000", "nginx", "4")]
