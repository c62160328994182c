"""Programs in units of their own, which are gone when these have ended (systemd-run(1))."""

from __future__ import annotations

from typing import Iterable, List, Mapping, Optional


def transient(
    options: Iterable[str], properties: Iterable[str] = (), variables: Optional[Mapping[str, str]] = None
) -> List[str]:
    """The argv that a program's own follows: its unit has *properties*, its environment *variables*."""
    settings = [word for setting in properties for word in ("-p", setting)]
    environment = [word for pair in (variables or {}).items() for word in ("-E", "%s=%s" % pair)]
    return ["systemd-run", "--quiet", "--collect", *options, *settings, *environment, "--"]
