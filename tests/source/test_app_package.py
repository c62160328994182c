"""An app that is a package has its metadata, its commands and its entry points in each release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploytasks.errors import SourceError
from deploytasks.source.package.app_package import AppPackage, read_app_package

Write = Callable[[Mapping[str, str]], Path]
BUILT = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
PROJECT = f"""{BUILT}
[project]
name = "The_Shop"
version = "1.4"
description = "Sells
 things"
requires-python = ">=3.8"
dependencies = ["flask>=3"]

[project.scripts]
shop = "shop.cli:main"

[project.entry-points."shop.plugins"]
paper = "shop.paper:Paper"
""".replace("Sells\n things", "Sells things")


def package_in(root: Path) -> AppPackage:
    found = read_app_package(root)
    assert found is not None
    return found


def test_what_a_pyproject_says_lies_in_a_release_as_an_installation_would_have_it(write: Write) -> None:
    package = package_in(write({"pyproject.toml": PROJECT, "src/shop/__init__.py": ""}))
    assert package.directories == ("src",)
    assert {path: text.decode() for path, text in package.files.items()} == {
        ".installed/the_shop-1.4.dist-info/METADATA": (
            "Metadata-Version: 2.1\nName: The_Shop\nVersion: 1.4\nSummary: Sells things\nRequires-Python: >=3.8\n"
            "Requires-Dist: flask>=3\n"
        ),
        ".installed/the_shop-1.4.dist-info/entry_points.txt": (
            "[console_scripts]\nshop = shop.cli:main\n\n[shop.plugins]\npaper = shop.paper:Paper\n"
        ),
    }
    program = package.programs[".installed/bin/shop"].decode()
    assert program.startswith("#!/usr/bin/env python3\n")
    assert "from shop.cli import main\n" in program
    assert "sys.exit(main())" in program


@pytest.mark.parametrize(
    "pyproject",
    [
        '[project]\nname = "shop"\nversion = "1"\n',
        f'{BUILT}[project]\nname = "shop"\nversion = "1"\n[tool.uv]\npackage = false\n',
        '[tool.poetry]\nname = "shop"\npackage-mode = false\n[build-system]\nrequires = []\n',
        f"{BUILT}[tool.ruff]\nline-length = 100\n",
    ],
)
def test_a_file_of_requirements_and_tools_alone_makes_no_package(write: Write, pyproject: str) -> None:
    assert read_app_package(write({"pyproject.toml": pyproject, "app.py": ""})) is None


@pytest.mark.parametrize("line", ["-e .", ".", "--editable=.", "-e .[web]  # ours", "file:."])
def test_requirements_that_want_the_directory_itself_make_it_a_package(write: Write, line: str) -> None:
    root = write({"pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n', "r.txt": f"flask\n{line}\n"})
    found = read_app_package(root, "r.txt")
    assert found is not None
    assert found.version == "1"


@pytest.mark.parametrize(
    ("said", "directories"),
    [
        ('[tool.setuptools.package-dir]\n"" = "lib"\n', ("lib",)),
        ('[tool.setuptools.packages.find]\nwhere = ["lib", "src"]\n', ("lib", "src")),
        ('[tool.hatch.build.targets.wheel]\npackages = ["lib/shop", "src/other"]\n', ("lib", "src")),
        ('[tool.uv.build-backend]\nmodule-root = "lib"\n', ("lib",)),
        ('[tool.pdm.build]\npackage-dir = "lib"\n', ("lib",)),
        ('[tool.setuptools]\npackages = ["shop"]\n', ("src",)),
    ],
)
def test_imports_start_where_the_build_backend_finds_the_modules(
    write: Write, said: str, directories: tuple[str, ...]
) -> None:
    files = {"pyproject.toml": PROJECT + said, "lib/shop/__init__.py": "", "src/other/__init__.py": ""}
    assert package_in(write(files)).directories == directories


@pytest.mark.parametrize(
    ("build", "said"),
    [
        ("setuptools.build_meta", '[tool.setuptools.dynamic]\nversion = {attr = "shop.__version__"}\n'),
        ("hatchling.build", '[tool.hatch.version]\npath = "shop/__init__.py"\n'),
        ("flit_core.buildapi", ""),
    ],
)
def test_a_version_that_stands_in_a_module_is_read_there(write: Write, build: str, said: str) -> None:
    text = (
        f'[build-system]\nrequires = []\nbuild-backend = "{build}"\n'
        f'[project]\nname = "shop"\ndynamic = ["version", "description"]\n{said}'
    )
    package = package_in(write({"pyproject.toml": text, "shop/__init__.py": '__version__ = "2.5"\n'}))
    assert (package.name, package.version, package.directories) == ("shop", "2.5", (".",))


@pytest.mark.parametrize(
    "project",
    [
        '[project]\nname = "shop"\ndynamic = ["version"]\n[tool.setuptools_scm]\n',
        '[project]\nname = "shop"\nversion = "1"\ndynamic = ["scripts"]\n',
        '[tool.poetry]\nname = "shop"\nversion = "0"\n[tool.poetry-dynamic-versioning]\nenable = true\n',
    ],
)
def test_what_only_a_build_knows_is_not_guessed(write: Write, project: str) -> None:
    assert package_in(write({"pyproject.toml": BUILT + project})).version == ""


def test_poetry_says_commands_and_plugins_in_its_own_tables(write: Write) -> None:
    text = (
        '[build-system]\nrequires = ["poetry-core"]\n[tool.poetry]\nname = "shop"\nversion = "3"\n'
        'packages = [{include = "shop", from = "lib"}]\n[tool.poetry.scripts]\nshop = "shop:app.main"\n'
        '[tool.poetry.plugins."shop.plugins"]\npaper = "shop:Paper"\n'
    )
    package = package_in(write({"pyproject.toml": text, "lib/shop/__init__.py": ""}))
    points = package.metadata["entry_points.txt"]
    assert points == "[console_scripts]\nshop = shop:app.main\n\n[shop.plugins]\npaper = shop:Paper\n"
    assert "from shop import app\n" in package.programs[".installed/bin/shop"].decode()
    assert package.directories == ("lib",)


def test_a_table_of_another_shape_is_told_with_its_file(write: Write) -> None:
    root = write({"pyproject.toml": f'{BUILT}[project]\nname = "shop"\nscripts = "shop"\n'})
    with pytest.raises(SourceError, match=r"pyproject.toml: .*scripts"):
        read_app_package(root)
