"""The sites that a web server has: which names each of them has at which ports, and in which file."""

from __future__ import annotations

import glob
import os
from typing import Callable, Dict, FrozenSet, Iterator, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.agent.web.nginx_servers import nginx_servers

APACHE_SITES, CADDY_SITES = "/etc/apache2/sites-enabled/*.conf", "/etc/caddy/sites/*.caddy"
VIRTUAL_HOST = regex(r"(?ims)^[ \t]*<VirtualHost\s+([^>]+)>(.*?)^[ \t]*</VirtualHost>")
APACHE_NAMES = regex(r"(?im)^[ \t]*Server(?:Name|Alias)[ \t]+(.+)$")
APACHE_PORT = regex(r":(\d+)\"?(?:\s|$)")
ADDRESSES = regex(r"(?m)^([^\s#{}][^{}\n]*?)\s*\{\s*$")
ADDRESS = regex(r"(https?)://([^\s:/,]+)(?::(\d+))?")
USUAL_PORTS = {"http": 80, "https": 443}


@frozen
class NamedSite:
    """A site that is there by *path*, which may be a link to its *file*."""

    path: str
    file: str
    names: FrozenSet[str]
    ports: FrozenSet[int]


def named_sites(machine: Machine, server: str) -> Iterator[NamedSite]:
    """Those of the web server *server*; none of one that has no sites."""
    return READERS[server](machine) if server in READERS else iter(())


def _of_nginx(machine: Machine) -> Iterator[NamedSite]:
    return (NamedSite(found.path, found.path, found.names, found.ports) for found in nginx_servers(machine))


def _of_apache(machine: Machine) -> Iterator[NamedSite]:
    for path, file, text in _texts(machine, APACHE_SITES):
        for addresses, body in VIRTUAL_HOST.findall(text):
            names = frozenset(name for line in APACHE_NAMES.findall(body) for name in line.split())
            yield NamedSite(path, file, names, frozenset(map(int, APACHE_PORT.findall(addresses))))


def _of_caddy(machine: Machine) -> Iterator[NamedSite]:
    for path, file, text in _texts(machine, CADDY_SITES):
        for head in ADDRESSES.findall(text):
            for scheme, name, port in ADDRESS.findall(head):
                yield NamedSite(path, file, frozenset({name}), frozenset({int(port or USUAL_PORTS[scheme])}))


READERS: Dict[str, Callable[[Machine], Iterator[NamedSite]]] = {
    "nginx": _of_nginx,
    "apache": _of_apache,
    "caddy": _of_caddy,
}


def _texts(machine: Machine, pattern: str) -> Iterator[Tuple[str, str, str]]:
    """The path of each file, where it really is, and what it says."""
    root = machine.path("/").rstrip("/")
    real_root = os.path.realpath(machine.path("/")).rstrip("/")
    for place in sorted(glob.glob(machine.path(pattern))):
        real = os.path.realpath(place)
        try:
            with reading(real, errors="replace") as file:
                yield place[len(root) :], real[len(real_root) :], file.read()
        except OSError:
            continue
