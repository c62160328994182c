"""The answers to ``ping``, ``facts``, ``fetch`` and ``reboot`` as pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploytasks.report.measure import duration
from deploytasks.report.page import Line, Page, Part, Span, Table, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def pings(document: Mapping[str, Any]) -> Page:
    """A line per host that is there."""
    return [Table.of([_there(host, answer, "answers") for host, answer in document.items()])]


def reboots(document: Mapping[str, Any]) -> Page:
    """A line per host that is back."""
    return [Table.of([_there(host, answer, "is back") for host, answer in document.items()])]


def places(document: Mapping[str, str]) -> Page:
    """A line per host, and where its file lies here."""
    return [Table.of([[Span(host, Tone.HOST), Span(place)] for host, place in document.items()])]


def descriptions(document: Mapping[str, Any]) -> Page:
    """A block per host; what there is much of is counted, and stands in the JSON document."""
    blocks = ([Line.of(), *_block(host, description)] for host, description in document.items())
    return [part for block in blocks for part in block][1:]


def _there(host: str, answer: Mapping[str, Any], what: str) -> list[Part]:
    python = Span(f"Python {answer['python']}", Tone.QUIET)
    return [Span(host, Tone.HOST), Span(what, Tone.GOOD), Span(answer["system"]), python]


def _block(host: str, told: Mapping[str, Any]) -> Iterator[Line | Table]:
    yield Line.of(Span(host, Tone.HOST))
    yield Table.of([[Span(name, Tone.QUIET), Span(value)] for name, value in _rows(told) if value], indent=2)


def _rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    domain = f".{told['domain']}" if told["domain"] else ""
    yield "name", f"{told['hostname']}{domain}"
    yield "system", " ".join((told["distribution"], told["version"], told["codename"]))
    yield "kernel", f"{told['kernel']} {told['architecture']}"
    yield (
        "runs on",
        " ".join(word for word in (told["virtualization"], told["cloud"]) if word not in ("", "none")),
    )
    yield "up", duration(told["up_s"])
    yield "time zone", told["timezone"]
    yield "processors", str(told["cpus"])
    yield "memory", f"{told['memory_free_mb']} MiB free of {told['memory_mb']}"
    yield "swap", f"{told['swap_mb']} MiB" if told["swap_mb"] else ""
    for one in told["addresses"]:
        yield one["interface"], f"{one['address']}/{one['prefix']}"
    for one in told["mounts"]:
        yield one["path"], f"{one['free_mb']} MiB free of {one['size_mb']}, {one['kind']} on {one['source']}"
    yield "users", ", ".join(told["users"])
    failed = [name for name, state in told["services"].items() if state == "failed"]
    yield "services", f"{len(told['services'])}" + (f", failed: {', '.join(failed)}" if failed else "")
    yield "packages", str(len(told["packages"]))
