"""Room for contents is looked at before they come."""

from __future__ import annotations

import os

import pytest

from deploytasks.agent.errors import StepError
from deploytasks.agent.release.commands.space import require_room


def free(path) -> int:
    found = os.statvfs(path)
    return found.f_bfree * found.f_frsize


def test_a_place_without_room_is_named_with_both_sizes_and_one_with_room_is_not(host):
    require_room(host.machine, ["/srv/shop/releases", "/etc"], free(host.root) // 2)
    told = r"not enough room in /srv/shop/releases: \d+\.\d MB are to come, and \d+\.\d MB are free"
    with pytest.raises(StepError, match=told):
        require_room(host.machine, ["/srv/shop/releases"], free(host.root) * 2)
