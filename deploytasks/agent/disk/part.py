"""A text file of which somebody has a part, such as /etc/hosts.

What is seen of the part has the whole file with it, so that an undo gives that back byte for byte.
"""

from __future__ import annotations

import errno
import os
from typing import Any, Dict, Optional

from deploytasks.agent.disk.directory_handle import parent_of, reading_bytes
from deploytasks.agent.disk.entry import Entry, read_entry, write_entry

WHOLE = "file"
RIGHTS = {"mode": "0644", "owner": "root", "group": "root"}


def with_whole(path: str, part: Dict[str, Any]) -> Dict[str, Any]:
    """*part*, which was seen in the file at *path*, and that."""
    return {**part, WHOLE: read_entry(path)}


def gives_back(path: str, after: Optional[Dict[str, Any]]) -> bool:
    """Whether *after* was seen with its whole file; then that is at *path* again."""
    if after is None or WHOLE not in after:
        return False
    put(path, after[WHOLE])
    return True


def text_of(path: str) -> str:
    """What the file at *path* says, with its own ends of lines; empty when there is none."""
    try:
        with reading_bytes(path) as file:
            return file.read().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return ""


def write_text(path: str, text: str, rights: Dict[str, str] = RIGHTS) -> None:
    """The file at *path* says *text*; one that is there keeps its rights."""
    found = read_entry(path)
    kept = found if found is not None and found["kind"] == "file" else {"kind": "file", **rights}
    put(path, {**kept, "content": text})


def put(path: str, entry: Optional[Entry]) -> None:
    """As ``write_entry``; a file that is mounted on its own, as containers have /etc/hosts, is written where it is."""
    try:
        write_entry(path, entry)
    except OSError as error:
        if error.errno != errno.EBUSY or entry is None or entry["kind"] != "file":
            raise
        _write_where_it_is(path, entry["content"].encode("utf-8", "surrogateescape"))


def _write_where_it_is(path: str, content: bytes) -> None:
    """Nothing can be renamed to what is a mount point (rename(2), EBUSY)."""
    flags = os.O_WRONLY | os.O_TRUNC
    with parent_of(path) as (directory, name), os.fdopen(directory.open(name, flags), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
