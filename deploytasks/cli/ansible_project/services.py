"""Files that start an app elsewhere: units of systemd, programs of supervisor, scripts, files of an environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from deploytasks.agent.regex import regex
from deploytasks.cli.ansible_project.finding import Finding, Found, Remark
from deploytasks.errors import SourceError
from deploytasks.inventory.variable_name import is_secret
from deploytasks.source.processes.compose_services import WORKERS
from deploytasks.source.processes.server_program import PROGRAMS
from deploytasks.source.processes.web_command import WebCommand, read_web_command

COMMAND = regex(r"^\s*(?:ExecStart|command)\s*=\s*(.+?)\s*$", flags=re.MULTILINE)
EXPORT = regex(
    r"""^\s*(?:export\s+)?([A-Za-z_]\w*)=(?:"([^"\n]*)"|'([^'\n]*)'|(\S*))\s*$""", flags=re.MULTILINE
)
ENVIRONMENT = regex(r"^\s*Environment\s*=\s*(.+?)\s*$", flags=re.MULTILINE)
PAIR = regex(r'"?([A-Za-z_]\w*)=([^"]*?)"?(?:\s+(?="?[A-Za-z_]\w*=)|$)')
VARIABLE = regex(r"\$\{?([A-Za-z_]\w*)\}?")
LOGIN = regex(r"://[^/@\s]*:[^/@\s]+@")
OURS = frozenset(
    """bind user group name proc_name pid pidfile daemon chdir umask errorlog accesslog access_logfile error_logfile
    log_file pythonpath socket http_socket http chmod_socket vacuum master raw_env forwarded_allow_ips module wsgi_file
    uid gid ini env config""".split()  # noqa: SIM905  one word after the other
)
"""Settings of a server that deploytasks decides."""
OF_THE_MACHINE = frozenset(
    {"PATH", "HOME", "USER", "VIRTUAL_ENV", "PYTHONPATH", "LANG", "LC_ALL", "PYTHONUNBUFFERED"}
)


@dataclass(frozen=True)
class Placed:
    """The file that a task puts to *path* on a host: its *text*, and the task's place."""

    path: str
    text: str
    where: str


def of_services(placed: Mapping[str, Placed], root: Path) -> Found:
    """What the files in *placed*, by their paths, say of how the app in *root* is started."""
    for one in placed.values():
        kind = _kind(one.path)
        if kind == "program":
            for command in COMMAND.findall(one.text):
                yield from _of_command(_followed(command, placed), one, root)
            yield from _of_environment(_unit_environment(one.text), one.where)
        elif kind == "environment":
            pairs = {name: next(filter(None, rest), "") for name, *rest in EXPORT.findall(one.text)}
            yield from _of_environment(pairs, one.where)


def _kind(path: str) -> str:
    name = PurePosixPath(path).name
    if "/systemd/" in path or "supervisor" in path or path.startswith("/etc/init"):
        return "program"
    if name in {"postactivate", "environment"} or name.endswith((".env", "env")) or "/default/" in path:
        return "environment"
    return ""


def _followed(command: str, placed: Mapping[str, Placed]) -> str:
    """*command*, or the line of the script that it runs which starts a server, if a task has put that there."""
    script = next((placed[word] for word in command.split() if word in placed), None)
    if script is None:
        return command
    text = script.text.replace("\\\n", " ")
    known = {name: next(filter(None, rest), "") for name, *rest in EXPORT.findall(text)}
    lines = [VARIABLE.sub(lambda found: known.get(found[1], found[0]), line) for line in text.splitlines()]
    last = [line for line in lines if line.strip() and not line.lstrip().startswith("#")][-1:]
    found = next(
        (line for line in lines if _names_a_server(line) and not line.lstrip().startswith("#")), None
    )
    return (found or "".join(last) or command).strip().removeprefix("exec ")


def _names_a_server(line: str) -> bool:
    return any(PurePosixPath(word).name in PROGRAMS for word in line.split())


def _of_command(command: str, placed: Placed, root: Path) -> Found:
    try:
        web = read_web_command(command, root, placed.where)
    except SourceError as error:
        yield Remark(f"the command of {placed.path} was not understood: {error}", placed.where)
        return
    if web is not None:
        yield from _of_web(web, placed)
        return
    words = [PurePosixPath(word).name if word.startswith("/") else word for word in command.split()]
    name = PurePosixPath(placed.path).stem.replace("_", "-")
    if words and words[0] in WORKERS:
        yield Finding("app_processes", {name: " ".join(words)}, placed.where)
    else:
        shown = " ".join(words)[:120]
        yield Remark(
            f"{placed.path} starts {shown!r}; if it is the app's: app_processes[{name!r}]", placed.where
        )


def _of_web(web: WebCommand, placed: Placed) -> Found:
    if web.role:
        yield Finding("app_server", web.role, placed.where)
    if web.app is not None:
        yield Finding("app_callable", str(web.app), placed.where)
    for name, value in web.settings.items():
        if name not in OURS and web.role:
            yield Finding(f"{web.role}_{name}", _typed(value), placed.where)
    yield from _of_environment(web.environment, placed.where)


def _typed(value: Any) -> Any:
    """*value* of a command line, a number if it is one."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _unit_environment(text: str) -> Mapping[str, str]:
    return {name: value for line in ENVIRONMENT.findall(text) for name, value in PAIR.findall(line)}


def _of_environment(pairs: Mapping[str, str], where: str) -> Found:
    for name, value in pairs.items():
        if name not in OF_THE_MACHINE and "{{" not in value and name.isupper():
            yield Finding("app_env", {name: concealed(name, value)}, where)


def concealed(name: str, value: Any) -> Any:
    """*value*, or where it is kept from now on if *name* is one of a secret: no secret is copied into tasks.py."""
    has_login = isinstance(value, str) and "{{" not in value and LOGIN.search(value)
    return f"env:{name}" if has_login or is_secret(name.removesuffix("_ENV")) else value
