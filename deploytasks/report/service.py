"""The services that run pipelines, as far as they show what is printed: groups of lines, and annotations of files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.report.mistake import Mistake

NOT_IN_NAMES = regex(r"[^A-Za-z0-9_.-]")


class Service(Protocol):
    """Texts that its log understands; each stands on lines of its own."""

    def group(self, title: str) -> str:
        """What begins the group *title*, which is one word of ours or a host's name."""

    def end_of_group(self, title: str) -> str:
        """What ends it."""

    def annotation(self, mistake: Mistake) -> str:
        """What shows *mistake* beside its line; empty where the log has no words for that."""


@frozen
class GitHub:
    """GitHub Actions: workflow commands, with paths from the root of the repository, which is *below* from here."""

    below: str = ""

    def group(self, title: str) -> str:
        return f"::group::{_data(title)}\n"

    def end_of_group(self, title: str) -> str:
        del title
        return "::endgroup::\n"

    def annotation(self, mistake: Mistake) -> str:
        places = {"file": f"{self.below}{mistake.file}" if mistake.file else "", "line": str(mistake.line or ""),
                  "title": mistake.title}  # fmt: skip
        properties = ",".join(f"{name}={_property(value)}" for name, value in places.items() if value)
        return f"::error {properties}::{_data(mistake.text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@frozen
class GitLab:
    """GitLab CI: collapsible sections. Annotations are a report of code quality, see ``deploytasks.report.mistake``."""

    clock: Callable[[], float] = time.time

    def group(self, title: str) -> str:
        return f"\x1b[0Ksection_start:{self.clock():.0f}:{self._name(title)}\r\x1b[0K{title}\n"

    def end_of_group(self, title: str) -> str:
        return f"\x1b[0Ksection_end:{self.clock():.0f}:{self._name(title)}\r\x1b[0K\n"

    def annotation(self, mistake: Mistake) -> str:
        del mistake
        return ""

    @staticmethod
    def _name(title: str) -> str:
        return NOT_IN_NAMES.sub("_", title)


def service_in(environ: Mapping[str, str], here: str) -> Service | None:
    """The service that *environ* tells of, of those known; *here* is the working directory."""
    if environ.get("GITHUB_ACTIONS") == "true":
        root = environ.get("GITHUB_WORKSPACE", "").rstrip("/")
        below = here[len(root) + 1 :] if root and here.startswith(f"{root}/") else ""
        return GitHub(f"{below}/" if below else "")
    return GitLab() if environ.get("GITLAB_CI") else None
