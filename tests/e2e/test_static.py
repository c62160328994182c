"""Static and media files, uploads and slow clients: what the web server does so that no worker has to."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import pytest

from deploytasks.targets import Target
from tests.e2e.asking import HIDDEN, WELL_KNOWN, write_hidden
from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.project import Answer, Project

MEBIBYTE = 1 << 20
UPLOAD = 100 * MEBIBYTE
DOWNLOAD = 24 * MEBIBYTE
IMPATIENT_S = 20
FILES_APP = f"""

plain = app


def app(environ, start_response):
    path = environ["PATH_INFO"]
    print("asked for", path, flush=True)
    if path == "/upload":
        size = sum(len(piece) for piece in iter(lambda: environ["wsgi.input"].read(1 << 16), b""))
        start_response("200 OK", [])
        return [str(size).encode()]
    if path == "/download":
        start_response("200 OK", [("Content-Length", str({DOWNLOAD}))])
        return (b"x" * (1 << 20) for _ in range({DOWNLOAD} >> 20))
    if path == "/keep":
        place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "uploads", "photo.txt")
        with open(place, "w") as photo:
            photo.write("a photo")
    if path in ("/rename", "/rename-for-all"):
        import tempfile

        place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "uploads")
        handle, made = tempfile.mkstemp(dir=place)
        os.write(handle, b"a photo")
        if path == "/rename-for-all":
            os.chmod(made, 0o640)
        os.rename(made, os.path.join(place, "renamed.txt"))
    return plain(environ, start_response)
"""
number = count(1)


@pytest.fixture(scope="module")
def files(target_state) -> Target:
    return up_converged("files", "debian12", target_state)


@pytest.fixture(scope="module")
def shop(files, tmp_path_factory) -> Project:
    """An app of one sync worker, which can answer one request at a time."""
    project = Project.make(
        "shop",
        tmp_path_factory.mktemp("shop"),
        files,
        gunicorn_workers=1,
        gunicorn_worker_class="sync",
        nginx_client_max_body_size="128m",
        app_shared=["uploads/"],
        app_static={"/static": "static", "/media": "uploads", "/robots.txt": "meta/robots.txt"},
    )
    project.code("one", FILES_APP)
    project.write("app/static/style.css", "body {}\n")
    project.write("app/meta/robots.txt", "Disallow:\n")
    project.write("app/meta/robots.txt.orig", "Allow:\n")
    write_hidden(project, "static")
    project.deploy()
    return project


def test_what_is_hidden_is_not_served_unless_it_is_asked_for(shop):
    assert {get(shop, f"/static/{name}").status for name in HIDDEN} == {404}
    assert get(shop, f"/static/{WELL_KNOWN}").body == b"precious\n"
    shop.deploy("--extra-vars", "app_static_hidden=true")
    assert {get(shop, f"/static/{name}").status for name in HIDDEN} == {200}
    shop.deploy()


def test_an_upload_that_nginx_cannot_read_is_told_by_doctor(shop):
    get(shop, "/rename")
    assert get(shop, "/media/renamed.txt").status == 403
    assert "nginx cannot read 1 of what it serves" in shop.typed("doctor").stdout
    get(shop, "/rename-for-all")
    assert get(shop, "/media/renamed.txt") == Answer(200, b"a photo")
    assert "cannot read" not in shop.typed("doctor").stdout


def test_a_single_file_is_served_and_nothing_beside_it(shop):
    assert get(shop, "/robots.txt").body == b"Disallow:\n"
    assert b"Allow" not in get(shop, "/robots.txt.orig").body


@dataclass(frozen=True)
class Client:
    """A connection to *project* that is served at its own pace."""

    connection: socket.socket
    host: str

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def begin(self, method: str, path: str, length: int = 0) -> None:
        """All of a request but its body of *length* bytes."""
        headers = (f"Host: {self.host}", f"Content-Length: {length}", "Connection: close")
        self.send("\r\n".join([f"{method} {path} HTTP/1.1", *headers, "", ""]).encode())

    def answer(self) -> Answer:
        answer = http.client.HTTPResponse(self.connection)
        answer.begin()
        return Answer(answer.status, answer.read())


@contextmanager
def client_of(project: Project, receive_buffer: int = 0) -> Iterator[Client]:
    target = project.target
    with socket.socket() as connection:
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(60)
        connection.connect((target.host, target.http_port))
        yield Client(connection, f"{project.name}.test")


def get(project: Project, path: str, host: str = "") -> Answer:
    target = project.target
    connection = http.client.HTTPConnection(target.host, target.http_port, timeout=IMPATIENT_S)
    try:
        connection.request("GET", path, headers={"Host": host or f"{project.name}.test"})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read())
    finally:
        connection.close()


def asked(project: Project) -> list[str]:
    """The paths that the app was asked for, by its own log."""
    log = project.target.run(["journalctl", "--output=cat", "--no-pager", f"--unit={project.name}@*"]).stdout
    return [line.removeprefix("asked for ") for line in log.splitlines() if line.startswith("asked for ")]


def test_static_files_come_from_nginx(shop):
    assert get(shop, "/static/style.css") == Answer(200, b"body {}\n")
    assert get(shop, "/after-static").status == 200
    wait_for(lambda: "/after-static" in asked(shop), "the app's log has its line")
    assert [path for path in asked(shop) if path.startswith("/static")] == []


def test_media_that_the_app_wrote_come_from_nginx(shop):
    assert get(shop, "/keep").status == 200
    assert get(shop, "/media/photo.txt") == Answer(200, b"a photo")
    wait_for(lambda: "/keep" in asked(shop), "the app's log has its line")
    assert [path for path in asked(shop) if path.startswith("/media")] == []


LINKS = """
cd /srv/shop/shared/uploads
runuser -u shop -- ln -sf /var/log/nginx/access.log theirs
runuser -u shop -- ln -sf own.txt link.txt
runuser -u shop -- sh -c 'echo own > own.txt'
"""


def test_an_app_cannot_have_the_web_server_read_for_it(shop):
    shop.target.run(["sh", "-ec", LINKS])
    assert get(shop, "/media/own.txt").status == 200
    assert get(shop, "/media/link.txt").status == 200
    assert get(shop, "/media/theirs").status == 403


@pytest.mark.parametrize(
    "path", ["/static../app.py", "/static/../app.py", "/static/%2e%2e/app.py", "/media/%2e%2e/env"]
)
def test_nothing_beside_the_static_files_is_served(shop, path):
    assert b"FILES" not in get(shop, path).body
    assert b"def app" not in get(shop, path).body


def test_an_upload_of_100_megabytes_occupies_no_worker_while_it_comes(shop):
    with client_of(shop) as slow:
        slow.begin("POST", "/upload", UPLOAD)
        slow.send(bytes(UPLOAD // 2))
        assert get(shop, "/").status == 200
        slow.send(bytes(UPLOAD - UPLOAD // 2))
        assert slow.answer() == Answer(200, str(UPLOAD).encode())


def test_a_client_that_reads_one_kilobyte_occupies_no_worker(shop):
    with client_of(shop, receive_buffer=4096) as slow:
        slow.begin("GET", "/download")
        assert slow.connection.recv(1024).startswith(b"HTTP/1.1 200")
        wait_for(lambda: "/download" in asked(shop), "the worker has begun")
        for _ in range(3):
            assert get(shop, "/").status == 200
            assert len(slow.connection.recv(1024)) > 0


def test_a_larger_upload_is_refused(shop):
    with client_of(shop) as greedy:
        greedy.begin("POST", "/upload", 200 * MEBIBYTE)
        assert greedy.answer().status == 413


def test_a_new_place_of_static_files_comes_with_its_release(files, tmp_path):
    """nginx is told of it after the new instance has answered, and a deploy that fails leaves the old one."""
    project = Project.make(f"static-{next(number)}", tmp_path, files, app_static={"/static": "static"})
    project.write("app/static/style.css", "old\n")
    project.deploy()
    project.write("app/assets/style.css", "new\n")
    project.configure(app_static={"/static": "assets"})
    project.code("broken", "raise SystemExit('no')")
    assert project.inv("deploy").exit_code == 2
    assert get(project, "/static/style.css").body == b"old\n"
    project.code("two")
    run = project.deploy()
    assert run.changed.index("start the new instance") < run.changed.index("write the site")
    assert run.changed.index("reload nginx") < run.changed.index("switch traffic to the new release")
    assert get(project, "/static/style.css").body == b"new\n"
    assert project.inv("rollback").exit_code == 0
    wait_for(lambda: get(project, "/static/style.css").body == b"old\n", "the old place")


def test_two_apps_of_which_one_takes_any_name(files, tmp_path):
    named = Project.make(f"named-{next(number)}", tmp_path / "named", files)
    rest = Project.make(f"rest-{next(number)}", tmp_path / "rest", files)
    rest.configure(nginx_server_name="_")
    named.deploy()
    with pytest.raises(http.client.RemoteDisconnected):
        get(named, "/", host="unknown.test")
    rest.deploy()
    assert [project.deploy().changed for project in (named, rest, named, rest)] == [[]] * 4
    assert get(rest, "/", host="unknown.test").says["release"] == rest.current
    assert named.says["release"] == named.current
    rest.configure(nginx_server_name=f"{rest.name}.test")
    rest.deploy()
    with pytest.raises(http.client.RemoteDisconnected):
        get(rest, "/", host="unknown.test")


def test_a_second_site_of_the_same_name_is_refused(files, tmp_path):
    first = Project.make(f"first-{next(number)}", tmp_path / "first", files)
    first.deploy()
    second = Project.make(f"second-{next(number)}", tmp_path / "second", files)
    second.configure(nginx_server_name=first.variables["nginx_server_name"])
    run = second.inv("deploy")
    assert run.exit_code == 2
    assert f"the app {first.name}" in run.messages
    assert f"has the name {first.name}.test at port 80 already" in run.messages
    assert first.says["release"] == first.current


def test_too_many_requests_at_once_are_refused(files, tmp_path):
    project = Project.make(
        f"limited-{next(number)}", tmp_path, files, nginx_rate_limit="1r/m", nginx_rate_limit_burst=2
    )
    project.deploy()
    answers = [get(project, "/").status for _ in range(5)]
    assert (answers[0], answers[-1]) == (200, 429)
    assert answers.count(200) == 3


def test_headers_and_directives_of_ones_own(files, tmp_path):
    project = Project.make(
        f"own-{next(number)}",
        tmp_path,
        files,
        nginx_headers={"X-Frame-Options": "DENY"},
        nginx_snippet='location = /robots.txt {\n    return 200 "none";\n}\n',
    )
    project.deploy()
    assert get(project, "/robots.txt").body == b"none"
    connection = http.client.HTTPConnection(files.host, files.http_port, timeout=IMPATIENT_S)
    connection.request("GET", "/", headers={"Host": f"{project.name}.test"})
    headers = connection.getresponse().headers
    connection.close()
    assert headers.get_all("X-Frame-Options") == ["DENY"]


def test_requests_are_spread_over_several_hosts(files, target_state, tmp_path):
    """The app's own instance on one host, and one on another host that has no web server."""
    other = up_converged("files-back", "debian12", target_state)
    back = Project.make("back", tmp_path / "back", other, app_web_server="none", ufw_allow=[8000])
    back.code("back")
    back.deploy()
    other.container.reload()
    (network,) = other.container.attrs["NetworkSettings"]["Networks"].values()
    front = Project.make("front", tmp_path / "front", files, nginx_backends=[f"{network['IPAddress']}:8000"])
    front.code("front")
    front.deploy()
    assert {front.says["version"] for _ in range(8)} == {"front", "back"}
    other.run(["systemctl", "stop", "back-front.socket", "back-front.service"])
    assert {front.says["version"] for _ in range(8)} == {"front"}
