"""What is packed: the package with its roles and their templates, once, from the checkout and from the sdist."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from tests.wheel import ROOT, Environment, build, unpacked


@pytest.fixture(scope="module")
def builder(tmp_path_factory) -> Environment:
    return Environment.make(tmp_path_factory.mktemp("builder"), "hatchling>=1.24")


@pytest.fixture(scope="module")
def wheel(builder, tmp_path_factory) -> Path:
    return build(builder, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(builder, tmp_path_factory) -> Path:
    return build(builder, "sdist", tmp_path_factory.mktemp("sdist"))


def test_the_wheel_holds_the_whole_package_once(wheel):
    assert [name for name in names_in(wheel) if ".dist-info/" not in name] == names_in_checkout()


def test_the_roles_are_in_it_with_their_templates(wheel):
    names = names_in(wheel)
    assert {"deploytasks/py.typed", "deploytasks/roles/nginx/templates/site.conf.j2"} <= set(names)
    assert not [name for name in names if name.startswith(("roles/", "tests/"))]


def test_the_sdist_makes_the_same_wheel(builder, sdist, wheel, tmp_path):
    again = build(builder, "wheel", tmp_path / "wheel", unpacked(sdist, tmp_path))
    assert contents(again) == contents(wheel)


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return sorted(archive.namelist())


def names_in_checkout() -> list[str]:
    package = ROOT / "deploytasks"
    found = [Path(place) / name for place, _, names in os.walk(package, followlinks=True) for name in names]
    return sorted(str(path.relative_to(ROOT)) for path in found if "__pycache__" not in path.parts)


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
