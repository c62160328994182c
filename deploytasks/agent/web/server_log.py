"""What a web server writes of visitors, and of what is wrong: its log files, by time."""

from __future__ import annotations

import heapq
import os
import time
from calendar import timegm
from typing import Dict, Generator, Iterator, List, Tuple

from deploytasks.agent.disk.directory_handle import reading_bytes
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

FILES = {
    "nginx": ("/var/log/nginx/access.log", "/var/log/nginx/error.log"),
    "apache": ("/var/log/apache2/access.log", "/var/log/apache2/error.log"),
    "caddy": ("/var/log/caddy/%s.log",),
}
"""Of all sites, but for Caddy's, which has a file for each; what else that says is in the journal."""
BLOCK = 1 << 16
LOOK_EVERY_S = 0.3
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
COMMON = regex(r"\[(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\]")
OF_NGINX = regex(r"(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d) ")
OF_APACHE = regex(r"\[\w{3} (\w{3}) +(\d+) (\d\d):(\d\d):(\d\d)(?:\.\d+)? (\d{4})\]")
OF_CADDY = regex(r'"ts":(\d+(?:\.\d+)?)')
SPAN = regex(r"(\d+)(s|min|m|h|d|w) ago")
SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@frozen
class ServerLine:
    """A line that was written at *at* (epoch, s)."""

    at: float
    text: str


class ServerLog:
    """The log of *server* as far as it is about *app*, or about whatever it serves."""

    def __init__(self, machine: Machine, server: str, app: str) -> None:
        named = (path % app if "%s" in path else path for path in FILES[server])
        self._machine = machine
        self._paths = [machine.path(path) for path in named]
        self._ends: Dict[str, int] = {path: _size(path) for path in self._paths}

    def backwards(self, since: str = "") -> Iterator[ServerLine]:
        """Its lines from the newest to those of that time, or of the last rotation."""
        begin = _moment(self._machine, since) if since else 0.0
        files = [_backwards(path, self._ends[path]) for path in self._paths]
        for line in heapq.merge(*files, key=lambda line: line.at, reverse=True):
            if line.at < begin:
                return
            yield line

    def follow(self) -> Generator[ServerLine, None, None]:
        """Those that are written since then, until the controller is gone."""
        while not self._machine.stop.is_set():
            for path in self._paths:
                yield from self._written(path)
            self._machine.stop.wait(LOOK_EVERY_S)

    def _written(self, path: str) -> List[ServerLine]:
        if _size(path) < self._ends[path]:
            self._ends[path] = 0  # It was rotated.
        if _size(path) == self._ends[path]:
            return []
        with reading_bytes(path) as file:
            file.seek(self._ends[path])
            whole, newline, _ = file.read().rpartition(b"\n")
        self._ends[path] += len(whole) + len(newline)
        return [_line(raw, time.time()) for raw in whole.split(b"\n")] if newline else []


def _backwards(path: str, end: int) -> Iterator[ServerLine]:
    """The lines of the file's first *end* bytes, the last first."""
    at = time.time()
    for raw in _raw_backwards(path, end):
        line = _line(raw, at)
        at = line.at
        yield line


def _raw_backwards(path: str, end: int) -> Iterator[bytes]:
    if not end:
        return
    rest = b""
    with reading_bytes(path) as file:
        while end > 0:
            start = max(end - BLOCK, 0)
            file.seek(start)
            first, *lines = (file.read(end - start) + rest).split(b"\n")
            yield from (line for line in reversed(lines) if line)
            rest, end = first, start
    if rest:
        yield rest


def _line(raw: bytes, otherwise: float) -> ServerLine:
    text = raw.decode("utf-8", "replace").rstrip()
    return ServerLine(_time_of(text) or otherwise, text)


def _time_of(text: str) -> float:
    """When *text* was written; 0 where it does not say."""
    common, nginx, apache, caddy = (form.search(text) for form in (COMMON, OF_NGINX, OF_APACHE, OF_CADDY))
    if common and common[2] in MONTHS:
        away = int(common[7] + "1") * (int(common[8]) * 3600 + int(common[9]) * 60)
        return timegm(_clock(common[3], common[2], common[1], *common.group(4, 5, 6))) - away
    if nginx:
        year, month, day, hour, minute, second = map(int, nginx.groups())
        return time.mktime((year, month, day, hour, minute, second, 0, 0, -1))
    if apache and apache[1] in MONTHS:
        return time.mktime(_clock(apache[6], apache[1], apache[2], *apache.group(3, 4, 5)))
    return float(caddy[1]) if caddy else 0.0


def _clock(year: str, month: str, *rest: str) -> Tuple[int, int, int, int, int, int, int, int, int]:
    day, hour, minute, second = map(int, rest)
    return int(year), MONTHS.index(month) + 1, day, hour, minute, second, 0, 0, -1


def _moment(machine: Machine, since: str) -> float:
    """That time as seconds of the epoch; raises ``StepError`` for what date(1) does not know."""
    span = SPAN.fullmatch(since)
    if span:
        return time.time() - int(span[1]) * SECONDS[span[2]]
    done = machine.ask(["date", "--date", since, "+%s"])
    if not done.ok:
        raise StepError("--since %r: expected a time such as '1 hour ago' or '2026-11-21 10:00'" % since)
    return float(done.stdout)


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0
