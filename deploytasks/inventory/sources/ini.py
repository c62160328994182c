"""Ansible's INI inventory format.

Follows what ``plugins/inventory/ini.py`` of ansible-core 2.19 does, which is not always what its manual says:
values under ``[group:vars]`` are typed like those on host lines. Every error has its line, and all are found
in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from deploytasks.agent.regex import regex
from deploytasks.here.paths import words_of
from deploytasks.inventory.draft import OF_NO_HOST, PRIORITY, UNGROUPED, Draft, check_group_name
from deploytasks.inventory.host_name import expanded
from deploytasks.inventory.origin import Origin, Setting
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import Value, shortened, typed
from deploytasks.inventory.variable_name import UNREADABLE, check_variable_name, is_secret
from deploytasks.spelling import did_you_mean

SECTION = regex(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?")
CHILD = regex(r"([^:\]\s]+)\s*(?:#.*)?")
BEFORE_COMMENT = regex(r"""(?:[^"'\\#]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')*""")
"""A host line up to its first unquoted ``#``, quoted as in a POSIX shell."""

KINDS = ("hosts", "children", "vars")


class IniReader:
    """Reads the file of *origin* into *draft*; what is wrong goes to *problems*."""

    def __init__(self, origin: Origin, draft: Draft, problems: Problems) -> None:
        self._draft = draft
        self._origin = origin
        self._problems = problems
        self._group = UNGROUPED
        self._kind = "hosts"
        self._wanted_children: dict[str, list[tuple[str, Origin]]] = {}
        self._undeclared: dict[str, Origin] = {}

    def read(self, text: str) -> None:
        """Take in what *text* describes, as far as it makes sense."""
        for number, line in _meaningful_lines(text):
            origin = replace(self._origin, line=number)
            with self._problems.at(origin):
                self._read_line(line, origin)
        self._report_unknown_groups()

    def _read_line(self, line: str, origin: Origin) -> None:
        section = SECTION.fullmatch(line)
        if section:
            self._open_section(section[1], section[2] or "hosts", origin)
        elif line.startswith("[") and line.endswith("]"):
            self._kind = "nothing"
            expected = "[group], [group:children] or [group:vars], without blanks"
            raise Refused(f"section {shortened(line)}: expected {expected}")
        elif self._kind == "hosts":
            self._read_hosts(line, origin)
        elif self._kind == "vars":
            self._read_group_variable(line, origin)
        elif self._kind == "children":
            self._read_child(line, origin)

    def _open_section(self, name: str, kind: str, origin: Origin) -> None:
        self._kind = "nothing"
        if kind not in KINDS:
            hint = did_you_mean(kind, KINDS)
            raise Refused(f'section [{name}:{kind}]: unknown kind "{kind}"; expected children or vars{hint}')
        check_group_name(name)
        self._kind = kind
        self._group = name
        if kind == "vars":
            self._expect_group(origin)
            return
        self._draft.add_group(self._group)
        self._undeclared.pop(self._group, None)
        for parent, wanted_at in self._wanted_children.pop(self._group, []):
            with self._problems.at(wanted_at):
                self._draft.add_child(parent, self._group)

    def _read_child(self, line: str, origin: Origin) -> None:
        match = CHILD.fullmatch(line)
        if match is None:
            raise Refused(f"{shortened(line)}: expected one group name on a line of [{self._group}:children]")
        if match[1] in self._draft.groups:
            self._draft.add_child(self._group, match[1])
        else:
            self._wanted_children.setdefault(match[1], []).append((self._group, origin))

    def _read_hosts(self, line: str, origin: Origin) -> None:
        pattern, *assignments = _tokens(line)
        names, port = expanded(pattern)
        values = dict(_host_variables(assignments))
        for name in names:
            at_host = replace(origin, level=f"host {name}")
            host = self._draft.add_host(name, self._group, port, at_host)
            host.said.say({key: Setting(value, at_host) for key, value in values.items()})

    def _read_group_variable(self, line: str, origin: Origin) -> None:
        if "=" not in line:
            raise Refused("expected key=value")  # The line may well be a part of a password.
        key, value = _variable(*(part.strip() for part in line.partition("=")))
        self._draft.groups[self._group].set(key, value, origin)

    def _expect_group(self, origin: Origin) -> None:
        if self._group not in self._draft.groups:
            self._undeclared[self._group] = origin
            self._draft.add_group(self._group)

    def _report_unknown_groups(self) -> None:
        declared = self._draft.groups.keys() - self._undeclared.keys()
        for group, origin in self._undeclared.items():
            self._problems.add(origin, f'[{group}:vars] for unknown group "{group}"{_hint(group, declared)}')
        for child, wanted in self._wanted_children.items():
            for parent, origin in wanted:
                self._problems.add(
                    origin, f'group "{parent}" lists unknown child "{child}"{_hint(child, declared)}'
                )


def _meaningful_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are neither blank nor a comment, numbered from 1."""
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if stripped and stripped[0] not in "#;":
            yield number, stripped


def _tokens(line: str) -> list[str]:
    """The words of a host line, split and unquoted as a POSIX shell does, without the comment at its end."""
    match = BEFORE_COMMENT.match(line)
    content = match[0] if match else ""
    has_comment = line.startswith("#", len(content))
    try:
        words = words_of(content if has_comment else line)
    except ValueError as error:
        raise Refused(f"host line: {str(error).lower()}; expected each quote to be closed") from error
    if has_comment and content[-1] not in " \t":
        raise Refused(
            f'{_last_of(words)}: "#" behind it starts a comment; quote the value, or put a blank before it'
        )
    return words


def _last_of(words: list[str]) -> str:
    """The last of *words* for a message: of a variable, its name."""
    names = [word.partition("=")[0] for word in words[1:] if "=" in word]
    return f"{names[-1]}=…" if names else shortened(words[-1])


def _host_variables(words: Iterable[str]) -> Iterator[tuple[str, Value]]:
    """The variables of *words*; what may be half a password is not repeated."""
    before = ""
    for word in words:
        key, equals, _ = word.partition("=")
        if before and not (equals and key.isidentifier()):
            raise Refused(
                f"what follows {before}=… is no key=value; quote a value with blanks: {before}='… …'"
            )
        yield _host_variable(word)
        before = key


def _host_variable(text: str) -> tuple[str, Value]:
    key, equals, value = text.partition("=")
    if key == PRIORITY:
        raise Refused(OF_NO_HOST)
    # The shell's quotes are gone when the value is typed, so text that looks like a number needs two pairs.
    return _variable(key, equals, value, f" (on a host line: {key}=\"'{value}'\")")


def _variable(key: str, equals: str, text: str, advice: str = "") -> tuple[str, Value]:
    if not equals:
        raise Refused(f"{shortened(key)}: expected key=value")
    check_variable_name(key)
    try:
        return key, typed(text)
    except Refused as refused:
        reason = UNREADABLE if is_secret(key) else f"{refused}{advice}"
        raise Refused(f"{key}: {reason}") from refused


def _hint(name: str, groups: Iterable[str]) -> str:
    return did_you_mean(name, groups) or f"; declare it: [{name}]"
