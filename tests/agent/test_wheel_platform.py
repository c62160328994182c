"""Which wheels run here."""

from __future__ import annotations

import pytest

from deploytasks.agent.python.own_platform import own_platform
from deploytasks.agent.python.wheel_platform import WheelPlatform

BOOKWORM = WheelPlatform("x86_64", (2, 36))
OLD = WheelPlatform("x86_64", (2, 12))
ALPINE = WheelPlatform("x86_64", (0, 0))
PI = WheelPlatform("armv7l", (2, 36))


@pytest.mark.parametrize(
    ("platform", "tags", "rank"),
    [
        (BOOKWORM, "manylinux_2_17_x86_64.manylinux2014_x86_64", 2),
        (BOOKWORM, "manylinux_2_37_x86_64", 0),
        (BOOKWORM, "manylinux_2_17_aarch64.manylinux2014_aarch64", 0),
        (BOOKWORM, "musllinux_1_1_x86_64", 1),
        (BOOKWORM, "manylinux_2_17_i686", 0),
        (BOOKWORM, "macosx_10_12_x86_64", 0),
        (BOOKWORM, "linux_x86_64", 2),
        (OLD, "manylinux2014_x86_64", 0),
        (OLD, "manylinux2010_x86_64", 2),
        (OLD, "musllinux_1_1_x86_64", 1),
        (ALPINE, "manylinux_2_17_x86_64", 0),
        (ALPINE, "musllinux_1_1_x86_64", 1),
        (PI, "manylinux_2_17_armv7l.manylinux2014_armv7l.musllinux_1_1_armv7l", 2),
        (PI, "linux_armv6l", 0),
    ],
)
def test_a_wheel_runs_where_its_tags_say(platform, tags, rank):
    assert platform.rank("uv-0.13.8-py3-none-%s.whl" % tags) == rank


def test_this_machine_can_run_something():
    here = own_platform()
    assert here.rank("uv-1-py3-none-linux_%s.whl" % here.architecture) == 2
