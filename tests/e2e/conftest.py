"""Fresh Docker targets for one run of the tests; gone when it ends, however it ends."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

# Its plugin would import it after the last test, when dying sockets are collected: in CPython 3.11.2 a warning that is
# told while a module is parsed breaks the parser (https://github.com/python/cpython/issues/106905).
import hypothesis.internal.observability  # noqa: F401
import pytest
from xdist.scheduler import LoadScopeScheduling

from deploytasks.targets import SUITES, Target, down, names, up
from tests.e2e.converged import up_converged

HERE = Path(__file__).parent
MakeTarget = Callable[[str], Target]


class ByTarget(LoadScopeScheduling):
    """What shares a target is run by one worker: a file's tests, and the matrix's cells of one web server.

    They come in the order of tests/budgets.py, not those with the most tests first.
    """

    def _split_scope(self, nodeid: str) -> str:
        cell = re.search(r"test_matrix\.py::.*\[\w+-(\w+)-\w+\]$", nodeid)
        return cell[1] if cell else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> ByTarget:
    config.option.loadscopereorder = False
    return ByTarget(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that is in this directory talks to targets."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def target_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the targets of this run keep keys and inventory; each run and each xdist worker has its own."""
    state = tmp_path_factory.mktemp("targets")
    yield state
    for name in names(state=state):
        down(name, state=state)


@pytest.fixture(scope="session")
def lasting() -> set[str]:
    """The names of the targets that several files share."""
    return set()


@pytest.fixture(scope="module", autouse=True)
def no_target_outlives_its_file(target_state: Path, lasting: set[str]) -> Iterator[None]:
    """The kernel watches files for some twenty machines at once (inotify(7)), and no more start."""
    yield
    for name in {*names(state=target_state)} - lasting:
        down(name, state=target_state)


@pytest.fixture(scope="session")
def target(target_state: Path, lasting: set[str]) -> MakeTarget:
    """The shared converged target of a suite such as `debian12`: the same one at every call in this run."""
    made: dict[str, Target] = {}

    def shared(suite: str) -> Target:
        if suite not in made:
            name = f"shared-{suite}"
            lasting.add(name)
            made[suite] = up_converged(name, suite, target_state)
        return made[suite]

    return shared


@pytest.fixture(params=SUITES)
def any_target(request: pytest.FixtureRequest, target: MakeTarget) -> Target:
    """The shared target of each suite in turn."""
    return target(request.param)


@pytest.fixture
def make_target(target_state: Path) -> Iterator[MakeTarget]:
    """New and bare targets for one test that must not share them; gone after it."""
    made: list[Target] = []

    def make(suite: str) -> Target:
        made.append(up(f"{suite}-{secrets.token_hex(3)}", suite, state=target_state, say=print))
        return made[-1]

    yield make
    for target in made:
        down(target.name, state=target_state)


@pytest.fixture(scope="session")
def debian11(target: MakeTarget) -> Target:
    return target("debian11")


@pytest.fixture(scope="session")
def debian12(target: MakeTarget) -> Target:
    return target("debian12")


@pytest.fixture(scope="session")
def debian13(target: MakeTarget) -> Target:
    return target("debian13")


@pytest.fixture(scope="session")
def web(debian12: Target) -> Target:
    """The shared target that several apps are deployed to, each under a name of its own."""
    return debian12
