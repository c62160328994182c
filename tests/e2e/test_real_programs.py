"""What people install, as it is: programs and packages that look around on the host, or make code at run time.

Installing them takes minutes, so they are part of ``make test-matrix`` alone.
"""

from __future__ import annotations

import json
import os

import pytest

from tests.e2e.asking import ask
from tests.e2e.project import Project
from tests.e2e.test_hardening import exposure
from tests.inv import inv

pytestmark = pytest.mark.skipif(os.environ.get("MATRIX") != "all", reason="part of make test-matrix")

INSTALLED_WITHIN_S = 900
PACKAGES = ["nodejs", "wkhtmltopdf"]
REQUIREMENTS = "itsdangerous==2.1.2\nflask\npsutil\nprometheus_client\nnumba\ncffi\nmatplotlib\n"
APP = '''
"""Each address has one of them do what it is for."""

import io
import os
import subprocess

from flask import Flask

app = Flask(__name__)


def ran(*argv):
    return subprocess.run(argv, capture_output=True, check=True, timeout=60).stdout


@app.get("/")
def home():
    return "here"


@app.get("/psutil")
def of_psutil():
    import psutil

    return {"total": psutil.virtual_memory().total > 0, "cpus": len(psutil.cpu_percent(0.1, percpu=True)) > 0}


@app.get("/interfaces")
def of_interfaces():
    import psutil

    return {"interfaces": "lo" in psutil.net_if_addrs()}


@app.get("/prometheus")
def of_prometheus():
    from prometheus_client import generate_latest

    return {"process": b"process_resident_memory_bytes" in generate_latest()}


@app.get("/numba")
def of_numba():
    from numba import njit

    @njit
    def twice(number):
        return 2 * number

    return {"twice": int(twice(21))}


@app.get("/cffi")
def of_cffi():
    from cffi import FFI

    ffi = FFI()
    ffi.cdef("void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")
    numbers = ffi.new("int[]", [3, 1, 2])

    @ffi.callback("int(const void *, const void *)")
    def compared(one, other):
        return ffi.cast("int *", one)[0] - ffi.cast("int *", other)[0]

    ffi.dlopen(None).qsort(numbers, 3, ffi.sizeof("int"), compared)
    return {"sorted": list(numbers)}


@app.get("/matplotlib")
def of_matplotlib():
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    picture = io.BytesIO()
    pyplot.plot([1, 2]), pyplot.savefig(picture)
    return {"png": picture.getvalue()[1:4].decode(), "cache": matplotlib.get_cachedir().startswith(os.environ["HOME"])}


@app.get("/node")
def of_node():
    return {"said": ran("node", "-e", "let n = 0; for (let i = 0; i < 1e7; i++) n += i % 7; console.log(n)").decode()}


@app.get("/pdf")
def of_wkhtmltopdf():
    return {"pdf": ran("wkhtmltopdf", "--quiet", "data:text/html,hello", "-")[:4].decode()}
'''
BY_DEFAULT = {
    "psutil": {"total": True, "cpus": True},
    "prometheus": {"process": True},
    "numba": {"twice": 42},
    "cffi": {"sorted": [1, 2, 3]},
    "matplotlib": {"png": "PNG", "cache": True},
    "node": {"said": "29999997\n"},
    "pdf": {"pdf": "%PDF"},
}
"""What each says where it works."""


@pytest.fixture(scope="module")
def real(target, tmp_path_factory):
    project = Project.make("real", tmp_path_factory.mktemp("real"), target("debian12"))
    project.write("app/app.py", APP)
    project.write("app/requirements.txt", REQUIREMENTS)
    project.configure(app_packages=PACKAGES, app_health_timeout_s=60, gunicorn_timeout=120)
    done = inv("deploy", "--host", project.target.name, cwd=project.directory, timeout_s=INSTALLED_WITHIN_S)
    assert done.returncode == 0, done
    return project


@pytest.mark.parametrize("name", BY_DEFAULT)
def test_it_works_by_default(real, name):
    answer = ask(real, f"/{name}")
    assert (answer.status, json.loads(answer.body)) == (200, BY_DEFAULT[name])


def test_the_list_of_interfaces_wants_the_switch_that_the_message_names(real):
    assert ask(real, "/interfaces").status == 500
    said = real.typed("logs", "--lines", "20").stdout
    assert 'systemd_allow=["netlink"]' in said or "Address family not supported" in said
    real.configure(systemd_allow=["netlink"])
    real.deploy()
    assert json.loads(ask(real, "/interfaces").body) == {"interfaces": True}


def test_the_exposure_with_all_that_these_want_stays_low(real):
    assert exposure(real) <= 1.5
