"""A host made of files and small fakes of its programs, so that resources act for real and need no root."""

from __future__ import annotations

import functools
import getpass
import grp
import hashlib
import http.server
import io
import os
import stat
import threading
import zipfile
from pathlib import Path
from typing import Callable, Iterator

import pytest

from deploytasks.agent.docker import compose_services
from deploytasks.agent.engine.blobs import Blobs
from deploytasks.agent.engine.machine import ENVIRONMENT, Machine
from deploytasks.agent.release.runtime.systemd_runtime import SystemdRuntime
from deploytasks.agent.services.units import is_answered

FAKES = Path(__file__).parent / "fakes"
UV_WHEEL = "uv-0.13.8-py3-none-manylinux1_x86_64.musllinux_1_1_aarch64.linux_armv7l.whl"


class FakeHost:
    """The directory *home*: ``root`` is the host's file system, ``calls`` what its programs were asked."""

    user = getpass.getuser()
    group = grp.getgrgid(os.getegid()).gr_name

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / "root"
        self.said: list[str] = []
        self.on_note: Callable[[str], object] = str
        self._servers: list[http.server.HTTPServer] = []
        for path, text in SYSTEM_FILES.items():
            self.write(path, text)
        self.link("/usr/bin/uv", str(FAKES / "bin" / "uv"))

    @property
    def machine(self) -> Machine:
        """A machine that stands on this host's files and programs."""
        path = "%s:%s" % (FAKES / "bin", ENVIRONMENT["PATH"])
        environment = {**ENVIRONMENT, "PATH": path, "FAKES": str(FAKES), "FAKE_HOST": str(self.home)}
        blobs = Blobs(str(self.home / "blobs"))
        machine = Machine(
            root=str(self.root),
            environment=environment,
            blobs=blobs,
            say=self._note,
            recording={"plan": {"digest": "3f9c2d1"}},
            answered=is_answered,
        )
        machine.units = SystemdRuntime(machine)
        return machine

    @property
    def calls(self) -> list[str]:
        """What the programs were asked, in order."""
        log = self.home / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def fail(self, program: str, output: str = "it broke\n") -> None:
        """From now on *program*, or ``program-subcommand``, fails and says *output*."""
        (self.home / "fails").mkdir(exist_ok=True)
        (self.home / "fails" / program).write_text(output)

    def warn(self, program: str, output: str) -> None:
        """From now on *program* says *output* and goes on."""
        (self.home / "warns").mkdir(exist_ok=True)
        (self.home / "warns" / program).write_text(output)

    def recover(self, program: str) -> None:
        """*program* works again."""
        (self.home / "fails" / program).unlink()

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def write(self, path: str, text: str, mode: int = 0o644) -> Path:
        place = self.path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)
        return place

    def link(self, path: str, target: str) -> Path:
        place = self.path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
        return place

    def blob(self, content: bytes) -> str:
        """Content that has arrived with the plan; returns its digest."""
        digest = hashlib.sha256(content).hexdigest()
        self.machine.blobs.receive(digest, io.BytesIO(content))
        return digest

    def serve(self, handler: type[http.server.BaseHTTPRequestHandler]) -> str:
        """A web server on a free local port, which is returned."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self._servers.append(server)
        return str(server.server_address[1])

    def serve_index(self) -> str:
        """The address of a package index that has uv 0.13.8 for every machine that tests run on."""
        wheel = uv_wheel()
        link = '<a href="../../files/%s#sha256=%s">' % (UV_WHEEL, hashlib.sha256(wheel).hexdigest())
        pages = {"/simple/uv/": link.encode(), "/simple/pip/": b"", "/files/" + UV_WHEEL: wheel}
        return self.serve_pages(pages) + "/simple"

    def serve_pages(self, pages: dict[str, bytes]) -> str:
        """The address of a web server of *pages*, which are path to body; everything else is 404."""
        return "http://127.0.0.1:" + self.serve(pages_handler(pages))

    def snapshot(self, directories: bool = True) -> dict[str, tuple[str, str]]:
        """Every path of the host with its mode and what it holds."""
        paths = sorted(self.root.rglob("*"))
        found = {str(path.relative_to(self.root)): _shown(path) for path in paths}
        return {path: shown for path, shown in found.items() if directories or shown[1] != "directory"}

    def _note(self, line: str) -> None:
        self.said.append(line)
        self.on_note(line)

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


SYSTEM_FILES = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "/etc/group": "root:x:0:\nadm:x:4:\nwww-data:x:33:\n",
    "/var/lib/dpkg/status": "Package: base-files\nStatus: install ok installed\nArchitecture: amd64\n\n",
    "/var/lib/apt/lists/debian_Packages": "nginx\nufw\n",
    "/var/lib/apt/lists/partial/.keep": "",
    "/etc/default/ufw": 'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\n',
    "/etc/ufw/ufw.conf": "ENABLED=no\nLOGLEVEL=low\n",
    "/etc/ufw/user.rules": "*filter\n",
    "/etc/ufw/user6.rules": "*filter\n",
    "/run/.keep": "",
    "/srv/.keep": "",
    "/etc/systemd/system/.keep": "",
}


@functools.lru_cache(maxsize=None)
def uv_wheel() -> bytes:
    """A wheel with a program that says what uv says."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr(zipfile.ZipInfo("uv/__init__.py"), "")
        wheel.writestr(zipfile.ZipInfo("uv-0.13.8.data/scripts/uv"), "#!/bin/sh\necho uv 0.13.8\n")
    return archive.getvalue()


def pages_handler(pages: dict[str, bytes]) -> type[http.server.BaseHTTPRequestHandler]:
    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body or b"")

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Pages


@pytest.fixture(autouse=True)
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake service that ends has ended when it is looked at."""
    monkeypatch.setattr(compose_services, "FIRST_MOMENTS_S", 0.3)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[FakeHost]:
    fake = FakeHost(tmp_path)
    yield fake
    fake.close()


@pytest.fixture
def machine(host: FakeHost) -> Machine:
    return host.machine


@pytest.fixture
def bare_machine(tmp_path: Path) -> Machine:
    """No file and no program."""
    (tmp_path / "bare").mkdir()
    machine = Machine(root=str(tmp_path / "bare"), environment={"PATH": str(tmp_path / "bare")})
    machine.units = SystemdRuntime(machine)
    return machine


def _shown(path: Path) -> tuple[str, str]:
    found = path.lstat()
    mode = "%04o" % stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        return mode, "-> " + os.readlink(path)
    return mode, "directory" if stat.S_ISDIR(found.st_mode) else path.read_bytes().decode("utf-8", "replace")
