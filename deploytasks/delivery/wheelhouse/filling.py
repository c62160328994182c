"""How wheels get into a directory: uv resolves, pip fetches.

uv, because it alone looks at the markers of requirements (PEP 508) as the host's Python would.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks.agent.python.installer import EXPORT
from deploytasks.agent.python.own_wheels import at_their_place
from deploytasks.agent.regex import regex
from deploytasks.errors import PlanError
from deploytasks.here import environment
from deploytasks.source.requirements.local_package import OF_ANY_MACHINE
from deploytasks.source.requirements.requirement import normal_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deploytasks.delivery.wheelhouse.wish import Wish

WHOLE = "complete.json"
"""Lies beside the wheels once all are there: their names with their SHA-256."""
KEPT_LINES = 15
NO_INTERPRETER = ("--no-python-downloads",)
"""Markers and tags say what the host's Python wants; uv would bring that Python here first (uv, "Python versions")."""
PIP = (sys.executable, "-m", "pip")
NAME = regex(r"([A-Za-z0-9][\w.-]*)")
HASHES = regex(r"--hash=(sha256|sha384|sha512):([0-9a-f]+)")
NO_WHEEL = regex(r"No matching distribution found for (\S+)")


def fill(place: Path, wish: Wish) -> None:
    """*place* holds the wheels of *wish*, all or none; raises ``PlanError`` when one cannot be had."""
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        work, new = Path(scratch, "work"), Path(scratch, "wheels")
        for directory in (work, work / "wheels", new):
            directory.mkdir()
        pinned = _pinned(wish, work)
        _fetch(wish, pinned, new)
        _require_hashes(wish, new)
        digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(new.iterdir())}
        (new / WHOLE).write_text(json.dumps(digests))
        shutil.rmtree(place, ignore_errors=True)
        new.replace(place)


def _pinned(wish: Wish, work: Path) -> Path:
    """A file of exact versions, with nothing in it that the host's Python would leave out."""
    for name, place in wish.own:
        _at(work / "wheels" / name).symlink_to(place)
    for name, text in wish.texts:
        _at(work / name).write_text(at_their_place(text, f"{work}/wheels", {}))
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


def _at(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _fetch(wish: Wish, pinned: Path, place: Path) -> None:
    """What has no wheel is built here, where that makes one for any machine."""
    built: set[str] = set()
    while (done := _download(wish, pinned, place)).returncode:
        missing = NO_WHEEL.search(done.stderr)
        if missing is None or missing[1] in built:
            raise PlanError(f"wheelhouse: the wheels could not be fetched for {_host(wish)}\n{_end(done)}")
        _build(wish, missing[1], pinned.parent)
        built.add(missing[1])


def _download(wish: Wish, pinned: Path, place: Path) -> subprocess.CompletedProcess[str]:
    version = "{}{}".format(*wish.python)
    target = ["--python-version", version, "--implementation", "cp"]
    target += [word for abi in (f"cp{version}", "abi3", "none") for word in ("--abi", abi)]
    target += [word for platform in wish.platforms for word in ("--platform", platform)]
    links = ["--find-links", str(pinned.parent / "wheels")]
    fetch = [*PIP, "download", "--quiet", "--no-deps", "--only-binary", ":all:", *target, *links]
    return _carried_out([*fetch, "--dest", str(place), "--requirement", str(pinned)], _indexes(wish))


def _build(wish: Wish, requirement: str, work: Path) -> None:
    """*requirement* is a wheel for any machine, beside the others that were built here; ``PlanError`` if it is none."""
    name = requirement.partition("==")[0]
    hashes = " ".join(
        f"--hash={kind}:{digest}" for kind, digest in _hashes_by_name(wish).get(normal_name(name), ())
    )
    (work / "build.txt").write_text(f"{requirement} {hashes}\n")
    made = work / "made"
    words = ["wheel", "--quiet", "--no-deps", "--no-binary", name, "--wheel-dir", str(made)]
    done = _carried_out([*PIP, *words, "--requirement", str(work / "build.txt")], _indexes(wish))
    wheels = [*made.glob(f"*{OF_ANY_MACHINE}")] if done.returncode == 0 else []
    if not wheels:
        raise PlanError(
            f"wheelhouse: {requirement} has no wheel for {_host(wish)}, and none for any machine could be built of it "
            f"here\n{_end(done)}"
        )
    for wheel in wheels:
        wheel.rename(_at(work / "wheels" / wheel.name))


def _host(wish: Wish) -> str:
    return f"Python {wish.python[0]}.{wish.python[1]} on {wish.architecture} with glibc 2.{wish.glibc}"


def _indexes(wish: Wish) -> dict[str, str]:
    return {
        **({"PIP_INDEX_URL": wish.index_url} if wish.index_url else {}),
        **({"PIP_EXTRA_INDEX_URL": " ".join(wish.extra_index_urls)} if wish.extra_index_urls else {}),
    }


def _require_hashes(wish: Wish, place: Path) -> None:
    """Each wheel is one of those that the requirements name, where they name any: the host would refuse another."""
    allowed = _hashes_by_name(wish)
    for wheel in sorted(place.glob("*.whl")):
        hashes = allowed.get(normal_name(wheel.name.partition("-")[0]))
        content = wheel.read_bytes()
        if hashes and not any(hashlib.new(kind, content).hexdigest() == digest for kind, digest in hashes):
            raise PlanError(
                f"wheelhouse: {wheel.name} is none of the files whose hashes the requirements name"
            )


def _hashes_by_name(wish: Wish) -> dict[str, set[tuple[str, str]]]:
    allowed: dict[str, set[tuple[str, str]]] = {}
    for line in (line for _, text in wish.texts for line in text.splitlines()):
        hashes, name = HASHES.findall(line), NAME.match(line)
        if hashes and name:
            allowed.setdefault(normal_name(name[1]), set()).update(hashes)
    return allowed


def _uv(wish: Wish, words: Sequence[str]) -> None:
    if not importlib.util.find_spec("uv") or not importlib.util.find_spec("pip"):
        raise PlanError("wheelhouse wants uv and pip on this machine: pip install 'deploytasks[wheelhouse]'")
    index = {"UV_DEFAULT_INDEX": wish.index_url} if wish.index_url else {}
    if wish.extra_index_urls:
        index |= {"UV_INDEX": " ".join(wish.extra_index_urls), "UV_INDEX_STRATEGY": "unsafe-best-match"}
    done = _carried_out([sys.executable, "-m", "uv", *words, *NO_INTERPRETER], index)
    if done.returncode:
        raise PlanError(f"wheelhouse: the requirements could not be resolved\n{_end(done)}")


def _carried_out(argv: Iterable[str], more: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """An index's address may hold a password, so it is in the environment and in no argument."""
    variables = {**environment(), "PIP_DISABLE_PIP_VERSION_CHECK": "1", **more}
    return subprocess.run(list(argv), capture_output=True, text=True, check=False, env=variables)


def _end(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what uv or pip said; both mask the logins of addresses."""
    said = (done.stderr or done.stdout).strip().splitlines()
    return "\n".join(f"    | {line}" for line in said[-KEPT_LINES:])
