"""The private key and the known hosts that a pipeline gives in variables of its environment.

Their text stays in the memory of this process. A variable may also name a file with the text, as GitLab's variables of
the type File do, or be base64 of it in one line, which is all that GitLab masks.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

import paramiko

from deploytasks.agent.frozen import frozen
from deploytasks.errors import ConfigError
from deploytasks.inventory.environment import KNOWN_HOSTS, SSH_KEY
from deploytasks.transport.hostkeys import IN_ENVIRONMENT, lines_of

BEGINS = "-----BEGIN "
KINDS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


@frozen
class Given:
    """A *key* to log in with, and the text of *known_hosts* (sshd(8)); None and empty where nothing is given."""

    key: paramiko.PKey | None = field(default=None, repr=False)
    known_hosts: str = ""

    @classmethod
    def by(cls, environ: Mapping[str, str]) -> Given:
        """What *environ* gives; raises `ConfigError` for no key that opens without a passphrase, and for no host."""
        text = _text(environ.get(SSH_KEY, ""))
        known_hosts = _text(environ.get(KNOWN_HOSTS, ""))
        if known_hosts and not any(lines_of(known_hosts, IN_ENVIRONMENT)):
            raise ConfigError(
                f"{IN_ENVIRONMENT}: knows no host\nexpected lines as `ssh-keyscan HOST` writes them"
            )
        return cls(_key(text, f"${SSH_KEY}") if text else None, known_hosts)


def key_in(value: str, name: str) -> paramiko.PKey:
    """The private key whose text is the variable *name*; raises `ConfigError` as `Given.by`."""
    return _key(_text(value), name)


def _text(value: str) -> str:
    """The lines that *value* has, names or encodes, each with its end."""
    lines = _decoded(_content(value.strip())).replace("\r\n", "\n").strip()
    return f"{lines}\n" if lines else ""


def _content(value: str) -> str:
    try:
        return Path(value).read_text(encoding="utf-8") if value.startswith("/") else value
    except (OSError, ValueError):
        return value


def _decoded(value: str) -> str:
    """*value*, or what it is base64 of; one that came through JSON has its line ends written out."""
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return value.replace("\\n", "\n") if "\n" not in value else value


def _key(text: str, name: str) -> paramiko.PKey:
    if not text.startswith(BEGINS):
        raise ConfigError(
            f"{name}: is not the text of a private key\n"
            f"expected the whole file, from its line {BEGINS}… to its last one"
        )
    for kind in KINDS:
        try:
            return kind.from_private_key(io.StringIO(text))
        except paramiko.PasswordRequiredException as error:
            raise ConfigError(
                f"{name}: the key wants a passphrase, and nobody is there to give it\n"
                "make one without for the pipeline: ssh-keygen -t ed25519 -N '' -f pipeline"
            ) from error
        except (ValueError, TypeError, IndexError, paramiko.SSHException):
            continue
    raise ConfigError(f"{name}: is not a private key that can be read\nwas all of the file put there?")
