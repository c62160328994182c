"""The agent, kept on the host for the next conversation, which then need not send and compile it.

It lies where ``boot.py`` looks for it: an archive of compiled modules (PEP 552, unchecked), named after the
digest of their sources, the Python that compiled them, and its own digest, by which it is known to be whole.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import marshal
import os
import sys
import zipfile

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.entry import make_directory, remove_entry, write_file
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.layout import STATE_ROOT

AGENTS = STATE_ROOT + "/agents"
KEPT = 3
"""So many, because the controllers of a team may have different versions."""

UNCHECKED = (1).to_bytes(4, "little")


def keep_agent(archive: str, digest: str) -> None:
    """Keep the agent in *archive*, a zip of sources with *digest*, on a host that has been deployed to.

    Nothing depends on it: what cannot be kept is sent again.
    """
    with contextlib.suppress(OSError, StepError):
        make_directory(AGENTS)
        content = compiled(archive)
        name = "%s-%s-%s.zip" % (digest, sys.implementation.cache_tag, digest_of(content))
        write_file(os.path.join(AGENTS, name), content, {"mode": "0600"})
        newest_last = sorted(os.scandir(AGENTS), key=lambda found: found.stat().st_mtime)
        for found in newest_last[:-KEPT]:
            remove_entry(found.path)


def compiled(archive: str) -> bytes:
    """The modules in *archive*, a zip of sources, as a zip of what this Python runs."""
    made = io.BytesIO()
    with zipfile.ZipFile(archive) as sources, zipfile.ZipFile(made, "w") as modules:
        for name in sources.namelist():
            source = sources.read(name)
            code = compile(source, name, "exec", dont_inherit=True)
            head = importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(source)
            modules.writestr(zipfile.ZipInfo(name + "c"), head + marshal.dumps(code))
    return made.getvalue()
