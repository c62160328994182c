"""Edits of text files: what stays, what is refused, and what is told."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.text.block import Block
from deploytasks.agent.text.ini_setting import IniSetting
from deploytasks.agent.text.line import Line
from deploytasks.agent.text.replace import Replace

FILE = "/srv/x.conf"


def made_so(host, resource) -> None:
    resource.apply(host.machine, Change(resource.inspect(host.machine), resource.desired()))


def test_it_is_told_which_lines_go_and_which_come(host):
    host.write(FILE, "a\nPort 22\nz\n")
    line = Line(FILE, "Port 2222", regexp="^Port")
    assert line.inspect(host.machine)["edits"] == ["-Port 22", "+Port 2222"]


def test_bytes_that_are_no_text_and_other_ends_of_lines_stay(host):
    host.write(FILE, "")
    host.path(FILE).write_bytes(b"caf\xe9\r\nlast")
    made_so(host, Line(FILE, "new"))
    assert host.path(FILE).read_bytes() == b"caf\xe9\r\nlast\nnew\n"


def test_a_file_that_is_not_there_is_not_made_unasked(host):
    with pytest.raises(StepError, match=r"there is no /srv/x.conf; a step before this one makes it"):
        made_so(host, Replace(FILE, "a", "b"))


def test_what_is_no_file_is_not_edited(host):
    host.link(FILE, "/etc/passwd")
    with pytest.raises(StepError, match="is no regular file"):
        made_so(host, Line(FILE, "x", create=True))
    assert host.path(FILE).is_symlink()


def test_what_a_program_refuses_leaves_the_file(host):
    host.write(FILE, "good\n")
    with pytest.raises(StepError, match="grep -q good /srv/x.conf refuses it"):
        made_so(host, Replace(FILE, "good", "evil", validate=("grep", "-q", "good", "{}")))
    assert host.path(FILE).read_text() == "good\n"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Line(FILE, "a\nb"), "expected one line"),
        (lambda: Line(FILE, "a", regexp="("), "no regular expression"),
        (lambda: Line(FILE, "a", regexp="a", search_string="b"), "expected one of them"),
        (lambda: Line(FILE, "a", insertafter="a", insertbefore="b"), "expected one of them"),
        (lambda: Line(FILE, r"\1", regexp="a", backrefs=True), "does not go with the groups"),
        (lambda: Line(FILE, "a", backrefs=True), "want a regexp"),
        (lambda: Line(FILE, state="absent"), "wants line, regexp or search_string"),
        (lambda: Line(FILE, "a", state="gone"), "expected one of present, absent"),
        (lambda: Line(FILE, "a", validate=("true",)), "validate wants {}"),
        (lambda: Block(FILE, "a", marker="# x"), "tells begin from end"),
        (lambda: Block(FILE, "a\n# END managed by deploytasks"), "a mark of its own"),
        (lambda: Replace(FILE, "(a)", r"\2"), "does not go with the groups"),
        (lambda: Replace(FILE, "a", after="["), "no regular expression"),
        (lambda: IniSetting(FILE, "web"), "wants an option"),
        (lambda: IniSetting(FILE, "web", "a", "b\nc"), "expected one line"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(make, said):
    with pytest.raises(ValueError, match=said):
        make()
