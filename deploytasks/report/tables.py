"""The answers to ``status``, ``releases``, ``history``, ``hosts``, ``vars`` and ``secrets`` as pages.

Each function takes the JSON document that ``--json`` would print.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from deploytasks.report.measure import duration
from deploytasks.report.outlet import Outlet
from deploytasks.report.page import Line, Page, Part, Span, Table, Tone, Tree, text_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ADDRESS = {"ansible_user": "user", "ansible_host": "host", "ansible_port": "port"}
STATES = {"active": Tone.GOOD, "failed": Tone.BAD}
MARKS = {"current": Tone.GOOD, "previous": Tone.PLAIN, "bad": Tone.BAD}
BAD_MEANS = (
    "bad: a rollback left this release for an earlier one; it lies here until newer ones take its place, "
    "and inv rollback --to brings it back"
)
VERDICTS = {"good": Tone.GOOD, "doubtful": Tone.CHANGED, "bad": Tone.BAD}
OUTCOMES = {"ok": Tone.GOOD, "changed": Tone.CHANGED}


def show(page: Page, stdout: TextIO, environ: Mapping[str, str]) -> None:
    """Draw *page* on a terminal, write aligned columns elsewhere; never raises for a lost reader."""
    outlet = Outlet.of(stdout, environ)
    if outlet.draws(environ):
        from deploytasks.report.terminal import console_on, draw

        draw(console_on(outlet, environ), page)
        return
    for part in page:
        outlet.write_lines(part.lines())


def status(document: Mapping[str, Any]) -> Page:
    """A block per host: what serves, since when, how well; then its processes."""
    return blocks(host_status(host, state) for host, state in document.items())


def blocks(parts: Iterable[Iterator[Line | Table]]) -> Page:
    """Each host's part, an empty line between two."""
    return [part for block in parts for part in (Line.of(), *block)][1:]


def host_status(host: str, state: Mapping[str, Any]) -> Iterator[Line | Table]:
    if state.get("error") and "release" in state:
        at_work = f"; at work: {state['at_work']}" if state.get("at_work") else ""
        yield Line.of(Span(host, Tone.HOST), "  ", Span(f"{state['error']}{at_work}", Tone.CHANGED))
        return
    if state.get("error"):
        yield Line.of(Span(host, Tone.HOST), "  ", Span("no answer", Tone.BAD))
        yield from (Line.of("  ", text) for text in text_lines(str(state["error"])))
        return
    yield Line.of(Span(host, Tone.HOST), "  ", *serving(state))
    yield Table.of(list(facts(state)), indent=2)
    processes = [process_row(process) for process in state.get("processes") or ()]
    if processes:
        header = ("process", "state", "pid", "workers", "restarts", "since", "unit")
        yield Table.of(processes, header, indent=2)


def serving(state: Mapping[str, Any]) -> list[Span]:
    if not state.get("release"):
        return [Span("no release yet", Tone.CHANGED)]
    return [Span(state["release"]), Span(f"  since {said(state.get('since'))}", Tone.QUIET)]


def facts(state: Mapping[str, Any]) -> Iterator[tuple[Span, Span]]:
    if state.get("url"):
        yield Span("url", Tone.QUIET), Span(state["url"])
    yield Span("health", Tone.QUIET), health(state.get("health") or {})
    yield Span("last deploy", Tone.QUIET), Span(last_deploy(state.get("last_deploy") or {}))
    yield Span("previous", Tone.QUIET), Span(said(state.get("previous")))
    if state.get("disk_mb"):
        yield Span("disk", Tone.QUIET), Span(disk(state["disk_mb"]))
    if state.get("at_work"):
        yield Span("at work", Tone.QUIET), Span(state["at_work"], Tone.CHANGED)
    drift = state.get("drift")
    yield Span("drift", Tone.QUIET), Span(drift, Tone.CHANGED) if drift else Span("none seen")


def health(asked: Mapping[str, Any]) -> Span:
    if asked.get("ok"):
        return Span("ok", Tone.GOOD)
    if not asked:
        return Span("not asked")
    told = str(asked.get("error") or said(asked.get("status")))
    return Span(f"not ok ({''.join(text_lines(told)[:1])})", Tone.BAD)


def last_deploy(deploy: Mapping[str, Any]) -> str:
    if not deploy:
        return "-"
    outcome, command, who, when = (said(deploy.get(key)) for key in ("outcome", "command", "who", "when"))
    return f"{command} by {who} at {when}: {outcome}"


def disk(megabytes: Mapping[str, Any]) -> str:
    """What each kind of thing takes on the disk."""
    return ", ".join(f"{name.replace('_', ' ')} {said(taken)} MB" for name, taken in megabytes.items())


def process_row(process: Mapping[str, Any]) -> list[Part]:
    state = said(process.get("state"))
    rest = [said(process.get(key)) for key in ("pid", "workers", "restarts", "since", "unit")]
    return [Span(said(process.get("name")), Tone.STRONG), Span(state, STATES.get(state, Tone.CHANGED)), *rest]


def releases(document: Mapping[str, Any]) -> Page:
    """A row per release, as the host lists them."""
    rows = [release_row(host, release) for host, held in document.items() for release in held or [{}]]
    table = Table.of(rows, ("host", "release", "marks", "created", "by", "source"))
    marks = {
        mark for held in document.values() for release in held or () for mark in release.get("marks") or ()
    }
    return [table, *([Line.of(), Line.of(Span(BAD_MEANS, Tone.QUIET))] if "bad" in marks else [])]


def release_row(host: str, release: Mapping[str, Any]) -> list[Part]:
    marks = release.get("marks") or []
    tone = next((MARKS[mark] for mark in marks if mark in MARKS), Tone.PLAIN)
    name = Span(release["name"], tone) if release else Span("none yet", Tone.QUIET)
    rest = [said(release.get(key)) for key in ("created", "by", "source")]
    return [Span(host, Tone.HOST), name, Span(", ".join(marks), tone), *rest]


def history(document: Mapping[str, Any]) -> Page:
    """A row per deploy, rollback, scale …, as the host lists them."""
    rows = [history_row(host, entry) for host, entries in document.items() for entry in entries]
    return [Table.of(rows, ("host", "time", "command", "outcome", "release", "took", "by", "error"))]


def history_row(host: str, entry: Mapping[str, Any]) -> list[Part]:
    outcome = said(entry.get("outcome"))
    took = entry.get("elapsed_s")
    return [
        Span(host, Tone.HOST),
        said(entry.get("time")),
        command_of(entry),
        Span(outcome, OUTCOMES.get(outcome, Tone.BAD)),
        said(entry.get("release")),
        "-" if took is None else duration(took),
        said(entry.get("by")),
        ": ".join(filter(None, [entry.get("step"), *text_lines(entry.get("error") or "")[:1]])),
    ]


def command_of(entry: Mapping[str, Any]) -> str:
    """The command, and the process and number that it was about: ``scale worker 3``."""
    words = (entry.get(key) for key in ("command", "process", "workers"))
    return " ".join(str(word) for word in words if word not in (None, "")) or "-"


def scale(document: Mapping[str, Any]) -> Page:
    """A row per process that can be scaled: how many there are, and what hand and inventory say."""
    header = ("host", "process", "running", "by hand", "inventory")
    return [
        Table.of([row for host, numbers in document.items() for row in scale_rows(host, numbers)], header)
    ]


def scale_rows(host: str, numbers: Mapping[str, Any]) -> Iterator[list[Part]]:
    for process, about in numbers.items():
        told = [said(about.get(key)) for key in ("running", "by_hand", "inventory")]
        yield [Span(host, Tone.HOST), Span(process, Tone.STRONG), *told]


def openings(document: Mapping[str, Any]) -> Page:
    """A row per port that is open for a time."""
    rows = [opening_row(host, opening) for host, found in document.items() for opening in found or [{}]]
    return [Table.of(rows, ("host", "open", "from", "until"))]


def opening_row(host: str, opening: Mapping[str, Any]) -> list[Part]:
    if not opening:
        return [Span(host, Tone.HOST), Span("nothing", Tone.QUIET), "-", "-"]
    port = Span(f"{opening['port']}/{opening['protocol']}", Tone.CHANGED)
    return [Span(host, Tone.HOST), port, said(opening["from"]), said(opening["until"])]


def doctor(document: Mapping[str, Any]) -> Page:
    """A block per host: each check, its verdict, what was found, and what to do."""
    return blocks(host_findings(host, examined) for host, examined in document.items())


def host_findings(host: str, examined: Mapping[str, Any]) -> Iterator[Line | Table]:
    if "error" in examined:
        yield Line.of(Span(host, Tone.HOST), "  ", Span("no answer", Tone.BAD))
        yield from (Line.of("  ", text) for text in text_lines(str(examined["error"])))
        return
    yield Line.of(Span(host, Tone.HOST))
    for finding in examined["findings"]:
        verdict = Span(f"{finding['verdict']:<8}", VERDICTS[finding["verdict"]])
        yield Line.of("  ", verdict, f"  {finding['check']:<11}  {finding['found']}")
        if finding["advice"]:
            yield Line.of(" " * 25, Span(finding["advice"], Tone.QUIET))


def hosts(document: Mapping[str, Any]) -> Page:
    """The inventory as a tree of groups; *document* has the shape of ``ansible-inventory --list``."""
    return [group_tree("all", document)]


def group_tree(name: str, document: Mapping[str, Any]) -> Tree:
    group = document.get(name, {})
    children = [child for child in group.get("children", ()) if child in document or child != "ungrouped"]
    variables = document.get("_meta", {}).get("hostvars", {})
    leaves = [Tree(host_label(host, variables.get(host, {}))) for host in group.get("hosts", ())]
    branches = [group_tree(child, document) for child in children]
    return Tree(Line.of(Span(name, Tone.STRONG)), (*branches, *leaves))


def host_label(host: str, variables: Mapping[str, Any]) -> Line:
    """The host and how it is reached, where that differs from its name; never a password."""
    address = [f"  {word}={variables[key]}" for key, word in ADDRESS.items() if key in variables]
    return Line.of(Span(host, Tone.HOST), *(Span(part, Tone.QUIET) for part in address))


def variables(document: Mapping[str, Any]) -> Page:
    """A block per host: its variables by name, as JSON, and where each came from."""
    return blocks(host_variables(host, known) for host, known in document.items())


def host_variables(host: str, known: Mapping[str, Any]) -> Iterator[Line | Table]:
    yield Line.of(Span(host, Tone.HOST))
    yield Table.of([variable_row(name, entry) for name, entry in sorted(known.items())], indent=2)


def variable_row(name: str, entry: Mapping[str, Any]) -> list[Part]:
    value = json.dumps(entry.get("value"), ensure_ascii=False, default=str)
    wrong = Span(entry.get("error") or "", Tone.BAD)
    return [name, value, Span(said(entry.get("origin")), Tone.QUIET), wrong]


def secrets(document: Mapping[str, Any]) -> Page:
    """A block per host: where each secret is used, and whether it can be had."""
    return blocks(host_secrets(host, told) for host, told in document.items())


def host_secrets(host: str, told: Mapping[str, Any]) -> Iterator[Line | Table]:
    used, as_written = told["secrets"], told["as_written"]
    yield Line.of(Span(host, Tone.HOST), "" if used else "  names no secrets")
    yield Table.of([secret_row(entry) for entry in used], indent=2)
    for entry in used:
        if not entry["resolves"]:
            yield Line.of("  ", Span(f"{entry['variable']}: {entry['error']}", Tone.BAD))
    if as_written:
        yield Line.of(
            "  ", Span(f"taken as written, though it begins alike: {', '.join(as_written)}", Tone.QUIET)
        )


def secret_row(entry: Mapping[str, Any]) -> list[Part]:
    mark = Span("ok", Tone.GOOD) if entry["resolves"] else Span("no answer", Tone.BAD)
    return [entry["variable"], mark, entry["reference"], Span(entry["origin"], Tone.QUIET)]


def places(document: Mapping[str, Any]) -> Page:
    """A block per host: the places that set a variable, what it is made of, and what it is."""
    return blocks(host_places(host, known) for host, known in document.items() if known)


def host_places(host: str, known: Iterable[Mapping[str, Any]]) -> Iterator[Line | Table]:
    yield Line.of(Span(host, Tone.HOST))
    yield Table.of([place_row(host, entry) for entry in known], indent=2)


def place_row(host: str, entry: Mapping[str, Any]) -> list[Part]:
    origin = Span(said(entry.get("origin")), Tone.QUIET)
    if "made_of" in entry:
        other = f" of {entry['host']}" if entry["host"] != host else ""
        return ["made of", f"{entry['made_of']}{other}", origin, ""]
    value = json.dumps(entry.get("value"), ensure_ascii=False, default=str)
    return [said(entry.get("level")), value, origin, Span(entry.get("error") or "", Tone.BAD)]


def said(value: object) -> str:
    """*value* as text; what is not known is a dash."""
    return "-" if value is None or value == "" else str(value)
