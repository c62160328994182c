"""Lines of a text file between two marks."""

from __future__ import annotations

from typing import List, Optional, Tuple

from deploytasks.agent.files.approval import require_place
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_word
from deploytasks.agent.text.edited_file import EditedFile, lines_of, place_in, put_in, require_one_place


@frozen
class Block(EditedFile):
    """The file at *path* has *block* between two marks.

    The marks are *marker* with *marker_begin* or *marker_end* for ``{mark}``; two blocks in one file want two of them.
    A new block comes at the end, or by the last line that *insertafter* or *insertbefore* (``EOF``, ``BOF``, or a
    regular expression) is found in. With the *state* ``absent``, or an empty *block*, it is gone with its marks. A file
    that is not there is made with *create* alone. *validate* is as that of ``File``. Parameters as in
    ansible.builtin.blockinfile, whose marks are found with ``marker="# {mark} ANSIBLE MANAGED BLOCK"``. Raises
    ``ValueError``.
    """

    block: str = ""
    marker: str = "# {mark} managed by deploytasks"
    state: str = "present"
    insertafter: str = ""
    insertbefore: str = ""
    create: bool = False
    marker_begin: str = "BEGIN"
    marker_end: str = "END"
    validate: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "validate", tuple(self.validate))
        require_place(self.validate)
        require_word("state", self.state)
        require_line("marker", *self._marks)
        require_one_place(self.insertafter, self.insertbefore)
        if len(set(self._marks)) < len(self._marks):
            raise ValueError("marker %r; expected one with {mark}, which tells begin from end" % self.marker)
        if set(self._marks) & set(self.block.splitlines()):
            raise ValueError("the block has a line that is a mark of its own")

    @property
    def _marks(self) -> Tuple[str, str]:
        ends = (self.marker_begin, self.marker_end)
        begin, end = (self.marker.replace("{mark}", word) for word in ends)
        return begin, end

    @property
    def _gone(self) -> bool:
        return self.state == ABSENT or not self.block.strip("\n")

    @property
    def wants_a_file(self) -> bool:
        return not self._gone

    def edited(self, text: str) -> str:
        lines = lines_of(text)
        begin, end = (_last(lines, mark) for mark in self._marks)
        if begin is not None and end is not None:
            place = min(begin, end)
            del lines[place : max(begin, end) + 1]
        else:
            place = place_in(lines, self.insertafter, self.insertbefore)
        return text if self._is_as_found(text, lines) else "".join(put_in(lines, place, self._lines))

    def _is_as_found(self, text: str, lines: List[str]) -> bool:
        return self._gone and "".join(lines) == text

    @property
    def _lines(self) -> List[str]:
        begin, end = self._marks
        between = self.block.rstrip("\n").split("\n")
        return [] if self._gone else [line + "\n" for line in (begin, *between, end)]


def _last(lines: List[str], mark: str) -> Optional[int]:
    found = [at for at, line in enumerate(lines) if line.rstrip("\r\n") == mark]
    return found[-1] if found else None
