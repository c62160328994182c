"""Frames arrive as they were sent, and nothing else passes for one."""

from __future__ import annotations

import io

import pytest

from deploytasks.agent.conversation.wire import (
    LARGEST_FRAME,
    LETTERS,
    Frame,
    WireError,
    frames,
    pack,
    pack_json,
)

hypothesis = pytest.importorskip("hypothesis", reason="a host has the standard library alone")
given, st = hypothesis.given, pytest.importorskip("hypothesis.strategies")

plain = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
values = st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
documents = st.dictionaries(st.text(), values)
pieces = st.tuples(st.sampled_from([b"D", b"E"]), st.binary())


def received(stream):
    return list(frames(io.BytesIO(stream).read))


@given(documents)
def test_an_object_arrives_as_it_was_sent(document):
    (frame,) = received(pack_json(document))
    assert frame.to_json() == document


@given(st.lists(pieces))
def test_pieces_arrive_in_order_and_unchanged(sent):
    assert received(b"".join(pack(*piece) for piece in sent)) == [Frame(*piece) for piece in sent]


@given(documents, st.data())
def test_a_stream_that_ends_inside_a_frame_is_an_error(document, data):
    whole = pack_json(document)
    length = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(WireError, match="ended inside a frame"):
        received(whole[:length])


@pytest.mark.bad_input(70)
@given(st.binary(min_size=5).filter(lambda noise: noise[:1] not in LETTERS))
def test_noise_is_an_error_that_shows_its_beginning(noise):
    with pytest.raises(WireError, match="not a frame") as caught:
        received(noise)
    assert noise.startswith(caught.value.received)


@pytest.mark.bad_input(70)
def test_a_length_that_nobody_sends_is_noise():
    with pytest.raises(WireError, match="not a frame"):
        received(b"J" + (LARGEST_FRAME + 1).to_bytes(4, "big"))


@pytest.mark.parametrize("frame", [Frame(b"D", b"{}"), Frame(b"J", b"[1]")])
def test_what_is_no_object_is_not_taken_for_one(frame):
    with pytest.raises(WireError, match="expected an object"):
        frame.to_json()
