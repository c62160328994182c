"""Wheels for hosts that reach no package index: resolved and fetched here, once for all hosts that are alike.

uv resolves, because it alone looks at the markers of requirements (PEP 508) as the host's Python would; pip fetches.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.agent.python.installer import EXPORT
from deploytasks.agent.python.wheel_platform import LEGACY
from deploytasks.agent.resources.python_venv import SEALED, PythonVenv
from deploytasks.agent.resources.uv import Uv
from deploytasks.cache import cache_directory, locked
from deploytasks.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deploytasks.agent.facts import Facts
    from deploytasks.agent.plan import Plan, Step

WHOLE = "complete.json"
"""Lies beside the wheels once all are there: their names with their SHA-256."""
OLDEST_GLIBC = 17
KEPT_LINES = 15
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")


@dataclass(frozen=True)
class Wish:
    """What a host wants to install: *texts* by file name, the first being the one to begin with, and *extra*."""

    texts: tuple[tuple[str, str], ...]
    form: str
    extra: tuple[str, ...]
    index_url: str
    python: tuple[int, int]
    architecture: str
    glibc: int

    @property
    def key(self) -> str:
        """A name for the wheels that this comes to."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]

    @property
    def platforms(self) -> list[str]:
        """The platform tags of wheels that run there (PEP 600), the newest first."""
        modern = [f"manylinux_2_{minor}" for minor in range(self.glibc, OLDEST_GLIBC - 1, -1)]
        return [f"{name}_{self.architecture}" for name in (*modern, *LEGACY, "linux")]


def with_wheels(plan: Plan, facts: Facts) -> tuple[Plan, dict[str, Path]]:
    """*plan* with the wheels named that its steps want brought along, and where they lie here, by SHA-256.

    Raises ``PlanError`` when there are none, or no uv and pip on this machine.
    """
    found: dict[str, Path] = {}
    steps = tuple(_with_wheels(step, plan, facts, found) for step in plan.steps)
    return (replace(plan, steps=steps), found) if found else (plan, found)


def _with_wheels(step: Step, plan: Plan, facts: Facts, found: dict[str, Path]) -> Step:
    resource = step.resource
    if isinstance(resource, PythonVenv) and resource.wheelhouse:
        wheels = _wheels(_wish_of(resource, plan, facts), found)
        return replace(step, resource=replace(resource, wheels=wheels))
    if isinstance(resource, Uv) and resource.wheelhouse:
        ((_, digest),) = _wheels(
            _wish(facts, extra=(f"uv=={resource.version}",), index_url=resource.index_url), found
        )
        return replace(step, resource=replace(resource, wheel=digest))
    return step


def _wish_of(venv: PythonVenv, plan: Plan, facts: Facts) -> Wish:
    if venv.form == "pylock":
        raise PlanError("wheelhouse cannot be made of a pylock.toml; let the source have a requirements.txt")
    texts = tuple(
        (name, plan.contents[text[len(SEALED) :]].decode() if text.startswith(SEALED) else text)
        for name, text in venv.requirements
    )
    wish = _wish(facts, venv.extra, venv.index_url, texts, venv.form)
    version = re.fullmatch(r"(?:python)?3\.(\d+)", venv.python)
    return replace(wish, python=(3, int(version[1]))) if version else wish


def _wish(
    facts: Facts,
    extra: tuple[str, ...],
    index_url: str,
    texts: tuple[tuple[str, str], ...] = (),
    form: str = "requirements",
) -> Wish:
    glibc = re.fullmatch(r"glibc 2\.(\d+)", facts.libc)
    if not glibc:
        raise PlanError(
            f"wheelhouse wants a host with glibc; {facts.hostname} has {facts.libc or 'another library'}"
        )
    python = facts.python_version[:2]
    return Wish(texts, form, extra, index_url, (python[0], python[1]), facts.architecture, int(glibc[1]))


def _wheels(wish: Wish, found: dict[str, Path]) -> tuple[tuple[str, str], ...]:
    if not (wish.texts or wish.extra):
        return ()
    place = cache_directory() / "wheels" / wish.key
    with locked(place.with_suffix(".lock")):
        if not (place / WHOLE).exists():
            _fill(place, wish)
    digests: dict[str, str] = json.loads((place / WHOLE).read_text())
    found.update({digest: place / name for name, digest in digests.items()})
    return tuple(digests.items())


def _fill(place: Path, wish: Wish) -> None:
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        work, new = Path(scratch, "work"), Path(scratch, "wheels")
        for directory in (work, new):
            directory.mkdir()
        pinned = _pinned(wish, work)
        _fetch(wish, pinned, new)
        digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(new.iterdir())}
        (new / WHOLE).write_text(json.dumps(digests))
        shutil.rmtree(place, ignore_errors=True)
        new.replace(place)


def _pinned(wish: Wish, work: Path) -> Path:
    """A file of exact versions, with nothing in it that the host's Python would leave out."""
    for name, text in wish.texts:
        file = work / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    inputs = [work / name for name, _ in wish.texts[:1]]
    if wish.form == "uv":
        exported = work / "exported.txt"
        _uv(wish, [*EXPORT, "--no-hashes", "--project", str(work), "--output-file", str(exported)])
        inputs = [exported]
    (work / "extra.in").write_text("".join(f"{requirement}\n" for requirement in wish.extra))
    pinned = work / "pinned.txt"
    target = ["--python-version", "{}.{}".format(*wish.python)]
    target += ["--python-platform", f"{wish.architecture}-unknown-linux-gnu"]
    quiet = ["--quiet", "--no-header", "--no-annotate", "--no-strip-extras"]
    files = [str(file) for file in (*inputs, work / "extra.in")]
    _uv(wish, ["pip", "compile", *quiet, *target, "--output-file", str(pinned), *files])
    return pinned


def _fetch(wish: Wish, pinned: Path, place: Path) -> None:
    version = "{}{}".format(*wish.python)
    target = ["--python-version", version, "--implementation", "cp"]
    target += [word for abi in (f"cp{version}", "abi3", "none") for word in ("--abi", abi)]
    target += [word for platform in wish.platforms for word in ("--platform", platform)]
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    index = {"PIP_INDEX_URL": wish.index_url} if wish.index_url else {}
    done = _carried_out([*fetch, *target, "--dest", str(place), "--requirement", str(pinned)], index)
    if done.returncode:
        missing = NO_WHEEL.search(done.stderr)
        what = f"{missing[1]} has no wheel" if missing else "the wheels could not be fetched"
        python = "Python {}.{}".format(*wish.python)
        raise PlanError(
            f"wheelhouse: {what} for {python} on {wish.architecture} with glibc 2.{wish.glibc}\n{_end(done)}"
        )


def _uv(wish: Wish, words: Sequence[str]) -> None:
    if not importlib.util.find_spec("uv") or not importlib.util.find_spec("pip"):
        raise PlanError("wheelhouse wants uv and pip on this machine: pip install 'deploytasks[wheelhouse]'")
    index = {"UV_DEFAULT_INDEX": wish.index_url} if wish.index_url else {}
    done = _carried_out([sys.executable, "-m", "uv", *words], index)
    if done.returncode:
        raise PlanError(f"wheelhouse: the requirements could not be resolved\n{_end(done)}")


def _carried_out(argv: Iterable[str], more: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """An index's address may hold a password, so it is in the environment and in no argument."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more}
    return subprocess.run(list(argv), capture_output=True, text=True, check=False, env=environment)


def _end(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what uv or pip said; both mask the logins of addresses."""
    said = (done.stderr or done.stdout).strip().splitlines()
    return "\n".join(f"    | {line}" for line in said[-KEPT_LINES:])
