"""A directory that nobody takes away while somebody works with it: a lock of flock(2), which ends with its holder."""

import fcntl
import os

from deploytasks.agent.disk.directory_handle import opened
from deploytasks.agent.disk.entry import remove_whole


class Hold:
    """The directory *place* stays until this object goes; raises ``OSError`` where there is none."""

    def __init__(self, place: str) -> None:
        self._file = _descriptor_of(place)
        fcntl.flock(self._file, fcntl.LOCK_SH)
        os.stat(place)  # It may have been taken away while this waited.

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            os.close(self._file)


def is_held(place: str) -> bool:
    """Whether somebody holds the directory *place*, this process included."""
    return not _alone_with(place, remove=False)


def remove_unless_held(place: str) -> None:
    """Take the directory *place* away, unless somebody holds it."""
    _alone_with(place, remove=True)


def _alone_with(place: str, *, remove: bool) -> bool:
    """Whether nobody holds *place*, which is then taken away if it is to be removed."""
    try:
        file = _descriptor_of(place)
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        if remove:
            remove_whole(place)
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if remove:
            remove_whole(place)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def _descriptor_of(place: str) -> int:
    with opened(place) as directory:
        return directory.descriptor()
