"""Servers that a launcher of ours starts: what the app sees of the web, and how an instance begins and ends."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest

from tests.e2e.controller import wait_for
from tests.e2e.project import Project

MORE = '''

import time

plain = app


def app(environ, start_response):
    """Tells what it sees of a request for /seen; lets one for /waits wait for the file "go"."""
    if environ["PATH_INFO"] == "/seen":
        body = json.dumps({name: text for name, text in environ.items() if isinstance(text, str)}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]
    if environ["PATH_INFO"] == "/ignores":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"no"]
    if environ["PATH_INFO"] == "/fails":
        environ["wsgi.errors"].write("before {it} fails\\n")
        raise RuntimeError("no {luck}")
    if environ["PATH_INFO"] == "/waits":
        open(os.path.join(os.environ["SHARED"], "begun"), "w").close()
        while not os.path.exists(os.path.join(os.environ["SHARED"], "go")):
            time.sleep(0.05)
    return plain(environ, start_response)
'''

ON_ITS_SOCKET = """
import http.client, json, socket, sys
path, wanted, headers = sys.argv[1:]
connection = http.client.HTTPConnection("instance")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect(path)
connection.request("GET", wanted, headers=json.loads(headers))
print(connection.getresponse().read().decode())
"""


@pytest.fixture(scope="module", params=["cheroot", "gevent", "twisted", "waitress"])
def shop(request, web, tmp_path_factory) -> Project:
    server = request.param
    project = Project.make(f"by-{server}", tmp_path_factory.mktemp(server), web, app_server=server)
    project.configure(app_env={"SHARED": f"{project.root}/shared"}, **{f"{server}_access_log": True})
    project.code("one", MORE)
    project.deploy()
    return project


def ask(project, path, body=None, **headers):
    """The answer's text, through the web server."""
    wanted = Request(
        f"{project.target.url.rstrip('/')}{path}", body, {"Host": f"{project.name}.test"} | named(headers)
    )
    with urlopen(wanted, timeout=60) as answer:
        return answer.read().decode()


def ask_instance(project, path, **headers):
    """The answer's text, from the instance's own socket, as the web server asks it."""
    socket, host = f"/run/{project.name}/current.sock", f"{project.name}.test"
    wanted = json.dumps({"Host": host} | named(headers))
    return project.target.run(["python3", "-c", ON_ITS_SOCKET, socket, path, wanted]).stdout


def named(headers):
    return {name.replace("_", "-"): text for name, text in headers.items()}


def unit(project):
    return f"{project.name}@{project.current}.service"


def state(project):
    return project.target.run(["systemctl", "is-active", unit(project)], check=False).stdout.strip()


def log(project):
    return project.target.run(["journalctl", "--unit", unit(project), "--output=cat", "--no-pager"]).stdout


def test_the_app_sees_people_as_the_web_server_does(shop):
    seen = json.loads(ask(shop, "/seen", X_Forwarded_For="198.51.100.1"))
    assert seen["wsgi.url_scheme"] == "http"
    assert seen["HTTP_HOST"] == f"{shop.name}.test"
    assert seen["REMOTE_ADDR"] == seen["HTTP_X_REAL_IP"] != "198.51.100.1"


def test_the_app_knows_that_people_come_over_tls(shop):
    seen = json.loads(ask_instance(shop, "/seen", X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.7"))
    assert (seen["wsgi.url_scheme"], seen["SERVER_PORT"], seen["REMOTE_ADDR"]) == (
        "https",
        "443",
        "203.0.113.7",
    )


def test_an_answer_to_an_upload_that_nobody_reads_arrives(shop):
    assert ask(shop, "/ignores", b"x" * 5_000_000) == "no"


def test_errors_and_answers_are_in_the_journal(shop):
    with pytest.raises(OSError, match="500"):
        ask(shop, "/fails")
    ask(shop, "/seen?x=1")
    said = wait_for(lambda: (text := log(shop)) and "/seen?x=1" in text and text, "the line of the answer")
    assert "before {it} fails\n" in said
    assert "RuntimeError: no {luck}\n" in said
    assert '"GET /seen?x=1 HTTP/1.1" 200 ' in said


def test_a_reload_harms_nobody(shop):
    before = shop.target.run(["systemctl", "show", "--property=MainPID", unit(shop)]).stdout
    shop.target.run(["systemctl", "reload", unit(shop)])
    assert shop.says["version"] == "one"
    assert shop.target.run(["systemctl", "show", "--property=MainPID", unit(shop)]).stdout == before


def test_who_is_connected_when_it_restarts_is_answered_and_who_comes_then_too(shop):
    shared = f"{shop.root}/shared"
    with ThreadPoolExecutor() as others:
        first = others.submit(ask, shop, "/waits")
        wait_for(lambda: shop.target.run(["ls", shared]).stdout == "begun\n", "the first request")
        shop.target.run(["systemctl", "restart", "--no-block", unit(shop)])
        wait_for(lambda: state(shop) == "deactivating", "its end")
        second = others.submit(ask, shop, "/seen")
        shop.target.run(["touch", f"{shared}/go"])
        assert json.loads(first.result())["version"] == "one"
        assert json.loads(second.result())["REQUEST_METHOD"] == "GET"
    wait_for(lambda: state(shop) == "active", "its start")


def test_an_app_that_cannot_be_imported_does_not_start(shop):
    shop.code("two", "\nraise RuntimeError('no luck')\n")
    run = shop.inv("deploy")
    assert run.exit_code == 2
    assert run.failure["step"] == "start the new instance"
    assert "no luck" in json.dumps(run.failure)
    assert shop.says["version"] == "one"
