"""One host during one run: its connection, its conversation and how it ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from deploytasks.agent.engine.events import (
    Answer,
    Compare,
    Ended,
    Event,
    Handed,
    Hello,
    Knock,
    Need,
    Note,
    Outcome,
    Printed,
    Ready,
    StepDone,
)
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.release.facts import Facts
from deploytasks.delivery.conversation import Conversation
from deploytasks.errors import AgentCrashed, DeployError, Locked, StepFailed, Unreachable
from deploytasks.fleet.upload import Upload
from deploytasks.report import HostRecap
from deploytasks.transport import AskPassword, Transport, begin, knock, transport_for

if TYPE_CHECKING:
    from deploytasks.agent.release.request import Request
    from deploytasks.delivery.contents import Contents
    from deploytasks.inventory import Host


TOO_LATE = "nothing was done here: the run ended before this host's turn"

Say = Callable[[str, Event], None]
Told = TypeVar("Told", bound=Event)
WayTo = Callable[["Host", AskPassword], Transport]


class CommandStreams(Protocol):
    """Where the three streams of a command on a host lead to."""

    def pieces(self) -> Iterable[bytes]:
        """What the command is to read, as it comes."""

    def print(self, printed: Printed) -> bool:
        """Pass on what it printed; False when nobody reads it any more."""


StreamsOf = Callable[[str], CommandStreams]
"""The streams of the command on the host of that name."""


class Visit:
    """The conversation with *host*; *say* receives its events from the thread that works here.

    *logged_in* is set when it has, or never will. *handed* are files of the host that others are to have. *streams* are
    those of a command that is run there. *way_to* is how the host is reached.
    """

    def __init__(
        self,
        host: Host,
        say: Say,
        ask_password: AskPassword,
        streams: CommandStreams | None = None,
        way_to: WayTo = transport_for,
    ) -> None:
        self.host = host
        self.recap: HostRecap | None = None
        self.error: DeployError | None = None
        self.answer: Any = None
        self.answered_at = 0.0
        self.handed: Mapping[str, str] = {}
        self.logged_in = threading.Event()
        self.facts: Facts | None = None
        self._say = say
        self._ask_password = ask_password
        self._streams = streams
        self._way_to = way_to
        self._transport: Transport | None = None
        self._conversation: Conversation | None = None
        self._started = time.monotonic()
        self._stopped = False
        self._may_change = False
        self._began = False
        self._ready_for: Phase | None = None
        self._diff = False

    @property
    def is_over(self) -> bool:
        """Whether this host has ended, well or not."""
        return self.recap is not None

    @property
    def has_failed(self) -> bool:
        """Whether the work failed here, or the host was lost in the middle of it.

        A host that could not be worked on at all holds up no other.
        """
        lost = self._began and self.recap is not None and self.recap.outcome is Outcome.UNREACHABLE
        return lost or (self.recap is not None and self.recap.outcome is Outcome.FAILED)

    @property
    def ready_for(self) -> Phase | None:
        """The phase before which this host waits for the others of its fleet, if it does."""
        return None if self.is_over else self._ready_for

    def start(self, request: Request) -> None:
        """Connect, ask what *request* asks, and listen until the agent waits for a plan or has ended."""
        self._carefully(lambda: self._start(request))

    def carry_out(self, order: Mapping[str, Any], contents: Contents) -> None:
        """Send the plan in *order*, give what the host lacks of *contents*, and listen to the next gate, or the end."""
        self._carefully(lambda: self._order(dict(order), contents))

    def go_on(self, held: str) -> None:
        """The host enters the phase that it is ready for, or, when *held* says why it may not, undoes; listen on."""
        self._carefully(lambda: self._go_on({"held": held}))

    def beat(self) -> None:
        """Tell the agent that somebody is there."""
        if self._conversation and not self.is_over and not self._stopped:
            self._conversation.beat()

    def tell(self, text: str) -> None:
        """Say *text* to people, as about this host."""
        self._tell(Note(text))

    def _tell(self, event: Event) -> None:
        self._say(self.host.name, event)

    def dismiss(self, why: str = TOO_LATE) -> None:
        """Nothing is to be done here after all; a host that waits at a gate undoes what it has done."""
        if self.ready_for:
            self.go_on(why)
        elif not self.is_over:
            self._carefully(lambda: self._order({"bye": why}, None))

    def stop(self) -> None:
        """The person has had enough: the agent undoes, or finishes, and says which."""
        self._stopped = True
        if self._conversation:
            self._conversation.stop()

    def abandon(self) -> None:
        """Leave without hearing the end; the host brings it about by itself."""
        if not self.is_over:
            error = "left while it was working: it ends by itself; inv status tells how"
            self._end(AgentCrashed(f"{self.host.name}: {error}", self.host.name))

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def _start(self, request: Request) -> None:
        self._may_change = request.question.changes
        self._diff = request.diff
        self._transport = self._way_to(self.host, self._ask_password)
        self._transport.open()
        self.logged_in.set()
        name = self.host.name
        _, conversation = begin(self._transport, lambda pipe: Conversation.greet(pipe, name, request))
        self._conversation = conversation
        for note in self._transport.notes:
            self._say(name, Note(note))
        if self._stopped:
            self.stop()
        if self._streams:
            pieces = self._streams.pieces()
            threading.Thread(target=conversation.give, args=(pieces,), daemon=True).start()
        self._listen(conversation, None)

    def _order(self, order: dict[str, Any], contents: Contents | None) -> None:
        if self._conversation is None:
            return
        self._may_change = self._began = "plan" in order
        self._conversation.send(order)
        self._listen(self._conversation, contents)

    def _go_on(self, answer: dict[str, Any]) -> None:
        if self._conversation is None:
            return
        self._ready_for = None
        if not self._stopped:
            self._conversation.send(answer)
        self._listen(self._conversation, None)

    def _listen(self, conversation: Conversation, contents: Contents | None) -> None:
        """Pass events on until the agent waits for a plan, or for the other hosts, or is done."""
        for event in conversation.events():
            if isinstance(event, Hello):
                self.facts = conversation.facts_in(event)
                return
            if isinstance(event, Ready):
                self._ready_for = Phase(event.before)
                return
            if isinstance(event, Knock):
                conversation.send({"refused": self._refused(event.port)})
            elif isinstance(event, Need) and contents is not None and not self._stopped:
                self._tell_of_images(event, contents)
                conversation.provide(event, contents, Upload(contents, self._tell))
            elif isinstance(event, Compare) and contents is not None and not self._stopped:
                conversation.show(event, contents, diff=self._diff)
            elif isinstance(event, Printed):
                self._print(event, conversation)
            elif isinstance(event, Answer | Handed):
                self._keep(event)
            elif isinstance(event, Ended):
                self._finish(self._with_remedy(event) if event.error else event)
            else:
                self._say(self.host.name, self._with_remedy(event) if _has_failed(event) else event)

    def _with_remedy(self, event: Told) -> Told:
        # What helps is known by modules that a run without failures does without.
        from deploytasks.planning.remedies import remedied

        deployment = self.host.deployment
        return remedied(event, in_container=bool(deployment and deployment.runs_in_containers))

    def _keep(self, event: Answer | Handed) -> None:
        if isinstance(event, Handed):
            self.handed = event.texts
        else:
            self.answer, self.answered_at = event.document, time.time()

    def _print(self, printed: Printed, conversation: Conversation) -> None:
        """Where nobody reads any more, the command is to end."""
        if self._streams and self._streams.print(printed):
            conversation.take()
        else:
            self.stop()

    def _refused(self, port: int) -> str:
        """Why this host cannot be reached anew; empty when it can, or when that cannot be known from here."""
        if port:
            from deploytasks.transport.knocking import unreachable_at

            return unreachable_at(self.host, self.facts.ssh_port if self.facts else 0, port)
        try:
            knock(self.host, self._ask_password)
        except DeployError as error:
            return str(error)
        return ""

    def _tell_of_images(self, need: Need, contents: Contents) -> None:
        for image in filter(None, map(contents.images.get, need.digests)):
            self._say(self.host.name, Note(f"building the image {image.name} on this machine"))

    def _finish(self, ended: Ended) -> None:
        self.recap = HostRecap.of(ended, self._elapsed_s, self._sent_bytes)
        self._say(self.host.name, ended)
        self.close()

    def _carefully(self, act: Callable[[], None]) -> None:
        """Whatever goes wrong on this host is this host's result, never another's."""
        if self.is_over:
            return
        try:
            act()
        except AgentCrashed as error:
            self._end(error if self._may_change else Unreachable(str(error), self.host.name))
        except DeployError as error:
            self._end(error)
        except Exception as error:  # noqa: BLE001 - a bug of ours ends one host, not the run
            self._end(DeployError(f"{self.host.name}: internal error: {type(error).__name__}: {error}"))

    def _end(self, error: DeployError) -> None:
        self.logged_in.set()
        self.error = error
        if isinstance(error, StepFailed):
            role, _, step = error.step.partition(": ")
            failed = StepDone(role, step, Outcome.FAILED, reason=str(error), output=error.output)
            self._say(self.host.name, failed)
        outcome = _outcome_of(error)
        self.recap = HostRecap(
            outcome,
            failed=int(outcome is Outcome.FAILED),
            error=str(error),
            elapsed_s=self._elapsed_s,
            sent_bytes=self._sent_bytes,
            put_back=not isinstance(error, AgentCrashed),
            step=error.step if isinstance(error, StepFailed) else "",
            output=error.output if isinstance(error, StepFailed) else "",
        )
        self._say(self.host.name, Ended(outcome, error=str(error)))
        self.close()

    @property
    def _elapsed_s(self) -> float:
        return round(time.monotonic() - self._started, 3)

    @property
    def _sent_bytes(self) -> int:
        return self._conversation.sent_bytes if self._conversation else 0


def _outcome_of(error: DeployError) -> Outcome:
    if isinstance(error, Locked):
        return Outcome.LOCKED
    return Outcome.UNREACHABLE if error.exit_code == Unreachable.exit_code else Outcome.FAILED


def _has_failed(event: Event) -> bool:
    return isinstance(event, StepDone) and event.outcome is Outcome.FAILED
