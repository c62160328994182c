"""What authors of roles, parts and programs may use: ``python -m tests.reference`` writes docs/reference."""

from __future__ import annotations

import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import deploytasks
import deploytasks.resources
from deploytasks.agent.engine.resource import Action, Change, Resource
from deploytasks.agent.release.facts import Facts
from deploytasks.cli.additions import Occasion
from deploytasks.planning.deployment import Deployment, Runtime
from deploytasks.planning.parts import Front, Place, Server, WebServer
from deploytasks.report import Reporter
from deploytasks.tasks import collection
from tests.catalogue import ROOT

PLACE = ROOT / "docs/reference"
PAGES: dict[str, tuple[str, str, list[Any]]] = {
    "library": (
        "The library",
        "Each is imported from `deploytasks`; what authors of programs and tasks files use besides says where from.",
        [
            *(getattr(deploytasks, name) for name in deploytasks.__all__),
            Facts,
            collection,
            Occasion,
            Reporter,
        ],
    ),
    "resources": (
        "Resource types",
        "Each is imported from `deploytasks.resources`. A step names one, and the engine makes it so. "
        "An action is run by a handler.",
        [getattr(deploytasks.resources, name) for name in deploytasks.resources.__all__],
    ),
    "parts": (
        "Parts of an app, and types of one's own",
        "What a role has that is an app server, a web server or a runtime (`deploytasks.planning.parts` and "
        "`deployment`), "
        "and what a resource type is made of (`deploytasks.agent.resource`).",
        [Server, WebServer, Runtime, Deployment, Place, Front, Resource, Action, Change],
    ),
}
ANNOTATION = re.compile(r"(: |-> )'([^']*)'")
DEFAULT = re.compile(r"<factory>|<object object at [^>]*>")


def pages() -> Iterator[tuple[str, str]]:
    """The name of each page's file, and its text."""
    for name, (title, head, things) in PAGES.items():
        listed = "\n".join(part for thing in things for part in entry(thing))
        yield f"{name}.md", f"# {title}\n\n{textwrap.fill(head, 120)}\n\n{listed}".rstrip() + "\n"


def entry(thing: Any) -> Iterator[str]:
    """One section: how it is written, what it is, and what it has."""
    yield f"## {thing.__name__}\n"
    yield f"```text\n{signature(thing)}\n```\n"
    yield f"{said(thing)}\n"
    rows = [f"| `{name}` | {one_line(member)} |" for name, member in members(thing)]
    if rows:
        yield "\n".join(["| | |", "|---|---|", *rows]) + "\n"


def signature(thing: Any) -> str:
    """Its name with parameters; a protocol has none."""
    if inspect.isclass(thing) and (getattr(thing, "_is_protocol", False) or not is_made_by_people(thing)):
        return f"class {thing.__name__}"
    try:
        text = ANNOTATION.sub(r"\1\2", str(inspect.signature(thing))).replace("typing.", "")
    except ValueError:
        return f"class {thing.__name__}"
    line = f"{thing.__name__}{DEFAULT.sub('…', text.removesuffix(' -> None'))}"
    return line if len(line) <= 110 else broken(line)


def broken(line: str) -> str:
    """*line* with a parameter on each line of its own."""
    name, _, rest = line.partition("(")
    inner, _, tail = rest.rpartition(")")
    return "\n".join([f"{name}(", *(f"    {part}," for part in parameters(inner)), f"){tail}"])


def parameters(text: str) -> Iterator[str]:
    depth, begin = 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth:
            yield text[begin:at].strip()
            begin = at + 1
    yield text[begin:].strip()


def is_made_by_people(kind: type) -> bool:
    return dataclasses.is_dataclass(kind) or "__init__" in vars(kind) or issubclass(kind, Exception)


def members(thing: Any) -> Iterator[tuple[str, Any]]:
    """What a class has of its own that is for its users, in the order of its source."""
    is_resource = getattr(thing, "__module__", "").startswith("deploytasks.agent.")
    if not inspect.isclass(thing) or (is_resource and thing not in (Resource, Action)):
        return
    for name, member in vars(thing).items():
        plain = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if not name.startswith("_") and inspect.isfunction(plain) and plain.__doc__:
            yield name + ("" if isinstance(member, property) else "()"), plain


def said(thing: Any) -> str:
    """Its docstring, as Markdown has code."""
    return (inspect.getdoc(thing) or "").replace("``", "`")


def one_line(function: Any) -> str:
    return " ".join(said(function).split()).replace("|", "\\|")


if __name__ == "__main__":
    PLACE.mkdir(exist_ok=True)
    for file, text in pages():
        (PLACE / file).write_text(text, encoding="utf-8")
