"""All places in a text file that match an expression."""

from __future__ import annotations

import re
from typing import Tuple

from deploytasks.agent.files.approval import require_place
from deploytasks.agent.frozen import frozen
from deploytasks.agent.text.edited_file import EditedFile, require_expression, require_references


@frozen
class Replace(EditedFile):
    r"""All that *regexp* matches in the file at *path* is *replace*.

    ``^`` and ``$`` are ends of lines; *replace* may name groups (``\1``) and what it makes must not match again.
    With *after*, *before* or both, expressions too, only the text between them counts; where they are not found nothing
    is changed. *validate* is as that of ``File``. Parameters as in ansible.builtin.replace. Raises ``ValueError``.
    """

    regexp: str
    replace: str = ""
    after: str = ""
    before: str = ""
    validate: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "validate", tuple(self.validate))
        require_place(self.validate)
        for what in ("regexp", "after", "before"):
            require_expression(what, getattr(self, what))
        require_expression("after and before", self._between)
        require_references(self.regexp, self.replace)

    def edited(self, text: str) -> str:
        begin, end = self._section(text)
        section = re.sub(self.regexp, self.replace, text[begin:end], flags=re.MULTILINE)
        return text[:begin] + section + text[end:]

    @property
    def _between(self) -> str:
        amount = "*?" if self.after and self.before else "*"
        return "%s(?P<between>.%s)%s" % (self.after, amount, self.before)

    def _section(self, text: str) -> Tuple[int, int]:
        if not (self.after or self.before):
            return 0, len(text)
        found = re.search(self._between, text, re.DOTALL)
        return found.span("between") if found else (0, 0)
