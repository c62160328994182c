"""The servers of nginx's configuration: which names each has at which ports."""

from __future__ import annotations

import glob
import re
from fnmatch import fnmatch
from typing import FrozenSet, Iterator, List, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

PATTERNS = ("/etc/nginx/sites-enabled/*", "/etc/nginx/conf.d/*.conf")
OURS = "/etc/nginx/conf.d/deploytasks-catch-all-*.conf"
WORD = regex(r"#[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[;{}]|[^\s;{}\"']+")
ANY_NAME = "_"
OF_PACKAGE = "/etc/nginx/sites-enabled/default"
"""A role that has a site takes it away."""


@frozen
class NginxServer:
    """A block ``server { … }`` of the file *path*."""

    path: str
    names: FrozenSet[str]
    ports: FrozenSet[int]
    default_ports: FrozenSet[int]


def nginx_servers(machine: Machine) -> Iterator[NginxServer]:
    """Those of all sites; what else nginx.conf includes is not looked at."""
    root = machine.path("/").rstrip("/")
    for pattern in PATTERNS:
        for place in sorted({*glob.glob(machine.path(pattern))} - {machine.path(OF_PACKAGE)}):
            yield from _servers_in(place[len(root) :], _text(place))


def default_ports(machine: Machine) -> Tuple[int, ...]:
    """The ports of who takes what no other site wants, but for ours."""
    others = (server for server in nginx_servers(machine) if not fnmatch(server.path, OURS))
    return tuple(sorted({port for server in others for port in server.default_ports}))


def _servers_in(path: str, text: str) -> Iterator[NginxServer]:
    words: List[str] = []
    directives: List[List[str]] = []
    depth = inside = 0
    for word in WORD.findall(text):
        if word == "{":
            depth += 1
            if words == ["server"]:
                directives, inside = [], depth
            words = []
        elif word == "}":
            if depth == inside and inside:
                yield _server(path, directives)
                inside = 0
            depth, words = depth - 1, []
        elif word == ";":
            if depth == inside:
                directives.append(words)
            words = []
        elif not word.startswith("#"):
            words.append(word.strip("\"'"))


def _server(path: str, directives: List[List[str]]) -> NginxServer:
    names = [name for words in directives if words[:1] == ["server_name"] for name in words[1:]]
    listens = [words[1:] for words in directives if words[:1] == ["listen"] and words[1:]]
    ports = [_port(words[0]) for words in listens or [["80"]]]
    defaults = [_port(words[0]) for words in listens if "default_server" in words]
    return NginxServer(path, frozenset(names), frozenset(ports) - {0}, frozenset(defaults) - {0})


def _port(address: str) -> int:
    """The port of ``80``, ``127.0.0.1:80``, ``[::]:80``, ``localhost``; 0 for a unix socket."""
    if address.startswith("unix:"):
        return 0
    if address.isdigit():
        return int(address)
    found = re.search(r":(\d+)$", address)
    return int(found.group(1)) if found else 80


def _text(place: str) -> str:
    try:
        with reading(place, errors="replace") as file:
            return file.read()
    except OSError:
        return ""
