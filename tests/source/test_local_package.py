"""Packages that lie in the source are built here, and named by their wheels."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploytasks.errors import SourceError
from deploytasks.planning.own_wheels import with_own_wheels
from deploytasks.source.requirements.lockfile import find_requirements

Write = Callable[[Mapping[str, str]], Path]
COMMON = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "Our_Common"
version = "1.4"
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize(
    "line", ["-e ./libs/common", "./libs/common", "libs/common/", "our-common @ file:./libs/common"]
)
def test_a_directory_becomes_the_wheel_that_is_built_of_it(write: Write, cache: Path, line: str) -> None:
    root = write(
        {
            "requirements.txt": f"flask\n{line}\n",
            "libs/common/pyproject.toml": COMMON,
            "libs/common/our_common/__init__.py": "WHERE = 'here'\n",
        }
    )
    wanted, (wheel,) = with_own_wheels(find_requirements(root))
    lines = wanted.files["requirements.txt"].splitlines()
    assert re.match(
        r"our-common @ file:wheels/our_common-1\.4-\S*py3-none-any\.whl  # [0-9a-f]{16}", lines[1]
    )
    assert "our_common/__init__.py" in zipfile.ZipFile(wheel.place).namelist()
    assert with_own_wheels(find_requirements(root))[0].files == wanted.files
    (root / "libs/common/our_common/__init__.py").write_text("WHERE = 'there'\n")
    assert with_own_wheels(find_requirements(root))[0].files != wanted.files


def test_a_wheel_of_the_source_goes_along_as_it_is(write: Write, cache: Path) -> None:
    root = write(
        {"requirements.txt": "./vendor/x-1.0-py3-none-any.whl\n", "vendor/x-1.0-py3-none-any.whl": "x"}
    )
    wanted, (wheel,) = with_own_wheels(find_requirements(root))
    assert wanted.names == {"x"}
    assert (wheel.name, wheel.place) == ("x-1.0-py3-none-any.whl", root / "vendor/x-1.0-py3-none-any.whl")


@pytest.mark.parametrize(
    ("line", "files", "told"),
    [
        ("../other", {"../other/setup.py": ""}, "a path that leads out of the source"),
        ("./lib", {"lib/a.py": ""}, "a directory without a package; expected one of pyproject.toml"),
        (
            "./x-1.0-cp311-cp311-linux_x86_64.whl",
            {"x-1.0-cp311-cp311-linux_x86_64.whl": ""},
            "for one kind of machine",
        ),
        ("./gone", {}, "a path, which only this machine has"),
    ],
)
def test_what_no_host_could_install_is_refused_by_its_line(
    write: Write, line: str, files: Mapping[str, str], told: str
) -> None:
    root = write({"requirements.txt": f"flask\n{line}\n", **files})
    with pytest.raises(SourceError, match=rf"requirements.txt:2: .*{told}"):
        find_requirements(root)
