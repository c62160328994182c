"""A source of packages besides the distribution's own."""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple, Union

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.disk.directory_handle import reading_bytes
from deploytasks.agent.disk.entry import make_directory, read_directory, read_entry, write_entry, write_file
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.given import ABSENT, require_line, require_name, require_word
from deploytasks.agent.packages.apt import SOURCES
from deploytasks.agent.packages.openpgp import fingerprints

KEYRINGS = "/etc/apt/keyrings"
DOWNLOAD_S = 60
LARGEST_KEY = 1 << 20
RIGHTS = {"mode": "0644", "owner": "root", "group": "root"}
Words = Union[str, Tuple[str, ...]]


@frozen
class AptRepository(Resource):
    """apt finds packages at *uris*, too, in *suites* and *components*.

    It is /etc/apt/sources.list.d/*name*.sources, in deb822 form (sources.list(5)). *signed_by* is the text of the
    key, or its URL, from which the host takes it once; then *fingerprint*, which whoever gives the packages tells,
    says that it is the right one. It is kept in /etc/apt/keyrings. Without a key those of the distribution count.
    With the *state* ``absent`` both files are gone. The package index is updated before the next package is
    installed. Parameters as in ansible.builtin.deb822_repository. Raises ``ValueError``.
    """

    name: str
    uris: Words = ()
    suites: Words = ()
    components: Words = ()
    signed_by: str = ""
    fingerprint: str = ""
    types: Words = ("deb",)
    architectures: Words = ()
    enabled: bool = True
    state: str = "present"

    def __post_init__(self) -> None:
        for field in ("uris", "suites", "components", "types", "architectures"):
            value = getattr(self, field)
            words = tuple(value.split() if isinstance(value, str) else value)
            require_line(field, *words)
            object.__setattr__(self, field, words)
        object.__setattr__(self, "fingerprint", self.fingerprint.replace(" ", "").upper())
        require_word("state", self.state)
        require_name("name", self.name)
        if self.state != ABSENT:
            self._require_whole()

    def _require_whole(self) -> None:
        if not (self.uris and self.suites):
            raise ValueError("an apt repository wants uris= and suites=")
        if self._key_is_afar and not self.fingerprint:
            raise ValueError(
                "a key that comes from a URL wants its fingerprint=, else anybody could give one"
            )
        if self.signed_by and not self._key_is_afar:
            found = fingerprints(self.signed_by.encode("utf-8"))
            if not found:
                raise ValueError("signed_by is no OpenPGP key in armour, nor the URL of one")
            self._require_right(found)

    def _require_right(self, found: Tuple[str, ...]) -> None:
        if self.fingerprint and self.fingerprint not in found:
            raise ValueError("signed_by is the key %s, and not %s" % (" ".join(found), self.fingerprint))

    def desired(self) -> State:
        if self.state == ABSENT:
            return None
        key = {"key": self._key_wanted} if self.signed_by else {}
        return {"content": self._content, **key}

    def inspect(self, machine: Machine) -> State:
        source, key = read_entry(machine.path(self._source)), read_entry(machine.path(self._keyring))
        if source is None and key is None:
            return None
        return {
            "content": (source or {}).get("content"),
            "key": self._key_seen(machine, key),
            "source": source,
            "keyring": key,
        }

    def apply(self, machine: Machine, change: Change) -> None:
        after: Dict[str, Any] = change.after or {"source": None, "keyring": None}
        if "source" in after:
            write_entry(machine.path(self._source), after["source"])
            write_entry(machine.path(self._keyring), after["keyring"])
            return
        if "key" in change.keys:
            self._bring_key(machine)
        write_entry(machine.path(self._source), {"kind": "file", **RIGHTS, "content": self._content})

    def _bring_key(self, machine: Machine) -> None:
        directory = machine.path(KEYRINGS)
        if read_directory(directory) is None:
            make_directory(directory, {**RIGHTS, "mode": "0755"})
        content = self._fetched() if self._key_is_afar else self.signed_by.encode("utf-8")
        write_file(machine.path(self._keyring), content, RIGHTS)

    def _fetched(self) -> bytes:
        """The key at its URL; raises ``StepError`` when it is not the one with the fingerprint."""
        from urllib.request import urlopen

        try:
            with urlopen(self.signed_by, timeout=DOWNLOAD_S) as answer:  # noqa: S310  # nosec B310
                content: bytes = answer.read(LARGEST_KEY)
        except (OSError, ValueError) as error:
            raise StepError("%s: the key does not come: %s" % (self.signed_by, error)) from error
        found = fingerprints(content)
        if self.fingerprint not in found:
            told = " ".join(found) or "no OpenPGP key"
            raise StepError("%s is %s, and not %s: who gives it?" % (self.signed_by, told, self.fingerprint))
        return content

    def _key_seen(self, machine: Machine, entry: Optional[Dict[str, Any]]) -> Any:
        if entry is None or entry["kind"] != "file":
            return None
        if not self._key_is_afar:
            return entry["digest"]
        with reading_bytes(machine.path(self._keyring)) as file:
            return self.fingerprint if self.fingerprint in fingerprints(file.read()) else "another"

    @property
    def _key_wanted(self) -> str:
        return self.fingerprint if self._key_is_afar else digest_of(self.signed_by.encode("utf-8"))

    @property
    def _key_is_afar(self) -> bool:
        return self.signed_by.startswith(("https://", "http://"))

    @property
    def _source(self) -> str:
        return "%s/%s.sources" % (SOURCES, self.name)

    @property
    def _keyring(self) -> str:
        armoured = not self._key_is_afar or self.signed_by.endswith((".asc", ".key", ".pub"))
        return "%s/%s.%s" % (KEYRINGS, self.name, "asc" if armoured else "gpg")

    @property
    def _content(self) -> str:
        lines = (
            ("Enabled", "" if self.enabled else "no"),
            ("Types", " ".join(self.types)),
            ("URIs", " ".join(self.uris)),
            ("Suites", " ".join(self.suites)),
            ("Components", " ".join(self.components)),
            ("Architectures", " ".join(self.architectures)),
            ("Signed-By", self._keyring if self.signed_by else ""),
        )
        told = "".join("%s: %s\n" % (name, value) for name, value in lines if value)
        return "# Managed by deploytasks.\n" + told
