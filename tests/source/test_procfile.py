"""A Procfile is read as Heroku reads it, and its mistakes are named by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploytasks.errors import SourceError
from deploytasks.source import parse_procfile, read_procfile

if TYPE_CHECKING:
    from pathlib import Path


def test_processes_keep_their_order_and_commands_their_text() -> None:
    text = (
        "web: gunicorn app:app  # not a comment\n\n# one\nworker:celery -A shop:celery worker\r\nbeat_2 : x\n"
    )
    assert list(parse_procfile(text).items()) == [
        ("web", "gunicorn app:app  # not a comment"),
        ("worker", "celery -A shop:celery worker"),
        ("beat_2", "x"),
    ]


def test_no_procfile_means_no_processes(tmp_path: Path) -> None:
    assert read_procfile(tmp_path) == {}


def test_a_byte_order_mark_is_not_part_of_a_name(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_bytes(b"\xef\xbb\xbfweb: x\n")
    assert read_procfile(tmp_path) == {"web": "x"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("web gunicorn", "Procfile:1: not a process: 'web gunicorn'; expected NAME: COMMAND"),
        ("\nweb:", "Procfile:2: not a process: 'web:'; expected NAME: COMMAND"),
        ("-web: x", "Procfile:1: not a process: '-web: x'; expected NAME: COMMAND"),
        ("a/b: x", "Procfile:1: not a process: 'a/b: x'; expected NAME: COMMAND"),
        ("web: x\n#\nweb: y", "Procfile:3: process 'web' again, first on line 1; keep one"),
    ],
)
def test_a_mistake_is_named_by_line(text: str, complaint: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_procfile(text)
    assert str(caught.value) == complaint


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(SourceError) as caught:
        parse_procfile("x\nweb: y\nz\n")
    assert [line[:11] for line in str(caught.value).splitlines()] == ["Procfile:1:", "Procfile:3:"]


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_bytes(b"web: \xff\n")
    with pytest.raises(SourceError, match="Procfile: not text at byte 5; expected UTF-8"):
        read_procfile(tmp_path)
