"""uv is fetched as a wheel, verified, and put in its place whole."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile

import pytest

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.python.uv import Uv
from tests.agent.conftest import uv_wheel


def fetch(host, uv):
    uv.apply(host.machine, Change(None, uv.desired()))


def test_the_program_of_the_wheel_is_put_in_a_place_of_its_version(host):
    uv = Uv("0.13.8", index_url=host.serve_index())
    assert uv.path == "/opt/deploytasks/uv/0.13.8/uv"
    fetch(host, uv)
    assert host.path(uv.path).read_text() == "#!/bin/sh\necho uv 0.13.8\n"
    assert stat.S_IMODE(host.path(uv.path).stat().st_mode) == 0o755
    assert [path.name for path in host.path(uv.path).parent.iterdir()] == ["uv"]


def test_another_version_is_another_program(host):
    fetch(host, Uv("0.13.8", index_url=host.serve_index()))
    assert Uv("0.13.9").inspect(host.machine) is None


def test_a_version_that_the_index_lacks_is_told(host):
    with pytest.raises(StepError, match=r'has no uv 0\.99 at all; set installer to "pip"'):
        fetch(host, Uv("0.99", index_url=host.serve_index()))


def test_a_dead_index_is_told(host):
    with pytest.raises(StepError, match="package index unreachable from this host: http://127.0.0.1:9"):
        fetch(host, Uv("0.13.8", index_url="http://127.0.0.1:9"))


@pytest.mark.parametrize(
    "wheel", [b"no zip", "uv/__init__.py", "../../x/uv"], ids=["noise", "no program", "outside"]
)
def test_a_wheel_without_the_program_leaves_nothing(host, wheel):
    before = host.snapshot()
    with pytest.raises(StepError, match="holds no uv program"):
        fetch(
            host,
            Uv("0.13.8", index_url=index_of(host, wheel if isinstance(wheel, bytes) else archive(wheel))),
        )
    assert host.snapshot() == before


def test_a_wheel_that_comes_along_is_taken_and_no_index_asked(host):
    wheel = archive("uv-0.13.8.data/scripts/uv")
    uv = Uv("0.13.8", index_url="http://127.0.0.1:9", wheelhouse=True, wheel=digest_of(wheel))
    assert uv.lacks(host.machine) == (uv.wheel,)
    host.machine.blobs.receive(uv.wheel, [wheel])
    assert uv.lacks(host.machine) == ()
    fetch(host, uv)
    assert host.path(uv.path).read_text() == "#!/bin/sh\n"
    host.machine.blobs.forget()
    assert uv.lacks(host.machine) == ()


def test_a_wheel_that_is_not_known_is_not_run(host):
    before = host.snapshot()
    with pytest.raises(StepError, match=r"has another uv-0\.13\.8-.*whl than PyPI"):
        fetch(host, Uv("0.13.8", index_url=host.serve_index(), known=("0" * 64,)))
    wheel = archive("uv-0.13.8.data/scripts/uv")
    host.machine.blobs.receive(digest_of(wheel), [wheel])
    with pytest.raises(StepError, match="is not the one that is known"):
        fetch(host, Uv("0.13.8", wheelhouse=True, wheel=digest_of(wheel), known=("0" * 64,)))
    host.machine.blobs.forget()
    assert host.snapshot() == before


def test_a_wheel_that_is_known_is_placed(host):
    fetch(host, Uv("0.13.8", index_url=host.serve_index(), known=(digest_of(uv_wheel()),)))
    assert host.path("/opt/deploytasks/uv/0.13.8/uv").exists()


def test_a_wheel_for_other_machines_is_not_taken(host):
    index = index_of(host, archive("uv-0.13.8.data/scripts/uv"), "uv-0.13.8-py3-none-win_amd64.whl")
    with pytest.raises(StepError, match=r"has no uv 0\.13\.8 for "):
        fetch(host, Uv("0.13.8", index_url=index))


def archive(name):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as wheel:
        wheel.writestr(name, "#!/bin/sh\n")
    return packed.getvalue()


def index_of(host, wheel, name="uv-0.13.8-py3-none-manylinux1_x86_64.musllinux_1_1_aarch64.whl"):
    link = '<a href="/%s#sha256=%s">' % (name, hashlib.sha256(wheel).hexdigest())
    return host.serve_pages({"/uv/": link.encode(), "/" + name: wheel})
