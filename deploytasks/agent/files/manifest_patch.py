"""A manifest told as its difference from another, so that one changed file of thousands costs one record."""

from __future__ import annotations

from typing import Dict, List

from deploytasks.agent.files.manifest import Entry, Manifest

GONE = b"- "


def difference(base: Manifest, wanted: Manifest) -> bytes:
    """The records that turn *base* into *wanted*: an entry's own to set it, ``- <path>`` to take it away."""
    before: Dict[bytes, Entry] = {entry.path: entry for entry in base.entries}
    after: Dict[bytes, Entry] = {entry.path: entry for entry in wanted.entries}
    gone = [GONE + path + b"\0" for path in before if path not in after]
    new = [entry.encode() for path, entry in after.items() if before.get(path) != entry]
    return b"".join(gone + new)


def patched(base: Manifest, patch: bytes) -> Manifest:
    """The inverse of ``difference``; raises ``ValueError`` for a patch that is none."""
    entries: Dict[bytes, Entry] = {entry.path: entry for entry in base.entries}
    records: List[bytes] = patch.split(b"\0")[:-1]
    for record in records:
        if record.startswith(GONE):
            entries.pop(record[len(GONE) :], None)
            continue
        mode, digest, path = record.split(b" ", 2)
        entries[path] = Entry(mode.decode("ascii"), digest.decode("ascii"), path)
    return Manifest.of(entries.values())
