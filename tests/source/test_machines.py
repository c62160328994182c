"""The same commit is the same release from whatever machine; what a machine cannot hold is told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from deploytasks.agent.files.manifest import EXECUTABLE, FILE, SYMLINK
from deploytasks.errors import SourceError
from deploytasks.source import Source
from deploytasks.source.advice.cautions import cautions
from deploytasks.source.git import git_text

ATTRIBUTES = "* text=auto\n*.sh text eol=lf\n*.bat text eol=crlf\n*.dat -text\n"
FILES = {
    ".gitattributes": ATTRIBUTES.encode(),
    "app.py": b"x = 1\ny = 2\n",
    "manage.py": b"#!/usr/bin/env python\nx = 1\n",
    "bin/start": b"#!/bin/sh\nexec true\n",
    "bin/run.sh": b"#!/bin/sh\nexec true\n",
    "docs/setup.bat": b"echo on\necho off\n",
    "static/logo.png": b"\x89PNG\r\n\x1a\n\x00\x01\r\n",
    "table.dat": b"a\r\nb\n",
    "größe/é.txt": b"a name\n",
}
PROGRAMS = ("bin/start", "bin/run.sh")
IS_ROOT = hasattr(os, "getuid") and os.getuid() == 0


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def commit(tmp_path: Path) -> Path:
    """A repository in which all that machines differ about is committed."""
    root = tmp_path / "origin"
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    for path in PROGRAMS:
        (root / path).chmod(0o755)
    (root / "current").symlink_to("docs/setup.bat")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    git(root, "commit", "-qm", "second", "--allow-empty")
    return root


@pytest.fixture
def clone(commit: Path, tmp_path: Path) -> Callable[..., Path]:
    def cloned(name: str, *options: str) -> Path:
        git(tmp_path, "clone", "-q", *options, commit.as_uri(), name)
        return tmp_path / name

    return cloned


def on_linux(clone) -> Path:
    return clone("linux")


def on_windows(clone) -> Path:
    """Git for Windows as it is installed: CRLF, neither links nor modes; everybody may write."""
    root = clone(
        "windows", "-c", "core.autocrlf=true", "-c", "core.symlinks=false", "-c", "core.fileMode=false"
    )
    assert b"\r\n" in (root / "app.py").read_bytes()
    assert not (root / "current").is_symlink()
    return with_modes(root, 0o666)


def on_a_mac(clone) -> Path:
    """Names in another Unicode form on the disk, and what the Finder leaves."""
    root = clone("mac")
    for place in sorted(root.rglob("*"), reverse=True):
        if not place.name.isascii():
            place.rename(place.with_name(unicodedata.normalize("NFD", place.name)))
    (root / ".DS_Store").touch()
    (root / "bin/._run.sh").touch()
    return root


def on_a_mount_of_windows(clone) -> Path:
    return with_modes(clone("mount"), 0o777)


def in_a_pipeline(clone) -> Path:
    """A shallow clone that belongs to another user than whoever works in it."""
    root = clone("pipeline", "--depth", "1")
    if IS_ROOT:
        for place in (root, *root.rglob("*")):
            os.chown(place, 12345, 12345, follow_symlinks=False)
    return root


@pytest.mark.parametrize("path", [".", "bin", "../pipeline/docs"])
def test_the_history_of_a_strangers_checkout_is_read_from_wherever_it_is_named(
    clone, path, monkeypatch
) -> None:
    monkeypatch.chdir(in_a_pipeline(clone))
    assert len(git_text(Path(path), "rev-parse", "HEAD")) == 40


def with_modes(root: Path, mode: int) -> Path:
    for place in root.rglob("*"):
        if place.is_file() and not place.is_symlink():
            place.chmod(mode)
    return root


MACHINES = (on_linux, on_windows, on_a_mac, on_a_mount_of_windows, in_a_pipeline)


@pytest.mark.parametrize("machine", MACHINES[1:])
def test_the_same_commit_is_the_same_release(clone, machine) -> None:
    there, here = Source.scan(machine(clone)), Source.scan(on_linux(clone))
    assert list(there.manifest) == list(here.manifest)
    assert there.total_bytes == here.total_bytes
    assert [there.read(entry.digest) for entry in there.manifest] == [
        here.read(entry.digest) for entry in here.manifest
    ]


@pytest.mark.parametrize("machine", MACHINES)
def test_what_travels_is_what_git_has(clone, machine) -> None:
    source = Source.scan(machine(clone))
    found = {entry.name: (entry.mode, source.read(entry.digest)) for entry in source.manifest}
    assert found == {
        **{path: (EXECUTABLE if path in PROGRAMS else FILE, content) for path, content in FILES.items()},
        "docs/setup.bat": (FILE, b"echo on\r\necho off\r\n"),
        "current": (SYMLINK, b"docs/setup.bat"),
    }


def test_without_attributes_it_is_as_git_converts_on_this_machine(clone, commit: Path) -> None:
    (commit / ".gitattributes").unlink()
    (commit / "legacy.txt").write_bytes(b"as it was\r\ncommitted\r\n")
    git(commit, "add", "-A")
    git(commit, "commit", "-qm", "without attributes")
    assert Source.scan(on_windows(clone)).manifest.digest == Source.scan(on_linux(clone)).manifest.digest


def test_a_submodule_has_its_own_attributes(clone, commit: Path, tmp_path: Path) -> None:
    git(commit, "submodule", "add", "-q", commit.as_uri(), "libs/one")
    git(commit, "commit", "-qm", "with a submodule")
    linux, windows = (clone(name, "--recursive", "-c", f"core.autocrlf={auto}")
                      for name, auto in (("with", "false"), ("without", "true")))  # fmt: skip
    with_lf = Source.scan(linux).manifest
    for path in ("libs/one/app.py", "app.py"):
        (windows / path).write_bytes((linux / path).read_bytes().replace(b"\n", b"\r\n"))
    assert "libs/one/bin/start" in [entry.name for entry in with_lf]
    assert Source.scan(windows).manifest.digest == with_lf.digest


def test_a_link_that_was_checked_out_as_text_is_told(clone) -> None:
    (told,) = Source.scan(on_windows(clone)).told
    assert told.startswith("current: a link in git, and here a file")


def test_a_file_in_the_place_of_a_link_stays_a_file(clone) -> None:
    root = on_windows(clone)
    (root / "current").write_text("no link any more")
    source = Source.scan(root)
    assert "current" in {entry.name for entry in source.manifest if entry.is_file}
    assert source.told == ()


def test_a_mode_that_is_not_committed_is_told(clone) -> None:
    root = on_linux(clone)
    (root / "app.py").chmod(0o755)
    (root / "bin/start").chmod(0o644)
    source = Source.scan(root)
    assert [told.rpartition("; ")[2] for told in source.told] == [
        "to have it so: git update-index --chmod=+x app.py",
        "to have it so: git update-index --chmod=-x bin/start",
    ]
    assert {entry.name for entry in source.manifest if entry.is_executable} == {*PROGRAMS}


@pytest.mark.parametrize("mode", [0o666, 0o777])
def test_without_git_a_file_system_that_keeps_no_modes_leaves_it_to_the_first_line(write, mode: int) -> None:
    root = with_modes(write({"run": "#!/bin/sh\n", "app.py": "x = 1\n"}), mode)
    (root / "tool").write_bytes(b"\x7fELF\x02")
    (root / "tool").chmod(mode)
    assert [entry.name for entry in Source.scan(root).manifest if entry.is_executable] == ["run", "tool"]


def test_without_git_an_ordinary_file_system_is_believed(write) -> None:
    root = write({"run": "#!/bin/sh\n", "app.py": "x = 1\n"})
    (root / "app.py").chmod(0o755)
    assert [entry.name for entry in Source.scan(root).manifest if entry.is_executable] == ["app.py"]


def test_a_script_that_no_host_can_start_is_told_with_the_line_that_helps(write) -> None:
    root = write(
        {"run.sh": "#!/bin/sh\r\n", "bin/start": "#!/bin/sh\r\n", "app.py": "#!/usr/bin/env python\r\n"}
    )
    for path in ("run.sh", "bin/start"):
        (root / path).chmod(0o755)
    assert Source.scan(root).told == (
        "bin/start, run.sh: its first line ends with a carriage return, so no host can start it; "
        "save it with line ends of Unix (LF)",
    )
    git(root, "init", "-q")
    git(root, "add", ".")
    assert (
        Source.scan(root)
        .told[0]
        .endswith("write /bin/start text eol=lf into .gitattributes, then: git add --renormalize .")
    )
    (root / ".gitattributes").write_text("*.sh text eol=lf\n/bin/start text eol=lf\n")
    assert Source.scan(root).told == ()


def test_what_reads_the_source_finds_a_name_of_a_mac(write) -> None:
    root = write({"app.py": "", unicodedata.normalize("NFD", "é.py"): "app.run(debug=True)\n"})
    source = Source.scan(root)
    found = cautions(root, source.paths, frozenset({"flask"}), "flask")
    assert [unicodedata.normalize("NFC", caution.where) for caution in found] == ["é.py:1"]
    assert [entry.name for entry in source.manifest] == ["app.py", "é.py"]


def test_two_names_in_two_forms_of_unicode_are_told(write) -> None:
    root = write({unicodedata.normalize("NFC", "é.txt"): "1", unicodedata.normalize("NFD", "é.txt"): "2"})
    with pytest.raises(SourceError, match="'é.txt' are two names here that differ in their form of Unicode"):
        Source.scan(root)


def test_names_that_differ_in_case_are_two_files_here(write) -> None:
    root = write({"Readme": "1", "README": "2"})
    os.link(root / "Readme", root / "readme")
    assert len(Source.scan(root).manifest) == 3


@pytest.mark.skipif(
    not IS_ROOT or not shutil.which("unshare"), reason="only root can make two names of one file"
)
def test_two_names_of_one_file_are_told_where_case_is_not_known(write) -> None:
    """A bind mount is what such a file system shows: the same file under both names."""
    root = write({"Readme": "1", "README": "2"})
    git(root, "init", "-q")
    git(root, "add", ".")
    scan = f"from deploytasks.source import Source; Source.scan({str(root)!r})"
    script = 'mount --bind "$0/README" "$0/Readme" || exit 77; exec "$@"'
    argv = ["unshare", "--mount", "sh", "-c", script, str(root), sys.executable, "-c", scan]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("nothing can be mounted here")
    assert "'Readme' and 'README' are two files in git and one here" in done.stderr


LITTER = (
    ".DS_Store", "sub/._app.py", "__MACOSX/._x", "Icon\r", "Thumbs.db", "thumbs.db", "Desktop.ini", "sub/desktop.ini",
    ".app.py.swp", ".swp", "app.py~", ".#app.py", "#app.py#", ".idea/workspace.xml", "sub/.vscode/settings.json",
    "$RECYCLE.BIN/x", "shop.sublime-workspace",
)  # fmt: skip


@pytest.mark.parametrize("in_git", [False, True], ids=["plain", "git"])
def test_what_desktops_and_editors_leave_stays_here(write, in_git: bool) -> None:
    root = write({"app.py": "", "ideas/x": "", "sub/swap.py": "", **dict.fromkeys(LITTER, "")})
    if in_git:
        git(root, "init", "-q")
        git(root, "add", ".")
    assert [entry.name for entry in Source.scan(root).manifest] == ["app.py", "ideas/x", "sub/swap.py"]


def test_deployignore_takes_one_along(write) -> None:
    root = write({"app.py": "", "desktop.ini": "", "Thumbs.db": "", ".deployignore": "!desktop.ini\n"})
    assert [entry.name for entry in Source.scan(root).manifest] == ["app.py", "desktop.ini"]
