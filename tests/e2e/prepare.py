"""Get this machine ready for the end-to-end tests: an engine and the images of targets.

Where all of it is there, this takes a second.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from deploytasks.errors import DeployError
from deploytasks.targets import SUITES, ensure_engine
from tests.e2e.converged import KINDS, image_of
from tests.e2e.suites import USUAL


def prepare() -> None:
    ensure_engine(print)
    with ThreadPoolExecutor() as pool:
        list(pool.map(prepare_suite, SUITES))


def prepare_suite(suite: str) -> None:
    """Every kind of converged target of the usual suite, the common one of each other."""
    for kind in KINDS if suite == USUAL else list(KINDS)[:1]:
        image_of(suite, kind)


if __name__ == "__main__":
    try:
        prepare()
    except DeployError as error:
        sys.exit(str(error))
