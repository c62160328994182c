"""A file whose content is as wanted, and whose rights are not."""

from __future__ import annotations

import os
import stat

import pytest

from deploytasks.agent.disk.digest import digest_of
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.files.file import File


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


def checked(host, content) -> File:
    """A file that a program has to approve of."""
    return File("/srv/rules", content, "0644", host.user, host.group, validate=("grep", "-q", "good", "{}"))


def test_what_a_program_refuses_is_not_put_in_place(host):
    place = host.write("/srv/rules", "good\n")
    with pytest.raises(StepError, match="grep -q good /srv/rules refuses it"):
        put_right(host, checked(host, "evil\n"))
    assert place.read_text() == "good\n"
    assert not list(host.path("/run").glob("deploytasks-validate-*"))


def test_what_a_program_approves_of_is_put_in_place(host):
    put_right(host, checked(host, "as good\n"))
    assert host.path("/srv/rules").read_text() == "as good\n"


def test_an_undo_asks_no_program(host):
    host.write("/srv/rules", "what was there\n")
    file = checked(host, "good\n")
    before = file.inspect(host.machine)
    put_right(host, file)
    file.apply(host.machine, Change(file.inspect(host.machine), before))
    assert host.path("/srv/rules").read_text() == "what was there\n"


def test_bytes_are_a_content(host):
    put_right(host, File("/srv/bytes", b"\x00\xff\n", "0644", host.user, host.group))
    assert host.path("/srv/bytes").read_bytes() == b"\x00\xff\n"


def test_a_program_that_is_not_told_the_file_is_refused():
    with pytest.raises(ValueError, match="visudo -cf {}"):
        File("/etc/sudoers.d/shop", "x", validate=("visudo", "-c"))
