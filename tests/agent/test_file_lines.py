"""How the lines of a file differ, as somebody reads them."""

from __future__ import annotations

from deploytasks.agent.release.file_lines import LONGEST_LINE, MOST_OF_A_FILE, NO_LINES, changed_lines


def test_what_differs_is_told_with_its_neighbours():
    assert list(changed_lines("a.txt", b"one\ntwo\n", b"one\n2\n")) == [
        "--- a.txt", "+++ a.txt", "@@ -1,2 +1,2 @@", " one", "-two", "+2",
    ]  # fmt: skip


def test_a_new_file_is_told_whole():
    assert list(changed_lines("a.txt", None, b"one\ntwo\n", is_new=True)) == [
        "--- /dev/null", "+++ a.txt", "@@ -0,0 +1,2 @@", "+one", "+two",
    ]  # fmt: skip


def test_many_and_long_lines_are_cut():
    told = list(changed_lines("a.js", None, b"\n".join([b"x" * 5000] * 90), is_new=True))
    assert len(told) == MOST_OF_A_FILE + 1
    assert told[-1] == "and 43 lines more"
    assert max(map(len, told)) == LONGEST_LINE


def test_what_is_no_text_or_is_not_known_has_no_lines():
    assert list(changed_lines("logo.png", None, b"\x89PNG\0", is_new=True)) == [NO_LINES]
    assert list(changed_lines("dump.sql", b"one", None)) == [NO_LINES]
