"""A requirements.txt, made whole: what it includes is put in place, what a host cannot follow is refused.

The format is pip's (https://pip.pypa.io/en/stable/reference/requirements-file-format/). Included files
are relative to the one that includes them. Comments go, so that they change no digest.
"""

from __future__ import annotations

import codecs
import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError
from deploytasks.source.local_package import LocalPackage, local_package
from deploytasks.source.pyproject import NAME as PYPROJECT
from deploytasks.source.pyproject import declared
from deploytasks.source.requirement import Requirement, is_hash, parse_requirement
from deploytasks.source.requirements import Requirements
from deploytasks.source.text_file import bytes_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMENT = re.compile(r"(^|\s+)#.*$")
_OPTION = re.compile(r"(--[a-z-]+|-[a-zA-Z])[=\s]*(.*)")
_HASH_OPTION = re.compile(r"\s--hash[=\s]\s*(\S+)")
_URL = re.compile(r"[a-z]+(\+[a-z]+)?://")
_PATH = re.compile(r"(\S+\s*@\s*)?(file:|[./~])|[^\s;@]*/|\S+\.(whl|zip|tar\.gz)$")
_APP_ITSELF = re.compile(r"(?:file:)?\./?(?:\[(.*)\])?")
_INDEXES = {"-i": "index", "--index-url": "index", "--extra-index-url": "extra"}
_INDEX = {"--no-index", "-f", "--find-links"}
_KEPT = ("--no-binary", "--only-binary", "--require-hashes", "--pre", "--prefer-binary")
_ENCODINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_requirements_txt(path: Path, root: Path) -> Requirements:
    """The requirements of *path* in the source *root*; raises ``SourceError`` naming all bad lines."""
    reading = _Reading(root)
    reading.read(path, (), constraints=False)
    if reading.problems:
        raise SourceError("\n".join(reading.problems))
    if not reading.wanted:
        advice = "name what the app needs, or set app_requirements=none"
        raise SourceError(f"{path}: names no package; {advice}")
    head = [*reading.options, *(["-c constraints.txt"] if reading.bounds else [])]
    found = Requirements.of(reading.wanted, os.path.relpath(path, root), head)
    bounds = "".join(f"{line}\n" for line in reading.bounds)
    files = {**found.files, "constraints.txt": bounds} if bounds else found.files
    return replace(found, files=files, local=tuple(reading.local))


@dataclass
class _Reading:
    """A requirements file and those that it includes, as far as they have been read."""

    root: Path
    options: list[str] = field(default_factory=list)
    wanted: list[Requirement] = field(default_factory=list)
    bounds: list[Requirement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    local: list[LocalPackage] = field(default_factory=list)
    done: set[tuple[Path, bool]] = field(default_factory=set)

    def read(self, path: Path, above: tuple[Path, ...], *, constraints: bool) -> None:
        """Once: files that include each other's twins would be read for ever."""
        if (path, constraints) in self.done:
            return
        self.done.add((path, constraints))
        for number, line in _lines(_text(path)):
            problem = self._take(line, (*above, path), constraints=constraints)
            if problem:
                self.problems.append(f"{path}:{number}: {line}: {problem}")

    def _take(self, line: str, files: tuple[Path, ...], *, constraints: bool) -> str:
        try:
            self._follow(line, files, constraints=constraints)
        except ValueError as error:
            return str(error)
        return ""

    def _follow(self, line: str, files: tuple[Path, ...], *, constraints: bool) -> None:
        if "${" in line:
            raise ValueError("environment variable; the host does not have it")
        match = _OPTION.fullmatch(line)
        option, value = (match[1], match[2].strip()) if match else ("", line)
        if option in {"-r", "--requirement", "-c", "--constraint"}:
            bounds = constraints or option in {"-c", "--constraint"}
            self.read(_included(value, files), files, constraints=bounds)
        elif option in {"-e", "--editable"} or not option:
            (self.bounds if constraints else self.wanted).extend(self._requirements(value, files[-1].parent))
        elif option in _INDEXES:
            return  # It is heard as a variable, which a login can be in.
        elif option in _KEPT:
            self.options += [line] if line not in self.options else []
        else:
            raise ValueError(_why_refused(option))

    def _requirements(self, text: str, base: Path) -> list[Requirement]:
        itself = _APP_ITSELF.fullmatch(text)
        if itself:
            # The release holds the app's own code; what it needs installed is what it declares.
            return declared(self.root / PYPROJECT, _names(itself[1] or ""))
        local = local_package(self.root, base, text) if _PATH.match(text) and not _URL.match(text) else None
        if local:
            self.local.append(local)
            return [Requirement(local.name, local.line)]
        _refuse_path(text)
        hashes = _HASH_OPTION.findall(text)
        unknown = [value for value in hashes if not is_hash(value)]
        if unknown:
            raise ValueError(f"not a hash: {unknown[0]}; expected sha256:HEX")
        return [parse_requirement(_HASH_OPTION.sub("", text)).hashed(hashes)]


def indexes_in(path: Path, seen: set[Path] | None = None) -> Iterator[tuple[Path, int, str, str]]:
    """Where *path*, or what it includes, names an index, whether as ``index`` or as an ``extra`` one, and its URL."""
    seen = {path.resolve()} if seen is None else seen
    for number, line in _lines(_text(path)):
        match = _OPTION.fullmatch(line)
        option, value = (match[1], match[2].strip()) if match else ("", "")
        included = (path.parent / value).resolve()
        if option in _INDEXES:
            yield path, number, _INDEXES[option], value
        elif option in {"-r", "--requirement"} and included.is_file() and included not in seen:
            seen.add(included)
            yield from indexes_in(included, seen)


def _text(path: Path) -> str:
    try:
        content = bytes_in(path)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    # PowerShell's `pip freeze > requirements.txt` writes UTF-16.
    encoding = next((name for bom, name in _ENCODINGS.items() if content.startswith(bom)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not text at byte {error.start}; expected UTF-8") from error


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with something in them, comments taken off and continued ones joined, by their first number."""
    start, parts = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        start = start or number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts += line[:-1]
            continue
        whole = _COMMENT.sub("", f"{parts} {line}" if parts else line).strip()
        if whole:
            yield start, whole
        start, parts = 0, ""
    if parts.strip():
        yield start, parts.strip()


def _included(name: str, files: tuple[Path, ...]) -> Path:
    path = (files[-1].parent / name).resolve()
    if path in files:
        names = " -> ".join(file.name for file in (*files[files.index(path) :], path))
        raise ValueError(f"includes itself: {names}; remove one of them")
    if not path.is_file():
        raise ValueError(f"no such file: {path}")
    return path


def _names(extras: str) -> list[str]:
    return [name.strip() for name in extras.split(",") if name.strip()]


def _refuse_path(text: str) -> None:
    if _URL.match(text):
        raise ValueError("a URL without a name; write NAME @ URL")
    if _PATH.match(text):
        raise ValueError("a path, which only this machine has; expected a release from the index")


def _why_refused(option: str) -> str:
    if option in _INDEX:
        return "an index belongs to the host; set pip_index_url"
    if option == "--trusted-host":
        return "not without verification; set pip_ca_bundle"
    return f"unknown option {option}; expected -r, -c, -e, --hash or one of {', '.join(_KEPT)}"
