"""A file whose content is as wanted, and whose rights are not."""

from __future__ import annotations

import os
import stat

import pytest

from deploytasks.agent.files.digest import digest_of
from deploytasks.agent.resource import Change, StepError
from deploytasks.agent.resources.file import File


def secret(host) -> File:
    return File("/srv/env", None, "0600", host.user, host.group, digest=digest_of(b"TOKEN=x\n"))


def put_right(host, file: File) -> None:
    file.apply(host.machine, Change(file.inspect(host.machine), file.desired()))


def test_its_rights_are_put_right_without_its_content(host):
    place = host.write("/srv/env", "TOKEN=x\n", mode=0o644)
    put_right(host, secret(host))
    assert (stat.S_IMODE(place.stat().st_mode), place.read_text()) == (0o600, "TOKEN=x\n")


def test_what_has_another_name_as_well_is_not_given_rights(host):
    place = host.write("/srv/env", "TOKEN=x\n", mode=0o644)
    os.link(place, host.path("/srv/other"))
    with pytest.raises(StepError, match="did not arrive"):
        put_right(host, secret(host))
    assert stat.S_IMODE(place.stat().st_mode) == 0o644
