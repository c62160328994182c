"""The command line that starts an app's web server, read whole: which app it serves, and what else it says."""

from __future__ import annotations

from collections import deque
from dataclasses import field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.errors import SourceError, VariableError
from deploytasks.source.code.app_ref import parse_callable
from deploytasks.source.processes.server_program import PROGRAMS
from deploytasks.source.processes.shell_line import commands_of, default_of
from deploytasks.source.processes.uwsgi_ini import read_uwsgi_ini

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from deploytasks.source.code.app_ref import AppRef
    from deploytasks.source.processes.server_program import ServerProgram
    from deploytasks.source.processes.shell_line import Command

Said = str | bool | tuple[str, ...]
"""The value of a setting as a command line has it: text, what a flag says, or all that an option said again says."""

RUNNERS = regex(r"(poetry|pipenv|pdm|hatch|rye|uv) run( --)?|python[0-9.]* -m")
"""What finds a program in an environment, which a release has of its own."""
INSTALL = "install"
"""Stands before the name of a server that is not started: ``pip install gunicorn``."""
COMPILES = ("babel", "compile", "npm", "yarn", "pnpm", "tailwind", "webpack", "vite")
"""Words of commands that make files of the app, which are of a release before it is served."""
COLLECTS = "collectstatic"
"""Django's own, which each release runs (roles/app)."""
WRAPPERS = (
    "newrelic-admin",
    "ddtrace-run",
    "opentelemetry-instrument",
    "dotenv",
    "doppler",
    "sentry",
    "chamber",
)
"""What runs a program so that it is watched, or has secrets; it stays before the server."""

_IMPORT_DIRECTORY = ("--chdir", "--pythonpath", "--pp", "--app-dir")
_UWSGI_MODULE = ("--module", "-w", "--wsgi", "module", "wsgi")
_UWSGI_FILE = ("--wsgi-file", "--file", "wsgi-file")
_UWSGI_INI = ("--ini", "--ini-paste")


@frozen
class WebCommand:
    """What the command line of *program* says, found at *where*, such as ``Procfile:1``.

    *app* is what it serves; None where its author left that to a file. *settings* are those of the role *role*, empty
    for a program that no role runs. *prefix* stays before the program; *unused* is what stands before it and does not.
    *before* are the commands that ran first, *environment* is what it set for itself alone.
    """

    where: str
    program: str
    role: str
    app: AppRef | None = None
    settings: Mapping[str, Said] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@frozen
class _Arguments:
    """What follows a server's name."""

    positional: tuple[str, ...] = ()
    options: Mapping[str, Said] = field(default_factory=dict)

    def first(self, names: Sequence[str], default: str = "") -> str:
        found = next((self.options[name] for name in names if name in self.options), default)
        return found[-1] if isinstance(found, tuple) else str(found)


def read_web_command(line: str, root: Path, where: str, start: str = ".") -> WebCommand | None:
    """What *line*, run in the directory *start* of *root*, starts; None when it starts no server that is known.

    Raises ``SourceError``, beginning with *where*, when what it serves cannot be written as MODULE:NAME.
    """
    before: list[str] = []
    for command in commands_of(line, where):
        if command.program == "cd" and command.words[1:]:
            start = str(PurePosixPath(start, command.words[1]))
            continue
        position = _server_in(command)
        if position is None:
            before.append(str(command))
            continue
        found = _read(command, position, root / start, where)
        app = found.app and replace(found.app, directory=str(PurePosixPath(start, found.app.directory)))
        return replace(found, app=app, before=tuple(before))
    return None


def makes_files(line: str) -> bool:
    """Whether the command *line* makes files that an app serves or reads."""
    return COLLECTS not in line and any(word in line for word in COMPILES)


def _server_in(command: Command) -> int | None:
    names = [PurePosixPath(word).name for word in command.words]
    found = next((position for position, name in enumerate(names) if name in PROGRAMS), None)
    return None if found and INSTALL in names[:found] else found


def _read(command: Command, position: int, directory: Path, where: str) -> WebCommand:
    name = PurePosixPath(command.words[position]).name
    program = PROGRAMS[name]
    arguments = _arguments(command.words[position + 1 :], program.flags)
    prefix, unused = _before_the_server(command.words[:position])
    settings = dict(_settings(program, arguments))
    if name == "uwsgi" and _ini_of(arguments):
        settings["ini"] = _ini_of(arguments)
    app = _app(name, program, arguments, directory, where)
    return WebCommand(
        where, name, program.role, app, settings, prefix, unused, environment=command.environment
    )


def _before_the_server(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stays before it, and what does not."""
    left = RUNNERS.sub("", " ".join(words)).split()
    if left and PurePosixPath(left[0]).name in WRAPPERS:
        return tuple(left), ()
    return (), tuple(left)


def _settings(program: ServerProgram, arguments: _Arguments) -> Iterator[tuple[str, Said]]:
    for option, value in arguments.options.items():
        said = not program.turns_off(option) if option in program.flags else value
        yield program.setting(option), said


def _arguments(words: Sequence[str], flags: frozenset[str]) -> _Arguments:
    positional: list[str] = []
    options: dict[str, Said] = {}
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if not _is_option(word):
            positional.append(word)
            continue
        name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
        takes_next = not equals and name not in flags and rest and not _is_option(rest[0])
        text = default_of(rest.popleft() if takes_next else value.removeprefix("="))
        options[name] = (*_as_tuple(options[name]), text) if name in options else text
    return _Arguments(tuple(positional), options)


def _as_tuple(said: Said) -> tuple[str, ...]:
    return said if isinstance(said, tuple) else (str(said),)


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _app(
    name: str, program: ServerProgram, arguments: _Arguments, directory: Path, where: str
) -> AppRef | None:
    app = _uwsgi_app(arguments, directory) if name == "uwsgi" else next(iter(arguments.positional), "")
    if not app:
        return None
    if name == "hypercorn":
        app = app.removeprefix("asgi:").removeprefix("wsgi:")
    spec = f"{app}:{program.default}" if program.default and ":" not in app else app
    try:
        ref = parse_callable(spec, where)
    except VariableError as error:
        raise SourceError(str(error)) from error
    factory = ref.factory or bool({"--factory", "--call"} & arguments.options.keys())
    return replace(ref, factory=factory, directory=arguments.first(_IMPORT_DIRECTORY, "."))


def _uwsgi_app(arguments: _Arguments, directory: Path) -> str:
    ini = _ini_of(arguments)
    if ini:
        listed = {option.name: option.value for option in read_uwsgi_ini(directory / ini)}
        arguments = _Arguments(options={**listed, **arguments.options})
    module = arguments.first(_UWSGI_MODULE)
    file = arguments.first(_UWSGI_FILE)
    if not module and file:
        module = ".".join(PurePosixPath(file).with_suffix("").parts)
    name = arguments.first(("--callable", "callable"))
    return f"{module}:{name}" if module and name and ":" not in module else module


def _ini_of(arguments: _Arguments) -> str:
    """The ini file that a command line of uWSGI names; empty where it names none."""
    named = (arguments.first(_UWSGI_INI), *arguments.positional)
    return next((name for name in named if name.endswith(".ini")), "")
