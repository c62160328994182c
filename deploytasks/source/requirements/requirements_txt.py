"""A requirements.txt, made whole: what it includes is put in place, what a host cannot follow is refused.

The format is pip's (https://pip.pypa.io/en/stable/reference/requirements-file-format/). Included files
are relative to the one that includes them. Comments go, so that they change no digest.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError
from deploytasks.here.paths import seen_from
from deploytasks.source.requirements.find_links import LINE as FIND_LINKS
from deploytasks.source.requirements.find_links import find_links
from deploytasks.source.requirements.git_package import git_package
from deploytasks.source.requirements.index import Index, Kind
from deploytasks.source.requirements.local_package import local_package
from deploytasks.source.requirements.pyproject import NAME as PYPROJECT
from deploytasks.source.requirements.pyproject import declared
from deploytasks.source.requirements.requirement import (
    Requirement,
    checked_marker,
    is_hash,
    parse_requirement,
)
from deploytasks.source.requirements.requirements import Requirements
from deploytasks.source.text_file import bytes_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from deploytasks.source.requirements.own_package import OwnPackage

_COMMENT = regex(r"(^|\s+)#.*$")
_OPTION = regex(r"(--[a-z-]+|-[a-zA-Z])[=\s]*(.*)")
_HASH_OPTION = regex(r"\s--hash[=\s]\s*(\S+)")
_URL = regex(r"[a-z]+(\+[a-z]+)?://")
_PATH = regex(r"(\S+\s*@\s*)?(file:|[./~])|[^\s;@]*/|\S+\.(whl|zip|tar\.gz)$")
_APP_ITSELF = regex(r"(?:file:)?\./?(?:\[(.*)\])?")
_INDEXES: Mapping[str, Kind] = {"-i": "index", "--index-url": "index", "--extra-index-url": "extra"}
_BOUNDS = {"-c", "--constraint"}
_LINKS = {"-f", "--find-links"}
_KEPT = ("--no-index", "--no-binary", "--only-binary", "--require-hashes", "--pre", "--prefer-binary")
_ENCODINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_requirements_txt(path: Path, root: Path) -> Requirements:
    """The requirements of *path* in the source *root*; raises ``SourceError`` naming all bad lines."""
    return read_lines(_lines(_text(path)), path, root)


def read_lines(lines: Iterable[tuple[int, str]], path: Path, root: Path) -> Requirements:
    """The same of *lines* of *path*, each with its number."""
    reading = _Reading(root)
    reading.follow(lines, (path,), constraints=False)
    if reading.problems:
        raise SourceError("\n".join(reading.problems))
    if not reading.wanted:
        advice = "name what the app needs, or set app_requirements=none"
        raise SourceError(f"{path}: names no package; {advice}")
    return reading.requirements(seen_from(path, root))


@dataclass
class _Reading:
    """A requirements file and those that it includes, as far as they have been read."""

    root: Path
    options: list[str] = field(default_factory=list)
    wanted: list[Requirement] = field(default_factory=list)
    bounds: list[Requirement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    vendored: list[Path] = field(default_factory=list)
    done: set[tuple[Path, bool]] = field(default_factory=set)

    def requirements(self, found: str) -> Requirements:
        """What has been read, whole."""
        bounds = "".join(f"{line}\n" for line in self.bounds)
        head = [*self.options, *(["-c constraints.txt"] if bounds else [])]
        whole = Requirements.of(self.wanted, found, head)
        files = {**whole.files, "constraints.txt": bounds} if bounds else whole.files
        own = dict.fromkeys(line.package for line in (*self.wanted, *self.bounds) if line.package)
        return replace(whole, files=files, own=tuple(own), vendored=tuple(self.vendored))

    def follow(self, lines: Iterable[tuple[int, str]], files: tuple[Path, ...], *, constraints: bool) -> None:
        """Take each of *lines*; they are of the last of *files*, which the one before it includes.

        Once: files that include each other's twins would be read for ever.
        """
        if (files[-1], constraints) in self.done:
            return
        self.done.add((files[-1], constraints))
        for number, line in lines:
            where = f"{files[-1]}:{number}"
            problem = self._take(line, files, where, constraints=constraints)
            if problem:
                self.problems.append(f"{where}: {line}: {problem}")

    def _take(self, line: str, files: tuple[Path, ...], where: str, *, constraints: bool) -> str:
        try:
            self._follow(line, files, where, constraints=constraints)
        except ValueError as error:
            return str(error)
        return ""

    def _follow(self, line: str, files: tuple[Path, ...], where: str, *, constraints: bool) -> None:
        match = _OPTION.fullmatch(line)
        option, value = (match[1], match[2].strip()) if match else ("", line)
        if option in {"-r", "--requirement"} | _BOUNDS:
            included = _included(value, files)
            lines = _lines(_text(included))
            self.follow(lines, (*files, included), constraints=constraints or option in _BOUNDS)
        elif option in {"-e", "--editable"} or not option:
            wanted = self._requirements(value, files[-1].parent, where)
            (self.bounds if constraints else self.wanted).extend(wanted)
        elif option in _INDEXES:
            return  # It is heard as a variable, which a login can be in.
        elif option in _LINKS:
            self.vendored += find_links(self.root, files[-1].parent, value)
            self._keep(FIND_LINKS)
        elif option in _KEPT:
            self._keep(line)
        else:
            raise ValueError(_why_refused(option))

    def _keep(self, option: str) -> None:
        self.options += [option] if option not in self.options else []

    def _requirements(self, text: str, base: Path, where: str) -> list[Requirement]:
        itself = _APP_ITSELF.fullmatch(text)
        if itself:
            # The release holds the app's own code; what it needs installed is what it declares.
            return declared(self.root / PYPROJECT, _names(itself[1] or ""))
        package, marker = self._own_package(text, base, where)
        if package:
            return [Requirement.of(package, marker)]
        _refuse_path(text)
        hashes = _HASH_OPTION.findall(text)
        unknown = [value for value in hashes if not is_hash(value)]
        if unknown:
            raise ValueError(f"not a hash: {unknown[0]}; expected sha256:HEX")
        return [parse_requirement(_HASH_OPTION.sub("", text)).hashed(hashes)]

    def _own_package(self, text: str, base: Path, where: str) -> tuple[OwnPackage | None, str]:
        """What has to be built here for it, and the marker behind it."""
        address, _, marker = _HASH_OPTION.sub("", text).partition(" ;" if "://" in text else ";")
        package = git_package(address, where)
        if package is None and _PATH.match(address) and not _URL.match(address):
            return local_package(self.root, base, address.strip(), where), checked_marker(marker)
        return package, checked_marker(marker)


def indexes_in(path: Path, seen: set[Path] | None = None) -> Iterator[Index]:
    """The indexes that *path* names, or what it includes."""
    seen = {path.resolve()} if seen is None else seen
    for number, line in _lines(_text(path)):
        match = _OPTION.fullmatch(line)
        option, value = (match[1], match[2].strip()) if match else ("", "")
        included = (path.parent / value).resolve()
        if option in _INDEXES:
            yield Index.at(path, number, _INDEXES[option], value)
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
    if "://" in name:
        raise ValueError("a file that is elsewhere may change; fetch it, and name what lies in the source")
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
    if option == "--trusted-host":
        return "not without verification; set pip_ca_bundle"
    return f"unknown option {option}; expected -r, -c, -e, --hash or one of {', '.join(_KEPT)}"
