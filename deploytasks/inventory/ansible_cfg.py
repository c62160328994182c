"""What an ``ansible.cfg`` says of the inventory and the way to its hosts; found where Ansible finds it.

Read are ``inventory``, ``remote_user``, ``private_key_file``, ``host_key_checking``, ``vault_password_file`` and
``vault_identity_list`` of its section ``[defaults]``; paths in it are relative to it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

from deploytasks.agent.frozen import frozen
from deploytasks.errors import InventoryError
from deploytasks.inventory.documents.text_file import read_text
from deploytasks.inventory.origin import CONFIGURED, Origin, Setting
from deploytasks.inventory.value import Value

NAME, SECTION = "ansible.cfg", "defaults"
OFF = frozenset({"false", "no", "off", "0", "f", "n"})
ANY_NEW_KEY = "-o StrictHostKeyChecking=accept-new"
"""What ``host_key_checking = False`` means here: a key that changed is refused all the same."""


@frozen
class AnsibleCfg:
    """The section ``[defaults]`` of the file *path*, empty if there is none."""

    path: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def inventory(self) -> list[str]:
        """The sources that it names."""
        parts = self.values.get("inventory", "").split(",")
        return [self._path(part.strip()) for part in parts if part.strip()]

    @property
    def vault_ids(self) -> list[str]:
        """Where the passwords of vaults are, as ``[ID@]SOURCE`` each."""
        listed = self.values.get("vault_identity_list", "").split(",")
        named = [*filter(None, map(str.strip, listed)), self.values.get("vault_password_file", "")]
        return [self._password(text) for text in named if text]

    @property
    def settings(self) -> dict[str, Setting]:
        """What it says of the way to all hosts, as variables below all others."""
        return {name: Setting(value, self._origin(key)) for key, name, value in self._connection()}

    def _connection(self) -> Iterator[tuple[str, str, Value]]:
        if self.values.get("remote_user"):
            yield "remote_user", "ansible_user", self.values["remote_user"]
        if self.values.get("private_key_file"):
            key = self._path(self.values["private_key_file"])
            yield "private_key_file", "ansible_ssh_private_key_file", key
        if self.values.get("host_key_checking", "").lower() in OFF:
            yield "host_key_checking", "ansible_ssh_common_args", ANY_NEW_KEY

    def _origin(self, key: str) -> Origin:
        return Origin(self.path, self.lines.get(key), CONFIGURED)

    def _password(self, text: str) -> str:
        vault_id, at, source = text.rpartition("@")
        return text if source.startswith("prompt") else f"{vault_id}{at}{self._path(source)}"

    def _path(self, text: str) -> str:
        expanded = os.path.expandvars(os.path.expanduser(text))  # noqa: PTH111  a text stays a text
        return os.path.join(os.path.dirname(self.path), expanded)  # noqa: PTH118, PTH120  as it is written


def found_cfg(environ: Mapping[str, str]) -> AnsibleCfg:
    """That of ``$ANSIBLE_CONFIG``, else of this directory, the home directory, the system.

    Raises `InventoryError` for one that cannot be read.
    """
    for place in _places(environ):
        if os.path.exists(place):  # noqa: PTH110
            return read_cfg(place)
    return AnsibleCfg()


def read_cfg(path: str) -> AnsibleCfg:
    """The file *path*; raises `InventoryError` for what is no INI."""
    import configparser  # Few have such a file.

    text = read_text(path)
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",), strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or next(iter(getattr(error, "errors", [])), (1,))[0]
        raise InventoryError(
            f"{path}:{line}: no configuration; expected [defaults], and key = value lines"
        ) from error
    values = dict(parser[SECTION]) if SECTION in parser else {}
    return AnsibleCfg(path, values, _lines(text))


def _places(environ: Mapping[str, str]) -> Iterator[str]:
    named = environ.get("ANSIBLE_CONFIG")
    if named:
        yield os.path.join(named, NAME) if Path(named).is_dir() else named  # noqa: PTH118
    if not Path().stat().st_mode & stat.S_IWOTH:  # Else anybody could say how root is logged in.
        yield NAME
    yield os.path.expanduser("~/.ansible.cfg")  # noqa: PTH111
    yield "/etc/ansible/ansible.cfg"


def _lines(text: str) -> dict[str, int]:
    """The line of each key in the section."""
    found, section = {}, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("["):
            section = line.strip().strip("[]")
        elif section == SECTION and not line[:1].isspace() and line[:1] not in "#;":
            found[line.partition("=")[0].partition(":")[0].strip().lower()] = number
    return found
