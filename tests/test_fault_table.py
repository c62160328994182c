"""The table of faults is what the tests say, and no fault is without a test or a reason."""

from __future__ import annotations

from tests.fault_table import FAULTS, OPEN, PAGE, covered, page


def test_the_page_is_that_of_these_tests():
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.fault_table writes it anew"


def test_every_fault_has_a_test_or_a_reason():
    numbers = [number for rows in FAULTS.values() for number in rows]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {*covered(), *OPEN} == {*numbers}
