"""No secret leaves the host."""

from __future__ import annotations

from deploytasks.agent.conversation.mask import MASK, Mask


def test_a_secret_is_masked_wherever_it_stands():
    mask = Mask(["hunter2"])
    assert mask({"diff": "a hunter2 b", "list": ["hunter2", 1, None]}) == {
        "diff": "a %s b" % MASK,
        "list": [MASK, 1, None],
    }


def test_a_secret_inside_a_longer_one_gives_nothing_of_it_away():
    mask = Mask(["pass"])
    mask.add(["password1"])
    assert mask("password1") == MASK


def test_what_is_too_short_to_be_a_secret_is_shown():
    assert Mask(["1", "on"])("on: 1") == "on: 1"
