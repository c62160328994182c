"""The payload: a plan and the agent as one program, run on the host by a person: ``sudo python3 FILE.pyz``.

It is a zip application (https://docs.python.org/3/library/zipapp.html) of the agent and of all that the controller
would have said to it.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from typing import IO, TYPE_CHECKING, Any

from deploytasks.agent.conversation.order import REQUEST, SAID
from deploytasks.agent.conversation.wire import pack_json
from deploytasks.agent.engine.events import Need
from deploytasks.delivery.agent_archive import agent_zip
from deploytasks.delivery.sender import Sender
from deploytasks.errors import ConfigError
from deploytasks.here.private_file import writing_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploytasks.agent.release.request import Request
    from deploytasks.delivery.contents import Contents

MAIN = """\
import sys

if sys.version_info < (3, 8):
    sys.exit("this needs Python 3.8 or newer, and is run by %d.%d" % sys.version_info[:2])
from deploytasks.agent.by_hand import main

sys.exit(main(sys.argv[0], sys.argv[1:]))
"""


def write_payload(path: Path, request: Request, document: Mapping[str, Any], contents: Contents) -> None:
    """Write to *path*, which only its owner may read: the environment of the app is in it.

    Raises ``ConfigError`` for a place that cannot be written.
    """
    with tempfile.TemporaryFile() as said:
        sender = Sender(said.write)
        sender.send(dict(document))
        sender.provide(Need(tuple(contents.all)), None, contents)
        said.seek(0)
        _write(path, request, said)


def _write(path: Path, request: Request, said: IO[bytes]) -> None:
    try:
        with writing_private(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            with zipfile.ZipFile(io.BytesIO(agent_zip())) as agent:
                for name in agent.namelist():
                    archive.writestr(name, agent.read(name))
            archive.writestr("__main__.py", MAIN)
            archive.writestr(REQUEST, pack_json(request.to_json()))
            with archive.open(SAID, "w", force_zip64=True) as kept:
                shutil.copyfileobj(said, kept)
    except OSError as error:
        raise ConfigError(f"--out {path}: {error.strerror}") from error
