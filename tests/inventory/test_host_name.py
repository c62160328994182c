"""Host names, ranges and ports."""

from __future__ import annotations

import pytest

from deploytasks.inventory.host_name import MOST_HOSTS, expanded, port_number
from deploytasks.inventory.refused import Refused


@pytest.mark.parametrize(
    ("pattern", "names", "port"),
    [
        ("web1", ["web1"], None),
        ("web1.example.com:2222", ["web1.example.com"], 2222),
        ("w[08:10]", ["w08", "w09", "w10"], None),
        ("w[a:b]-[1:2]", ["wa-1", "wa-2", "wb-1", "wb-2"], None),
        ("[2001:db8::1]:22", ["2001:db8::1"], 22),
        ("2001:db8::1", ["2001:db8::1"], None),
    ],
)
def test_a_pattern_stands_for_names_and_a_port(pattern: str, names: list[str], port: int | None) -> None:
    assert expanded(pattern) == (names, port)


@pytest.mark.parametrize(
    "pattern",
    [
        "", "-x", "a b", "a;b", "$(id)", "a/b", "..", "a..b", "a.", "h_", "a[", "a]", "a[]", "a[1]", "a[1:2",
        "a[1:2:-1]", "a[:c]", "a[1:c]", "w[:2]:22", "[a]", "[1:2]:22", "fe80::1%eth0", "a:0", "a:65536",
        "a:22:23", "a:-1", "a:٣", "a\x1bb",
    ],
)  # fmt: skip
def test_what_is_no_host_is_refused(pattern: str) -> None:
    with pytest.raises(Refused):
        expanded(pattern)


@pytest.mark.parametrize("pattern", ["w[1:999999999]", "w[1:65537]", "w[1:300][1:300]"])
def test_a_range_of_too_many_hosts_is_refused_before_it_is_built(pattern: str) -> None:
    with pytest.raises(Refused, match=f"at most {MOST_HOSTS}"):
        expanded(pattern)


def test_control_characters_do_not_reach_the_terminal() -> None:
    with pytest.raises(Refused) as refused:
        expanded("a\x1b[31mb")
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize("value", [0, -1, 65536, True, 22.5, None, "ssh", "22.5", "-1", "", [22]])
def test_only_whole_numbers_up_to_65535_are_ports(value: object) -> None:
    with pytest.raises(Refused, match="expected a number from 1 to 65535"):
        port_number(value)


def test_a_port_may_be_text() -> None:
    assert port_number("2222") == 2222
