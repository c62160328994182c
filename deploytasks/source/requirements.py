"""What an app needs installed, in one of the few forms that an installer on a host takes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from deploytasks.source.local_package import LocalPackage
    from deploytasks.source.requirement import Requirement

Kind: TypeAlias = Literal["requirements", "uv", "pylock", "none"]

_INSTALL: Mapping[Kind, str] = {
    "requirements": "requirements.txt",
    "uv": "uv.lock",
    "pylock": "pylock.toml",
    "none": "",
}


@dataclass(frozen=True)
class Requirements:
    """The texts that a host's installer needs.

    - ``requirements``: a ``requirements.txt`` and perhaps its ``constraints.txt``, for pip and uv;
    - ``uv``: ``uv.lock`` and ``pyproject.toml``, for ``uv export --frozen``;
    - ``pylock``: a ``pylock.toml``, for ``uv pip sync``;
    - ``none``: nothing is wanted.

    *names* are the packages named in them, spelled as PEP 503 says. *hash_checked*: each file that gets
    installed must have a known hash. *found* is the file of the source that they come from. *local* are the packages
    that lie in the source.
    """

    kind: Kind
    files: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    hash_checked: bool = False
    found: str = ""
    local: tuple[LocalPackage, ...] = ()

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
            bool(wanted) and all(line.hashes for line in wanted),
            found,
        )

    @property
    def install(self) -> str:
        """The name, among *files*, of the one to hand to the installer."""
        return _INSTALL[self.kind]

    @property
    def digest(self) -> str:
        """The SHA-256 of kind and files in hexadecimal: equal digests install the same."""
        return hashlib.sha256(json.dumps([self.kind, sorted(self.files.items())]).encode()).hexdigest()
