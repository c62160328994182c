"""What is sent is told: much of it beforehand, and how far it is."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.events import Note
from deploytasks.delivery.contents import Contents
from deploytasks.fleet.upload import Upload
from deploytasks.report import Sending
from deploytasks.source import Source


@pytest.fixture
def contents(tmp_path) -> Contents:
    """An app with 24 MB of packages for browsers."""
    (tmp_path / "node_modules").mkdir()
    for number in range(3):
        (tmp_path / f"node_modules/{number}.js").write_bytes(bytes([number]) * 8_000_000)
    (tmp_path / "app.py").write_text("app = None\n")
    return Contents(Source.scan(tmp_path))


def test_much_is_told_beforehand_with_its_largest_directories(contents):
    said = []
    Upload(contents, said.append).begin(sorted(contents.source.manifest.contents))
    assert said == [
        Note(
            "sending 24.0 MB in 4 files; most of it: node_modules/ 24.0 MB, . 11 B; "
            ".deployignore leaves out what the app does not need"
        )
    ]


def test_little_is_not_told_beforehand(contents):
    said = []
    (small,) = (entry.digest for entry in contents.source.manifest.entries if entry.path == b"app.py")
    Upload(contents, said.append).begin([small])
    assert said == []


def test_how_far_it_is_is_told(contents):
    said = []
    upload = Upload(contents, said.append)
    upload.begin(sorted(contents.source.manifest.contents))
    upload.sent(1000)
    assert said[1:] == [Sending(1000, 24_000_011)]
