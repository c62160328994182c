"""Host names as they stand in an inventory: ranges, ports, addresses.

The grammar is Ansible's (``parsing/utils/addresses.py`` of ansible-core). What Ansible would quietly take for
a name, such as ``h1,h2`` or ``h1:ssh``, is refused.
"""

from __future__ import annotations

import ipaddress
import re
import string

from deploytasks.agent.regex import regex
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import shortened

LABEL = r"\w[\w-]*(?<![_-])"
NAME = regex(rf"{LABEL}(?:\.{LABEL})*")
BRACKETED_PORT = regex(r"\[(.+)\]:([^:\[\]]*)")
PORT = regex(r"((?:[^:\[\]]|\[[^\]]*\])*):([^:\[\]]*)")
RANGE = regex(r"\[([^\]]*)\]")
NUMBERS = regex(r"([0-9]{0,9}):([0-9]{1,9})(?::([0-9]{1,9}))?")
LETTERS = regex(r"([A-Za-z]):([A-Za-z])(?::([0-9]{1,9}))?")
EXPECTED_INSTEAD = {
    None: "a letter or digit at both ends of each part",
    ",": "one host on each line, or a range such as web[1:3]",
    "[": "brackets around a range, as in web[1:3], or around an address with a port, as in [::1]:22",
}
LAST_PORT = 65535
MOST_HOSTS = 65536
"""Of one line; more is a typing error."""


def expanded(pattern: str) -> tuple[list[str], int | None]:
    """The host names that ``web[01:03].example.com:2222`` stands for, and their port."""
    if pattern.startswith("-"):
        raise Refused(f'host name "{pattern}" may not start with "-"')
    body, port = _split_port(pattern)
    if port is not None and "[:" in body:
        raise Refused(f'range in "{pattern}": expected [0:…], a begin before the colon')
    names = _expanded_ranges(body)
    for name in names:
        check_host_name(name)
    return names, None if port is None else port_number(port)


def check_host_name(name: str) -> None:
    """Refuse what is neither a host name nor an IP address."""
    if NAME.fullmatch(name) or is_ipv6(name):
        return
    odd = next((char for char in name if not (char.isalnum() or char in "_.-")), None)
    expected = EXPECTED_INSTEAD.get(odd, "letters, digits, '-' and '.'")
    what = f"invalid character {odd!r} in host name" if odd else "host name"
    raise Refused(f"{what} {shortened(name)}; expected {expected}")


def is_ipv6(name: str) -> bool:
    """Whether *name* is an IPv6 address without a zone."""
    try:
        ipaddress.IPv6Address(name)
    except ValueError:
        return False
    return "%" not in name


def port_number(value: object) -> int:
    """*value* as a TCP port; digits in quotes count too."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,5}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LAST_PORT:
        raise Refused(f'port: "{value}"; expected a number from 1 to 65535')
    return value


def _split_port(pattern: str) -> tuple[str, str | None]:
    match = BRACKETED_PORT.fullmatch(pattern) or PORT.fullmatch(pattern)
    if match is None or is_ipv6(pattern):
        return pattern, None
    return match[1], match[2]


def _expanded_ranges(pattern: str) -> list[str]:
    names = [""]
    rest = 0
    for match in RANGE.finditer(pattern):
        items = _range_items(match[1])
        if len(names) * len(items) > MOST_HOSTS:
            raise Refused(f'range in "{pattern}": expected at most {MOST_HOSTS} hosts')
        names = [name + pattern[rest : match.start()] + item for name in names for item in items]
        rest = match.end()
    return [name + pattern[rest:] for name in names]


def _range_items(text: str) -> list[str]:
    """The items of ``01:10:3`` (01, 04, 07, 10) or ``a:c``; both ends belong to it."""
    match = NUMBERS.fullmatch(text) or LETTERS.fullmatch(text)
    if match is None:
        raise Refused(f"range [{text}]: expected [begin:end] or [begin:end:step], numbers or single letters")
    begin, end, step = match[1] or "0", match[2], int(match[3] or 1)
    if step == 0:
        raise Refused(f"range [{text}]: step 0; expected 1 or more")
    return _numbers(text, begin, end, step) if begin.isdigit() else _letters(text, begin, end, step)


def _numbers(text: str, begin: str, end: str, step: int) -> list[str]:
    width = len(begin) if begin.startswith("0") and len(begin) > 1 else 0
    if width and width != len(end):
        raise Refused(f"range [{text}]: begin and end have leading zeros; expected the same number of digits")
    numbers = range(int(begin), int(end) + 1, step)
    if len(numbers) > MOST_HOSTS:
        raise Refused(f"range [{text}]: expected at most {MOST_HOSTS} hosts")
    return _not_empty(text, [str(number).zfill(width) for number in numbers])


def _letters(text: str, begin: str, end: str, step: int) -> list[str]:
    letters = string.ascii_letters
    return _not_empty(text, list(letters[letters.index(begin) : letters.index(end) + 1 : step]))


def _not_empty(text: str, items: list[str]) -> list[str]:
    if not items:
        raise Refused(f"range [{text}] is empty; expected begin before end")
    return items
