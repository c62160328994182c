"""Paths as Windows has them, on whatever machine the test runs."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from deploytasks.here.paths import below, on_host, words_of
from tests.imports import PACKAGE
from tests.platforms import modules, on_the_controller

MODULES = modules()
ROOT = Path(__file__).parents[2]
TURNING = {"relative_to", "relpath"}
"""What makes a name of a path, in the way of this system; the agent's are of the host that it is on."""


def test_what_lies_below_is_called_with_slashes():
    root = PureWindowsPath(r"C:\Users\me\shop")
    assert below(root / "static" / "css" / "a.css", root) == "static/css/a.css"
    assert below(PureWindowsPath(r"c:\users\me\shop\app.py"), root) == "app.py"
    with pytest.raises(ValueError, match="not in the subpath"):
        below(PureWindowsPath(r"D:\Users\me\shop\app.py"), root)


def test_a_link_leads_where_it_led():
    assert on_host(r"..\shared\logo.png", "\\") == "../shared/logo.png"
    assert on_host(r"a\b", "/") == r"a\b"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"prod1 app_source=C:\Users\me\shop", ["prod1", r"app_source=C:\Users\me\shop"]),
        (r"-i ~\.ssh\id_ed25519 -p 22", ["-i", r"~\.ssh\id_ed25519", "-p", "22"]),
        (r"app_source=..\shared", [r"app_source=..\shared"]),
        (r'-o "UserKnownHostsFile=C:\My Keys\known"', ["-o", r"UserKnownHostsFile=C:\My Keys\known"]),
        (r"a\ b 'c d' e\"f", ["a b", "c d", 'e"f']),
        (r"\\share\shop", [r"\share\shop"]),
    ],
)
def test_a_backslash_is_of_a_path_where_paths_have_them(text, words):
    assert words_of(text, "\\") == words


def test_elsewhere_words_are_those_of_a_shell():
    assert words_of(r"a\b c\ d", "/") == ["ab", "c d"]


def test_names_are_made_of_paths_in_one_place():
    made = [
        f"{MODULES[name].relative_to(PACKAGE)}:{node.lineno}"
        for name in on_the_controller(MODULES)
        if not name.startswith("deploytasks.agent.")
        for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in TURNING and not is_posix(node.value)
    ]
    assert {place.partition(":")[0] for place in made} == {"here/paths.py"}


def is_posix(node: ast.expr) -> bool:
    """``posixpath`` is about names that are of a host already."""
    return isinstance(node, ast.Name) and node.id == "posixpath"


@pytest.fixture
def source(tmp_path) -> Path:
    """All that an app has whose names come from paths: directories, links, packages and requirements of its own."""
    root = tmp_path / "shop"
    for path, text in SOURCE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "shop/static/logo.txt").symlink_to("../../assets/logo.txt")
    return root


SOURCE = {
    "shop/__init__.py": "from flask import Flask\napp = Flask(__name__)\n",
    "shop/static/css/site.css": "a {}\n",
    "assets/logo.txt": "logo\n",
    "requirements.txt": "-r requirements/base.txt\n-e ./libs/common\n",
    "requirements/base.txt": "flask==3.0.3\n",
    "libs/common/pyproject.toml": '[project]\nname = "common"\nversion = "1"\n',
    "libs/common/common.py": "",
    "secret/vars.yml": "a: 1\n",
    "Procfile": "web: gunicorn shop:app\nworker: python -m shop.work\n",
}


def test_a_plan_is_the_same_from_where_paths_have_backslashes(source):
    there, here = plan_of(source), plan_of(source, "--slashes")
    assert "shop/static/css/site.css" in str(here["travels"])
    assert "secret/vars.yml" not in str(here["travels"])
    assert there == here


def plan_of(source: Path, *flags: str) -> dict[str, Any]:
    argv = [sys.executable, "-m", "tests.with_backslashes", *flags, str(source)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
