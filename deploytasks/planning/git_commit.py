"""The commit that a requirement means, asked for and fetched here with the credentials of whoever runs this.

No login, key or address with a password leaves this machine: a host gets the wheel that is built of the commit.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.errors import SourceError
from deploytasks.here import environment

if TYPE_CHECKING:
    from pathlib import Path

    from deploytasks.source.requirements.git_package import GitPackage

LONGEST_S = 600
SHOWN_DIGITS = 12
HEAD = "HEAD"


@frozen
class Commit:
    """The whole *name* of a commit, and a *note* where what led to it leads to another one tomorrow."""

    name: str
    note: str = ""


def commit_of(package: GitPackage) -> Commit:
    """What *package* is now; a whole commit is taken at its word. Raises ``SourceError`` when nobody can tell."""
    if package.is_pinned:
        return Commit(package.ref)
    ref = package.ref or HEAD
    said = _git(package, "ls-remote", "--", package.url, ref, f"{ref}^{{}}")
    found = {name: commit for commit, _, name in (line.partition("\t") for line in said.splitlines())}
    # A tag of its own message is another object than the commit that it is on.
    tag = found.get(f"refs/tags/{ref}^{{}}") or found.get(f"refs/tags/{ref}")
    if tag:
        return Commit(tag)
    branch = found.get(f"refs/heads/{ref}") or found.get(ref)
    if branch is None:
        raise SourceError(
            f"{package.where}: {package.shown}: there is no tag, no branch and no whole commit {ref!r}"
        )
    return Commit(branch, _note(package, branch))


def check_out(package: GitPackage, commit: Commit, into: Path) -> None:
    """The files of *commit* are in the empty directory *into*, with its history, which versions are made of."""
    _git(package, "clone", "--quiet", "--no-checkout", "--filter=blob:none", "--", package.url, str(into))
    at = ("-C", str(into))
    if _tried(*at, "cat-file", "-e", f"{commit.name}^{{commit}}").returncode:
        _git(package, *at, "fetch", "--quiet", "origin", commit.name)
    _git(package, *at, "-c", "advice.detachedHead=false", "checkout", "--quiet", commit.name)
    _git(package, *at, "submodule", "--quiet", "update", "--init", "--recursive")


def _note(package: GitPackage, commit: str) -> str:
    what = f"branch {package.ref}" if package.ref else "no tag and no commit"
    return (
        f"{package.where}: {package.shown}: {what}, which is {commit[:SHOWN_DIGITS]} today; name a tag or a commit so "
        "that every deploy gets the same"
    )


def _git(package: GitPackage, *words: str) -> str:
    try:
        done = _tried(*words)
    except FileNotFoundError as error:
        raise SourceError(
            f"{package.where}: {package.shown}: git, which fetches it, is not on this machine; install it"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise SourceError(
            f"{package.where}: {package.shown}: no answer within {LONGEST_S} s; see: git ls-remote"
        ) from error
    if done.returncode:
        raise SourceError(f"{package.where}: {package.shown}: git cannot fetch it here: {_why(done.stderr)}")
    return done.stdout


def _tried(*words: str) -> subprocess.CompletedProcess[str]:
    """Nobody is asked for a password: git's own helpers, or an agent of ssh, have it."""
    variables = {**environment(), "GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run(
        ["git", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
        env=variables,
    )


def _why(said: str) -> str:
    """What git says of a failure, on one line."""
    lines = [line for line in said.strip().splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "ERROR:", "error:"))]
    return "; ".join((fatal or lines[-1:])[:2]) or "it says nothing"
