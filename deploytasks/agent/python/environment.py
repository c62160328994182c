"""A virtual environment: what it shall hold, and how it goes."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Tuple

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.entry import beside, remove_whole
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

MARKER = ".complete"
SEALED = "sha256:"
"""Begins the name of a text that travels apart from the plan."""
FORMS = ("requirements", "uv", "pylock")
INSTALLERS = ("uv", "pip")


@frozen
class Environment:
    """What shall be at *path*; `PythonVenv` says what each field means."""

    path: str
    requirements: Tuple[Tuple[str, str], ...] = ()
    python: str = "python3"
    form: str = "requirements"
    extra: Tuple[str, ...] = ()
    installer: str = "uv"
    uv: str = ""
    index_url: str = ""
    ca_bundle: str = ""
    hash_checked: bool = False
    wheelhouse: bool = False
    wheels: Tuple[Tuple[str, str], ...] = ()
    key: str = ""
    builder: str = ""
    hides: Tuple[str, ...] = ()
    extra_index_urls: Tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for value, allowed in ((self.form, FORMS), (self.installer, INSTALLERS)):
            if value not in allowed:
                raise ValueError("%r; expected one of %s" % (value, ", ".join(allowed)))
        if self.installer == "pip" and self.form != "requirements":
            raise ValueError("pip cannot read the form %s; use the installer uv" % self.form)
        if self.installer == "uv" and not self.uv:
            raise ValueError("the installer uv wants uv=, its path on the host")
        for name, _ in (*self.requirements, *self.wheels):
            if name.startswith("/") or ".." in name.split("/"):
                raise ValueError("%r; expected a file's name inside the app's directory" % name)

    @property
    def digest(self) -> str:
        """A name for what the environment shall hold, wherever it lies and comes from."""
        texts = [(name, digest_in(text)) for name, text in self.requirements]
        content = [self.python, texts, self.form, self.extra, self.installer, self.hash_checked]
        return hashlib.sha256(json.dumps(content).encode("ascii")).hexdigest()[:16]


def remove_environment(place: str) -> None:
    """Nothing is at *place*; raises ``StepError`` for what is no virtual environment."""
    if not os.path.lexists(place):
        return
    if not _is_ours(place):
        raise StepError("%s is there and is no virtual environment; move it away" % place)
    remove_whole(place)


def _is_ours(place: str) -> bool:
    if not os.path.isdir(place) or os.path.islink(place):
        return False
    known = any(os.path.exists(os.path.join(place, name)) for name in (MARKER, "pyvenv.cfg"))
    # uv and venv write pyvenv.cfg late: while it is built, or empty, it needs none.
    return known or os.path.isdir(beside(place)) or not os.listdir(place)


def digest_in(text: str) -> str:
    """The SHA-256 of a requirement's *text*, which may be named by it."""
    return text[len(SEALED) :] if text.startswith(SEALED) else digest_of(text.encode("utf-8"))
