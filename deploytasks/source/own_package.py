"""A package of which no index has a wheel: it is built here, and the wheel is sent along."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    from deploytasks.source.git_package import GitPackage
    from deploytasks.source.local_package import LocalPackage

OwnPackage: TypeAlias = "LocalPackage | GitPackage"


def stand_in(kind: str, where_from: str) -> str:
    """The word of a requirement's line that stands for a wheel until that is built."""
    return f"{kind}:{quote(where_from, safe='/@+.:=')}"
