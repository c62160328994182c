"""An inventory that a program prints: Ansible's protocol of ``--list`` and ``--host NAME``.

``--list`` prints ``{"web": {"hosts": […], "children": […], "vars": {…}}, "_meta": {"hostvars": {…}}}``; without
``_meta`` each host is asked for with ``--host``. Follows ``plugins/inventory/script.py`` of ansible-core 2.19.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deploytasks.here.process_group import end_group
from deploytasks.inventory.concealed import Unsafe
from deploytasks.inventory.draft import Draft, check_group_name
from deploytasks.inventory.host_name import check_host_name
from deploytasks.inventory.origin import Origin
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.value import Value, plain, shortened
from deploytasks.inventory.vault import Sealed, Vault

LONGEST_S = 60
LARGEST = 50_000_000
"""Bytes on standard output."""
POLL_S = 0.02
SECTIONS = ("hosts", "children", "vars")


class ExecutableReader:
    """Takes what *program* prints into *draft*; what is wrong goes to *problems*."""

    def __init__(
        self, program: str, draft: Draft, vault: Vault, problems: Problems, longest_s: float = LONGEST_S
    ) -> None:
        self._program = program
        self._draft = draft
        self._vault = vault
        self._problems = problems
        self._ends_at = time.monotonic() + longest_s
        self._hosts: dict[str, None] = {}

    def read(self) -> None:
        """Run it; raises `Refused` when it fails, floods, does not end, or prints something else."""
        if os.stat(self._program).st_mode & stat.S_IWOTH:  # noqa: PTH116
            raise Refused(f"anyone may write to it, and it is run; run: chmod o-w {self._program}")
        document = self._printed("--list")
        said = document.pop("_meta", None)
        for group, content in document.items():
            self._read_group(group, content)
        known = None if said is None else _mapping(_mapping(said, "_meta").get("hostvars"), "_meta.hostvars")
        for host in self._hosts:
            values = self._printed("--host", host) if known is None else known.get(host, {})
            for name, value in _mapping(values, f'variables of host "{host}"').items():
                with self._problems.at(self._origin()):
                    self._draft.hosts[host].set(name, self._value(name, value), self._origin())

    def _read_group(self, name: str, content: Any) -> None:
        check_group_name(name)
        group = self._draft.add_group(name)
        sections = content if isinstance(content, dict) else {"hosts": content}
        if not any(section in sections for section in SECTIONS) and sections:
            raise Refused(f'group "{name}" has no hosts, children or vars; expected one of them')
        for host in _names(sections.get("hosts", []), f"{name}.hosts"):
            check_host_name(host)
            self._draft.add_host(host, name, None, self._origin(f"host {host}"))
            self._hosts[host] = None
        for key, value in _mapping(sections.get("vars", {}), f"{name}.vars").items():
            with self._problems.at(self._origin()):
                group.set(key, self._value(key, value), self._origin())
        for child in _names(sections.get("children", []), f"{name}.children"):
            check_group_name(child)
            self._draft.add_group(child)
            self._draft.add_child(name, child)

    def _value(self, name: str, value: Any) -> Value:
        try:
            return plain(self._marked(value))
        except Refused as refused:
            raise Refused(f"{name}: {refused}") from refused

    def _marked(self, value: Any) -> Any:
        """*value* with what Ansible marks in JSON: what is encrypted, and what is no template."""
        if isinstance(value, dict) and isinstance(value.get("__ansible_vault"), str):
            return Sealed(value["__ansible_vault"], self._vault)
        if isinstance(value, dict) and isinstance(value.get("__ansible_unsafe"), str):
            return Unsafe(value["__ansible_unsafe"])
        if isinstance(value, dict):
            return {key: self._marked(item) for key, item in value.items()}
        return [self._marked(item) for item in value] if isinstance(value, list) else value

    def _printed(self, *words: str) -> dict[str, Any]:
        text = _output([os.path.abspath(self._program), *words], self._ends_at)  # noqa: PTH100
        if words[0] == "--host" and not text.strip():
            return {}
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refused(f"{words[0]} printed no JSON: {error}") from error
        if not isinstance(document, dict):
            raise Refused(f"{words[0]} printed a {type(document).__name__}; expected an object")
        return document

    def _origin(self, level: str = "") -> Origin:
        return Origin(self._program, None, level)


def _output(argv: list[str], ends_at: float) -> str:
    """What *argv* prints until *ends_at*; into a file, so that neither a flood nor a child that stays can hold it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
            )
        except OSError as error:
            raise Refused(f"cannot be run: {(error.strerror or str(error)).lower()}") from error
        try:
            code = _ended(process, (out.fileno(), err.fileno()), ends_at)
        finally:
            end_group(process)
        said = _tail(err)
        if code is None:
            raise Refused(f"did not end in the time that it has{said}")
        if code:
            raise Refused(f"ended with {code}{said or ', and said nothing'}")
        out.seek(0)
        try:
            return out.read().decode()
        except UnicodeDecodeError:
            raise Refused("printed what is no UTF-8") from None


def _ended(process: subprocess.Popen[bytes], outputs: Iterable[int], ends_at: float) -> int | None:
    while time.monotonic() < ends_at:
        try:
            return process.wait(POLL_S)
        except subprocess.TimeoutExpired:
            if any(os.fstat(output).st_size > LARGEST for output in outputs):
                raise Refused(f"printed more than {LARGEST} bytes") from None
    return None


def _tail(err: Any) -> str:
    err.seek(max(0, os.fstat(err.fileno()).st_size - 2000))
    lines = err.read().decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1][:300]}" if lines else ""


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Refused(f"{what} is a {type(value).__name__}; expected an object")
    return value


def _names(value: Any, what: str) -> Iterator[str]:
    if not isinstance(value, list):
        raise Refused(f"{what} is a {type(value).__name__}; expected a list of names")
    for name in value:
        if not isinstance(name, str):
            raise Refused(f"{what}: {shortened(str(name))} is no text")
        yield name
