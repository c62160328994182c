"""One line of a text file."""

from __future__ import annotations

import re
from typing import List, Optional, Tuple

from deploytasks.agent.files.approval import require_place
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_word
from deploytasks.agent.text.edited_file import (
    EditedFile,
    lines_of,
    place_in,
    put_in,
    require_expression,
    require_one_place,
    require_references,
)


@frozen
class Line(EditedFile):
    r"""The file at *path* has the *line*.

    It takes the place of the last one (with *firstmatch*: the first) that the regular expression *regexp* is found in,
    or the text *search_string*. Where nothing matches and the line is not there, it comes at the end, or by the line
    that *insertafter* or *insertbefore* (``EOF``, ``BOF``, or a regular expression) is found in. With *backrefs* the
    line may name groups of *regexp* (``\1``), and nothing is added.

    With the *state* ``absent`` all lines are gone that match, or that are *line*. A file that is not there is made with
    *create* alone. *validate* is as that of ``File``. Parameters as in ansible.builtin.lineinfile. Raises
    ``ValueError``.
    """

    line: str = ""
    regexp: str = ""
    search_string: str = ""
    state: str = "present"
    insertafter: str = ""
    insertbefore: str = ""
    firstmatch: bool = False
    backrefs: bool = False
    create: bool = False
    validate: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "validate", tuple(self.validate))
        require_place(self.validate)
        require_word("state", self.state)
        require_line("line", self.line)
        require_expression("regexp", self.regexp)
        require_one_place(self.insertafter, self.insertbefore)
        if self.regexp and self.search_string:
            raise ValueError("regexp and search_string are both given; expected one of them")
        if self.backrefs and not self.regexp:
            raise ValueError("backrefs want a regexp to refer to")
        if self.backrefs:
            require_references(self.regexp, self.line)
        if self.state == ABSENT and not (self.line or self.regexp or self.search_string):
            raise ValueError("a line to be absent wants line, regexp or search_string")

    def edited(self, text: str) -> str:
        lines = lines_of(text)
        if self.state == ABSENT:
            return "".join(line for line in lines if not self._matches(line))
        return "".join(self._with_line(lines))

    def _with_line(self, lines: List[str]) -> List[str]:
        at = self._found(lines)
        if at is not None:
            return [*lines[:at], self._written(lines[at]), *lines[at + 1 :]]
        if self.backrefs or any(line.rstrip("\r\n") == self.line for line in lines):
            return lines
        place = place_in(lines, self.insertafter, self.insertbefore, self.firstmatch)
        return put_in(lines, place, [self.line + "\n"])

    def _found(self, lines: List[str]) -> Optional[int]:
        if not (self.regexp or self.search_string):
            return None
        found = [at for at, line in enumerate(lines) if self._matches(line)]
        return found[0 if self.firstmatch else -1] if found else None

    def _matches(self, line: str) -> bool:
        bare = line.rstrip("\r\n")
        if self.regexp:
            return bool(re.search(self.regexp, bare))
        return self.search_string in bare if self.search_string else bare == self.line

    def _written(self, line: str) -> str:
        """What stands in the place of *line*; one that has no end keeps none when it is as wanted."""
        bare = line.rstrip("\r\n")
        new = self.line
        if self.backrefs:
            match = re.search(self.regexp, bare)
            new = match.expand(self.line) if match else bare
        return line if new == bare else new + "\n"
