"""The reference is what signatures and docstrings say."""

from __future__ import annotations

import pytest

from tests.reference import PAGES, PLACE, members, pages, said

MOST_WORDS = 12
PUBLIC = [
    (name, member)
    for _, _, things in PAGES.values()
    for thing in things
    for name, member in [
        (thing.__name__, thing),
        *((f"{thing.__name__}.{of_it}", member) for of_it, member in members(thing)),
    ]
]


@pytest.mark.parametrize(
    ("file", "text"), [*pages()], ids=lambda value: value if value.endswith(".md") else ""
)
def test_a_page_is_as_the_source_has_it(file, text):
    assert (PLACE / file).read_text(encoding="utf-8") == text, "write it anew: python -m tests.reference"


@pytest.mark.parametrize("thing", [thing for _, thing in PUBLIC], ids=[name for name, _ in PUBLIC])
def test_the_first_line_is_one_short_sentence(thing):
    first, *rest = said(thing).splitlines()
    assert len(first.split()) <= MOST_WORDS, first
    assert first.endswith((".", ":")), f"it goes on in the next line: {first}"
    assert rest[:1] in ([], [""]), f"an empty line stands below it: {first}"
