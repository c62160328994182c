"""Several visitors of an app, and whom it took them for: address, scheme, host, port and script root."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from deploytasks.targets import Target
from tests.e2e.asking import says
from tests.e2e.project import Answer, Project

TRUSTED = "127.0.0.0/8"
"""The proxy that is trusted is a program of the target itself."""
VISITOR = "203.0.113.7"
NOBODY = Answer(0, b"")
"""Where the connection was closed without an answer."""
ASK = """
import http.client, json, sys
address, port, path, headers = sys.argv[1], int(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])
connection = http.client.HTTPConnection(address, port, timeout=30)
try:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    print(json.dumps([answer.status, answer.read().decode()]))
except ConnectionError:
    print(json.dumps([0, ""]))
"""
GATEWAY = """
import socket, struct
routes = [line.split() for line in open("/proc/net/route")]
print(*(socket.inet_ntoa(struct.pack("<L", int(route[2], 16))) for route in routes if route[1] == "00000000"))
"""


def visitors(project: Project) -> dict[str, list[str]]:
    """Whom the app takes each visitor for."""
    through_a_proxy = ask_inside(project.target, "/", said_by_a_proxy(project))
    return {
        "direct": _taken_for(project.says),
        "spoofed": _taken_for(says(project, "/")),
        "through a trusted proxy": _taken_for(through_a_proxy.says),
    }


def wanted(project: Project, *, is_seen: bool) -> dict[str, list[str]]:
    """Whom it should take them for; where nobody *is_seen*, no web server is in front and no proxy is trusted."""
    name = f"{project.name}.test"
    direct = [seen_from(project.target) if is_seen else "", "http", name, "80", ""]
    through = [VISITOR, "https", f"www.{name}", "8443", ""] if is_seen else direct
    return {"direct": direct, "spoofed": direct, "through a trusted proxy": through}


def said_by_a_proxy(project: Project, visitor: str = VISITOR) -> dict[str, str]:
    """The header of a request that a proxy hands on, which a liar made."""
    return {
        "Host": f"{project.name}.test",
        "X-Forwarded-For": f"6.6.6.6, {visitor}",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": f"www.{project.name}.test",
        "X-Forwarded-Port": "8443",
        "X-Forwarded-Prefix": "/evil",
        "X-Real-IP": "6.6.6.6",
        "Forwarded": "for=6.6.6.6",
    }


def ask_inside(
    target: Target, path: str, headers: Mapping[str, str], port: int = 80, address: str = "127.0.0.1"
) -> Answer:
    """What a program of *target* is answered, which comes from *address* and asks there."""
    argv = ["python3", "-c", ASK, address, str(port), path, json.dumps(headers)]
    done: subprocess.CompletedProcess[str] = target.run(argv)
    status, body = json.loads(done.stdout)
    return Answer(status, body.encode())


def seen_from(target: Target) -> str:
    """The address by which we come to *target*."""
    return str(target.run(["python3", "-c", GATEWAY]).stdout).strip()


def _taken_for(answer: dict[str, Any]) -> list[str]:
    address, *others = answer["asked"]
    return [address, answer["scheme"], *others]
