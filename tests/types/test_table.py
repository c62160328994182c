"""The page of types beside Ansible's modules is what the cases say."""

from __future__ import annotations

from tests.types.table import PAGE, page


def test_the_page_is_of_these_cases():
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.types.table writes it"
