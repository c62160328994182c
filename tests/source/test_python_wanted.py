"""Which Pythons a source says that it runs on, and which of a host's it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploytasks.agent.release.facts import Facts
from deploytasks.errors import VariableError
from deploytasks.planning.python_choice import chosen_python, python_to_bring
from deploytasks.source.python_wanted import pythons_wanted

HOST = Facts(python="3.11.2", pythons=("python3", "python3.11", "python3.12", "python3.9"))
Write = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("file", "text", "where", "chosen"),
    [
        (".python-version", "# ours\n3.12.4\n", ".python-version:2", "python3.12"),
        ("runtime.txt", "python-3.9.18\n", "runtime.txt:1", "python3.9"),
        ("Pipfile", '[requires]\npython_version = "3.12"\n', "Pipfile:2", "python3.12"),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.12"\n', "pyproject.toml:2", "python3.12"),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n', "pyproject.toml:2", "python3"),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\n', "pyproject.toml:2", "python3"),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "~3.9"\n', "pyproject.toml:2", "python3.9"),
    ],
)
def test_the_python_that_fits_is_taken(write: Write, file: str, text: str, where: str, chosen: str) -> None:
    wanted = pythons_wanted(write({file: text}))
    assert [one.where for one in wanted] == [where]
    assert chosen_python(HOST, "", wanted, "prod1") == chosen


def test_where_none_fits_it_is_told_what_the_host_has(write: Write) -> None:
    wanted = pythons_wanted(write({"pyproject.toml": '[project]\nrequires-python = ">=3.13"\n'}))
    told = r"pyproject.toml:2: the app wants a Python >=3.13, and prod1 has python3 \(3.11.2\), python3.9, python3.12;"
    with pytest.raises(VariableError, match=told):
        chosen_python(HOST, "", wanted, "prod1")


def test_the_inventory_says_which_it_is_all_the_same(write: Write) -> None:
    wanted = pythons_wanted(write({".python-version": "3.13\n"}))
    assert chosen_python(HOST, "python3", wanted, "prod1") == "python3"
    assert chosen_python(HOST, "3.11", wanted, "prod1") == "3.11"
    assert chosen_python(HOST, "/opt/python/bin/python3.13", wanted, "prod1") == "/opt/python/bin/python3.13"
    assert chosen_python(HOST, "3.11.2", wanted, "prod1") == "python3"
    with pytest.raises(VariableError, match=r"prod1: app_python=3.13: the host has python3 \(3.11.2\)"):
        chosen_python(HOST, "3.13", wanted, "prod1")


@pytest.mark.parametrize(
    ("given", "python_version", "brought"),
    [
        ("3.13", "", "3.13"),
        ("python3.13", "", "3.13"),
        ("3.12.1", "", "3.12.1"),
        ("3.12", "", ""),
        ("/opt/python/bin/python3.13", "", ""),
        ("pypy3", "", ""),
        ("", "3.13", "3.13"),
        ("", "3.12", ""),
        ("", "3.99", ""),
        ("3.12", "3.13", ""),
    ],
)
def test_what_the_host_lacks_can_be_brought(
    write: Write, given: str, python_version: str, brought: str
) -> None:
    wanted = pythons_wanted(write({".python-version": f"{python_version}\n"}))
    assert python_to_bring(HOST, given, wanted) == brought


@pytest.mark.parametrize(
    "files",
    [
        {".python-version": "pypy3.10-7.3\n"},
        {".python-version": "shop-env\n"},
        {"pyproject.toml": "[tool.ruff]\n"},
        {"pyproject.toml": '[project]\nrequires-python = "newest"\n'},
        {"pyproject.toml": '[tool.poetry.dependencies]\npython = "*"\n'},
    ],
)
def test_what_names_no_version_says_nothing(write: Write, files: Mapping[str, str]) -> None:
    assert pythons_wanted(write(files)) == ()
