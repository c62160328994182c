"""An app that says who asked it and for what, as a WSGI app and as an ASGI app."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any

from deploytasks.roles.app import strangers
from tests.e2e.project import REQUEST_TIMEOUT_S, Answer, Project

ASKING_APP = """

import io

NAMES = (
    "SCRIPT_NAME PATH_INFO QUERY_STRING HTTP_HOST SERVER_NAME SERVER_PORT CONTENT_LENGTH HTTP_X_FORWARDED_FOR "
    "HTTP_X_FORWARDED_PROTO HTTP_PROXY"
).split()


def said_by_the_app(environ):
    return json.loads(b"".join(app({**environ, "wsgi.input": io.BytesIO()}, lambda *head: None)))


def wsgi(environ, start_response):
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/empty":
        start_response("204 No Content", [])
        return []
    environ["wsgi.errors"].write("asked for " + environ["PATH_INFO"] + "\\n")
    environ["wsgi.errors"].flush()
    answer = {
        **said_by_the_app(environ),
        "client": environ.get("REMOTE_ADDR"),
        "scheme": environ["wsgi.url_scheme"],
        "seen_by_the_web_server": environ.get("HTTP_X_REAL_IP"),
        "body": len(body),
        "environ": {name: environ[name] for name in NAMES if name in environ},
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body")
    fields = {name.decode(): value.decode() for name, value in scope["headers"]}
    answer = {
        **said_by_the_app({"wsgi.multithread": False}),
        "client": scope["client"] and scope["client"][0],
        "scheme": scope["scheme"],
        "seen_by_the_web_server": fields.get("x-real-ip"),
        "body": len(body),
    }
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})
"""


def ask(
    project: Project,
    path: str = "/",
    body: bytes | None = None,
    fields: Mapping[str, str] | None = None,
    method: str | None = None,
) -> Answer:
    """What the app answers through the web server; by POST when there is a *body*."""
    target = project.target
    connection = http.client.HTTPConnection(target.host, target.http_port, timeout=REQUEST_TIMEOUT_S)
    try:
        headers = {"Host": f"{project.name}.test", **(fields or {})}
        connection.request(method or ("GET" if body is None else "POST"), path, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read())
    finally:
        connection.close()


def journal(project: Project) -> str:
    """What the current instance has said."""
    project.target.run(["journalctl", "--sync"])
    unit = f"{project.name}@{project.current}.service"
    return project.target.run(["journalctl", "--unit", unit, "--output=cat", "--no-pager"]).stdout


LYING: dict[str, Any] = {
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Proto": "https",
    **dict.fromkeys(strangers.HEADERS, "http://evil.test"),
}
"""What a client may say of itself, and nobody believes."""
DISGUISED: dict[str, Any] = {
    name.replace("-", "_"): value for name, value in LYING.items() if "-" in name
} | {"X-Real_IP": "6.6.6.6"}
"""The same in the names that WSGI takes for those."""
HIDDEN = (".htpasswd", "inner/.hidden", "backup.sql.old", "site.css.bak")
"""What lies among static files and is not served unless that is asked for."""
WELL_KNOWN = ".well-known/security.txt"


def write_hidden(project: Project, directory: str) -> None:
    """They lie in *directory* of the app's source."""
    for name in (*HIDDEN, WELL_KNOWN):
        project.write(f"app/{directory}/{name}", "precious\n")


def says(project: Project, path: str, body: bytes | None = None) -> dict[str, Any]:
    """What the app says to a client that lies."""
    answer: dict[str, Any] = json.loads(ask(project, path, body, LYING).body)
    return answer
