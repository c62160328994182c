"""The build of an image, wherever it is done: the client's words, and what it must not be heard to say."""

from __future__ import annotations

import os
import shlex
from typing import Dict, Iterable, List, Mapping, Sequence

from deploytasks.agent.disk.directory_handle import reading_bytes
from deploytasks.agent.disk.entry import write_file
from deploytasks.agent.docker.engine import APP_LABEL
from deploytasks.agent.python.installer import Installation, pip_environment, uv_environment
from deploytasks.agent.regex import regex

BUILD_TIMEOUT_S = 3600.0
KEPT_LINES = 20
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
INSTALLER, AUTHORITIES = "installer", "authorities"
"""The secrets of a build (docker-build(1)): in no layer, no history and no process's arguments."""
ROOTS_OWN = {"mode": "0600"}
PROGRESS = regex(r"^#\d+ (?:\d+\.\d+ )?")
"""What BuildKit puts before each line: the step's number, and seconds."""
NO_BUILDKIT = regex(r"buildx component is missing|BuildKit is enabled but the buildx")
WITHOUT_BUILDKIT = (
    "this engine's client has no BuildKit; install docker-buildx (Debian) or docker-buildx-plugin"
)


def build_words(
    name: str,
    app: str,
    context: str,
    dockerfile: str,
    secrets: str,
    arguments: Mapping[str, str],
    target: str,
) -> List[str]:
    """What docker(1) is told to build the image *name* of *app* from *context*, with the *secrets* of that directory.

    An argument without a value has it in the client's environment, where no other user sees it.
    """
    given = (word if not value else "%s=%s" % (word, value) for word, value in arguments.items())
    return [
        "build",
        "--progress=plain",
        "--tag=" + name,
        "--label=%s=%s" % (APP_LABEL, app),
        "--file=%s/%s" % (context, dockerfile),
        *("--build-arg=" + word for word in given),
        *(["--target=" + target] if target else []),
        *("--secret=id=%s,src=%s/%s" % (secret, secrets, secret) for secret in (INSTALLER, AUTHORITIES)),
        context,
    ]


def write_secrets(directory: str, indexes: Sequence[str], authorities: Iterable[bytes]) -> None:
    """Put the secrets of a build into *directory*: what pip and uv heed, and the certificates that they trust.

    The first of *indexes* is in the place of the public one, unless it is empty; the others are asked as well.
    """
    trusted = b"\n".join(authorities)
    write_file(os.path.join(directory, AUTHORITIES), trusted, ROOTS_OWN)
    environment = _installers_environment(indexes, trusts=bool(trusted.strip()))
    lines = ["export %s=%s\n" % (name, shlex.quote(value)) for name, value in environment.items()]
    write_file(os.path.join(directory, INSTALLER), "".join(lines).encode("utf-8"), ROOTS_OWN)


def last_lines(said: str) -> str:
    """The end of what BuildKit *said*, as a person would read it."""
    lines = [PROGRESS.sub("", line) for line in said.splitlines()]
    return "\n".join([line for line in lines if line.strip()][-KEPT_LINES:])


def read_if_there(path: str) -> bytes:
    """The bytes of the file at *path*; none when there is no such file."""
    try:
        with reading_bytes(path) as file:
            return file.read()
    except FileNotFoundError:
        return b""


def _installers_environment(indexes: Sequence[str], trusts: bool) -> Dict[str, str]:
    installation = Installation(
        place="",
        work="",
        python="",
        files=(),
        form="",
        extra=(),
        hash_checked=False,
        wheelhouse="",
        index_url=indexes[0],
        extra_index_urls=tuple(indexes[1:]),
        authorities="/run/secrets/" + AUTHORITIES if trusts else "",
        cache="/var/cache/deploytasks",
    )
    # The cache of a build is on a file system of its own.
    return {**pip_environment(installation), **uv_environment(installation), "UV_LINK_MODE": "copy"}
