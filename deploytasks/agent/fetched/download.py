"""A file that a web server has."""

from __future__ import annotations

import hashlib
import time
from typing import Any, Dict, Tuple

from deploytasks.agent.disk.entry import give_rights, read_entry, write_entry, writing
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.file import RIGHTS
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex

CHECKSUM = regex(r"(?:sha256:)?([0-9a-f]{64})")
ADDRESS = regex(r"https?://[^\s/@]+(?:/\S*)?")
SILENCE_S = 30
PIECE = 1 << 18


@frozen
class Download(Resource):
    """*path* holds what the *url* has, whose SHA-256 is *checksum*.

    It is asked for when the file has another one; where the server does not give it, or gives something else, the
    *mirrors* are asked in turn. Readers see the old content or the new one. *checksum* is ``sha256:`` with 64
    hexadecimal digits, as sha256sum(1) prints them; it is required, so that what runs does not depend on who answers.
    A server that takes longer than *timeout_s* is given up. Parameters as in ansible.builtin.get_url. Raises
    ``ValueError``.
    """

    path: str
    url: str
    checksum: str
    mode: str = "0644"
    owner: str = "root"
    group: str = "root"
    mirrors: Tuple[str, ...] = ()
    timeout_s: float = 600.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "mirrors", tuple(self.mirrors))
        if not CHECKSUM.fullmatch(self.checksum):
            raise ValueError(
                "checksum %r; expected sha256: and 64 hexadecimal digits, as sha256sum prints them"
                % self.checksum
            )
        for url in self._addresses:
            if not ADDRESS.fullmatch(url):
                raise ValueError("url %r; expected http:// or https:// and a host, without a login" % url)

    @property
    def _addresses(self) -> Tuple[str, ...]:
        return (self.url, *self.mirrors)

    @property
    def _digest(self) -> str:
        return self.checksum[-64:]

    @property
    def _rights(self) -> Dict[str, str]:
        return {"mode": self.mode, "owner": self.owner, "group": self.group}

    def desired(self) -> State:
        return {"kind": "file", **self._rights, "digest": self._digest}

    def inspect(self, machine: Machine) -> State:
        """As ``File``; the content that is wanted is not told again."""
        found: Dict[str, Any] = read_entry(machine.path(self.path)) or {}
        if found.get("digest") == self._digest:
            del found["content"]
        return found or None

    def apply(self, machine: Machine, change: Change) -> None:
        path, after = machine.path(self.path), change.after
        if after and change.keys and RIGHTS.issuperset(change.keys) and give_rights(path, after):
            return
        if after is None or after["kind"] != "file" or "content" in after:
            write_entry(path, after)
            return
        self._fetch(path)

    def _fetch(self, path: str) -> None:
        reasons = []
        for url in self._addresses:
            try:
                self._fetch_from(url, path)
            except (OSError, ValueError) as error:
                if getattr(error, "filename", None) == path:
                    raise
                reasons.append("%s: %s" % (url, error))
            else:
                return
        raise StepError("%s does not come" % self.path, "\n".join(reasons))

    def _fetch_from(self, url: str, path: str) -> None:
        from urllib.request import urlopen

        sha, deadline = hashlib.sha256(), time.monotonic() + self.timeout_s
        with urlopen(url, timeout=SILENCE_S) as answer, writing(path, self._rights) as file:  # noqa: S310  # nosec B310
            for piece in iter(lambda: answer.read(PIECE), b""):
                if time.monotonic() > deadline:
                    raise ValueError("it takes longer than %g s" % self.timeout_s)
                sha.update(piece)
                file.write(piece)
            if sha.hexdigest() != self._digest:
                raise ValueError("its SHA-256 is %s, and not %s" % (sha.hexdigest(), self._digest))
