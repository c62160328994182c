"""Contents are what their names say, or they are refused."""

from __future__ import annotations

import pytest

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.engine.blobs import EARLY_BYTES, Blobs
from deploytasks.agent.errors import StepError

HELLO = digest_of(b"hello")


@pytest.fixture
def blobs(tmp_path):
    return Blobs(str(tmp_path / "incoming"))


def test_a_content_arrives_in_pieces(blobs):
    blobs.receive(HELLO, [b"he", b"", b"llo"])
    assert blobs.read(HELLO) == b"hello"


def test_a_large_content_arrives_whole(blobs):
    piece = b"x" * (1 << 18)
    count = 3 * EARLY_BYTES // len(piece)
    digest = digest_of(piece * count)
    blobs.receive(digest, (piece for _ in range(count)))
    assert len(blobs.read(digest)) == 3 * EARLY_BYTES


def test_a_damaged_content_is_refused_and_not_kept(blobs, tmp_path):
    with pytest.raises(StepError, match="arrived damaged; deploy again"):
        blobs.receive(HELLO, [b"hullo"])
    assert blobs.find(HELLO) is None
    assert list((tmp_path / "incoming").iterdir()) == []


def test_a_content_that_did_not_arrive_is_told(blobs):
    with pytest.raises(StepError, match="did not arrive; deploy again"):
        blobs.read(HELLO)


def test_what_an_earlier_release_holds_needs_not_arrive(blobs, tmp_path):
    (tmp_path / "held").write_bytes(b"hello")
    blobs.hold(HELLO, str(tmp_path / "held"))
    assert blobs.read(HELLO) == b"hello"
    (tmp_path / "held").unlink()
    assert blobs.find(HELLO) is None


def test_what_arrived_is_forgotten_after_the_run(blobs, tmp_path):
    blobs.receive(HELLO, [b"hello"])
    blobs.forget()
    assert not (tmp_path / "incoming").exists()


def test_a_machine_without_a_place_takes_nothing():
    with pytest.raises(StepError, match="takes no contents"):
        Blobs().receive(HELLO, [b"hello"])


@pytest.mark.fault(30)
def test_what_was_made_on_demand_has_a_name_of_its_own_and_is_checked_all_the_same(blobs, tmp_path):
    recipe = digest_of(b"how to say hello")
    blobs.receive(recipe, [b"he", b"llo"], made=HELLO)
    assert blobs.read(recipe) == b"hello"
    with pytest.raises(StepError, match="arrived damaged"):
        blobs.receive(digest_of(b"another"), [b"hell"], made=HELLO)
