"""``~/.ssh/config`` and ``/etc/ssh/ssh_config``: options by host, as in ssh_config(5)."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

import paramiko

from deploytasks.agent.frozen import frozen
from deploytasks.errors import ConfigError
from deploytasks.here import expanded, tell_homeless, who_sits_here
from deploytasks.here.paths import words_of
from deploytasks.inventory.connection import ConnectionSettings
from deploytasks.transport.given import Given

SYSTEM_CONFIG = Path("/etc/ssh/ssh_config")
MOST_INCLUDES = 16
"""As deep as ssh(1) follows ``Include``."""


@frozen
class Options:
    """What holds for one host, by lower-case keyword, in the order in which it was said."""

    values: Mapping[str, object]

    def text(self, keyword: str, *, none_counts: bool = False) -> str | None:
        """The value of *keyword*; ``none`` means that there is none."""
        value = self.values.get(keyword)
        return None if value is None or (value == "none" and not none_counts) else str(value)

    def texts(self, keyword: str) -> list[str]:
        """The values of a keyword that may be given several times."""
        values = self.values.get(keyword, [])
        return [str(value) for value in values if value != "none"] if isinstance(values, list) else []

    def number(self, keyword: str) -> int | None:
        text = self.text(keyword)
        if text is not None and not text.isdecimal():
            raise ConfigError(f'ssh_config: {keyword} "{text}"; expected a whole number')
        return None if text is None else int(text)

    def flag(self, keyword: str) -> bool:
        return self.text(keyword) in {"yes", "true"}

    def comes_first(self, keyword: str, other: str) -> bool:
        """Whether *keyword* was said, and not after *other*, which excludes it."""
        return next((key for key in self.values if key in {keyword, other}), None) == keyword


@frozen
class SshConfig:
    """The *text* of the configuration files, the user's before the system's, and what is *given* beside them."""

    text: str = ""
    given: Given = field(default_factory=Given)

    @classmethod
    def of_this_user(cls) -> SshConfig:
        """The files that ssh(1) reads, and the environment; `ConfigError` if one of them cannot be used."""
        tell_homeless()
        # Each file begins outside of any Host block.
        lines = (line for file in files_of_ssh() for line in ("Host *", *lines_of(file)))
        return cls("\n".join(lines), Given.by(os.environ))

    def options_for(self, settings: ConnectionSettings) -> Options:
        """What holds for the host of *settings*; these come first, as options on ssh's command line do."""
        who_sits_here()  # paramiko asks for a name, also where nothing has a %u
        said = "\n".join(f"{keyword} {value}" for keyword, value in command_line(settings))
        try:
            config = paramiko.SSHConfig.from_text(f"{said}\n{self.text}")
            return Options(config.lookup(settings.address))
        except paramiko.ConfigParseError as error:
            raise ConfigError(f"~/.ssh/config: {error}; see ssh_config(5)") from error


def files_of_ssh() -> tuple[Path, ...]:
    """The user's configuration, and the system's, which on Windows lies among its programs' data."""
    programs = os.environ.get("PROGRAMDATA")
    return expanded("~/.ssh/config"), Path(programs, "ssh", "ssh_config") if programs else SYSTEM_CONFIG


def command_line(settings: ConnectionSettings) -> Iterator[tuple[str, str]]:
    """What the inventory says, as options of ssh(1)."""
    ssh = settings.ssh
    said = {
        "Port": settings.port,
        "User": settings.user,
        "IdentityFile": settings.key_file,
        "UserKnownHostsFile": ssh.known_hosts_file,
        "StrictHostKeyChecking": ssh.strict_host_key_checking,
        "ProxyJump": ssh.proxy_jump,
        "ProxyCommand": ssh.proxy_command,
        "ConnectTimeout": settings.timeout_s or ssh.connect_timeout_s,
        "ServerAliveInterval": ssh.server_alive_interval_s,
    }
    return ((keyword, str(value)) for keyword, value in said.items() if value is not None)


def lines_of(file: Path, depth: int = 0) -> Iterator[str]:
    """The lines of *file* with those of included files in their place."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    block = "Host *"
    for line in text.splitlines():
        keyword, _, value = line.strip().replace("=", " ", 1).partition(" ")
        if keyword.lower() == "include" and depth < MOST_INCLUDES:
            for included in included_by(file, value):
                yield from lines_of(included, depth + 1)
                # The included file may have opened blocks of its own.
                yield block
            continue
        if keyword.lower() in {"host", "match"}:
            block = line
        yield line


def included_by(file: Path, patterns: str) -> Iterator[Path]:
    """The files that *patterns* after ``Include`` in *file* name."""
    for pattern in words_of(patterns):
        place = file.parent / expanded(pattern)
        # Absolute patterns, which Path.glob does not take.
        yield from (Path(path) for path in sorted(glob.glob(str(place))))  # noqa: PTH207
