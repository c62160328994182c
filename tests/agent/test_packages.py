"""Which packages would come, go, or be of another version."""

from __future__ import annotations

import pytest

from deploytasks.agent.python.packages import in_lock, in_requirements, installed_in, told_apart

UV_LOCK = """
[[package]]
name = "flask"
version = "3.0.3"

[[package]]
name = "jinja2"
version = "3.1.4"
"""


def told(before, after, installed=None, whole=False):
    return list(told_apart(before, after, installed or {}, whole=whole))


def test_what_is_required_is_found_under_one_spelling():
    text = "Flask_Login==0.6.3 --hash=sha256:1 # why\nzope.interface>=7 ; python_version > '3'\n-r other.txt\nDjango\n"
    text += "lib[x] @ file:wheels/lib-1-py3-none-any.whl ; os_name == 'a'  # https://a.org/lib@v1\n"
    assert dict(in_requirements(text)) == {
        "flask-login": "0.6.3",
        "zope-interface": ">=7 ; python_version > '3'",
        "django": "",
        "lib": "https://a.org/lib@v1",
    }
    assert dict(in_lock(UV_LOCK)) == {"flask": "3.0.3", "jinja2": "3.1.4"}


def test_what_is_installed_is_told_by_its_lists(tmp_path):
    room = tmp_path / "lib/python3.11/site-packages"
    for name in ("Flask_Login-0.6.3.dist-info", "jinja2-3.1.4.dist-info", "jinja2", "_virtualenv.py"):
        (room / name).mkdir(parents=True)
    assert installed_in(str(tmp_path)) == {"flask-login": "0.6.3", "jinja2": "3.1.4"}
    assert installed_in(str(tmp_path / "nowhere")) == {}


@pytest.mark.parametrize(
    ("before", "after", "installed", "lines"),
    [
        ({}, {"jinja2": "1.9"}, {"flask": "3.0.3", "jinja2": "2.0"}, ["jinja2 2.0 → 1.9"]),
        ({}, {"jinja2": "2.0"}, {"flask": "3.0.3", "jinja2": "2.0"}, []),
        ({"flask": ">=2"}, {"flask": "3.1"}, {"flask": "3.0.3"}, ["flask 3.0.3 → 3.1"]),
        ({"flask": "3.0.3"}, {"flask": ""}, {"flask": "3.0.3"}, ["flask 3.0.3 → any version"]),
        ({}, {"blinker": "1.9.0"}, {"flask": "3.0.3"}, ["+ blinker 1.9.0"]),
        ({}, {"blinker": ""}, {}, ["+ blinker"]),
        ({"pytest": "8.0"}, {"pytest": "9.0"}, {"flask": "3.0.3"}, ["+ pytest 9.0"]),
        ({"colorama": "0.4"}, {}, {"flask": "3.0.3"}, []),
    ],
    ids=[
        "a downgrade of what another package had brought",
        "what is there already",
        "a pin in the place of a range",
        "a range in the place of a pin",
        "a new one",
        "a new one of any version",
        "one that a marker had kept away",
        "one that was never installed",
    ],
)
def test_what_would_change_is_told_against_what_is_installed(before, after, installed, lines):
    assert told(before, after, installed) == lines


def test_a_removal_is_sure_where_the_list_is_whole():
    assert told({"jinja2": "2.0"}, {}, {"jinja2": "2.0"}, whole=True) == ["- jinja2 2.0"]
    assert told({"jinja2": "2.0"}, {}, {"jinja2": "2.0"}) == [
        "- jinja2 2.0 (required no more; it stays where another package needs it)"
    ]
