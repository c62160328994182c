"""All cases, each file of them in turn; one that is new is named here."""

from __future__ import annotations

from itertools import chain

from tests.types import fetched, files, systems

CASES = {case.title: case for case in chain(files.cases(), fetched.cases(), systems.cases())}
