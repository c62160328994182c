"""Host patterns: ``web:&prod:!db``, ``web*``, ``~web[0-9]+``, ``web[0:2]``, ``web1,db1``, ``@hosts.txt``.

The meaning is Ansible's (``inventory/manager.py`` of ansible-core): what is neither ``&`` nor ``!`` is
added up first, then narrowed by each ``&``, then lessened by each ``!``. Where Ansible would go on with
other hosts than were meant, we stop: an empty pattern, a name that nothing has, a part that matches
nothing.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.errors import InventoryError
from deploytasks.inventory.documents.text_file import read_text
from deploytasks.inventory.endless import ending
from deploytasks.inventory.host_name import is_ipv6
from deploytasks.inventory.refused import Refused
from deploytasks.spelling import did_you_mean

PARTS = regex(r"(?:[^\s:\[\]]|\[[^\]]*\])+")
SUBSCRIPT = regex(r"(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]")
MAGIC = frozenset(".?*[")
"""A pattern with one of these is held against host names even if a group matches it."""


@frozen
class HostNames:
    """All that a pattern can name: hosts in inventory order, and the hosts of each group."""

    hosts: Sequence[str]
    groups: Mapping[str, Sequence[str]]


def matching(pattern: str, names: HostNames) -> tuple[str, ...]:
    """The hosts that *pattern* chooses, each once, in the order of its parts.

    Raises `InventoryError` when the pattern is empty, names something unknown, or chooses no host.
    """
    parts = list(_parts(pattern, names))
    chosen = dict.fromkeys(host for part in _added(parts) for host in _hosts_of(part, names))
    for part in parts:
        if part.startswith("&"):
            kept = set(_hosts_of(part[1:], names))
            chosen = {host: None for host in chosen if host in kept}
    for part in parts:
        if part.startswith("!"):
            dropped = set(_hosts_of(part[1:], names))
            chosen = {host: None for host in chosen if host not in dropped}
    if not chosen:
        raise InventoryError(_nothing_chosen(pattern, parts, names))
    return tuple(chosen)


def _added(parts: list[str]) -> list[str]:
    """The parts that add hosts; only ``!db`` means everything but db."""
    return [part for part in parts if part[0] not in "&!"] or ["all"]


def _parts(pattern: str, names: HostNames) -> Iterator[str]:
    if not pattern.strip():
        raise InventoryError('empty host pattern: ""; expected a host, a group or a pattern')
    for part in _split(pattern.strip(), names):
        if part.startswith("@"):
            yield from _parts_of_file(part[1:], names)
        elif part.lstrip("&!"):
            yield part
        else:
            raise InventoryError(
                f'host pattern "{pattern}": empty part; expected a name beside each separator'
            )


def _split(pattern: str, names: HostNames) -> list[str]:
    """At commas; without any, at colons that stand neither in brackets nor in an IPv6 address."""
    if "," in pattern:
        return [part.strip() for part in pattern.split(",")]
    if pattern in names.hosts or is_ipv6(pattern.lstrip("&!")) or pattern.startswith("@"):
        return [pattern]
    parts = PARTS.findall(pattern)
    if re.sub(r"[\s:]", "", "".join(parts)) != re.sub(r"[\s:]", "", pattern):
        raise InventoryError(f'host pattern "{pattern}": expected each "[" to be closed by "]"')
    return parts


def _parts_of_file(path: str, names: HostNames) -> Iterator[str]:
    """Patterns, one on each line; blank lines and lines that start with ``#`` are passed over."""
    lines = [line.strip() for line in read_text(path).split("\n")]
    patterns = [line for line in lines if line and not line.startswith("#")]
    if not patterns:
        raise InventoryError(f"{path}: has no host; expected one pattern on each line")
    for pattern in patterns:
        yield from _parts(pattern, names)


def _hosts_of(part: str, names: HostNames) -> Sequence[str]:
    """The hosts that one part without its ``&`` or ``!`` stands for."""
    if part in names.hosts:
        return [part]
    subscript = None if part.startswith("~") else SUBSCRIPT.fullmatch(part)
    found = _named(subscript[1] if subscript else part, names)
    return _subscripted(subscript, found) if subscript else found


def _named(expression: str, names: HostNames) -> Sequence[str]:
    matches = _matcher(expression, [*names.groups, *names.hosts])
    groups = [group for group in names.groups if matches.match(group)]
    found = [host for group in groups for host in names.groups[group]]
    if not groups or expression.startswith("~") or MAGIC & set(expression):
        found += [host for host in names.hosts if matches.match(host)]
    if not found and not groups:
        raise InventoryError(_unknown(expression, names))
    return list(dict.fromkeys(found))


def _matcher(expression: str, names: Sequence[str]) -> re.Pattern[str]:
    text = expression[1:] if expression.startswith("~") else fnmatch.translate(expression)
    try:
        return ending(re.compile(text), "match", names)
    except Refused as refused:
        raise InventoryError(f'host pattern "{expression}": {refused}') from refused
    except re.error as error:
        message = f'host pattern "{expression}": {error}; expected a regular expression behind "~"'
        raise InventoryError(message) from error


def _subscripted(subscript: re.Match[str], hosts: Sequence[str]) -> Sequence[str]:
    """One host by its number, counted from 0 or back from -1, or a range with both ends in it."""
    _, single, begin, end = subscript.groups()
    if single is None:
        chosen = hosts[int(begin) : int(end) + 1 if end else None]
    else:
        chosen = hosts[int(single) :][:1] if -len(hosts) <= int(single) < len(hosts) else []
    if not chosen:
        counted = f'"{subscript[1]}" has {len(hosts)}, counted from 0'
        raise InventoryError(f'host pattern "{subscript[0]}" matches no host: {counted}')
    return chosen


def _unknown(expression: str, names: HostNames) -> str:
    if expression.startswith("~") or MAGIC & set(expression.replace(".", "")):
        return f'host pattern "{expression}" matches no host or group; {_listed(names)}'
    hint = did_you_mean(expression, [*names.groups, *names.hosts])
    return f'unknown host or group "{expression}"{hint or ";"} {_listed(names)}'


def _nothing_chosen(pattern: str, parts: list[str], names: HostNames) -> str:
    if len(parts) == 1 and parts[0] in names.groups:
        return f'group "{parts[0]}" is empty; expected a group with hosts; {_listed(names)}'
    return f'host pattern "{pattern}" matches no host; expected at least one to remain'


def _listed(names: HostNames, most: int = 10) -> str:
    return f"groups: {_first(names.groups, most)}; hosts: {_first(names.hosts, most)}"


def _first(items: Iterable[str], most: int) -> str:
    listed = list(items)
    return ", ".join(listed[:most]) + (f" … ({len(listed)} in all)" if len(listed) > most else "")
