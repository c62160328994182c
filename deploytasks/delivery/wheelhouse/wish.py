"""What a host wants to install, and what it can run: hosts with the same wish get the same wheels."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.agent.python.environment import SEALED
from deploytasks.agent.python.python_venv import PythonVenv
from deploytasks.agent.python.wheel_platform import LEGACY
from deploytasks.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploytasks.agent.engine.plan import Plan
    from deploytasks.agent.python.uv import Uv
    from deploytasks.agent.release.facts import Facts

OLDEST_GLIBC = 17


@frozen
class Wish:
    """What a host wants to install: *texts* by file name, the first being the one to begin with, and *extra*."""

    texts: tuple[tuple[str, str], ...]
    form: str
    extra: tuple[str, ...]
    index_url: str
    python: tuple[int, int]
    architecture: str
    glibc: int
    extra_index_urls: tuple[str, ...] = ()
    own: tuple[tuple[str, str], ...] = ()
    """The names of wheels that were built here, and where they lie."""

    @property
    def key(self) -> str:
        """A name for the wheels that this comes to."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]

    @property
    def platforms(self) -> list[str]:
        """The platform tags of wheels that run there (PEP 600), the newest first."""
        modern = [f"manylinux_2_{minor}" for minor in range(self.glibc, OLDEST_GLIBC - 1, -1)]
        return [f"{name}_{self.architecture}" for name in (*modern, *LEGACY, "linux")]


def wish_of_venv(venv: PythonVenv, plan: Plan, facts: Facts, own: Mapping[str, Path]) -> Wish:
    """What *venv* of *plan* shall hold on a host of these *facts*; raises ``PlanError`` for a pylock.toml.

    *own* says where the wheels lie, by SHA-256, that were built here.
    """
    if venv.form == "pylock":
        raise PlanError("wheelhouse cannot be made of a pylock.toml; let the source have a requirements.txt")
    texts = tuple(
        (name, plan.contents[text[len(SEALED) :]].decode() if text.startswith(SEALED) else text)
        for name, text in venv.requirements
    )
    wish = _wish(facts, venv.extra, venv.index_url, texts, venv.form)
    built = tuple((name, str(own[digest])) for name, digest in venv.wheels)
    wish = replace(wish, extra_index_urls=venv.extra_index_urls, own=built)
    version = re.search(r"(?:^|python)3\.(\d+)$", venv.python)
    return replace(wish, python=(3, int(version[1]))) if version else wish


def _wish(
    facts: Facts,
    extra: tuple[str, ...],
    index_url: str,
    texts: tuple[tuple[str, str], ...] = (),
    form: str = "requirements",
) -> Wish:
    glibc = re.fullmatch(r"glibc 2\.(\d+)", facts.libc)
    if not glibc:
        raise PlanError(
            f"wheelhouse wants a host with glibc; {facts.hostname} has {facts.libc or 'another library'}"
        )
    python = facts.python_version[:2]
    return Wish(texts, form, extra, index_url, (python[0], python[1]), facts.architecture, int(glibc[1]))


def wish_of_uv(uv: Uv, facts: Facts) -> Wish:
    """The program itself, in the version that *uv* names."""
    return _wish(facts, extra=(f"uv=={uv.version}",), index_url=uv.index_url)
