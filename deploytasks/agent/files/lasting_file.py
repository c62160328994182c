"""A regular file that no rollback touches."""

from __future__ import annotations

from typing import ClassVar

from deploytasks.agent.files.file import File
from deploytasks.agent.frozen import frozen


@frozen
class LastingFile(File):
    """A ``File`` whose newest content is right, whichever release serves.

    A certificate is one.
    """

    rolls_back: ClassVar[bool] = False
