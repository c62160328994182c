"""The controller's side of the conversation with one agent."""

from __future__ import annotations

import secrets
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from deploytasks.agent.conversation.pieces import AHEAD
from deploytasks.agent.conversation.wire import BEAT, Frame, WireError, frames, pack, pack_json
from deploytasks.agent.engine.events import Compare, Ended, Event, Hello, LogLine, Need, Printed, Taken
from deploytasks.delivery.agent_archive import PACKINGS, agent_archive, agent_digest
from deploytasks.delivery.hearing import MOST_EVENTS, event_of, facts_of, manifest_of
from deploytasks.delivery.sender import Sender, Watcher
from deploytasks.errors import AgentCrashed, DeployError, NotTheAgent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deploytasks.agent.release.facts import Facts
    from deploytasks.agent.release.request import Question, Request
    from deploytasks.delivery.contents import Contents
    from deploytasks.transport import Pipe

NOISE_LIMIT = 1 << 20


class Conversation:
    """Speaks with the agent behind *pipe*, which is asked *question*."""

    def __init__(self, pipe: Pipe, host: str, question: Question) -> None:
        self._pipe = pipe
        self._host = host
        self._frames = frames(pipe.read)
        self._sender = Sender(self._carry)
        self._speaking = threading.Lock()
        self._events = 0
        self._prints = question.prints
        self._lines = question.most_lines
        self._room = threading.Semaphore(AHEAD)

    @classmethod
    def greet(cls, pipe: Pipe, host: str, request: Request) -> Conversation | None:
        """Send the *request*, and the agent if the host has not kept it; None when what runs there never becomes it."""
        nonce = secrets.token_hex(16)
        packed = pack_json(request.to_json())
        pipe.send(f"DEPLOYTASKS {nonce} {agent_digest()} {len(packed)}\n".encode() + packed)
        said = _after(pipe, nonce.encode())
        if said in PACKINGS:
            archive = agent_archive(said)
            pipe.send(f"{len(archive)}\n".encode() + archive)
            said = _after(pipe, nonce.encode())
        return cls(pipe, host, request.question) if said == b"!" else None

    def events(self) -> Iterator[Event]:
        """What the agent says, up to and including its last event.

        Raises ``AgentCrashed`` when that never comes, and ``NotTheAgent`` for what no agent says.
        """
        for frame in self._arriving():
            event = self._heard(frame)
            if isinstance(event, Taken):
                self._room.release()
                continue
            yield event
            if isinstance(event, Ended):
                return
        raise AgentCrashed(self._crash(), self._host)

    def _arriving(self) -> Iterator[Frame]:
        """Not by ``yield from``: who stops listening for a while would close the stream."""
        try:
            for frame in self._frames:  # noqa: UP028
                yield frame
        except WireError as error:
            raise self._stranger(error) from error

    def _heard(self, frame: Frame) -> Event:
        try:
            event = event_of(frame)
            if isinstance(event, Printed | Taken) and not self._prints:
                raise WireError("nothing was run here that prints")
            self._events += not isinstance(event, LogLine | Printed | Taken)
            if self._events > MOST_EVENTS:
                raise WireError(f"more than {MOST_EVENTS} events")
            if self._lines is not None and isinstance(event, LogLine):
                self._lines -= 1
                if self._lines < 0:
                    raise WireError("more lines than were asked for")
        except (WireError, ValueError) as error:
            raise self._stranger(error) from error
        return event

    def facts_in(self, hello: Hello) -> Facts:
        """What the host says of itself; raises ``NotTheAgent``."""
        try:
            return facts_of(hello)
        except ValueError as error:
            raise self._stranger(error) from error

    def _stranger(self, error: Exception) -> NotTheAgent:
        return NotTheAgent(f"{self._host}: what came is not from the agent: {error}", self._host)

    def send(self, document: dict[str, Any]) -> None:
        """One object."""
        self._sender.send(document)

    def beat(self) -> None:
        """Tell the agent that somebody is there, unless it is being told something else; never raises."""
        if self._speaking.acquire(blocking=False):
            try:
                with suppress(DeployError, OSError):  # A link that is gone is found by who listens.
                    self._pipe.send(pack(BEAT))
            finally:
                self._speaking.release()

    def provide(self, need: Need, contents: Contents, watcher: Watcher | None = None) -> None:
        """Send what the host lacks, and, with a manifest, all that its tree will lack; raises ``NotTheAgent``.

        *watcher* hears how far it is.
        """
        try:
            held = manifest_of(need)
        except ValueError as error:
            raise self._stranger(error) from error
        self._sender.provide(need, held, contents, watcher)

    def show(self, compare: Compare, contents: Contents, *, diff: bool) -> None:
        """Send what the host needs to tell what a deploy would change; raises ``NotTheAgent``."""
        try:
            held = manifest_of(compare)
        except ValueError as error:
            raise self._stranger(error) from error
        self._sender.show(held, compare.held, contents, diff=diff)

    def give(self, pieces: Iterable[bytes]) -> None:
        """Send *pieces* to the command that runs there, as it takes them, and the end; never raises."""
        with suppress(DeployError, OSError):  # A link that is gone is found by who listens.
            for piece in pieces:
                self._room.acquire()
                self._carry(pack(b"D", piece))
            self._carry(pack(b"E"))

    def take(self) -> None:
        """Tell the agent that a piece of what a command prints has been taken."""
        self.send({"taken": True})

    def stop(self) -> None:
        """Tell the agent that nobody waits for it any more: it undoes, or finishes, by itself."""
        self._pipe.close_input()

    @property
    def sent_bytes(self) -> int:
        return self._pipe.sent_bytes

    def _carry(self, frame: bytes) -> None:
        with self._speaking:
            self._pipe.send(frame)

    def _crash(self) -> str:
        status = self._pipe.wait(2.0)
        said = self._pipe.stderr.strip()[-500:]
        why = f"it exited with {status}" if status is not None else "the connection ended"
        return (
            f"{self._host}: the agent ended before it was done ({why})\n{said}\n"
            "its journal on the host knows how far it came: inv status tells, and the next deploy puts it right"
        ).replace("\n\n", "\n")


def _after(pipe: Pipe, nonce: bytes) -> bytes:
    """The byte that follows *nonce*, however much a login shell prints before; empty when it never comes."""
    seen = b""
    skipped = 0
    while not seen.endswith(nonce) and skipped < NOISE_LIMIT:
        piece = pipe.read(1)
        if not piece:
            return b""
        seen = (seen + piece)[-len(nonce) :]
        skipped += 1
    return pipe.read(1) if seen.endswith(nonce) else b""
