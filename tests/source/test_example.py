"""The example is what the documentation says of it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.source import Source, detect_callable, detect_static, find_requirements

if TYPE_CHECKING:
    import pytest

HELLO = Path(__file__).parents[2] / "examples/hello"


def test_everything_about_the_example_is_found() -> None:
    ref = detect_callable(HELLO)
    assert (str(ref), ref.framework) == ("app:app", "flask")
    assert detect_static(HELLO, ref) == {"/static": "static"}
    assert find_requirements(HELLO).names == {"flask"}
    names = [entry.name for entry in Source.scan(HELLO).manifest]
    assert names == ["README.md", "app.py", "requirements.txt", "static/style.css", "templates/hello.html"]


def test_the_example_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("hello", HELLO / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "hello", module)  # where Flask looks for its templates
    spec.loader.exec_module(module)
    client = module.app.test_client()
    assert b"<dd>local</dd>" in client.get("/").data
    assert client.get("/healthz").json == {"status": "ok", "release": "local"}
    assert client.get("/slow?s=0").json == {"slept_s": 0.0}
    with client.get("/static/style.css") as style:
        assert style.status_code == 200
