"""uv as a wheel of a package index: the one that runs here, verified, and the program in it."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from typing import IO, Container

from deploytasks.agent.disk.entry import make_directories, writing
from deploytasks.agent.errors import StepError
from deploytasks.agent.python.own_platform import own_platform
from deploytasks.agent.python.package_index import IndexFile, PackageIndex

FOR_ALL = "0755"


def fetch_uv(index: PackageIndex, version: str, path: str, known: Container[str] = ()) -> None:
    """*path* is the program uv of that *version*.

    Raises ``StepError`` when *index* has none for this machine, or another than those *known* by their SHA-256.
    """
    wheel = _wheel(index, version)
    if known and wheel.sha256 not in known:
        raise StepError(
            "%s has another %s than PyPI; it would run as root, and is refused. Have the index mirror PyPI, or set "
            'installer to "pip"' % (index.name, wheel.name)
        )
    with tempfile.TemporaryFile() as archive:
        index.download(wheel, archive)
        place_uv(archive, wheel.name, path)


def place_uv(wheel: IO[bytes], name: str, path: str) -> None:
    """*path* is the program in *wheel*, whose name is *name*; raises ``StepError`` when there is none."""
    _place(_program_in(wheel, name), path)


def _wheel(index: PackageIndex, version: str) -> IndexFile:
    platform = own_platform()
    named = [file for file in index.files("uv") if file.name.startswith("uv-%s-" % version)]
    wheels = [file for file in named if file.name.endswith(".whl") and file.sha256]
    fitting = [file for file in wheels if platform.rank(file.name)]
    if not fitting:
        what = "for %s" % platform.architecture if named else "at all"
        raise StepError('%s has no uv %s %s; set installer to "pip"' % (index.name, version, what))
    return max(fitting, key=lambda file: platform.rank(file.name))


def _program_in(archive: IO[bytes], name: str) -> IO[bytes]:
    try:
        wheel_zip = zipfile.ZipFile(archive)
        member = next(name for name in wheel_zip.namelist() if name.endswith(".data/scripts/uv"))
        return wheel_zip.open(member)
    except (zipfile.BadZipFile, StopIteration) as error:
        raise StepError("%s holds no uv program" % name) from error


def _place(program: IO[bytes], path: str) -> None:
    make_directories(os.path.dirname(path), FOR_ALL)
    with writing(path, {"mode": FOR_ALL}) as file:
        shutil.copyfileobj(program, file, 1 << 20)
