"""One deploy of an app at a time on a host.

The lock is an flock(2) on an open file: the kernel frees it when its holder dies, however that
happens, and no child inherits it. Who holds it, and since when, is written into the file.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from typing import Any, Callable, Dict, Optional

from deploytasks.agent.disk.directory_handle import parent_of, reading
from deploytasks.agent.disk.entry import make_directories


class LockHeld(Exception):
    """Another agent holds the lock; *holder* is what it wrote about itself."""

    def __init__(self, holder: Dict[str, Any]) -> None:
        super().__init__("locked by %s" % _who(holder))
        self.holder = holder


class Lock:
    """The lock file at *path*, in a directory of root's own."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: Optional[int] = None

    def take(
        self,
        about: Dict[str, Any],
        wait_s: float,
        say: Callable[[str], None],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        """Hold the lock, waiting at most *wait_s* seconds; raises ``LockHeld``, or what *meanwhile* raises."""
        make_directories(os.path.dirname(self._path))
        with parent_of(self._path) as (directory, name):
            self._file = directory.open(name, os.O_RDWR | os.O_CREAT)
        deadline = time.monotonic() + wait_s
        said = False
        while not self._try():
            if time.monotonic() >= deadline:
                raise LockHeld(self.holder())
            if not said:
                say("waiting for the lock: held by %s" % _who(self.holder()))
                said = True
            meanwhile()
            time.sleep(0.1)
        self._write(
            {**about, "pid": os.getpid(), "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        )

    def holder(self) -> Dict[str, Any]:
        """What the holder wrote about itself; empty when it cannot be read."""
        try:
            with reading(self._path) as file:
                found = json.load(file)
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def at_work(self) -> str:
        """Who holds it at this moment, since when; empty for nobody.

        Read from ``/proc/locks`` (proc_locks(5)): trying the lock would keep others out. A process that only has
        the number which the last holder had, as after a power cut, is not taken for it.
        """
        holder = self.holder()
        try:
            inode = str(os.stat(self._path).st_ino)
            with reading("/proc/locks", "ascii") as file:
                locks = [line.split() for line in file]
        except OSError:
            return ""
        held = any(
            lock[4] == str(holder.get("pid")) and lock[5].endswith(":" + inode)
            for lock in locks
            if lock[1] != "->"
        )
        return _who(holder) if held else ""

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _try(self) -> bool:
        try:
            fcntl.flock(self._file or 0, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _write(self, holder: Dict[str, Any]) -> None:
        os.ftruncate(self._file or 0, 0)
        os.pwrite(self._file or 0, json.dumps(holder).encode("ascii"), 0)


def _who(holder: Dict[str, Any]) -> str:
    if not holder:
        return "another deploy"
    return "%(by)s (%(command)s, pid %(pid)s on the host) since %(since)s" % {
        name: holder.get(name, "?") for name in ("by", "command", "pid", "since")
    }
