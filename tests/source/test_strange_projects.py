"""A project that was made to harm who reads it is refused in a sentence, or read as any other."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploytasks.errors import SourceError, VariableError
from deploytasks.planning.project import Project
from deploytasks.source.code.app_ref import parse_callable
from deploytasks.source.requirements.requirements_txt import indexes_in, read_requirements_txt
from deploytasks.source.text_file import LARGEST_MB

Write = Callable[[Mapping[str, str]], Path]
APP = "from flask import Flask\napp = Flask(__name__)\n"
NAMED = '[project]\nname = "shop"\n'
DEEP = 50_000


def nested(text: str = "") -> str:
    return text + "[" * DEEP + "]" * DEEP


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"app.py": APP + "x = " + "-" * 100_000 + "1\n"}, "app.py:1: nested too deeply"),
        ({"app.py": APP + "x = " + "1+" * 20_000 + "1\n"}, "app.py:1: nested too deeply"),
        ({"app.py": APP + "x = " + "(" * 1_000 + ")" * 1_000}, "app.py:3: too many nested parentheses"),
        ({"pyproject.toml": nested("a = ")}, "pyproject.toml: nested too deeply"),
        ({"uv.lock": nested("a = "), "pyproject.toml": NAMED}, "uv.lock: nested too deeply"),
        (
            {"pyproject.toml": "project = 1\n"},
            "pyproject.toml: Expected `object`, got `int` - at `$.project`",
        ),
        ({"pyproject.toml": '[project]\ndependencies = "x"\n'}, "at `$.project.dependencies`"),
        ({"pyproject.toml": "[project]\ndependencies = [1]\n"}, "at `$.project.dependencies[0]`"),
        ({"pyproject.toml": "tool = []\n"}, "at `$.tool`"),
        ({"pyproject.toml": "[tool.poetry]\nsource = [1]\n"}, "at `$.tool.poetry.source[0]`"),
        ({"uv.lock": "package = [1]\n", "pyproject.toml": NAMED}, "uv.lock: Expected `object`, got `int`"),
        ({"uv.lock": "[[package]]\nname = 1\n", "pyproject.toml": NAMED}, "at `$.package[0].name`"),
        ({"pylock.toml": "lock-version = '1.0'\npackages = 3\n"}, "pylock.toml: Expected `array`, got `int`"),
        ({"pylock.toml": "lock-version = '1.0'\n[[packages]]\nversion = '1'\n"}, "required field `name`"),
        ({"poetry.lock": "package = 3\n", "pyproject.toml": NAMED}, "poetry.lock: Expected `array`"),
        ({"poetry.lock": "", "pyproject.toml": NAMED}, "poetry.lock: Object missing required field"),
        ({"requirements.txt": "flask\n", "Pipfile": "requires = 3\n"}, "Pipfile: Expected `object`"),
    ],
)
def test_what_no_tool_writes_is_told_with_its_place(write: Write, files: dict[str, str], told: str) -> None:
    with pytest.raises(SourceError) as caught:
        Project.read(str(write({"app.py": APP, **files})), requirements="none" if "app.py" in files else None)
    assert told in str(caught.value)


def test_a_file_without_end_is_not_waited_for(write: Write) -> None:
    root = write({"app.py": APP, "requirements.txt": "-r pipe\n"})
    os.mkfifo(root / "pipe")
    with pytest.raises(SourceError, match="no such file|is no file"):
        read_requirements_txt(root / "requirements.txt", root)
    (root / "pipe").rename(root / "Procfile")
    (root / ".deployignore").write_text("Procfile\n")
    assert Project.read(str(root), requirements="none").processes == {}


def test_a_file_that_nobody_could_have_written_is_not_read(write: Write) -> None:
    root = write({"app.py": APP, "requirements.txt": "flask\n"})
    os.truncate(root / "requirements.txt", (LARGEST_MB << 20) + 1)
    with pytest.raises(SourceError, match="requirements.txt: larger than 64 MB"):
        read_requirements_txt(root / "requirements.txt", root)


def test_files_that_include_each_other_twice_are_read_once(write: Write) -> None:
    chain = {f"r{number}.txt": f"-r r{number + 1}.txt\n" * 2 for number in range(40)}
    root = write({**chain, "r40.txt": "--index-url https://index.example\nflask\n"})
    assert read_requirements_txt(root / "r0.txt", root).names == {"flask"}
    assert [index.url for index in indexes_in(root / "r0.txt")] == ["https://index.example"]


@pytest.mark.parametrize(
    "argument", ["'''a\rb'''", "'''a\u2028b'''", "'\x1b[31m'", "{[]: 1}", "-" * 100_000 + "1"]
)
def test_a_factory_whose_argument_is_no_line_of_an_inventory_is_refused(argument: str) -> None:
    with pytest.raises(VariableError) as caught:
        parse_callable(f"app:create_app({argument})")
    assert "must be MODULE:NAME" in str(caught.value)
