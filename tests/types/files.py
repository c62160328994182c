"""Cases of files and of parts of text files."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from deploytasks.resources import (
    Absent,
    Block,
    Directory,
    File,
    IniSetting,
    Line,
    Replace,
    Symlink,
)
from tests.types.case import SEEN, Case, path_of

CONF = "# a remark\nPort 22\n#PermitRootLogin yes\nPermitRootLogin no\nMatch all\n  X11 no\n"
INI = "top = 1\n[web]\nhost = a\n# port = 80\n\n[mail]\nhost = b\nhost = c\n"
UNENDED = "one\ntwo"
WINDOWS = "one\r\ntwo\r\n"
LATIN = r"caf\351 = 1\n"
MARKED = "a\n# BEGIN x\nold\n# END x\nz\n"
MARK = "# {mark} x"
HELD = "it may be somebody's data: recursive=True says that it is not"
THEIRS = {"target": "src"}
IS_THERE = "a link or a directory in the place of a file is moved by people, not by us"

KEPT_END = "a line that is as wanted keeps its own end; Ansible gives it one of unix"
NO_BLANK = "Ansible begins such a file with an empty line"


def edited(type_: Any, module: str, name: str, text: str | None, differs: str = "", **args: Any) -> Case:
    """A case of a file that says *text*, or is not there; what is asked of both has the same words."""
    path = path_of(f"{type_.__name__} {name}")
    before = f"printf %b {shlex.quote(escaped(text))} > {path}; chmod 640 {path}; chown daemon:mail {path}"
    start = before if text is not None else "true"
    asked = SEEN.format(path=path)
    return Case(name, type_(path, **ours_of(args)), module, {"path": path, **args}, start, asked, differs)


def ours_of(args: dict[str, Any]) -> dict[str, Any]:
    """*args* as we have them: a program is in words, and the file in it is ``{}``."""
    return {
        key: tuple(value.replace("%s", "{}").split()) if key == "validate" else value
        for key, value in args.items()
    }


def escaped(text: str | None) -> str:
    """*text* for ``printf %b``; what is written with a backslash already stays so."""
    return (text or "").replace("\r", "\\r").replace("\n", "\\n")


def line(name: str, text: str | None, differs: str = "", **args: Any) -> Case:
    return edited(Line, "ansible.builtin.lineinfile", name, text, differs, **args)


def block(name: str, text: str | None, **args: Any) -> Case:
    return edited(Block, "ansible.builtin.blockinfile", name, text, **{"marker": MARK, **args})


def replace(name: str, text: str | None, **args: Any) -> Case:
    return edited(Replace, "ansible.builtin.replace", name, text, **args)


def setting(name: str, text: str | None, differs: str = "", **args: Any) -> Case:
    return edited(IniSetting, "community.general.ini_file", name, text, differs, **args)


def lines() -> Iterator[Case]:
    yield line("added at the end", CONF, line="UseDNS no")
    yield line("there already", CONF, line="Port 22")
    yield line("to a last line without an end", UNENDED, line="three")
    yield line("is the last line without an end", UNENDED, KEPT_END, line="two")
    yield line("in the place of a match", CONF, line="Port 2222", regexp="^#?Port ")
    yield line("of several matches the last", CONF, line="PermitRootLogin yes", regexp="PermitRootLogin")
    yield line("the first", CONF, line="PermitRootLogin x", regexp="PermitRootLogin", firstmatch=True)
    yield line("no match, added", CONF, line="UseDNS no", regexp="^#?UseDNS")
    yield line("no match, there", CONF, line="Port 22", regexp="^Nothing")
    yield line("match as wanted", CONF, line="Port 22", regexp="^Port")
    yield line("after a match", CONF, line="UseDNS no", insertafter="^Port")
    yield line("after no match", CONF, line="UseDNS no", insertafter="^Nothing")
    yield line("before a match", CONF, line="UseDNS no", insertbefore="^Match")
    yield line("before no match", CONF, line="UseDNS no", insertbefore="^Nothing")
    yield line("before the first", CONF, line="x", insertbefore="PermitRoot", firstmatch=True)
    yield line("after the last", CONF, line="x", insertafter="PermitRoot")
    yield line("at the beginning", CONF, line="# ours", insertbefore="BOF")
    yield line("match wins over place", CONF, line="Port 1", regexp="^Port", insertbefore="BOF")
    yield line("text in place of an expression", CONF, line="  X11 yes", search_string="X11")
    yield line("references", CONF, line=r"\1 2222", regexp=r"^(Port) \d+$", backrefs=True)
    yield line("references without a match", CONF, line=r"\1 1", regexp=r"^(Nothing)$", backrefs=True)
    yield line("absent", CONF, line="Port 22", state="absent")
    yield line("absent by expression", CONF, regexp="PermitRootLogin", state="absent")
    yield line("absent by text", CONF, search_string="Root", state="absent")
    yield line("absent, not there", CONF, line="Nothing", state="absent")
    yield line("absent, no file", None, line="Nothing", state="absent")
    yield line("no file, made", None, line="x", create=True)
    yield line("ends of Windows", WINDOWS, KEPT_END, line="one", regexp="^one")
    yield line("not UTF-8", LATIN, line="x = 2")
    yield line("empty file", "", line="x")
    yield line("approved", CONF, line="x", validate="grep -q x %s")


def blocks() -> Iterator[Case]:
    yield block("added at the end", "a\nb\n", block="one\ntwo")
    yield block("to a last line without an end", UNENDED, block="three")
    yield block("another content", MARKED, block="new\nand more")
    yield block("the same content", MARKED, block="old")
    yield block("the same with an end of line", MARKED, block="old\n")
    yield block("after a match", CONF, block="x", insertafter="^Port")
    yield block("before a match", CONF, block="x", insertbefore="^Port")
    yield block("before the last of several", CONF, block="x", insertbefore="PermitRoot")
    yield block("after no match", CONF, block="x", insertafter="^Nothing")
    yield block("at the beginning", CONF, block="x", insertbefore="BOF")
    yield block("absent", MARKED, state="absent")
    yield block("absent, not there", CONF, state="absent")
    yield block("empty", MARKED, block="")
    yield block("no file, made", None, block="x", create=True)
    yield block("empty file", "", block="x")
    yield block("a mark alone", "a\n# BEGIN x\nb\n", block="x")
    yield block("marks the wrong way round", "# END x\nb\n# BEGIN x\nc\n", block="x")
    yield block("other words", "a\n", block="x", marker_begin="FROM", marker_end="TO")
    yield block("blank lines in it", "a\n", block="x\n\ny")


def replaces() -> Iterator[Case]:
    yield replace("all matches", "a=1\na=2\n", regexp="a=", replace="b=")
    yield replace("no match", "a=1\n", regexp="x", replace="b")
    yield replace("references", "a=1\nb=2\n", regexp=r"^(\w)=(\d)$", replace=r"\2=\1")
    yield replace("to nothing", CONF, regexp=r"^#.*\n")
    yield replace("after", CONF, regexp="no", replace="yes", after="Match")
    yield replace("before", CONF, regexp="2", replace="3", before="Match")
    yield replace("between", CONF, regexp="o", replace="0", after="Port", before="Match")
    yield replace("after what is not there", CONF, regexp="no", replace="yes", after="Nothing")
    yield replace("across lines", CONF, regexp=r"22\n#", replace="23\n")
    yield replace("ends of Windows", WINDOWS, regexp="two", replace="2")
    yield replace("not UTF-8", LATIN, regexp="= 1", replace="= 2")
    yield replace("as it is", "a\n", regexp="a", replace="a")


def settings() -> Iterator[Case]:
    yield setting("changed", INI, section="web", option="host", value="z")
    yield setting("as wanted", INI, section="web", option="host", value="a")
    yield setting("added to a section", INI, section="web", option="name", value="n")
    yield setting("a remark becomes one", INI, section="web", option="port", value="8080")
    yield setting("a new section", INI, section="new", option="a", value="b")
    yield setting("several of one name", INI, section="mail", option="host", value="x")
    yield setting("without spaces", INI, section="web", option="name", value="n", no_extra_spaces=True)
    yield setting("before all sections", INI, section="", option="top", value="2")
    yield setting("new before all sections", INI, section="", option="more", value="2")
    yield setting("absent", INI, section="web", option="host", state="absent")
    yield setting("absent, not there", INI, section="web", option="none", state="absent")
    yield setting("a section absent", INI, section="web", state="absent")
    yield setting("no file", None, NO_BLANK, section="web", option="a", value="b")
    yield setting("empty file", "", NO_BLANK, section="web", option="a", value="b")
    yield setting("last line without an end", "[a]\nb = 1", section="a", option="c", value="2")
    yield setting("a value with marks", INI, section="web", option="host", value="a;b #c = d")


def file(name: str, before: str = "true", differs: str = "", **args: Any) -> Case:
    path = path_of(f"File {name}")
    rights = {"mode": "0644", "owner": "root", "group": "root", **args}
    start = before.replace("PATH", path)
    theirs = {"dest": path, **rights}
    return Case(
        name,
        File(path, **ours_of(rights)),
        "ansible.builtin.copy",
        theirs,
        start,
        SEEN.format(path=path),
        differs,
    )


def entry(type_: Any, state: str, name: str, before: str, differs: str = "", **args: Any) -> Case:
    """A case of a name in the file system; a *target* is Ansible's *src*."""
    path = path_of(f"{type_.__name__} {name}")
    theirs = {"path": path, "state": state, **{THEIRS.get(key, key): args[key] for key in args}}
    theirs.pop("recursive", None)
    start = before.replace("PATH", path)
    ours = type_(path, **args)
    return Case(name, ours, "ansible.builtin.file", theirs, start, SEEN.format(path=path), differs)


def files() -> Iterator[Case]:
    yield file("new", content="a\nb")
    yield file("another content", "echo old > PATH", content="new\n")
    yield file("as wanted", "printf x > PATH; chmod 644 PATH", content="x")
    yield file("another mode", "printf x > PATH; chmod 600 PATH", content="x", mode="0640")
    yield file("another owner", "printf x > PATH", content="x", owner="daemon", group="mail")
    yield file("a mode that runs as its owner", content="x", mode="4755")
    yield file("empty", "echo x > PATH", content="")
    yield file("characters beyond ASCII", content="é → ü\n")
    yield file("ends of Windows", content="a\r\nb\r\n")
    yield file("approved", content="x\n", validate="grep -q x %s")
    yield file("a directory in its place", "mkdir PATH", IS_THERE, content="x")


def directory(name: str, before: str, **args: Any) -> Case:
    rights = {"mode": "0755", "owner": "root", "group": "root", **args}
    return entry(Directory, "directory", name, before, **rights)


def entries() -> Iterator[Case]:
    yield directory("new", "true")
    yield directory("another mode", "mkdir -m 700 PATH", mode="0750")
    yield directory("another owner", "mkdir PATH", owner="daemon", group="mail")
    yield directory("as wanted", "mkdir -m 755 PATH")
    yield directory("with something in it", "mkdir -m 700 PATH; touch PATH/x")
    yield directory("sticky", "true", mode="1777")
    yield directory("group's", "true", mode="2775", group="mail")
    yield entry(Symlink, "link", "new", "true", target="/etc/hosts")
    yield entry(Symlink, "link", "elsewhere", "ln -s /etc/passwd PATH", target="/etc/hosts")
    yield entry(Symlink, "link", "as wanted", "ln -s /etc/hosts PATH", target="/etc/hosts")
    yield entry(Symlink, "link", "relative", "true", target="../../etc/hosts")
    yield entry(
        Symlink,
        "link",
        "to nothing",
        "true",
        target="/nowhere",
        differs="Ansible wants force: true for a link to what is not there yet; a release's is made before",
    )
    yield entry(Absent, "absent", "a file", "touch PATH")
    yield entry(Absent, "absent", "a link", "ln -s /etc/hosts PATH")
    yield entry(Absent, "absent", "an empty directory", "mkdir PATH")
    yield entry(Absent, "absent", "nothing there", "true")
    yield entry(Absent, "absent", "recursive", "mkdir -p PATH/a/b; touch PATH/a/x", recursive=True)
    yield entry(Absent, "absent", "recursive, links within", "mkdir PATH; ln -s /etc PATH/l", recursive=True)
    yield entry(Absent, "absent", "a directory that holds something", "mkdir PATH; touch PATH/x", HELD)


def cases() -> Iterator[Case]:
    """All of them."""
    for each in (lines, blocks, replaces, settings, files, entries):
        yield from each()
