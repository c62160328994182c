"""Cases of the contract (test_contract.py) for parts of text files."""

from __future__ import annotations

from deploytasks.agent.text.block import Block
from deploytasks.agent.text.ini_setting import IniSetting
from deploytasks.agent.text.line import Line
from deploytasks.agent.text.replace import Replace

FILE = "/etc/app.conf"
APPROVED = ("grep", "-q", "debug", "{}")


def in_file(text, resource):
    """A case in which the file says *text*."""

    def make(host):
        host.write(FILE, text, 0o640)
        return resource

    return make


CASES = [
    (Block, in_file("debug = no\n", Block(FILE, "one\ntwo", insertafter="debug", validate=APPROVED))),
    (Block, in_file("# BEGIN x\nold\n# END x\nlast", Block(FILE, "new", marker="# {mark} x"))),
    (Block, in_file("a\n# BEGIN x\nold\n# END x\n", Block(FILE, marker="# {mark} x", state="absent"))),
    (IniSetting, in_file("[web]\r\ndebug = no\r\n", IniSetting(FILE, "web", "debug", "yes"))),
    (IniSetting, in_file("a = 1\n[web]\n", IniSetting(FILE, "mail", "debug", "yes", validate=APPROVED))),
    (IniSetting, in_file("[web]\na = 1\n[mail]\n", IniSetting(FILE, "web", state="absent"))),
    (Line, in_file("debug = no", Line(FILE, "debug = yes", regexp="^debug", validate=APPROVED))),
    (Line, in_file("caf\udce9".encode("utf-8", "surrogateescape").decode("latin-1"), Line(FILE, "x"))),
    (Line, in_file("a\r\nb\r\na\r\n", Line(FILE, "a", state="absent"))),
    (Replace, in_file("a=1\na=2\n", Replace(FILE, r"^a=(\d)$", r"debug=\1", validate=APPROVED))),
]
"""As those of test_contract."""
