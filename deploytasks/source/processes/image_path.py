"""A path in an image, or on a host of its own, as one of the source that was copied there."""

from __future__ import annotations

import posixpath
from pathlib import Path, PurePosixPath


def path_in_source(root: Path, named: str, directory: str = ".") -> str:
    """The file of the source at *root* that *named* is, seen from its *directory*; empty where there is none.

    Of an absolute path the longest end that is there counts: ``/app/conf/web.py`` is ``conf/web.py``.
    """
    parts = PurePosixPath(named).parts
    ends = [parts[at:] for at in range(1, len(parts))] if posixpath.isabs(named) else [parts]
    paths = (posixpath.normpath(posixpath.join(start, *end)) for end in ends for start in (directory, "."))
    return next((path for path in paths if not path.startswith("..") and (root / path).is_file()), "")
