"""The source of the app: the files of the job and pages of filler, whose text compresses as code does."""

from __future__ import annotations

import gzip
import io
import os
import random
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from bench.places import JOB

OWN_FILES = 3
MEGABYTE = 1_000_000
PAGE_WORDS = {30: 900, 5000: 200}
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"


@dataclass(frozen=True)
class Source:
    """A directory of *files* files: 30 of together 200 kB, or 5 000 of 1.5 kB each; and one of *large_mb* MB."""

    directory: Path
    files: int
    large_mb: int = 0

    @property
    def large(self) -> Path:
        """The large file."""
        return self.directory / "large.bin"

    def write(self, version: str) -> None:
        """The app of *version*: of 30 files all but one are new, of 5 000 it is one."""
        if not self.directory.exists():
            self._write_pages("")
        (self.directory / "version.py").write_text(f'"""What serves."""\n\nVERSION = "{version}"\n')
        for name in ("app.py", "requirements.txt"):
            if not (self.directory / name).exists():
                shutil.copy(JOB / name, self.directory / name)
        if self.files == min(PAGE_WORDS):
            self._write_pages(version)
        if self.large_mb:
            self._write_large()

    def archive(self, path: Path) -> None:
        """Write all of it to *path*, a .tar.gz as a build server makes it."""
        with gzip.open(path, "wb", compresslevel=6) as compressed:
            compressed.write(self._tar())

    def _tar(self) -> bytes:
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as tar:
            tar.add(self.directory, arcname=".")
        return content.getvalue()

    def _write_large(self) -> None:
        with self.large.open("wb") as large:
            for _ in range(self.large_mb):
                large.write(os.urandom(MEGABYTE))

    def _write_pages(self, version: str) -> None:
        for number in range(self.files - OWN_FILES):
            page = self.directory / place(number)
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(f"{version}\n{text(number, PAGE_WORDS[self.files])}")


def place(number: int) -> str:
    """The path of a page: a third of them are static files."""
    kind = "static" if number % 3 == 0 else "pages"
    return f"{kind}/{number // 100:02}/page-{number:04}.txt"


def text(number: int, words: int) -> str:
    """The same words for the same *number*, at each call and on each machine."""
    chance = random.Random(number)  # noqa: S311 - filler
    vocabulary = ["".join(chance.choices(LETTERS, k=chance.randint(2, 11))) for _ in range(150)]
    lines = [" ".join(chance.choices(vocabulary, k=12)) for _ in range(words // 12)]
    return "\n".join(lines) + "\n"
