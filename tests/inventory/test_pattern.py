"""Host patterns where Ansible would go on with other hosts than were meant, or with none."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploytasks.errors import InventoryError

HOSTS = "[web]\nw[1:4]\n[db]\nd1\n[prod:children]\ndb\n[prod]\nw1\nw2\n[empty]\n"


@pytest.fixture
def chosen(load):
    inventory = load(HOSTS)
    return lambda pattern: [host.name for host in inventory.select(pattern)]


@pytest.fixture
def refusal(chosen):
    def refused(pattern: str) -> str:
        with pytest.raises(InventoryError) as error:
            chosen(pattern)
        return str(error.value)

    return refused


@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [
        ("web:&prod:!w1", ["w2"]),
        ("!w1:web:&prod", ["w2"]),
        ("d1,w1", ["d1", "w1"]),
        ("web[0:1]", ["w1", "w2"]),
        ("web[-2]", ["w3"]),
        ("~w[34]", ["w3", "w4"]),
        ("w?", ["w1", "w2", "w3", "w4"]),
        (" w1 , w2 ", ["w1", "w2"]),
        ("web:empty", ["w1", "w2", "w3", "w4"]),
        ("!web", ["d1"]),
        ("*[0:1]", ["w1", "w2"]),
    ],
)
def test_a_pattern_chooses_hosts(chosen, pattern: str, hosts: list[str]) -> None:
    assert chosen(pattern) == hosts


@pytest.mark.parametrize("pattern", ["", "  "])
def test_an_empty_pattern_is_not_everything(refusal, pattern: str) -> None:
    assert refusal(pattern).startswith("empty host pattern")


def test_an_unknown_group_is_told_with_the_nearest_and_all_names(refusal) -> None:
    message = refusal("wbe")
    assert message.startswith('unknown host or group "wbe"; did you mean "web"?')
    assert "groups: all, ungrouped, web, db, prod, empty" in message


@pytest.mark.parametrize(
    "pattern", ["nosuch", "w1,nosuch", "web:!nosuch", "web:&nosuch", "localhost", "127.0.0.1", "web:22"]
)
def test_an_unknown_name_anywhere_stops_it(refusal, pattern: str) -> None:
    assert refusal(pattern).startswith("unknown host or group")


@pytest.mark.parametrize("pattern", ["x*", "~x", "web:!x*"])
def test_a_part_that_matches_nothing_stops_it(refusal, pattern: str) -> None:
    assert "matches no host or group" in refusal(pattern)


@pytest.mark.parametrize(
    "pattern", ["web:!web", "web:&db", "web[9]", "web[-5]", "web[2:1]", "web[7:9]", "empty[0]"]
)
def test_a_pattern_that_leaves_no_host_stops_it(refusal, pattern: str) -> None:
    assert "matches no host" in refusal(pattern)


def test_an_empty_group_is_called_empty(refusal) -> None:
    assert refusal("empty").startswith('group "empty" is empty')


@pytest.mark.parametrize("pattern", ["w1,", "w1,,w2", "!", "web:&"])
def test_an_empty_part_stops_it(refusal, pattern: str) -> None:
    assert "empty part" in refusal(pattern)


@pytest.mark.parametrize("pattern", ["~w(", "~*"])
def test_a_broken_regular_expression_is_told(refusal, pattern: str) -> None:
    assert 'expected a regular expression behind "~"' in refusal(pattern)


def test_an_open_bracket_is_told(refusal) -> None:
    assert 'expected each "[" to be closed' in refusal("web[0")


def test_patterns_can_stand_in_a_file(chosen, tmp_path: Path) -> None:
    (tmp_path / "failed.txt").write_text("# of the last run\nd1\n\nweb:!w1\n")
    assert chosen("@failed.txt") == ["d1", "w2", "w3", "w4"]
    assert chosen("@failed.txt,!d1") == ["w2", "w3", "w4"]


def test_a_missing_or_empty_file_of_patterns_is_told(refusal, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("# nothing\n")
    assert refusal("@nosuch.txt").startswith("file not found: nosuch.txt")
    assert refusal("@empty.txt").startswith("empty.txt: has no host")
