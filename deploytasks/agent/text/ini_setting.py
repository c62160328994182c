"""A setting in a file that is made of sections."""

from __future__ import annotations

import re
from typing import List, Optional, Tuple

from deploytasks.agent.files.approval import require_place
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_word
from deploytasks.agent.text.edited_file import EditedFile, lines_of, put_in

HEAD = re.compile(r"\s*\[(.*)\]\s*(?:[#;].*)?$")
BLANK_OR_REMARK = re.compile(r"\s*(?:[#;].*)?$")


@frozen
class IniSetting(EditedFile):
    """The *option* of the *section* in the file at *path* is *value*.

    A line that sets it, or one that does as a remark, is put right where it is, and others of that name in the section
    go; else it comes at the section's end, and the section at the file's. Without a section it is what stands before
    the first one. *no_extra_spaces* writes ``option=value``. With the *state* ``absent`` the option is gone, and
    without an option the whole section. A file that is not there is made unless *create* is False. *validate*
    is as that of ``File``. Parameters as in community.general.ini_file. Raises ``ValueError``.
    """

    section: str = ""
    option: str = ""
    value: str = ""
    state: str = "present"
    no_extra_spaces: bool = False
    create: bool = True
    validate: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "validate", tuple(self.validate))
        require_place(self.validate)
        require_word("state", self.state)
        require_line("setting", self.section, self.option, self.value)
        if not self.option and (self.state != ABSENT or not self.section):
            raise ValueError("a setting wants an option")

    def edited(self, text: str) -> str:
        lines = lines_of(text)
        span = _span(lines, self.section)
        if self.state == ABSENT:
            return "".join(self._without(lines, span) if span else lines)
        if span is None:
            return "".join(put_in(lines, len(lines), ["[%s]\n" % self.section, self._line]))
        return "".join(self._with_setting(lines, *span))

    @property
    def _line(self) -> str:
        return ("%s=%s\n" if self.no_extra_spaces else "%s = %s\n") % (self.option, self.value)

    def _without(self, lines: List[str], span: Tuple[int, int]) -> List[str]:
        begin, end = span
        if not self.option:
            return [*lines[: begin - 1], *lines[end:]]
        kept = [line for line in lines[begin:end] if not self._sets(line)]
        return [*lines[:begin], *kept, *lines[end:]]

    def _with_setting(self, lines: List[str], begin: int, end: int) -> List[str]:
        found = [at for at in range(begin, end) if self._sets(lines[at])]
        found = found or [at for at in range(begin, end) if self._sets(lines[at], remark="[#;]")][:1]
        if not found:
            while end > begin and BLANK_OR_REMARK.match(lines[end - 1]):
                end -= 1
            return put_in(lines, end, [self._line])
        lines[found[0]] = self._put_right(lines[found[0]])
        return [line for at, line in enumerate(lines) if at not in found[1:]]

    def _put_right(self, line: str) -> str:
        return line if line.rstrip("\r\n") == self._line.rstrip("\n") else self._line

    def _sets(self, line: str, remark: str = "") -> bool:
        return bool(re.match(r"[ \t]*%s[ \t]*%s[ \t]*(=|$)" % (remark, re.escape(self.option)), line))


def _span(lines: List[str], section: str) -> Optional[Tuple[int, int]]:
    """Where the lines of *section* begin and end, without its head; None when there is no such section."""
    heads = [(at, match.group(1).strip()) for at, match in enumerate(map(HEAD.match, lines)) if match]
    ends = [*[at for at, _ in heads], len(lines)]
    if not section:
        return 0, ends[0]
    for number, (at, name) in enumerate(heads):
        if name == section:
            return at + 1, ends[number + 1]
    return None
