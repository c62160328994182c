"""The reference is what signatures and docstrings say."""

from __future__ import annotations

import pytest

from tests.reference import PLACE, pages


@pytest.mark.parametrize(
    ("file", "text"), [*pages()], ids=lambda value: value if value.endswith(".md") else ""
)
def test_a_page_is_as_the_source_has_it(file, text):
    assert (PLACE / file).read_text(encoding="utf-8") == text, "write it anew: python -m tests.reference"
