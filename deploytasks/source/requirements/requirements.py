"""What an app needs installed, in one of the few forms that an installer on a host takes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias

from deploytasks.agent.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from deploytasks.source.requirements.own_package import OwnPackage
    from deploytasks.source.requirements.requirement import Requirement

Kind: TypeAlias = Literal["requirements", "uv", "none"]

_INSTALL: Mapping[Kind, str] = {
    "requirements": "requirements.txt",
    "uv": "uv.lock",
    "none": "",
}


@frozen
class Requirements:
    """The texts that a host's installer needs.

    - ``requirements``: a ``requirements.txt`` and perhaps its ``constraints.txt``, for pip and uv;
    - ``uv``: ``uv.lock`` and ``pyproject.toml``, for ``uv export --frozen``;
    - ``none``: nothing is wanted.

    *names* are the packages named in them, spelled as PEP 503 says. *hash_checked*: each file that gets
    installed must have a known hash. *found* is the file of the source that they come from. *own* are the packages
    whose wheels are built here, *vendored* files of the source that an installer chooses from.
    """

    kind: Kind
    files: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    hash_checked: bool = False
    found: str = ""
    own: tuple[OwnPackage, ...] = ()
    vendored: tuple[Path, ...] = ()

    @classmethod
    def none(cls) -> Requirements:
        """The requirements of an app that needs nothing."""
        return cls("none", found="none")

    @classmethod
    def of(cls, lines: Iterable[Requirement], found: str, head: Iterable[str] = ()) -> Requirements:
        """A ``requirements.txt`` of *lines* below the option lines *head*."""
        wanted = list(lines)
        text = "".join(f"{line}\n" for line in (*head, *wanted))
        return cls(
            "requirements",
            {"requirements.txt": text},
            frozenset(line.name for line in wanted),
            bool(wanted) and all(line.is_checked for line in wanted),
            found,
            tuple(dict.fromkeys(line.package for line in wanted if line.package)),
        )

    @property
    def install(self) -> str:
        """The name, among *files*, of the one to hand to the installer."""
        return _INSTALL[self.kind]

    @property
    def digest(self) -> str:
        """The SHA-256 of kind and files in hexadecimal: equal digests install the same."""
        return hashlib.sha256(json.dumps([self.kind, sorted(self.files.items())]).encode()).hexdigest()
