"""The wheel and the sdist of this checkout, and an empty virtual environment with nothing but the wheel."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = "import sys, hatchling.build as b; print(getattr(b, sys.argv[1])(sys.argv[2]))"


@dataclass(frozen=True)
class Environment:
    """A virtual environment at *path*."""

    path: Path

    @classmethod
    def make(cls, path: Path, *requirements: str) -> Environment:
        """A new one that holds *requirements* and what they need."""
        venv.create(path, with_pip=True)
        environment = cls(path)
        environment.run(
            "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements
        )
        return environment

    def run(
        self, program: str, *words: str, cwd: Path = ROOT, code: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """*program* of this environment with *words*; it must end with *code*."""
        argv = [str(self.path / "bin" / program), *words]
        done = subprocess.run(
            argv, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=300
        )
        assert done.returncode == code, (
            f"{program} {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done


def build(environment: Environment, what: str, directory: Path, source: Path = ROOT) -> Path:
    """The ``wheel`` or ``sdist`` of *source*, made in *directory* by the build backend in *environment*."""
    directory.mkdir(parents=True, exist_ok=True)
    made = environment.run("python", "-c", BUILD, f"build_{what}", str(directory), cwd=source)
    return directory / made.stdout.splitlines()[-1]


def unpacked(sdist: Path, directory: Path) -> Path:
    """What is in *sdist*, a directory called after it."""
    with tarfile.open(sdist) as archive:
        if sys.version_info >= (3, 12):
            archive.extractall(directory, filter="data")
        else:
            archive.extractall(directory)
    return directory / sdist.name.removesuffix(".tar.gz")
