"""What comes from a host, believed only in the form that an agent gives it: a host may lie.

Whatever does not fit is a ``WireError`` or a ``ValueError``, and that host's alone. So are more events than a run can
have, and a list of files that unpacks to more than a tree can have.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from deploytasks.agent.conversation.pieces import PIECE
from deploytasks.agent.conversation.wire import PRINTED, Frame, WireError
from deploytasks.agent.engine.events import KINDS, Compare, Event, Hello, LogLine, Need, Printed, Ready
from deploytasks.agent.engine.phase import Phase
from deploytasks.agent.files.manifest import Manifest
from deploytasks.agent.regex import regex
from deploytasks.agent.release.facts import Facts

if TYPE_CHECKING:
    from deploytasks.agent.host.description import Description
    from deploytasks.agent.release.examined import Examined

MOST_EVENTS = 100_000
"""Besides lines of a log, which may be followed for ever."""
LARGEST_MANIFEST = 1 << 26
LARGEST_NUMBER = 1 << 53
MOMENT = regex(r"[0-9]{1,11}(\.[0-9]{1,9})?")
"""Seconds since the epoch, until the year 5138."""
LONGEST_FACT = 200
MOST_CPUS, MOST_MEMORY_MB, LAST_PORT = 1 << 16, 1 << 30, 65535


def event_of(frame: Frame) -> Event:
    """The event in *frame*; each field has the type that its kind says."""
    if frame.letter in PRINTED:
        return _printed(frame)
    document = frame.to_json()
    kind = KINDS.get(str(document.pop("event", "")))
    if kind is None:
        raise WireError("an unknown event", frame.body[:200])
    event: Event = msgspec.convert(document, kind)
    _require_sense(event)
    return event


def _require_sense(event: Event) -> None:
    """What is counted, compared or shown as a time is a number for which that can be done."""
    numbers = (value for value in vars(event).values() if isinstance(value, int | float))
    if not all(abs(number) <= LARGEST_NUMBER for number in numbers):  # Also what is no number (IEEE 754).
        raise ValueError("a number is beyond all reason")
    if isinstance(event, LogLine) and not MOMENT.fullmatch(event.at):
        raise ValueError("a line of a log is of no time")
    if isinstance(event, Ready):
        Phase(event.before)


def _printed(frame: Frame) -> Printed:
    if len(frame.body) > PIECE:
        raise WireError("a piece of output is too long", frame.body[:200])
    return Printed(frame.letter, frame.body)


def examined_in(answer: Any) -> Examined:
    """What was found on a host before a deploy."""
    from deploytasks.agent.release.examined import Examined

    examined = msgspec.convert(answer, Examined)
    _require_reason(examined.facts)
    return examined


def description_in(answer: Any) -> Description:
    """What a host is like, as it says."""
    from deploytasks.agent.host.description import Description

    return msgspec.convert(answer, Description)


def facts_of(hello: Hello) -> Facts:
    """What a host says of itself, within reason: a plan is made from it."""
    facts = msgspec.convert(hello.facts, Facts)
    _require_reason(facts)
    return facts


def _require_reason(facts: Facts) -> None:
    texts = [value for value in _values(facts) if isinstance(value, str)]
    if any(len(text) > LONGEST_FACT or not text.isprintable() for text in texts):
        raise ValueError("a fact is no line of text, or far too long")
    if not (0 < facts.cpus <= MOST_CPUS and 0 <= facts.memory_mb <= MOST_MEMORY_MB):
        raise ValueError("no machine has so many processors, or so much memory")
    if not 0 < facts.ssh_port <= LAST_PORT:
        raise ValueError("sshd listens on no port of that number")


def manifest_of(need: Need | Compare) -> Manifest | None:
    """The list of files that the host has, or None."""
    if not need.manifest:
        return None
    unpack = zlib.decompressobj()
    try:
        plain = unpack.decompress(base64.b64decode(need.manifest, validate=True), LARGEST_MANIFEST)
    except (zlib.error, binascii.Error) as error:
        raise ValueError(f"the host's list of files arrived damaged: {error}") from error
    if unpack.unconsumed_tail or not unpack.eof:
        raise ValueError("the host's list of files is no whole one, or far too long")
    return Manifest.parse(plain)


def _values(facts: Facts) -> list[Any]:
    return [
        item for value in vars(facts).values() for item in (value if isinstance(value, tuple) else (value,))
    ]
