"""What has no wheel is built by its author's code, which gets nothing by it."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import PurePosixPath

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import wait_for
from tests.e2e.converged import up_converged
from tests.e2e.project import Project

PORT = 8999
INDEX = f"http://127.0.0.1:{PORT}/simple"
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = """
import glob, json, os, zipfile
from pathlib import Path


def tried(act):
    try:
        act()
    except OSError:
        return False
    return True


FOUND = {
    "is root": os.geteuid() == 0,
    "reads /etc/shadow": tried(lambda: open("/etc/shadow").read()),
    "reads shared data": tried(lambda: os.listdir("/srv/maker/shared")),
    "reads the environment": any(tried(lambda: open(p).read()) for p in glob.glob("/srv/maker/releases/*/env")),
    "plants in /etc": tried(lambda: open("/etc/planted", "w")),
    "plants beside": tried(lambda: open("/srv/maker/venvs/planted", "w")),
    "sees a login": "hunter2" in json.dumps(dict(os.environ)),
}
TAG = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
INFO = "Metadata-Version: 2.1\\nName: maker-of\\nVersion: 1.0\\n"


def build_wheel(directory, settings=None, metadata=None):
    name = "maker_of-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        wheel.writestr("maker_of.py", "FOUND = %r\\n" % FOUND)
        wheel.writestr("maker_of-1.0.dist-info/METADATA", INFO)
        wheel.writestr("maker_of-1.0.dist-info/WHEEL", TAG)
        wheel.writestr("maker_of-1.0.dist-info/RECORD", "maker_of.py,,\\n")
    return name
"""
DATABASES = """

import locale

import MySQLdb
import psycopg2

VERSION = locale.setlocale(locale.LC_ALL, "de_DE.UTF-8") + " %d" % len([MySQLdb.version_info, psycopg2.__version__])
"""
STARTS = (
    "import os; os.path.isdir('/var/log/maker') and open('/var/log/maker/started-%d' % os.getuid(), 'w')\n"
)
TELLS = "\nimport maker_of\nos.environ['FOUND'] = json.dumps(maker_of.FOUND)\n"


@pytest.fixture(scope="module")
def index(target_state, tmp_path_factory) -> Target:
    """A target with a package index of its own: an sdist that nobody has made a wheel of, and what else is wanted."""
    target = up_converged("builds", "debian12", target_state)
    directory = tmp_path_factory.mktemp("index")
    wanted = ("itsdangerous==2.1.2", "gunicorn", "packaging")
    argv = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--only-binary=:all:",
        "--dest",
        directory,
        *wanted,
    ]
    subprocess.run(argv, check=True)
    (directory / "maker_of-1.0.tar.gz").write_bytes(sdist())
    (directory / "starter-1.0-py3-none-any.whl").write_bytes(wheel_that_starts())
    for file in directory.iterdir():
        name = file.name.split("-")[0].replace("_", "-").lower()
        place = PurePosixPath("/opt/index/simple", name, file.name)
        target.run(["mkdir", "-p", str(place.parent)])
        target.put(place, file.read_bytes())
    target.run(["mkdir", "-p", "/opt/index/simple/pip"])
    serve = ["systemd-run", "--unit=index", "python3", "-m", "http.server", "--bind", "127.0.0.1", str(PORT)]
    target.run([*serve, "--directory", "/opt/index"])
    asked = ["python3", "-c", f"import urllib.request as r; r.urlopen('{INDEX}/pip/')"]
    wait_for(lambda: target.run(asked, check=False).returncode == 0, "the index")
    return target


def sdist() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = "Metadata-Version: 2.1\nName: maker-of\nVersion: 1.0\n"
        for name, text in {"pyproject.toml": PYPROJECT, "backend.py": BACKEND, "PKG-INFO": info}.items():
            entry = tarfile.TarInfo(f"maker_of-1.0/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def wheel_that_starts() -> bytes:
    """What is in it runs whenever the environment's Python starts (site(3))."""
    return wheel_of("starter", **{"starter.pth": STARTS})


def wheel_of(name: str, **files: str) -> bytes:
    """Version 1.0 of *name*, with these files, else with a module of that name."""
    packed = io.BytesIO()
    files = files or {f"{name}.py": ""}
    info = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "".join(f"{file},,\n" for file in files),
    }
    with zipfile.ZipFile(packed, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
        for file, text in info.items():
            wheel.writestr(f"{name}-1.0.dist-info/{file}", text)
    return packed.getvalue()


def test_what_a_wheel_brings_for_pythons_start_is_not_run_by_root(index, tmp_path):
    maker = Project.make("maker", tmp_path, index, pip_index_url=INDEX)
    maker.write("app/requirements.txt", "itsdangerous==2.1.2\nstarter\n")
    maker.deploy()
    assert index.run(["find", "/var/log/maker", "-name", "started-0"]).stdout == ""
    assert index.run(["find", "/var/log/maker", "-name", "started-*"]).stdout != ""
    compiled = index.run(["find", "/srv/maker/venvs", "-path", "*itsdangerous*", "-name", "*.pyc"]).stdout
    assert compiled != ""
    maker.inv("destroy", "--yes")


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_an_authors_code_builds_without_rights_and_what_it_built_is_roots(index, tmp_path, installer):
    maker = Project.make(
        "maker", tmp_path, index, pip_index_url=INDEX, installer=installer, app_env={"TOKEN": "hunter2"}
    )
    maker.code("one", TELLS)
    maker.write("app/requirements.txt", "itsdangerous==2.1.2\nmaker-of\n")
    run = maker.deploy()
    assert any("built as maker" in event.get("text", "") for event in run.events), run.events
    found = json.loads(maker.says["environment"]["FOUND"])
    assert found and not any(found.values()), found
    others = [
        "find",
        "/srv/maker/venvs",
        "(",
        "-not",
        "-user",
        "root",
        "-o",
        "-perm",
        "/022",
        ")",
        "-not",
        "-type",
        "l",
    ]
    assert index.run(others).stdout == ""
    assert maker.deploy().host["changed"] == 0
    maker.inv("destroy", "--yes")


def test_where_the_index_has_a_login_nothing_is_built(index, tmp_path):
    address = INDEX.replace("//", "//me:hunter2@")
    maker = Project.make("maker", tmp_path, index, pip_index_url=address)
    maker.write("app/requirements.txt", "itsdangerous==2.1.2\nmaker-of\n")
    run = maker.inv("deploy")
    assert (run.exit_code, "set wheelhouse=true" in run.host["error"]) == (2, True), run.messages
    assert "hunter2" not in run.messages + str(run.events)
    maker.inv("destroy", "--yes")


def test_drivers_of_databases_are_built_from_source_with_the_packages_and_locales_that_an_app_names(
    index, tmp_path
):
    packages = {"debian": ["gcc", "python3-dev", "pkg-config"], "ubuntu24.04": ["libmysqlclient-dev"]}
    packages["debian12"] = ["libpq-dev", "default-libmysqlclient-dev"]
    drivers = Project.make("drivers", tmp_path, index, app_packages=packages, app_locales=["de_DE.UTF-8"])
    drivers.write("app/requirements.txt", "itsdangerous==2.1.2\npsycopg2==2.9.10\nmysqlclient==2.2.7\n")
    drivers.code("one", DATABASES)
    drivers.deploy()
    assert drivers.says["version"] == "de_DE.UTF-8 2"
    assert drivers.deploy().host["changed"] == 0
    drivers.inv("destroy", "--yes")


GUARD = """
import base64, functools, hashlib, http.server, sys


class Guard(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        word = self.headers.get("Authorization", "").rpartition(" ")[2]
        if hashlib.sha256(base64.b64decode(word)).hexdigest() == sys.argv[2]:
            return super().do_GET()
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Basic")
        self.end_headers()

    do_HEAD = do_GET


handler = functools.partial(Guard, directory=sys.argv[1])
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[3])), handler).serve_forever()
"""
LOGIN = "ann:s3cret-of-the-index"
PASSWORD = LOGIN.partition(":")[2]
PRIVATE = f"127.0.0.1:{PORT + 1}/simple"


def test_a_private_index_beside_a_public_one_and_its_password_is_roots_alone(index, tmp_path, monkeypatch):
    index.run(["mkdir", "-p", "/opt/private/files/simple/ours"])
    index.put(PurePosixPath("/opt/private/guard.py"), GUARD.encode())
    index.put(PurePosixPath("/opt/private/files/simple/ours/ours-1.0-py3-none-any.whl"), wheel_of("ours"))
    serve = ["systemd-run", "--unit=private", "python3", "/opt/private/guard.py", "/opt/private/files"]
    index.run([*serve, hashlib.sha256(LOGIN.encode()).hexdigest(), str(PORT + 1)])
    monkeypatch.setenv("INDEX_LOGIN", LOGIN)
    maker = Project.make("maker", tmp_path, index, pip_index_url=INDEX)
    indexes = f"--extra-index-url http://${{INDEX_LOGIN}}@{PRIVATE}\n"
    maker.write("app/requirements.txt", f"{indexes}itsdangerous==2.1.2\nours\n")
    maker.code("one", "\nimport ours\n\nVERSION += ours.__name__\n")
    said = [
        maker.typed(*words)
        for words in (("check", "--diff"), ("deploy",), ("vars",), ("history",), ("verify",))
    ]
    assert maker.says["version"] == "oneours", said[1].stderr
    assert [run.returncode for run in said] == [3, 0, 0, 0, 0]
    assert PASSWORD not in "".join(run.stdout + run.stderr for run in said)
    assert PASSWORD not in index.run(["journalctl", "--no-pager"]).stdout
    search = [
        "grep",
        "-rlF",
        PASSWORD,
        "/etc",
        "/home",
        "/opt",
        "/root",
        "/run",
        "/srv",
        "/tmp",
        "/usr/local",
        "/var",
    ]
    found = index.run(search, check=False).stdout.split()
    for place in found:
        assert index.run(["runuser", "-u", "maker", "--", "cat", place], check=False).returncode, place
    assert {PurePosixPath(place).name for place in found} == {"plan.json"}
    maker.inv("destroy", "--yes")


PYTHON = "3.11.99"
ARCHIVE = """
cd /opt/index
mkdir -p python/bin python/lib
cp /usr/bin/python3.11 python/bin/
ln -sf python3.11 python/bin/python3
ln -sf python3.11 python/bin/python
cp -rL /usr/lib/python3.11 python/lib/
tar -czf python.tar.gz python
rm -r python
sha256sum python.tar.gz
"""


def test_a_python_that_the_host_lacks_is_brought_and_goes_with_its_last_app(index, tmp_path):
    digest = index.run(["sh", "-ec", ARCHIVE]).stdout.split()[0]
    address = INDEX.replace("/simple", "")
    listed = {
        "name": "cpython",
        "arch": {"family": index.run(["uname", "-m"]).stdout.strip(), "variant": None},
        "os": "linux",
        "libc": "gnu",
        **dict(zip(("major", "minor", "patch"), map(int, PYTHON.split(".")), strict=True)),
        "prerelease": "",
        "url": f"{address}/python.tar.gz",
        "sha256": digest,
        "variant": None,
    }
    index.put(PurePosixPath("/opt/index/pythons.json"), json.dumps({f"cpython-{PYTHON}": listed}).encode())
    maker = Project.make("maker", tmp_path, index, pip_index_url=INDEX, app_python=PYTHON)
    assert "app_python_install=true" in maker.inv("check").messages
    maker.configure(app_python_install=True, uv_python_mirror=f"{address}/pythons.json")
    assert f"bring Python {PYTHON}" in maker.deploy().changed
    assert maker.says["version"] == "one"
    place = f"/opt/deploytasks/pythons/{PYTHON}/"
    used = index.run(["readlink", "-f", f"{maker.root}/current/venv/bin/python"]).stdout
    assert used.startswith(f"{place}cpython-{PYTHON}")
    writable = ["find", place, "(", "-not", "-user", "root", "-o", "-perm", "/022", ")", "-not", "-type", "l"]
    assert index.run(writable).stdout == ""
    assert maker.deploy().changed == []
    maker.inv("destroy", "--yes")
    assert index.run(["ls", "/opt/deploytasks/pythons"]).stdout == ""
