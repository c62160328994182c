"""``lookup('env', 'HOME')`` and the few others that an inventory may use."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploytasks.errors import InventoryError
from deploytasks.here.output import MOST, Floods, close_pipes, said_by
from deploytasks.here.process_group import end_group
from deploytasks.inventory.documents.text_file import read_text
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.templating.asking import Asking
from deploytasks.inventory.templating.missing import Missing
from deploytasks.inventory.variable_name import is_secret
from deploytasks.spelling import did_you_mean

ALLOWED = "DEPLOYTASKS_LOOKUPS"
"""The variable of the environment that names what is only done when allowed: ``pipe``."""
LONGEST_S = 30
NOT_GIVEN = object()


class Lookups:
    """What a template of *work* can ask for."""

    def __init__(self, work: Asking) -> None:
        self._work = work

    def lookup(self, name: str, *terms: Any, **options: Any) -> Any:
        """The answers of the lookup called *name*: one as it is, texts joined with commas; raises `Refused`."""
        wants_list = options.pop("wantlist", False)
        found = self.query(name, *terms, **options)
        if wants_list:
            return found
        if len(found) == 1:
            return found[0]
        return ",".join(found) if all(isinstance(answer, str) for answer in found) else found

    def query(self, name: str, *terms: Any, **options: Any) -> list[Any]:
        """The answers as a list."""
        known = name.removeprefix("ansible.builtin.")
        ask: Callable[..., Any] | None = getattr(self, f"_{known}", None) if known in NAMES else None
        if ask is None:
            hint = did_you_mean(known, NAMES)
            raise Refused(f'lookup "{name}" is not supported; expected one of {", ".join(NAMES)}{hint}')
        options.pop("errors", None)
        flat = [term for given in terms for term in (given if isinstance(given, list) else [given])]
        return [ask(term, **options) for term in flat]

    def _env(self, name: str, default: Any = NOT_GIVEN) -> Any:
        value = os.environ.get(str(name))
        if value is None:
            return "" if default is NOT_GIVEN else default
        return self._hidden(value) if is_secret(str(name)) else value

    def _file(self, name: str, *, lstrip: bool = False, rstrip: bool = True) -> str:
        text = self._read(self._path(str(name)))
        return (text.lstrip() if lstrip else text).rstrip() if rstrip else text.lstrip() if lstrip else text

    def _password(self, term: str, **options: Any) -> str:
        del options
        name = str(term).split(" ")[0]
        path = self._path(name, must_exist=False)
        if not path.is_file():
            raise Refused(
                f"{path}: the password is not there, and none is made here; write one into that file"
            )
        return self._hidden(self._read(path).split("\n")[0].split(" salt=")[0])

    def _pipe(self, command: str) -> str:
        if "pipe" not in os.environ.get(ALLOWED, "").split(","):
            raise Refused(f'lookup "pipe" runs a command on this machine; to allow that: {ALLOWED}=pipe')
        process = subprocess.Popen(  # noqa: S602  # nosec B602  that is what it is for, once it is allowed
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            printed, said = said_by(process, b"", LONGEST_S)
        except subprocess.TimeoutExpired:
            raise Refused(f'lookup "pipe": the command did not end in {LONGEST_S} s') from None
        except Floods:
            raise Refused(f'lookup "pipe": the command printed more than {MOST} bytes') from None
        finally:
            end_group(process)
            close_pipes(process)
        if process.returncode:
            last = said.decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
            raise Refused(f'lookup "pipe": the command ended with {process.returncode}: {last[0]}')
        return printed.decode("utf-8", "replace").rstrip()

    def _vars(self, name: str, default: Any = NOT_GIVEN) -> Any:
        if name not in self._work.variables:
            if default is NOT_GIVEN:
                return Missing(f'"{name}" is not set; set it, or give a default')
            return default
        return self._work.of(self._work.variables, name)

    def _read(self, path: Path) -> str:
        self._work.variables.landscape.files_read.add(path)
        return _read(path)

    def _hidden(self, value: str) -> str:
        self._work.is_secret = True
        self._work.secrets.add(value)
        return value

    def _path(self, name: str, *, must_exist: bool = True) -> Path:
        """*name* as it stands, else beside the inventory, in ``files`` first as there."""
        given = Path(name).expanduser()
        beside = Path(self._work.variables.landscape.file_of(self._work.variables.host)).parent
        places = [given] if given.is_absolute() else [beside / "files" / given, beside / given, given]
        found = next((place for place in places if place.is_file()), None)
        if found is None and must_exist:
            raise Refused(f"file not found: {name}; expected one that exists, here or beside the inventory")
        return found or places[-1]


NAMES = ("env", "file", "password", "pipe", "vars")


def _read(path: Path) -> str:
    try:
        return read_text(str(path))
    except InventoryError as error:
        raise Refused(str(error)) from error
