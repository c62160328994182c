"""What a person can do about a failure, by what failing programs say: the variable that helps, in a sentence."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeVar

from deploytasks.agent.engine.events import Ended, Event, Outcome, StepDone
from deploytasks.agent.regex import regex
from deploytasks.planning.forbidden import what_lifts
from deploytasks.planning.missing import what_brings
from deploytasks.source.advice.build_needs import packages_named_by
from deploytasks.source.advice.run_needs import packages_missed

READ_ONLY = regex(r"Read-only file system: b?['\"]([^'\"]+)['\"]")
HOLDS_FILES = regex(r"^\.?(logs?|instance|data|db|uploads?|media|files|te?mp|.*cache)$")
"""The names of directories that are there to be written to."""
CODE = regex(r"/releases/[^/]+/code/|/app/code/")
"""Stands in a path on the host, or in a container, before what is of the source."""
FIREWALL = regex(r"ufw --force enable ended with")
NO_PAGE = regex(r"^(?!visitors of).*GET (\S+) answered (?:40[1345]|410) ")
"""The app serves, and has no page there that anybody may see."""
SENTENCES = (
    (
        regex(r"unable to open database file|attempt to write a readonly database"),
        'a release is read-only: share the directory of the database, such as app_shared=["instance/"]',
    ),
    (
        regex(r"\A(?!(?s:.*)could not bind)(?s:.*)no listening sockets available"),
        "Apache reads no site: /etc/apache2/apache2.conf wants the line IncludeOptional sites-enabled/*.conf",
    ),
)
"""What last words tell, and what helps."""
INSTALLS = "could not install the requirements"
ANOTHER_PYTHON = regex(
    r"current Python version \((?P<has>[\d.]+)\) does not satisfy Python(?P<wants>[<>=!~]+[\d.]+)"
    r"|requires a different Python: (?P<found>[\d.]+) not in '(?P<said>[^']+)'"
)
"""How uv and pip say that a requirement is not for the Python of the environment."""
Told = TypeVar("Told", bound=Event)


def remedied(event: Told, *, in_container: bool = False) -> Told:
    """*event*; a failure with the sentence that helps at the end of its reason."""
    if isinstance(event, StepDone) and event.outcome is Outcome.FAILED:
        return replace(event, reason=_with_remedy(event.reason, event.output, in_container=in_container))
    if isinstance(event, Ended) and event.error and event.output:
        return replace(event, error=_with_remedy(event.error, event.output, in_container=in_container))
    return event


def _with_remedy(reason: str, output: str, *, in_container: bool) -> str:
    found = remedy_for(reason, output, in_container=in_container)
    between = "\n" if "\n" in reason else "; "
    return f"{reason}{between}{found}" if found else reason


def remedy_for(reason: str, output: str, *, in_container: bool = False) -> str:
    """The sentence for a step that failed for *reason*, in whose last words is *output*; empty where none helps."""
    installing = _of_an_installation(output) if INSTALLS in reason else ""
    if installing:
        return installing
    if FIREWALL.match(reason):
        return "a container that may not filter packets leaves that to who runs it: app_firewall=none"
    written = READ_ONLY.search(output)
    if written:
        return _of_read_only(written[1], in_container=in_container)
    said = next((sentence for pattern, sentence in SENTENCES if pattern.search(output)), "")
    return (
        said
        or _of_the_host(output)
        or what_brings(output)
        or what_lifts(reason, output)
        or _of_a_page(reason)
    )


def _of_an_installation(output: str) -> str:
    another = ANOTHER_PYTHON.search(output)
    if another:
        return _of_python(another["has"] or another["found"], another["wants"] or another["said"])
    packages = packages_named_by(output)
    return (
        f"what is built wants more of the host: set app_packages={json.dumps([*packages])}"
        if packages
        else ""
    )


def _of_the_host(output: str) -> str:
    missed = packages_missed(output)
    return f"it wants more of the host: set app_packages={json.dumps([*missed])}" if missed else ""


def _of_python(has: str, wants: str) -> str:
    """What to do where a requirement is not for the Python that the environment *has*."""
    minor = re.search(r"\d+\.\d+", wants)
    named = f'app_python="{minor[0]}"' if minor else "app_python"
    return (
        f"a requirement wants a Python {wants}, and the environment has {has}: {named} with app_python_install=true "
        "brings it, or pin an earlier version of the requirement"
    )


def _of_a_page(reason: str) -> str:
    found = NO_PAGE.search(reason)
    wanted = "set app_health_path to a page that it shows to everybody, such as /health"
    return f"the app runs, and has no such page at {found[1]}: {wanted}" if found else ""


def _of_read_only(path: str, *, in_container: bool) -> str:
    """What to do for an app that writes at *path*."""
    *_, inside = CODE.split(path)
    if path.startswith("/") and inside == path and in_container:
        return (
            f"the container cannot change {path}: share what is of the source with app_shared, mount "
            "another place with docker_volumes, or leave all of it open with docker_read_only=false"
        )
    if path.startswith("/") and inside == path:
        return f"the app may write to what is shared, and not at {path}: see systemd_read_write_paths and app_shared"
    return f'a release is read-only: share what the app writes there, with app_shared=["{_place(inside)}"]'


def _place(inside: str) -> str:
    """What to share of *inside*, a path of the source: the directory by whose name it is for files, and never code."""
    path = PurePosixPath(inside)
    named = next((one for one in reversed((path, *path.parents)) if HOLDS_FILES.search(one.name)), path)
    return f"{named}/" if named != path or not path.suffix else str(path)
