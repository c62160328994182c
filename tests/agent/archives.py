"""Archives as their makers, or somebody who means ill, pack them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import Any


def tar(files: dict[str, bytes], *others: tuple[str, dict[str, Any]]) -> bytes:
    """*files* by name, and then others with attributes of ``TarInfo``."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, attributes in others:
            member = tarfile.TarInfo(name)
            for attribute, value in attributes.items():
                setattr(member, attribute, value)
            archive.addfile(member)
    return packed.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[str, dict[str, Any]]:
    """A link, symbolic unless *kind* says otherwise."""
    return name, {"type": kind, "linkname": target}


def zipped(files: dict[str, bytes], *links: tuple[str, str]) -> bytes:
    """*files* by name, and symbolic links with their targets."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, target in links:
            member = zipfile.ZipInfo(name)
            member.external_attr = 0o120777 << 16
            archive.writestr(member, target)
    return packed.getvalue()
