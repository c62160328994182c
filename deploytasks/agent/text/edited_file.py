"""A text file in which something is to be otherwise; the rest of it stays."""

from __future__ import annotations

import re
from typing import Iterator, List, Optional, Tuple

from deploytasks.agent.disk.entry import Entry, read_entry
from deploytasks.agent.disk.part import WHOLE, gives_back, write_text
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.approval import require_approval
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT

END, BEGIN = "EOF", "BOF"
"""The end and the beginning of a file, where a place in it is asked for."""


@frozen
class EditedFile(Resource):
    """What is said of a file's text, by ``edited``; a subclass may have *create*, *state* and *validate*."""

    path: str

    def edited(self, text: str) -> str:
        """*text* as it shall be; the same when all is as wanted."""
        raise NotImplementedError

    @property
    def makes(self) -> bool:
        """Whether a file that is not there is made."""
        return bool(getattr(self, "create", False))

    @property
    def approval(self) -> Tuple[str, ...]:
        """The program that is asked before the new text counts, as ``File.validate``."""
        return tuple(getattr(self, "validate", ()))

    @property
    def wants_a_file(self) -> bool:
        """Whether there has to be one."""
        return getattr(self, "state", "") != ABSENT

    def desired(self) -> State:
        return {"edits": []}

    def inspect(self, machine: Machine) -> State:
        found = read_entry(machine.path(self.path))
        text = _text_of(found)
        edits = list(_edits(text, self.edited(text)))
        if not edits and self.wants_a_file and found is None:
            edits = ["there is no %s" % self.path]
        return {"edits": edits, WHOLE: found}

    def apply(self, machine: Machine, change: Change) -> None:
        path = machine.path(self.path)
        if gives_back(path, change.after):
            return
        found = read_entry(path)
        if found is None and not self.makes:
            raise StepError("there is no %s; a step before this one makes it" % self.path)
        if found is not None and found["kind"] != "file":
            raise StepError("%s is no regular file, so it has no text to edit" % self.path)
        text = self.edited(_text_of(found))
        require_approval(machine, self.approval, self.path, text.encode("utf-8", "surrogateescape"))
        write_text(path, text)


def _text_of(found: Optional[Entry]) -> str:
    """What a file says, its ends of lines as they are."""
    return str((found or {}).get("content", ""))


def _edits(before: str, after: str) -> Iterator[str]:
    """The lines that go and come."""
    if before == after:
        return
    import difflib  # for what differs alone

    lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), n=0)
    yield from (line.rstrip("\n") for line in list(lines)[2:] if not line.startswith("@@"))


def lines_of(text: str) -> List[str]:
    """The lines of *text*, each with its end; the last one gets one when more is to follow it."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def put_in(lines: List[str], at: int, new: List[str]) -> List[str]:
    """*lines* with those that are *new* at that place, which do not join the one before them."""
    head, tail = lines[:at], lines[at:]
    if head and not head[-1].endswith("\n"):
        head[-1] += "\n"
    return [*head, *new, *tail]


def place_in(lines: List[str], after: str, before: str, first: bool = False) -> int:
    """Where in *lines* something is put: after or before the last line, or the *first*, that matches; else the end."""
    if before == BEGIN:
        return 0
    expression = before or after
    if expression in ("", END):
        return len(lines)
    found = [at for at, line in enumerate(lines) if re.search(expression, line.rstrip("\r\n"))]
    if not found:
        return len(lines)
    return (found[0] if first else found[-1]) + (0 if before else 1)


def require_expression(what: str, *expressions: str) -> None:
    """Raise ``ValueError`` when one of *expressions* is no regular expression of Python's."""
    for expression in expressions:
        try:
            re.compile(expression)
        except re.error as error:
            raise ValueError("%s %r is no regular expression: %s" % (what, expression, error)) from error


def require_references(regexp: str, text: str) -> None:
    """Raise ``ValueError`` when *text* names a group that *regexp* has not."""
    try:
        re.sub(regexp + "|", text, "")
    except (re.error, IndexError) as error:
        raise ValueError("%r does not go with the groups of %r: %s" % (text, regexp, error)) from error


def require_one_place(after: str, before: str) -> None:
    """Raise ``ValueError`` when two places are asked for."""
    if after and before:
        raise ValueError("insertafter and insertbefore are both given; expected one of them")
    require_expression("insertafter", after)
    require_expression("insertbefore", before)
