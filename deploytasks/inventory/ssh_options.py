"""The part of ssh's command line that an inventory may use.

Words and values are those of ssh(1) and ssh_config(5); the first value given for an option wins, as there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.here.paths import words_of
from deploytasks.inventory.host_name import port_number
from deploytasks.inventory.refused import Refused
from deploytasks.spelling import did_you_mean

HONOURED = (
    "UserKnownHostsFile",
    "StrictHostKeyChecking",
    "ProxyJump",
    "ProxyCommand",
    "ConnectTimeout",
    "ServerAliveInterval",
)
LETTERS = {"-J": "ProxyJump", "-i": "IdentityFile", "-p": "Port"}
LONGEST_S = 3600
STRICT = ("yes", "no", "off", "ask", "accept-new")
JUMP = regex(r"(?:ssh://)?(?:[\w.+-]+@)?(?:[\w.-]*\w|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?", re.ASCII)


@frozen
class SshOptions:
    """Options of one host's ssh connection; None leaves the choice to ``~/.ssh/config``.

    *proxy_jump* is ``[user@]host[:port]``, several separated by commas.
    """

    known_hosts_file: str | None = None
    strict_host_key_checking: str | None = None
    proxy_jump: str | None = None
    proxy_command: str | None = None
    connect_timeout_s: int | None = None
    server_alive_interval_s: int | None = None
    key_file: str | None = None
    port: int | None = None

    def over(self, other: SshOptions) -> SshOptions:
        """These options, with those of *other* where these say nothing."""
        mine = {name: value for name, value in vars(self).items() if value is not None}
        if self.proxy_jump or self.proxy_command:
            mine |= {"proxy_jump": self.proxy_jump, "proxy_command": self.proxy_command}
        return replace(other, **mine)


def parsed_ssh_args(text: str) -> SshOptions:
    """What ``-o ProxyJump=bastion -i ~/.ssh/id`` says; raises `Refused` for what we do not honour."""
    given: dict[str, str] = {}
    for option, value in _options(text):
        given.setdefault(option, value)
    if "ProxyJump" in given and "ProxyCommand" in given:
        raise Refused("ProxyJump and ProxyCommand exclude each other; expected one of them")
    return SshOptions(
        known_hosts_file=given.get("UserKnownHostsFile"),
        strict_host_key_checking=_strict(given.get("StrictHostKeyChecking")),
        proxy_jump=_jump(given.get("ProxyJump")),
        proxy_command=given.get("ProxyCommand"),
        connect_timeout_s=_seconds("ConnectTimeout", given.get("ConnectTimeout"), least=1),
        server_alive_interval_s=_seconds("ServerAliveInterval", given.get("ServerAliveInterval"), least=0),
        key_file=os.path.expanduser(given["IdentityFile"]) if "IdentityFile" in given else None,  # noqa: PTH111
        port=port_number(given["Port"]) if "Port" in given else None,
    )


def _options(text: str) -> Iterator[tuple[str, str]]:
    try:
        words = iter(words_of(text))
    except ValueError as error:
        raise Refused(f"{str(error).lower()}; expected each quote to be closed") from error
    for word in words:
        letter, value = word[:2], word[2:] or next(words, "")
        if letter == "-o":
            yield _option(value)
        elif letter in LETTERS and value:
            yield LETTERS[letter], value
        else:
            raise Refused(f'"{word}" is not honoured; expected -o, -J, -i or -p, each with a value')


def _option(text: str) -> tuple[str, str]:
    """``Key=value`` or ``Key value``; keys in any case, as in ssh_config(5)."""
    match = re.fullmatch(r"\s*(\w+)(?:\s*=\s*|\s+)(.*\S)\s*", text)
    if match is None:
        raise Refused(f'-o "{text}": expected -o Key=value')
    for known in HONOURED:
        if known.lower() == match[1].lower():
            return known, match[2]
    hint = did_you_mean(match[1], HONOURED)
    raise Refused(f"-o {match[1]} is not honoured; expected one of {', '.join(HONOURED)}{hint}")


def _strict(value: str | None) -> str | None:
    if value is not None and value.lower() not in STRICT:
        hint = did_you_mean(value, STRICT)
        raise Refused(f'StrictHostKeyChecking: "{value}"; expected one of {", ".join(STRICT)}{hint}')
    return value and value.lower()


def _jump(value: str | None) -> str | None:
    for hop in (value or "").split(",") if value else ():
        if not JUMP.fullmatch(hop):
            raise Refused(f'ProxyJump: "{hop}"; expected [user@]host[:port]')
    return value


def _seconds(option: str, value: str | None, least: int) -> int | None:
    if value is None:
        return None
    if not re.fullmatch("[0-9]{1,4}", value) or not least <= int(value) <= LONGEST_S:
        raise Refused(f'{option}: "{value}"; expected whole seconds from {least} to {LONGEST_S}')
    return int(value)
