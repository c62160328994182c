"""What is shown of an app's log is of the start that failed."""

from __future__ import annotations

from deploytasks.agent.services.journal import entries
from deploytasks.agent.services.last_words import last_words

UNIT = "shop@1.service"
OLD_TRACEBACK = """\
aaaa: Traceback (most recent call last):
aaaa:   File "/srv/shop/releases/1/code/app.py", line 1
aaaa: ImportError: of yesterday
"""


def log(host, text, started=""):
    (host.home / "journal").write_text(text)
    if started:
        host.write("/run/started/" + UNIT, started)


def test_words_of_an_earlier_start_do_not_count(host):
    log(host, OLD_TRACEBACK + "bbbb: nothing to do\nbbbb: bye\n", "InvocationID=bbbb\nNRestarts=0\n")
    assert last_words(host.machine, UNIT) == "nothing to do\nbye"


def test_a_start_that_said_nothing_has_no_words(host):
    log(host, OLD_TRACEBACK, "InvocationID=bbbb\nNRestarts=0\n")
    assert last_words(host.machine, UNIT, crashed=True) == ""


def test_of_one_that_crashed_and_was_started_again_the_crash_counts(host):
    log(host, OLD_TRACEBACK + "bbbb: Killed\ncccc: hello\n", "InvocationID=cccc\nNRestarts=1\n")
    assert last_words(host.machine, UNIT, crashed=True) == "Killed\nhello"
    assert last_words(host.machine, UNIT) == "hello"


def test_one_that_is_being_started_again_has_said_nothing_yet(host):
    log(host, OLD_TRACEBACK + "bbbb: Killed\n", "InvocationID=cccc\nNRestarts=4\n")
    assert last_words(host.machine, UNIT, crashed=True) == "Killed"


def test_of_a_unit_that_systemd_has_forgotten_the_last_start_counts(host):
    log(host, OLD_TRACEBACK + "bbbb: bye\n")
    assert last_words(host.machine, UNIT) == "bye"


def test_lines_that_do_not_say_which_start_they_are_of_count(host):
    log(host, 'it said "no" \\ and left\n', "InvocationID=bbbb\nNRestarts=0\n")
    assert last_words(host.machine, UNIT) == 'it said "no" \\ and left'


CHAIN = """\
Traceback (most recent call last):
  File "/srv/shop/releases/1/code/app.py", line 2, in <module>
    from frozen import VERSION
ModuleNotFoundError: No module named 'frozen'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/shop/releases/1/venv/lib/python3/site-packages/server.py", line 9, in load
    import app
  File "/srv/shop/releases/1/code/app.py", line 4, in <module>
    VERSION = run(["git", "describe"])
FileNotFoundError: [Errno 2] No such file or directory: 'git'
"""


def test_of_exceptions_that_came_of_each_other_the_last_is_shown_first(host):
    log(host, CHAIN)
    assert last_words(host.machine, UNIT).splitlines() == [
        "Traceback (most recent call last):",
        "  ...",
        '  File "/srv/shop/releases/1/code/app.py", line 4, in <module>',
        '    VERSION = run(["git", "describe"])',
        "FileNotFoundError: [Errno 2] No such file or directory: 'git'",
        "(while it handled: ModuleNotFoundError: No module named 'frozen')",
    ]


def test_words_may_have_all_that_python_takes_for_the_end_of_a_line(host):
    log(host, "bbbb: one\u2028two\x85three\n", "InvocationID=bbbb\nNRestarts=0\n")
    assert last_words(host.machine, UNIT) == "one\u2028two\x85three"


def test_an_entry_that_was_cut_is_none(host):
    log(host, "bbbb: whole\nbbbb: cu", "InvocationID=bbbb\nNRestarts=0\n")
    assert last_words(host.machine, UNIT) == "whole"
    (host.home / "entries").write_text('{"MESSAGE": "whole"}\n{"MESS')
    machine = host.machine
    following = entries(machine, (), "--follow")
    assert next(following) == {"MESSAGE": "whole"}
    machine.stop.set()
    assert list(following) == []
