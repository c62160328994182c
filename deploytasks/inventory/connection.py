"""How to reach a host: Ansible's connection variables, checked and typed."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TypeVar

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.inventory.host_name import check_host_name, port_number
from deploytasks.inventory.origin import Origin
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.ssh_options import SshOptions, parsed_ssh_args
from deploytasks.inventory.value import Value, shortened
from deploytasks.inventory.variable_name import UNREADABLE
from deploytasks.inventory.variables import Variables
from deploytasks.spelling import did_you_mean

T = TypeVar("T")

VERY_LIKE = 0.9
"""How much a variable must resemble one of ours to be a slip of the finger: all of Ansible's start alike."""
LONGEST_TIMEOUT_S = 3600

KINDS = ("ssh", "local")
ALSO_SSH = ("smart", "paramiko", "paramiko_ssh")
OTHERS = frozenset(
    ("docker", "podman", "buildah", "kubectl", "oc", "lxc", "lxd", "incus", "libvirt_lxc", "chroot", "jail", "iocage",
     "zone", "winrm", "psrp", "network_cli", "netconf", "httpapi", "aws_ssm", "vmware_tools", "qubes", "saltstack")
)  # fmt: skip
"""Ways of Ansible's that are none of ours: a host that has one may stand in an inventory, and cannot be reached."""
YES = frozenset({"y", "yes", "on", "1", "true", "t"})
NO = frozenset({"n", "no", "off", "0", "false", "f"})
USER = regex(r"[A-Za-z_][A-Za-z0-9_.@+-]{0,63}")
PYTHON = regex(r"(?:/[A-Za-z0-9_.+/-]*)?[A-Za-z0-9_.+-]*[A-Za-z0-9]")
DISCOVERED = frozenset({"auto", "auto_silent", "auto_legacy", "auto_legacy_silent"})

ADDRESS = ("ansible_host", "ansible_ssh_host")
PORT = ("ansible_port", "ansible_ssh_port")
LOGIN_USER = ("ansible_user", "ansible_ssh_user")
KEY_FILE = ("ansible_ssh_private_key_file", "ansible_private_key_file")
PRIVATE_KEY = ("ansible_ssh_private_key", "ansible_private_key")
PASSWORD = ("ansible_password", "ansible_ssh_pass", "ansible_ssh_password")
KIND = ("ansible_connection",)
INTERPRETER = ("ansible_python_interpreter",)
TIMEOUT = ("ansible_timeout", "ansible_ssh_timeout")
BECOME = ("ansible_become",)
BECOME_METHOD = ("ansible_become_method",)
BECOME_USER = ("ansible_become_user",)
BECOME_PASSWORD = ("ansible_become_password", "ansible_become_pass")
SSH_ARGS = ("ansible_ssh_common_args", "ansible_ssh_extra_args")

SYNONYMS = (
    ADDRESS, PORT, LOGIN_USER, KEY_FILE, PRIVATE_KEY, PASSWORD, KIND, INTERPRETER, TIMEOUT,
    BECOME, BECOME_METHOD, BECOME_USER, BECOME_PASSWORD,
)  # fmt: skip
KNOWN = frozenset(name for names in (*SYNONYMS, SSH_ARGS) for name in names)


@frozen
class ConnectionSettings:
    """Where a host is and how to log in there; None leaves the choice to ``~/.ssh/config``.

    *private_key* is the text of a key, in the place of one in *key_file*.
    *become* says whether a login user other than root may use sudo; *timeout_s* is the time to connect.
    """

    address: str
    port: int | None = None
    user: str | None = None
    key_file: str | None = None
    private_key: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    connection: str = "ssh"
    python: str = "python3"
    timeout_s: int | None = None
    become: bool = True
    become_user: str = "root"
    become_password: str | None = field(default=None, repr=False)
    ssh: SshOptions = field(default_factory=SshOptions)

    @property
    def is_ours(self) -> bool:
        """Whether it is a way that there is here."""
        return self.connection in KINDS

    @property
    def is_local(self) -> bool:
        """Whether the host is the machine that this runs on."""
        return self.connection == "local"


def aliases_of(name: str) -> tuple[str, ...]:
    """All names of the connection variable *name*, itself among them."""
    return next((names for names in SYNONYMS if name in names), (name,))


def read_connection(
    host: str, variables: Mapping[str, Value], origins: Mapping[str, Origin], problems: Problems
) -> ConnectionSettings:
    """The connection that the *variables* of *host* describe; what is wrong goes to *problems*."""
    keys = _ConnectionKeys(variables, origins, problems)
    keys.refuse_misspelt()
    keys.one_of(BECOME_METHOD, _sudo, None)
    ssh = keys.ssh_options()
    return ConnectionSettings(
        address=keys.one_of(ADDRESS, _address, host),
        port=keys.one_of(PORT, port_number, ssh.port),
        user=keys.one_of(LOGIN_USER, _user, None),
        key_file=keys.one_of(KEY_FILE, _path, ssh.key_file),
        private_key=keys.one_of(PRIVATE_KEY, _password, None),
        password=keys.one_of(PASSWORD, _password, None),
        connection=keys.one_of(KIND, _kind, "ssh"),
        python=keys.one_of(INTERPRETER, _python, "python3"),
        timeout_s=keys.one_of(TIMEOUT, _seconds, ssh.connect_timeout_s),
        become=keys.one_of(BECOME, _truth, default=True),
        become_user=keys.one_of(BECOME_USER, _user, "root"),
        become_password=keys.one_of(BECOME_PASSWORD, _password, None),
        ssh=ssh,
    )


class _ConnectionKeys:
    """Looks connection variables up under all of their names."""

    def __init__(
        self, variables: Mapping[str, Value], origins: Mapping[str, Origin], problems: Problems
    ) -> None:
        self._variables = variables
        self._origins = origins
        self._problems = problems

    def one_of(self, names: Sequence[str], read: Callable[[Value], T], default: T) -> T:
        given = [name for name in names if name in self._variables]
        for other in given[1:]:
            self._refuse_disagreement(given[0], other)
        for name in given[:1]:
            with self._problems.kept(), self._problems.at(self._origins[name]):
                return self._read(name, read)
        return default

    def _read(self, name: str, read: Callable[[Value], T]) -> T:
        try:
            return read(self._variables[name])
        except Refused as refused:
            secret = isinstance(self._variables, Variables) and self._variables.hides(name)
            raise Refused(f"{name}: {UNREADABLE if secret else refused}") from refused

    def ssh_options(self) -> SshOptions:
        """Both argument variables as one; the common ones come first, and the first value wins."""
        common, extra = (self.one_of([name], _ssh_options, SshOptions()) for name in SSH_ARGS)
        return common.over(extra)

    def refuse_misspelt(self) -> None:
        """`ansible_prot` would be ignored; other variables of Ansible's are none of our business."""
        for name, origin in self._origins.items():
            if name.startswith("ansible_") and name not in KNOWN:
                hint = did_you_mean(name, KNOWN, VERY_LIKE)
                if hint:
                    self._problems.add(origin, f"{name}: unknown connection variable{hint}")

    def _refuse_disagreement(self, name: str, other: str) -> None:
        with self._problems.kept():
            if self._variables[name] != self._variables[other]:
                message = f"{other} differs from {name} at {self._origins[name]}; expected one of the two"
                self._problems.add(self._origins[other], message)


def _address(value: Value) -> str:
    text = _text(value)
    if text.startswith("-"):
        raise Refused(f'{shortened(text)}; may not start with "-"')
    try:
        ipaddress.ip_address(text)
    except ValueError:
        check_host_name(text)
    return text


def _user(value: Value) -> str:
    text = _text(value)
    if not USER.fullmatch(text):
        raise Refused(f"{shortened(text)}; expected a user name: letters, digits, '_', '.', '@', '-'")
    return text


def _path(value: Value) -> str:
    text = _text(value)
    if not text or text.startswith("-"):
        raise Refused(f"{shortened(text)}; expected a path")
    return os.path.expanduser(text)  # noqa: PTH111  a text stays a text


def _password(value: Value) -> str:
    if not isinstance(value, str):
        kind = type(value).__name__
        raise Refused(f"is read as a {kind}, not as text; quote it (on a host line twice: \"'…'\")")
    return value


def _kind(value: Value) -> str:
    text = _text(value)
    name = text.rpartition(".")[2]
    if name in ALSO_SSH:
        return "ssh"
    if name not in KINDS and name not in OTHERS:
        raise Refused(f"{shortened(text)} is not supported; expected ssh or local{did_you_mean(text, KINDS)}")
    return name


def _sudo(value: Value) -> None:
    if value != "sudo":
        raise Refused(f"{shortened(str(value))} is not supported; expected sudo")


def _python(value: Value) -> str:
    text = _text(value)
    if text in DISCOVERED:
        return "python3"
    if not PYTHON.fullmatch(text):
        raise Refused(f"{shortened(text)}; expected a command or an absolute path, without blanks")
    return text


def _seconds(value: Value) -> int:
    if isinstance(value, str) and re.fullmatch("[0-9]{1,4}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_TIMEOUT_S:
        raise Refused(f'"{value}"; expected whole seconds from 1 to {LONGEST_TIMEOUT_S}')
    return value


def _truth(value: Value) -> bool:
    """A truth value, or one of the words that Ansible takes for one."""
    word = str(value).lower() if isinstance(value, (bool, int, str)) else ""
    if word not in YES | NO:
        raise Refused(f"{shortened(str(value))}; expected yes or no")
    return word in YES


def _ssh_options(value: Value) -> SshOptions:
    return parsed_ssh_args(_text(value))


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise Refused(f'"{value}" is read as a {type(value).__name__}; expected text')
    return value
