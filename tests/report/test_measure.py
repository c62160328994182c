from __future__ import annotations

import pytest

from deploytasks.report.measure import duration, size


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 s"),
        (9.99, "9.99 s"),
        (9.996, "10.0 s"),
        (59.9, "59.9 s"),
        (59.96, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3599.6, "1 h 0 min"),
        (3900, "1 h 5 min"),
    ],
)
def test_a_duration_is_as_precise_as_one_cares_for(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (12345, "12.3 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (4_000_000, "4.0 MB"),
        (2_500_000_000, "2.5 GB"),
    ],
)
def test_a_size_is_in_si_units(count, text):
    assert size(count) == text
