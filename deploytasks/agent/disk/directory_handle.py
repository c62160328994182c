"""The only door to the file system: a directory that is open, and names in it.

A path is a promise that whoever may write to one of its directories can break between two looks. So a path is walked
once, a component at a time, and what is done then is done in the directory that was found (openat(2), and its kin). A
link on the way is followed where root made it and nobody else could have: in directories that are root's alone, from
``/`` on. Everywhere else somebody may have put it there, and it is refused.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from contextlib import contextmanager
from typing import IO, Iterator, List, Optional, Tuple

from deploytasks.agent.errors import StepError

DEEPEST = 64
"""So many directories are open at once, one in the other, and no more."""
MOST_LINKS = 40
"""As many as Linux follows (path_resolution(7))."""


def _flags(*names: str) -> int:
    """Those of open(2) together; each counts nothing where there is none, and neither are directories to open there."""
    return sum(getattr(os, name, 0) for name in names)


ON_THE_WAY = _flags("O_PATH", "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC")
ITSELF = os.O_RDONLY | _flags("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC")
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _flags("O_NOFOLLOW", "O_CLOEXEC")
NO_OTHER_KIND = _flags("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC")


class DirectoryHandle:
    """An open directory; *path* is how it was reached, for messages.

    It is *trusted* when nobody but root, or who this runs as, could have made a name in it, or in one on the way to it.
    """

    def __init__(self, descriptor: int, path: str, trusted: bool) -> None:
        self._descriptor = descriptor
        self.path = path
        self.trusted = trusted

    def place(self, name: str) -> str:
        """The path of *name*, for messages."""
        return os.path.join(self.path, name)

    @contextmanager
    def _telling(self, name: str) -> Iterator[None]:
        """An error is about *name* in this directory, by its whole path."""
        try:
            yield
        except OSError as error:
            error.filename, error.filename2 = self.place(name), None
            raise

    def itself(self) -> os.stat_result:
        return os.fstat(self._descriptor)

    def descriptor(self) -> int:
        """One of its own for the directory, which the caller closes."""
        return os.dup(self._descriptor)

    def names(self) -> List[str]:
        """All that is in it."""
        return os.listdir(self._descriptor)

    def look(self, name: str) -> Optional[os.stat_result]:
        """What is called *name*, links not followed; None for nothing."""
        try:
            with self._telling(name):
                return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def target(self, name: str) -> str:
        """Where the link *name* points."""
        with self._telling(name):
            return os.readlink(name, dir_fd=self._descriptor)

    def enter(self, name: str) -> DirectoryHandle:
        """The directory *name* in it, until that is closed; a link is none."""
        with self._telling(name):
            descriptor = os.open(name, ITSELF, dir_fd=self._descriptor)
        trusted = self.trusted and is_roots_alone(os.fstat(descriptor))
        return DirectoryHandle(descriptor, self.place(name), trusted)

    @contextmanager
    def below(self, name: str) -> Iterator[DirectoryHandle]:
        """As ``enter``, and closed afterwards."""
        with _held(self.enter(name)) as directory:
            yield directory

    def close(self) -> None:
        os.close(self._descriptor)

    def open(self, name: str, flags: int = os.O_RDONLY, mode: int = 0o600) -> int:
        """A descriptor of the regular file *name*; a link, a pipe or a device is refused."""
        with self._telling(name):
            descriptor = os.open(name, flags | NO_OTHER_KIND, mode, dir_fd=self._descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise StepError("%s is no regular file; move it away" % self.place(name))
        return descriptor

    def create(self, name: str) -> IO[bytes]:
        """A new file *name*, 0600, to be written; ``FileExistsError`` when something has that name."""
        with self._telling(name):
            return os.fdopen(os.open(name, NEW, 0o600, dir_fd=self._descriptor), "wb")

    def make_directory(self, name: str) -> None:
        """A new directory *name*, 0700."""
        with self._telling(name):
            os.mkdir(name, 0o700, dir_fd=self._descriptor)

    def make_link(self, name: str, target: str) -> None:
        """A new link *name* that points at *target*."""
        with self._telling(name):
            os.symlink(target, name, dir_fd=self._descriptor)

    def give_link(self, name: str, owner: int, group: int) -> None:
        """The link *name* itself another owner and group."""
        from deploytasks.agent.disk.owners import give_link

        with self._telling(name):
            give_link(self._descriptor, name, owner, group)

    def make_hard_link(self, name: str, other: DirectoryHandle, theirs: str) -> None:
        """A new name for the file *theirs* of *other* (link(2))."""
        ends = {"src_dir_fd": other._descriptor, "dst_dir_fd": self._descriptor}
        with self._telling(name):
            os.link(theirs, name, follow_symlinks=False, **ends)

    def settle(self, name: str, mode: int, moment_ns: int) -> None:
        """The file *name* has that *mode*, and was changed at that moment."""
        descriptor = self.open(name)
        try:
            give(descriptor, mode=mode)
            os.utime(descriptor, ns=(moment_ns, moment_ns))
        finally:
            os.close(descriptor)

    def give(self, owner: int = -1, group: int = -1, mode: int = -1) -> None:
        """Itself another owner, group and mode; -1 leaves one as it is."""
        give(self._descriptor, owner, group, mode)

    def rename(self, old: str, new: str) -> None:
        """What is called *old* is called *new*, in the place of what was (rename(2))."""
        with self._telling(new):
            os.replace(old, new, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """*name*, which is no directory, is gone."""
        with self._telling(name):
            os.unlink(name, dir_fd=self._descriptor)

    def remove_empty(self, name: str) -> None:
        """The directory *name*, which is empty, is gone."""
        with self._telling(name):
            os.rmdir(name, dir_fd=self._descriptor)

    def remove_whole(self, name: str) -> None:
        """*name* is gone, with all that is in it, however deep that is; nothing happens when it was not there."""
        waiting = [name]
        while waiting:
            self._remove_below(waiting.pop(), self, waiting, DEEPEST)

    def _remove_below(self, name: str, top: DirectoryHandle, waiting: List[str], depth: int) -> None:
        """What is deeper than *depth* becomes a directory of *top*, and waits there."""
        found = self.look(name)
        if found is None:
            return
        if not stat.S_ISDIR(found.st_mode):
            self.remove(name)
            return
        if not depth:
            waiting.append(".deploytasks-deep-" + os.urandom(8).hex())
            with self._telling(name):
                os.replace(name, waiting[-1], src_dir_fd=self._descriptor, dst_dir_fd=top._descriptor)
            return
        with self.below(name) as directory:
            for each in directory.names():
                directory._remove_below(each, top, waiting, depth - 1)  # noqa: SLF001  of its own kind
        self.remove_empty(name)

    def sync(self) -> None:
        """Its names outlive a power failure (fsync(2))."""
        os.fsync(self._descriptor)


@contextmanager
def opened(path: str) -> Iterator[DirectoryHandle]:
    """The directory at the absolute *path*, reached as this module says.

    Raises ``FileNotFoundError``, ``NotADirectoryError``, and ``StepError`` for a link that somebody else may have made.
    """
    way, last, trusted = _walked(path)
    try:
        if last:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        descriptor = os.open(".", ITSELF, dir_fd=way)
    finally:
        os.close(way)
    with _held(DirectoryHandle(descriptor, path, trusted)) as directory:
        yield directory


@contextmanager
def parent_of(path: str) -> Iterator[Tuple[DirectoryHandle, str]]:
    """The directory that holds the last name of *path*, and that name; raises as ``opened`` does."""
    above, name = os.path.split(path)
    with opened(above) as directory:
        yield directory, name


@contextmanager
def reading(path: str, encoding: str = "utf-8", errors: str = "strict") -> Iterator[IO[str]]:
    """The text of the regular file at *path*; raises ``OSError``, and as ``opened`` does."""
    with reading_bytes(path) as file, io.TextIOWrapper(file, encoding, errors) as text:
        yield text


@contextmanager
def reading_roots(path: str) -> Iterator[IO[str]]:
    """As ``reading``, of a file that nobody but root can have written; ``StepError`` for another."""
    with reading(path) as file:
        found = os.fstat(file.fileno())
        if not is_roots_alone(found, sticky=False):
            raise StepError("%s can be written to by others than root, so root does not act on it" % path)
        yield file


@contextmanager
def reading_bytes(path: str) -> Iterator[IO[bytes]]:
    """The bytes of the regular file at *path*; raises as ``reading`` does."""
    way, last, trusted = _walked(path)
    with _held(DirectoryHandle(way, os.path.dirname(path), trusted)) as directory:
        if not last:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        descriptor = directory.open(last)
    with os.fdopen(descriptor, "rb") as file:
        yield file


def give(descriptor: int, owner: int = -1, group: int = -1, mode: int = -1) -> None:
    """What *descriptor* is open on another owner, group and mode; -1 leaves one as it is."""
    if (owner, group) != (-1, -1):
        import shutil

        shutil.chown(descriptor, owner, group)
    if mode != -1:
        os.chmod(descriptor, mode)


def is_roots_alone(found: os.stat_result, sticky: bool = True) -> bool:
    """Whether others change no name of root's in the directory *found*: nobody may write to it, or it is *sticky*."""
    others = stat.S_IWOTH | (stat.S_IWGRP if found.st_gid else 0)
    guarded = sticky and bool(found.st_mode & stat.S_ISVTX)
    return is_roots(found) and (guarded or not found.st_mode & others)


def is_roots(found: os.stat_result) -> bool:
    """Whether it is root's, or of who this runs as."""
    from deploytasks.agent.disk.owners import own_number

    return found.st_uid in (0, own_number())


@contextmanager
def _held(directory: DirectoryHandle) -> Iterator[DirectoryHandle]:
    try:
        yield directory
    finally:
        directory.close()


def _walked(path: str) -> Tuple[int, str, bool]:
    """The last directory on *path*, what is called there and is none, and whether the way is root's alone."""
    here, trusted = _root()
    to_come, links = _components(path), 0
    try:
        while to_come:
            name = to_come.pop(0)
            found = os.stat(name, dir_fd=here, follow_symlinks=False)
            if stat.S_ISLNK(found.st_mode):
                target = os.readlink(name, dir_fd=here)
                _require_roots(path, target, trusted and is_roots(found))
                links += 1
                if links > MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
                to_come[:0] = _components(target)
                there, trusted = _root() if target.startswith("/") else (os.dup(here), trusted)
            elif not to_come and not stat.S_ISDIR(found.st_mode):
                return here, name, trusted
            else:
                there = os.open(name, ON_THE_WAY, dir_fd=here)
                trusted = trusted and is_roots_alone(os.fstat(there))
            os.close(here)
            here = there
    except BaseException as error:
        os.close(here)
        if isinstance(error, OSError):
            error.filename = path
        raise
    return here, "", trusted


def _require_roots(path: str, target: str, roots: bool) -> None:
    if not roots:
        raise StepError(
            "%s: there is a link to %s, which somebody else than root may have made and root does not follow; "
            "put a directory in its place" % (path, target)
        )


def _root() -> Tuple[int, bool]:
    descriptor = os.open("/", ON_THE_WAY)
    return descriptor, is_roots_alone(os.fstat(descriptor))


def _components(path: str) -> List[str]:
    return [name for name in path.split("/") if name not in ("", ".")]
