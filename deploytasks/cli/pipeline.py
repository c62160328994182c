"""The file of a service that runs pipelines: check on a merge request, and a deploy of the same commit by hand."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from deploytasks.errors import ConfigError
from deploytasks.here.paths import below
from deploytasks.source.git import top_of
from deploytasks.spelling import did_you_mean

HERE = Path(__file__).parent / "pipelines"
PLACES = {"github": Path(".github/workflows/deploy.yml"), "gitlab": Path(".gitlab-ci.yml")}
SETTINGS = {
    "github": "Settings, Secrets and variables, Actions: the secret DEPLOYTASKS_SSH_KEY, the variable",
    "gitlab": "Settings, CI/CD, Variables: DEPLOYTASKS_SSH_KEY and",
}


def refuse_unknown(service: str) -> None:
    """Raise ``ConfigError`` for a *service* that nothing can be written for."""
    if service and service not in PLACES:
        hint = did_you_mean(service, PLACES)
        raise ConfigError(f"--pipeline {service}: expected one of {', '.join(PLACES)}{hint}")


def write_pipeline(service: str) -> Iterator[str]:
    """Write it for the repository that this directory is in; what is there already stays. Yields what people are told.

    Raises ``ConfigError`` where it is there already.
    """
    here = Path.cwd()
    top = top_of(here) or here
    place = top / PLACES[service]
    if place.exists():
        raise ConfigError(f"{place}: is here already, and was left as it is; move it away, then try again")
    text = (HERE / f"{service}.yml").read_text(encoding="utf-8")
    place.parent.mkdir(parents=True, exist_ok=True)
    directory = below(here, top)
    text = text.replace("@VERSION@", version("deploytasks")).replace("@DIRECTORY@", directory)
    place.write_text(text, encoding="utf-8")
    yield f"wrote {PLACES[service]}"
    yield f"next: {SETTINGS[service]} DEPLOYTASKS_KNOWN_HOSTS; see the head of that file"
