"""A virtual environment for each peer, of exactly the versions in its constraints file."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench.places import BENCH, ROOT, VENVS

OWN = "deploytasks"
BUILD = "import sys, hatchling.build as b; print(b.build_wheel(sys.argv[1]))"


def ensure(names: Iterable[str]) -> None:
    """Each of *names* is there; ours also has the package as this checkout is now."""
    for name in sorted(set(names) - {""}):
        make(name)
        if name == OWN:
            install_checkout(venv(name))


def venv(name: str) -> Path:
    return VENVS / name


def make(name: str) -> None:
    """Made anew when its constraints have changed."""
    place, versions = venv(name), constraints(name)
    digest = hashlib.sha256(versions.read_bytes()).hexdigest()
    mark = place / "constraints.sha256"
    if mark.exists() and mark.read_text() == digest:
        return
    print(f"making {place.relative_to(ROOT)}")
    run([sys.executable, "-m", "venv", "--clear", str(place)])
    pip(place, "--no-deps", "--requirement", str(versions))
    mark.write_text(digest)


def install_checkout(place: Path) -> None:
    """From its wheel, as people have it."""
    with tempfile.TemporaryDirectory() as directory:
        wheel = run([sys.executable, "-c", BUILD, directory]).split()[-1]
        pip(place, "--no-deps", "--force-reinstall", str(Path(directory, wheel)))


def version(name: str) -> str:
    """The main package of the environment *name*, with its version."""
    found = re.search(rf"^({name}(?:-core)?)==(\S+)", constraints(name).read_text(), re.MULTILINE)
    return f"{found[1]} {found[2]}" if found else name


def constraints(name: str) -> Path:
    return BENCH / f"constraints-{name}.txt"


def pip(place: Path, *words: str) -> None:
    run([str(place / "bin/python"), "-m", "pip", "install", "--quiet", *words])


def run(argv: list[str]) -> str:
    return subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
