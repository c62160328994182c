"""Logging in: keys of the agent, key files and a password, in ssh(1)'s order."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from operator import methodcaller
from pathlib import Path

import paramiko
from paramiko.agent import AgentSSH
from paramiko.auth_strategy import SourceResult
from paramiko.pkey import PublicBlob, UnknownKeyType

from deploytasks.agent.frozen import frozen
from deploytasks.errors import LoginRefused, Unreachable
from deploytasks.here.permissions import is_own, who_else_may_use
from deploytasks.inventory.environment import SSH_KEY
from deploytasks.transport.agent_stream import agent_stream
from deploytasks.transport.route import Route
from deploytasks.transport.second_factor import KEYBOARD, Interview, NobodyAnswersError
from deploytasks.transport.sudo import AskPassword

LOGIN_TIMEOUT_S = 30.0
PASSWORD = "password"  # noqa: S105  # nosec B105  what RFC 4252 calls the method


@frozen
class OfferedKey:
    """A key and where it came from, for people."""

    name: str
    key: paramiko.PKey

    def __str__(self) -> str:
        return f"{self.name} ({self.key.fingerprint})"


class KeyUnusableError(Exception):
    """A key file cannot be offered; the text says why and what to do."""


class KeyLockedError(KeyUnusableError):
    """It needs a passphrase that nobody gave."""


class Login:
    """Paramiko's ``auth_strategy``: shows *route*'s credentials one by one, and tells what became of each."""

    def __init__(self, route: Route, ask_password: AskPassword) -> None:
        self._route = route
        self._ask_password = ask_password
        self._began = 0.0
        self._refused: list[str] = []
        self._unusable: list[str] = []
        self._accepted = ""
        self._missing: list[str] = []

    def authenticate(self, transport: paramiko.Transport) -> list[SourceResult]:
        """Raises `LoginRefused`, or `Unreachable` if the host does not answer at all."""
        self._began = time.monotonic()
        with closing(AgentAt(self._route.credentials.agent)) as agent:
            is_in = (
                self._by_key(transport, agent.offers())
                or self._by_password(transport)
                or self._by_answers(transport)
            )
        if not is_in:
            raise LoginRefused(self._story(transport))
        return []

    def _by_key(self, transport: paramiko.Transport, agent_keys: list[OfferedKey]) -> bool:
        for offer in self._offers(agent_keys):
            try:
                return self._goes_on(str(offer), transport.auth_publickey(self._route.user, offer.key))
            except paramiko.BadAuthenticationType as error:
                self._refused.append("the host takes no keys (PubkeyAuthentication in its sshd_config)")
                self._missing = error.allowed_types
                return False
            except paramiko.SSHException:
                self._raise_if_late()
                self._refused.append(str(offer))
            if not transport.is_active():
                return False
        return False

    def _by_password(self, transport: paramiko.Transport) -> bool:
        password = self._route.credentials.password
        if password is None or self._wants_answers or not transport.is_active():
            return False
        try:
            return self._goes_on("the password", transport.auth_password(self._route.user, password))
        except paramiko.BadAuthenticationType:
            self._refused.append("the host takes no passwords (PasswordAuthentication in its sshd_config)")
        except paramiko.SSHException:
            self._raise_if_late()
            self._refused.append("the password (ansible_password)")
        return False

    def _by_answers(self, transport: paramiko.Transport) -> bool:
        """A person is asked what the host asks, if it does."""
        if not self._wants_answers or not transport.is_active():
            return False
        try:
            return Interview(self._route, self._ask_password).conduct(transport)
        except NobodyAnswersError as error:
            self._refused.append(f"the host asks {str(error)!r}, and nobody is here to answer")
        except paramiko.SSHException:
            self._refused.append("what was answered to the host's question")
        return False

    def _goes_on(self, accepted: str, missing: list[str]) -> bool:
        """Whether this was all that the host wants; what is *missing* is one of several ways."""
        self._accepted, self._missing = accepted, missing
        return not missing

    @property
    def _wants_answers(self) -> bool:
        return KEYBOARD in self._missing and PASSWORD not in self._missing

    def _raise_if_late(self) -> None:
        """To paramiko, silence is a refusal, and every key would have to wait for one."""
        if time.monotonic() - self._began >= LOGIN_TIMEOUT_S:
            raise Unreachable(
                f"{self._route.login}: did not answer to the login within {LOGIN_TIMEOUT_S:g} s\n"
                "check the load of the host, and what PAM waits for there"
            )

    def _offers(self, agent_keys: list[OfferedKey]) -> Iterator[OfferedKey]:
        """Each key once."""
        seen: set[bytes] = set()
        for offer in self._keys(agent_keys):
            blob = offer.key.asbytes()
            if blob not in seen:
                seen.add(blob)
                yield offer

    def _keys(self, agent_keys: list[OfferedKey]) -> Iterator[OfferedKey]:
        """The chosen ones first, as with ssh(1); last those for which a person has to be asked."""
        credentials = self._route.credentials
        chosen = {blob for file in credentials.key_files if (blob := public_blob(file))}
        locked: list[Path] = []
        if credentials.key is not None:
            yield OfferedKey(f"key of ${SSH_KEY}", credentials.key)
        yield from (offer for offer in agent_keys if offer.key.asbytes() in chosen)
        yield from self._keys_of_files(credentials.key_files, locked)
        if not credentials.only_key_files:
            yield from agent_keys
        existing = [file for file in credentials.default_key_files if file.exists()]
        yield from self._keys_of_files(existing, locked)
        for file in locked:
            yield from self._key_of_file(file, self._ask_password)

    def _keys_of_files(self, files: Iterable[Path], locked: list[Path]) -> Iterator[OfferedKey]:
        """Those that open without a passphrase; the others go to *locked*."""
        for file in files:
            try:
                yield from self._key_of_file(file)
            except KeyLockedError:
                locked.append(file)

    def _key_of_file(self, file: Path, ask_password: AskPassword | None = None) -> Iterator[OfferedKey]:
        """None if it is unusable; without *ask_password*, `KeyLockedError` if it is locked."""
        try:
            yield OfferedKey(f"key file {file}", key_of_file(file, ask_password or nobody))
        except KeyUnusableError as error:
            if isinstance(error, KeyLockedError) and ask_password is None:
                raise
            self._unusable.append(str(error))

    def _story(self, transport: paramiko.Transport) -> str:
        """What was tried, and the next step."""
        route = self._route
        lines = [f"{route.login}: login refused", *(f"  not usable: {reason}" for reason in self._unusable)]
        if self._accepted:
            lines.append(f"  accepted: {self._accepted}; the host wants besides: {', '.join(self._missing)}")
        lines += [f"  refused: {offer}" for offer in self._refused]
        if not transport.is_active() and not self._wants_answers:
            lines.append("  then the host hung up (MaxAuthTries; IdentitiesOnly offers fewer keys)")
        if not (self._refused or self._unusable or self._accepted):
            lines.append("  there was no key and no password to offer")
        lines.append(self._advice())
        return "\n".join(lines)

    def _advice(self) -> str:
        route = self._route
        if self._wants_answers:
            return (
                "answer at a terminal, with a code that is new; where nobody can, let this user in by a key alone, in "
                f"the host's sshd_config: Match User {route.user}, and below it AuthenticationMethods publickey"
            )
        if PASSWORD in self._missing and route.credentials.password is None:
            return "set ansible_password, such as to env:NAME: this host wants a password"
        if self._unusable:
            return "make the key file usable as said above"
        files = [*route.credentials.key_files, *route.credentials.default_key_files]
        key = f"-i {files[0]}.pub " if files else ""
        copy = f"ssh-copy-id {key}-p {route.port} {route.user}@{route.address}"
        return f"check the user name, or let the key in with: {copy}"


def nobody(_prompt: str) -> None:
    """Nobody is there to be asked."""


def key_of_file(file: Path, ask_password: AskPassword) -> paramiko.PKey:
    """The private key in *file*; `KeyUnusableError` if it is missing, readable by others, locked, no key."""
    try:
        # As ssh(1), which looks at files of the user's own only.
        if is_own(file.stat()) and (others := who_else_may_use(file)):
            raise KeyUnusableError(f"{file} {others}")
        return unlocked_key(file, ask_password)
    except FileNotFoundError as error:
        raise KeyUnusableError(f"{file} does not exist; check ansible_ssh_private_key_file") from error
    except OSError as error:
        raise KeyUnusableError(f"{file} cannot be read: {error.strerror}") from error


def unlocked_key(file: Path, ask_password: AskPassword) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(str(file))
    # Encrypted keys raise TypeError in cryptography and PasswordRequiredException in paramiko.
    except (TypeError, paramiko.PasswordRequiredException) as error:
        passphrase = ask_password(f"Passphrase of {file}: ")
        if passphrase is None:
            raise KeyLockedError(f"{file} needs its passphrase; run ssh-add {file} first") from error
        return key_with_passphrase(file, passphrase)
    except (ValueError, paramiko.SSHException, UnknownKeyType) as error:
        raise KeyUnusableError(f"{file} is not a private key that can be read; see ssh-keygen(1)") from error


def key_with_passphrase(file: Path, passphrase: str) -> paramiko.PKey:
    classes = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
    for key_class in classes:
        try:
            return key_class.from_private_key_file(str(file), passphrase)
        except (ValueError, paramiko.SSHException):
            continue
    raise KeyUnusableError(f"{file}: this is not its passphrase; run ssh-add {file} first")


def public_blob(file: Path) -> bytes | None:
    """The public half beside *file*, if it lies there."""
    try:
        return PublicBlob.from_file(f"{file}.pub").key_blob
    except (OSError, ValueError, UnicodeDecodeError):
        return None


class AgentAt(AgentSSH):
    """The ssh-agent(1) at *place*, a socket or a variable that names one; if none is there, it has no keys.

    paramiko's own class knows ``SSH_AUTH_SOCK`` only, and what Windows has in its place.
    """

    def __init__(self, place: str | None) -> None:
        super().__init__()
        self._stream = agent_stream(place)
        try:
            if self._stream is not None:
                methodcaller("_connect", self._stream)(self)  # Its stubs lack it.
        except (OSError, paramiko.SSHException):
            self.close()

    def offers(self) -> list[OfferedKey]:
        return [OfferedKey(f"agent key {key.comment}".rstrip(), key) for key in self.get_keys()]

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
