"""The line by which a project starts its web server: of its Procfile, else of what starts it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from deploytasks.agent.frozen import frozen
from deploytasks.errors import SourceError
from deploytasks.source.processes import procfile
from deploytasks.source.processes.image_path import path_in_source
from deploytasks.source.processes.server_program import PROGRAMS
from deploytasks.source.processes.shell_line import SHELLS, commands_of
from deploytasks.source.processes.web_command import WebCommand, read_web_command
from deploytasks.source.text_file import text_by_hand

WEB = "web"


@frozen
class WebLine:
    """The *text* of the line *number* (from 1 on) of *file*, which is run in *directory* of the source.

    *leads* is the file that names a script, where *file* is that script.
    """

    text: str
    file: str
    number: int
    directory: str = "."
    leads: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.number}"

    @property
    def is_binding(self) -> bool:
        """Whether it says how the app is started wherever it runs, and not in an image alone."""
        return procfile.NAME in (self.file, self.leads)

    def read(self, root: Path) -> WebCommand | None:
        """What it starts, in the source at *root*; None for no server that is known. Raises ``SourceError``."""
        return read_web_command(self.text, root, str(self), self.directory)


def find_web_line(root: Path) -> WebLine | None:
    """The line of the source at *root*; raises ``SourceError`` for a Procfile that cannot be read."""
    web = procfile.read_procfile(root).get(WEB)
    if web:
        return _followed(root, WebLine(web, procfile.NAME, procfile.line_of(root, WEB)))
    found = (_followed(root, line) for line in _elsewhere(root))
    return next((line for line in found if _starts_a_server(line, root)), None)


def _elsewhere(root: Path) -> Iterator[WebLine]:
    """What starts something of the app in an image, or on a host of its own."""
    from deploytasks.source.processes.compose_services import service_commands
    from deploytasks.source.processes.dockerfile import NAME as DOCKERFILE
    from deploytasks.source.processes.dockerfile import read_dockerfile
    from deploytasks.source.processes.supervisord_conf import NAMES, read_supervisord_conf

    dockerfile = read_dockerfile(root / DOCKERFILE)
    if dockerfile.start:
        yield WebLine(dockerfile.start.text, DOCKERFILE, dockerfile.start.line, dockerfile.directory(root))
    for name in NAMES:
        for program in read_supervisord_conf(root / name):
            yield WebLine(program.command, name, program.line, program.directory)
    for service in service_commands(root):
        yield WebLine(service.command, service.file, service.line)


def _starts_a_server(line: WebLine, root: Path) -> bool:
    with suppress(SourceError):
        command = line.read(root)
        return command is not None and bool(command.role)
    return False


def _followed(root: Path, line: WebLine) -> WebLine:
    """*line*, or where that runs a script of the source what this runs."""
    if _starts_a_server(line, root):
        return line
    with suppress(SourceError):
        for command in commands_of(line.text, str(line)):
            script = _script(root, line, command.words)
            found = _of_script(root, script, line) if script else line
            if found is not line and _starts_a_server(found, root):
                return found
    return line


def _of_script(root: Path, script: str, line: WebLine) -> WebLine:
    lines = text_by_hand(root / script, "replace").splitlines()
    plain = ["" if one.lstrip().startswith("#") else one for one in lines]
    number = next((at for at, one in enumerate(plain, 1) if any(name in one for name in PROGRAMS)), 0)
    return WebLine("\n".join(plain), script, number, line.directory, line.file) if number else line


def _script(root: Path, line: WebLine, words: tuple[str, ...]) -> str:
    """The path of a script that these words run; empty where they run none of the source."""
    plain = [word for word in words if not word.startswith("-")]
    named = plain[1:] if plain and PurePosixPath(plain[0]).name in SHELLS else plain
    if not named or not (named[0].endswith(".sh") or "/" in named[0]):
        return ""
    return path_in_source(root, named[0], line.directory)
