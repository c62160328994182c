"""A failure ends with the sentence that helps, where its program says what is wrong."""

import pytest

from deploytasks.agent.engine.events import Ended, Note, Outcome, StepDone
from deploytasks.planning.remedies import remedied

RELEASE = "/srv/shop/releases/20261130T101500Z-0123456/code"


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        (
            f"OSError: [Errno 30] Read-only file system: '{RELEASE}/instance'",
            'a release is read-only: share what the app writes there, with app_shared=["instance/"]',
        ),
        (
            f"OSError: [Errno 30] Read-only file system: '{RELEASE}/logs/shop.log'",
            'a release is read-only: share what the app writes there, with app_shared=["logs/"]',
        ),
        (
            "OSError: [Errno 30] Read-only file system: 'uploads'",
            'a release is read-only: share what the app writes there, with app_shared=["uploads/"]',
        ),
        (
            "OSError: [Errno 30] Read-only file system: '/mnt/data'",
            "the app may write below its shared directory, and not at /mnt/data: see app_shared",
        ),
        (
            "sqlite3.OperationalError: unable to open database file",
            'a release is read-only: share the directory of the database, such as app_shared=["instance/"]',
        ),
    ],
)
def test_an_app_that_cannot_write_is_told_what_shares_a_place(output, remedy):
    failed = StepDone(
        "app",
        "check that the new instance answers",
        Outcome.FAILED,
        reason="it is not healthy",
        output=output,
    )
    assert remedied(failed).reason == f"it is not healthy; {remedy}"
    assert remedied(Ended(Outcome.FAILED, error="it is not healthy", output=output)).error.endswith(remedy)


def test_a_build_that_lacks_something_names_the_packages():
    failed = StepDone(
        "app",
        "install",
        Outcome.FAILED,
        reason="uv could not install the requirements",
        output="pg_config not found",
    )
    assert remedied(failed).reason.endswith('set app_packages=["libpq-dev", "gcc", "python3-dev"]')


def test_what_is_no_failure_and_what_has_no_remedy_stays_as_it_is():
    for event in (
        Note("Read-only file system: 'x'"),
        StepDone("app", "install", Outcome.CHANGED, output="Read-only file system: 'x'"),
        StepDone("app", "install", Outcome.FAILED, reason="no", output="ValueError: no"),
        Ended(Outcome.OK),
    ):
        assert remedied(event) == event
