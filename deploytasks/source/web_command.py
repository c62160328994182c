"""The command line of a web server, asked for the app that it serves."""

from __future__ import annotations

import configparser
import shlex
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from deploytasks.errors import SourceError, VariableError
from deploytasks.source.app_ref import parse_callable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deploytasks.source.app_ref import AppRef

_FLAGS = {
    "gunicorn": """--reload --spew --check-config --print-config --preload --no-sendfile --reuse-port
        -D --daemon --initgroups --disable-redirect-access-to-syslog --capture-output --log-syslog -R
        --enable-stdio-inheritance --enable-backlog-metric --suppress-ragged-eofs --do-handshake-on-connect
        --permit-obsolete-folding --strip-header-spaces --permit-unconventional-http-method
        --permit-unconventional-http-version --casefold-http-method --no-control-socket""",
    "uvicorn": """--reload --http2 --access-log --no-access-log --use-colors --no-use-colors --proxy-headers
        --no-proxy-headers --server-header --no-server-header --date-header --no-date-header
        --reset-contextvars --factory""",
    "hypercorn": "-D --daemon --debug --reload",
    "waitress-serve": """--call --ipv4 --no-ipv4 --ipv6 --no-ipv6 --log-untrusted-proxy-headers
        --no-log-untrusted-proxy-headers --clear-untrusted-proxy-headers --no-clear-untrusted-proxy-headers
        --log-socket-errors --no-log-socket-errors --expose-tracebacks --no-expose-tracebacks
        --asyncore-use-poll --no-asyncore-use-poll""",
    "daphne": "--proxy-headers --no-server-name",
    "uwsgi": "--master -M --http-keepalive --die-on-term --need-app --enable-threads --vacuum --lazy-apps",
}
"""The options of each server that take no value; every other option takes one."""

_DEFAULT_NAME = {"gunicorn": "application", "uwsgi": "application", "hypercorn": "app"}
_IMPORT_DIRECTORY = ("--chdir", "--pythonpath", "--pp", "--app-dir")
_UWSGI_MODULE = ("--module", "-w", "--wsgi", "module", "wsgi")
_UWSGI_FILE = ("--wsgi-file", "--file", "wsgi-file")
_UWSGI_INI = ("--ini", "--ini-paste")


@dataclass(frozen=True)
class _Arguments:
    """What follows a server's name."""

    positional: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)

    def first(self, names: Sequence[str], default: str = "") -> str:
        return next((self.options[name] for name in names if name in self.options), default)


def app_of_command(command: str, directory: Path, where: str) -> AppRef | None:
    """The app that *command*, run in *directory*, serves; None when it starts no known server.

    Raises ``SourceError``, beginning with *where*, when what it serves cannot be written as MODULE:NAME.
    """
    start = "."
    for words in _commands(command, where):
        if words[0] == "cd" and words[1:]:
            start = str(PurePosixPath(start, words[1]))
        for position, word in enumerate(words):
            server = PurePosixPath(word).name
            if server in _FLAGS:
                arguments = _arguments(words[position + 1 :], frozenset(_FLAGS[server].split()))
                ref = _ref(server, arguments, directory / start, where)
                if ref:
                    below = PurePosixPath(start, arguments.first(_IMPORT_DIRECTORY, "."))
                    return replace(ref, directory=str(below))
    return None


def _commands(line: str, where: str) -> Iterator[list[str]]:
    """The commands of a shell line, each as words."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;")
    lexer.whitespace_split = True
    words: list[str] = []
    try:
        for word in lexer:
            if set(word) <= set("&|;"):
                yield from [words] if words else []
                words = []
            else:
                words.append(word)
    except ValueError as error:
        raise SourceError(f"{where}: {error}: {line!r}") from error
    yield from [words] if words else []


def _arguments(words: Sequence[str], flags: frozenset[str]) -> _Arguments:
    positional, options = [], {}
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if not _is_option(word):
            positional.append(word)
            continue
        name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
        takes_next = not equals and name not in flags and rest and not _is_option(rest[0])
        options[name] = rest.popleft() if takes_next else value
    return _Arguments(tuple(positional), options)


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _ref(server: str, arguments: _Arguments, directory: Path, where: str) -> AppRef | None:
    app = _uwsgi_app(arguments, directory) if server == "uwsgi" else next(iter(arguments.positional), "")
    if not app:
        return None
    if server == "hypercorn":
        app = app.removeprefix("asgi:").removeprefix("wsgi:")
    name = _DEFAULT_NAME.get(server)
    spec = f"{app}:{name}" if name and ":" not in app else app
    try:
        ref = parse_callable(spec, where)
    except VariableError as error:
        raise SourceError(str(error)) from error
    return replace(ref, factory=ref.factory or bool({"--factory", "--call"} & arguments.options.keys()))


def _uwsgi_app(arguments: _Arguments, directory: Path) -> str:
    files = [arguments.first(_UWSGI_INI), *arguments.positional]
    ini = next((name for name in files if name.endswith(".ini")), "")
    if ini:
        arguments = _Arguments(options={**_uwsgi_ini(directory / ini), **arguments.options})
    module = arguments.first(_UWSGI_MODULE)
    file = arguments.first(_UWSGI_FILE)
    if not module and file:
        module = ".".join(PurePosixPath(file).with_suffix("").parts)
    name = arguments.first(("--callable", "callable"))
    return f"{module}:{name}" if module and name and ":" not in module else module


def _uwsgi_ini(path: Path) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    try:
        parser.read_string(path.read_text("utf-8"))
    except (OSError, ValueError, configparser.Error) as error:
        raise SourceError(f"{path}: {error}") from error
    return {name: value or "" for name, value in dict(parser).get("uwsgi", {}).items()}
