"""The pages of faults and of bad input are what the tests say, and no row is without a test or a reason."""

from __future__ import annotations

import pytest

from tests.bad_input_table import BAD_INPUT
from tests.fault_table import FAULTS

CATALOGUES = [
    pytest.param(FAULTS, 88, id="faults"),
    pytest.param(BAD_INPUT, 73, id="bad input"),
]


@pytest.mark.parametrize(("catalogue", "count"), CATALOGUES)
def test_the_page_is_that_of_these_tests(catalogue, count):
    assert sorted(catalogue.numbers) == list(range(1, count + 1))
    assert catalogue.page.read_text(encoding="utf-8") == catalogue.text(), (
        f"python -m tests.{catalogue.kind}_table writes it anew"
    )


@pytest.mark.parametrize(("catalogue", "count"), CATALOGUES)
def test_every_row_has_a_test_or_a_reason(catalogue, count):
    assert {*catalogue.covered(), *catalogue.remarks} == {*range(1, count + 1)}
