"""Whether the key that a host shows is the one it is known by."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import paramiko

from deploytasks.errors import HostKeyError
from deploytasks.here import expanded
from deploytasks.transport.hostkeys import IN_ENVIRONMENT, HostKey, KnownKey, Standing, add_line
from deploytasks.transport.route import Route, UnknownKey

RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")


class HostKeyPolicy(paramiko.MissingHostKeyPolicy):
    """Asked by paramiko about every key, for it is told of no known ones; *note* gets words for people."""

    def __init__(self, route: Route, note: Callable[[str], None]) -> None:
        self._route = route
        self._note = note

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """Raises `HostKeyError` unless the key is known, or unknown and may be added."""
        del client, hostname
        check(self._route, HostKey(key.get_name(), key.asbytes()), self._note)


def check(route: Route, key: HostKey, note: Callable[[str], None]) -> None:
    """Raises `HostKeyError` unless *key* is known for *route*, or unknown and may be added."""
    rules = route.host_key
    verdict = rules.known_hosts.verdict(rules.name, key)
    if verdict.line is not None and verdict.standing is not Standing.KNOWN:
        raise HostKeyError(_refused(route, key, verdict.standing, verdict.line))
    if verdict.standing is Standing.UNKNOWN:
        if rules.unknown is UnknownKey.REFUSE or not rules.user_files:
            raise HostKeyError(_unknown(route, key))
        _add(route, key, note)


def preferred_types(route: Route, offered: tuple[str, ...]) -> tuple[str, ...]:
    """*offered* signature algorithms, those of the keys known for *route* first."""
    known: list[str] = []
    for key_type in route.host_key.known_hosts.types_for(route.host_key.name):
        known += RSA_SIGNATURES if key_type == "ssh-rsa" else [key_type]
    first = [algorithm for algorithm in known if algorithm in offered]
    return (*first, *(algorithm for algorithm in offered if algorithm not in first))


def _add(route: Route, key: HostKey, note: Callable[[str], None]) -> None:
    rules = route.host_key
    file = rules.user_files[0]
    if rules.unknown is UnknownKey.ADD_THOUGH_TOLD_NO_CHECK:
        note(
            f"{route.login}: StrictHostKeyChecking=no is taken for accept-new; a changed key is still refused"
        )
    try:
        add_line(file, rules.name, key, hashed=rules.hash_names)
    except OSError as error:
        raise HostKeyError(
            f"{route.login}: the new host key {key} cannot be kept: {file}: {error.strerror}\n"
            "make the file writable, or name another with UserKnownHostsFile"
        ) from error
    note(f"{route.login}: new host key {key} added to {file}")


def _unknown(route: Route, key: HostKey) -> str:
    rules = route.host_key
    given = (IN_ENVIRONMENT,) * bool(rules.given)
    files = ", ".join(str(file) for file in (*given, *rules.user_files, *rules.global_files))
    short_type = key.type.removeprefix("ssh-").partition("-")[0]
    return (
        f"{route.login}: the host key of {route.host_key.name} is not known: {key}\n"
        f"looked in {files}\n"
        f"compare with `ssh-keygen -lf /etc/ssh/ssh_host_{short_type}_key.pub` on the host's own console; "
        f"if it is the same, {_how_to_add(route, key, short_type)}"
    )


def _how_to_add(route: Route, key: HostKey, short_type: str) -> str:
    if route.host_key.given:
        return f"put this line into {IN_ENVIRONMENT}\n{route.host_key.name} {key.text}"
    return f"run\n{_command_to_add(route, key, short_type)}"


def _command_to_add(route: Route, key: HostKey, short_type: str) -> str:
    file = shlex.quote(str((*route.host_key.user_files, expanded("~/.ssh/known_hosts"))[0]))
    if route.is_direct and not route.host_key.by_alias:
        return f"ssh-keyscan -t {short_type} -p {route.port} {route.address} >> {file}"
    # ssh-keyscan knows neither jumps nor aliases.
    return f"echo {shlex.quote(f'{route.host_key.name} {key.text}')} >> {file}"


def _refused(route: Route, key: HostKey, standing: Standing, line: KnownKey) -> str:
    name = route.host_key.name
    if standing is Standing.REVOKED:
        return (
            f"{route.login}: the host key of {name} is revoked: {line.place} revokes {key}\n"
            "give the host new keys (ssh-keygen -A), or remove that line if it is wrong"
        )
    return (
        f"{route.login}: the host key of {name} has CHANGED: the host shows {key}\n"
        f"{line.place} knows {line.key}\n"
        "either the host was installed anew, or somebody is in between; "
        f"if you know that it is the former, {_how_to_forget(name, line)}"
    )


def _how_to_forget(name: str, line: KnownKey) -> str:
    if line.file == IN_ENVIRONMENT:
        return f"put the new key into the place of that line\n{line.place}"
    return f"forget the old key with\nssh-keygen -R {shlex.quote(name)} -f {shlex.quote(str(line.file))}"
