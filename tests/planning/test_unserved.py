"""What app_static names and nobody serves is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploytasks.planning.plan import made_ready
from deploytasks.planning.standard import standard_roles
from deploytasks.planning.unserved import unserved
from tests.roles.rendered import DEFAULT, host_with


@pytest.fixture
def source(tmp_path: Path) -> Path:
    files = {
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "requirements.txt": "flask\n",
        ".gitignore": "dist/\n",
        "dist/index.html": "front\n",
        "meta/robots.txt": "\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def notes(source: Path, static: dict[str, str], **variables: Any) -> tuple[str, ...]:
    host = host_with({**DEFAULT, "app_source": str(source), "app_static": static, **variables})
    return unserved(replace(made_ready(host, standard_roles(host))))


def test_a_place_of_which_nothing_travels_is_told_with_what_helps(source: Path) -> None:
    static = {"/": "dist", "/robots.txt": "meta/robots.txt", "/media": "media", "/new": "built/new"}
    assert notes(source, static, app_shared=["media/"]) == (
        "app_static: no file of dist, for /, travels: git ignores it; write !/dist/ into .deployignore",
        "app_static: no file of built/new, for /new, travels: it is not there; app_build makes it, if something builds "
        "it",
    )
    (source / ".deployignore").write_text("!/dist/\n")
    assert notes(source, {"/": "dist"}) == ()


def test_without_a_web_server_nothing_is_served_from_the_disk(source: Path) -> None:
    (told,) = notes(source, {"/": "meta"}, app_web_server="none")
    assert told == "app_static is not used: with app_web_server=none the app serves its files itself"
