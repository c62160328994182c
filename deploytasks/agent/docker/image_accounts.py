"""The accounts of an image, among which an app's user has its name."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import Dict, Iterator

from deploytasks.agent.accounts.accounts import Account, account
from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.disk.entry import read_entry, remove_entry, write_file
from deploytasks.agent.docker.engine import docker
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen

FILES = ("passwd", "group")


@frozen
class ImageAccounts(Resource):
    """*directory* has passwd and group of *image*, and *user* in both.

    A container that has these two in its /etc knows by name whom it runs as (passwd(5), group(5)).
    """

    image: str
    user: str
    directory: str

    def desired(self) -> State:
        return dict.fromkeys(FILES, True)

    def inspect(self, machine: Machine) -> State:
        return {name: True for name in FILES if self._names_user(machine, name)} or None

    def apply(self, machine: Machine, change: Change) -> None:
        if change.after is None:
            for name in FILES:
                remove_entry(self._path(machine, name))
            return
        found = account(machine, self.user)
        if found is None:
            raise StepError("this host has no user %s" % self.user)
        with _container(machine, self.image) as container:
            for name, line in _lines(found).items():
                written = _with(_file_of(machine, container, name), line)
                write_file(self._path(machine, name), written.encode("utf-8"), {"mode": "0644"})

    def _names_user(self, machine: Machine, name: str) -> bool:
        found = read_entry(self._path(machine, name)) or {}
        return any(line.startswith(self.user + ":") for line in found.get("content", "").splitlines())

    def _path(self, machine: Machine, name: str) -> str:
        return machine.path("%s/%s" % (self.directory, name))


def _lines(user: Account) -> Dict[str, str]:
    home, shell = user.home, "/usr/sbin/nologin"
    return {
        "passwd": "%s:x:%s:%s::%s:%s\n" % (user.name, user.uid, user.gid, home, shell),
        "group": "%s:x:%s:\n" % (user.name, user.gid),
    }


def _with(content: str, line: str) -> str:
    """*content*, which may end in the middle of a line, and *line*."""
    return content + "\n" * bool(content and not content.endswith("\n")) + line


@contextmanager
def _container(machine: Machine, image: str) -> Iterator[str]:
    """A container of *image* that nobody starts."""
    made = docker(machine, "create", image, "nothing")
    if not made.ok:
        raise StepError("no container of %s can be made" % image, made.output)
    try:
        yield made.stdout.strip()
    finally:
        docker(machine, "rm", made.stdout.strip())


def _file_of(machine: Machine, container: str, name: str) -> str:
    """The text of /etc/*name*; empty in an image that has none."""
    with tempfile.TemporaryDirectory(prefix="deploytasks-") as scratch:
        path = os.path.join(scratch, name)
        done = docker(machine, "cp", "--follow-link", "%s:/etc/%s" % (container, name), path)
        if not done.ok:
            return ""
        with reading(path, errors="surrogateescape") as file:
            return file.read()
