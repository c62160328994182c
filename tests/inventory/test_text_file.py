"""Files that cannot be read as text, or should not be trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory.documents.text_file import SIZE_LIMIT, read_text


def refusal(path: Path) -> str:
    with pytest.raises(InventoryError) as error:
        read_text(str(path))
    return str(error.value)


def test_text_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes("é\r\nx".encode())
    assert read_text(str(path)) == "é\r\nx"


def test_what_an_editor_of_windows_puts_first_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"\xef\xbb\xbf[web]\r\nh1\r\n")
    assert read_text(str(path)) == "[web]\r\nh1\r\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\nb\xff\n", ":2: not text: byte 3 is no UTF-8"),
        (b"\x7fELF\x02\x00", ":1: not text: control character '\\x7f' at byte 0"),
        (b"a\nb\x00\n", ":2: not text: control character '\\x00' at byte 3"),
        (b"a\rb\n", ":1: not text: control character '\\r'"),
        ("a\né\x1b[31m".encode(), ":2: not text: control character '\\x1b' at byte 4"),
        ("a\u2028b".encode(), ":1: not text"),
    ],
)
def test_what_is_no_text_is_told_with_its_place(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    assert f"{path}{message}" in refusal(path)


def test_a_file_that_anyone_may_change_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.touch()
    path.chmod(0o666)
    assert refusal(path).endswith(f"run: chmod o-w {path}")


def test_a_loop_of_links_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert "too many levels of symbolic links" in refusal(tmp_path / "a")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with path.open("wb") as file:
        file.truncate(SIZE_LIMIT + 1)
    assert f"{SIZE_LIMIT + 1} bytes" in refusal(path)
