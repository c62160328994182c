from __future__ import annotations

import pytest

from deploytasks.report.page import Line, Span, Table, Tree, text_lines


def text(part):
    return [line.text for line in part.lines()]


@pytest.mark.bad_input(60)
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain [red]text[/red]", "plain [red]text[/red]"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\rb\nc\td\0", "a\\rb\\nc\\td\\x00"),
        ("\x9b1m\x7f", "\\x9b1m\\x7f"),
        ("\u202e\u2066\u200b", "\\u202e\\u2066\\u200b"),
        ("\udcff", "\\udcff"),
        ("grüße 東京 ✓", "grüße 東京 ✓"),
    ],
)
def test_a_span_shows_what_it_must_not_send(said, shown):
    assert Span(said).text == shown


def test_columns_are_aligned_and_empty_ones_take_no_room():
    table = Table.of([["a", "", "x", ""], ["long", "", "", ""]], indent=2)
    assert text(table) == ["  a     x", "  long"]


def test_a_titled_column_is_there_even_when_it_is_empty():
    assert text(Table.of([["a", "", "x"]], ("host", "by", "to"))) == ["host  by  to", "a         x"]


def test_a_table_without_rows_is_nothing():
    assert text(Table.of([])) == []


def test_a_tree_is_drawn_in_ascii():
    leaf, twig = Tree(Line.of("leaf")), Tree(Line.of("twig"), (Tree(Line.of("bud")),))
    assert text(Tree(Line.of("root"), (twig, leaf, twig))) == [
        "root",
        "|-- twig",
        "|   `-- bud",
        "|-- leaf",
        "`-- twig",
        "    `-- bud",
    ]


def test_only_a_line_feed_ends_a_line():
    assert text_lines("a\r\nb\x0bc\u2028d\n\n") == ["a", "b\x0bc\u2028d"]
    assert text_lines(" \n") == []
