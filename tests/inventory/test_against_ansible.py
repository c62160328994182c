"""ansible-inventory is the judge: we answer as it does, or refuse, with the line, what it misreads."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import Inventory
from tests.inventory.judge import asked

AGREED: dict[str, str | dict[str, str]] = {
    "ungrouped hosts": "h1\nh2\n[web]\nh3\n",
    "a host that gets a group later": "h1\nh2\n[web]\nh1\n",
    "a host in two groups": "[web]\nh1 a=1\n[db]\nh1 b=2\n",
    "numeric ranges": "[web]\nw[1:3]\nx[01:10:3].example.com\ny[:2]\n",
    "letter ranges": "[web]\nw[a:c]\nv[x:z:2]\n",
    "two ranges in one name": "r[1:2]-[a:b]\n",
    "range of addresses": "10.0.[0:1].[1:2]\n",
    "leading zeros only in the end": "w[1:03]\n",
    "ports": "h1:2222\nh[2:3]:22 a=1\n[h4]:23\n",
    "port again as a variable": "h1:22 ansible_port=2222\n",
    "IPv6": "::1\n2001:db8::1\n[2001:db8::2]:2222\n2001:db8::[3:4]\n",
    "numbers": "h1 a=1 b=1.5 c=-2 d=+3 e=1_000 f=0x10 g=1e3 h=.5 i=1.\n",
    "what stays text": "h1 a=0644 b=010 c=yes d=false e=true f=a:b g=1,2,x h=- i=~\n",
    "truth and nothing": "h1 a=True b=False c=None\n",
    "one pair of quotes on a host line is the shell's": "h1 a='1' b=\"1\" c='x y' d=\"it's\"\n",
    "two pairs of quotes on a host line": "h1 a=\"'1'\" b='\"1\"' c=\"'3.10'\"\n",
    "lists and mappings on a host line": "h1 a='[1, \"x\"]' b=\"{'k': [1, None]}\" c='(1, 2)' d=[1,2]\n",
    "broken literals stay text": "h1 a='[1, 2' b=\"{k: v}\" c='{{ x }}' d='a b c'\n",
    "odd literals": "h1 a=... b=1j c='{1}' d=\"'a' 'b'\" e=r'x'\n",
    "backslashes": "h1 a=a\\ b b=\"a\\\\b\" c='\\d' d=\"'\\x41'\"\n",
    "empty values": "h1 a= b='' c=\"''\"\n[all:vars]\nd=\ne=''\n",
    "equals signs in values": "h1 a=b=c\n[all:vars]\nd = e = f\n",
    "group variables are typed": "h1\n[all:vars]\na=[1, 2]\nb=1.5\nc='1'\nd=\"x\"\ne = 0644\nf={'k': 'v'}\n",
    "hashes in group variables": "[w]\nh1\n[w:vars]\na=a#b\nb=a # b\nc=5 # five\nd='x' # y\n",
    "comments": "# c\n; c\nh1 # c\nh2 a=1 # c # d\n  # c\n[web] # c\nh1\n[all:children] # c\nweb # c\n",
    "blank lines, tabs and carriage returns": "\r\n[web]\r\n\th1\ta=1\t b=2  \r\n\r\n[web:vars]\r\n c = 3",
    "no newline at the end": "[web]\nh1 a=1",
    "quoted hash": 'h1 a="a#b" b="a # b" c=\'#\'\n',
    "children": "[prod:children]\nweb\ndb\n[web]\nh1\n[db]\nh2\n[prod:vars]\na=1\n",
    "children declared before and after": "[web]\nh1\n[a:children]\ndb\nweb\n[db]\nh2\n[b:children]\na\n",
    "child over parent": "[p:children]\nc\n[c]\nh1\n[c:vars]\na=child\n[p:vars]\na=parent\nb=parent\n",
    "host over group over all": "[w]\nh1 a=host\n[w:vars]\na=w\nb=w\n[all:vars]\na=all\nb=all\nc=all\n",
    "same depth, later name wins": "[b]\nh1\n[a]\nh1\n[b:vars]\nx=b\n[a:vars]\nx=a\n",
    "priority beats the name": "[b]\nh1\n[a]\nh1\n[b:vars]\nx=b\n[a:vars]\nx=a\nansible_group_priority=10\n",
    "depth beats priority": (
        "[p:children]\nc\n[c]\nh1\n[c:vars]\nx=child\n[p:vars]\nx=parent\nansible_group_priority=99\n"
    ),
    "the longest way counts as depth": (
        "[a:children]\nb\nz\n[b:children]\nz\n[z]\nh1\n[y]\nh1\n[z:vars]\nx=z\n[y:vars]\nx=y\n[b:vars]\nx=b\n"
    ),
    "diamond": "[t:children]\nl\nr\n[l:children]\nw\n[r:children]\nw\n[w]\nh\n[l:vars]\nx=l\n[r:vars]\nx=r",
    "variables before their group": "[w:vars]\na=1\n[x]\nh2\n[w]\nh1\n",
    "sections opened twice": "[w]\nh1\n[x]\nh2\n[w]\nh3\n[w:vars]\na=1\n[w:vars]\na=2\n",
    "host listed twice": "[w]\nh1 a=1 b=1\nh1 a=2\n",
    "key twice on one line": "h1 a=1 a=2\n",
    "hosts in all": "[all]\nh1\nh2\n[w]\nh2\n",
    "variables of ungrouped": "h1\n[ungrouped:vars]\na=1\n[w]\nh2\n",
    "children of all": "[w]\nh1\n[all:children]\nw\nx\n[x]\nh2\n",
    "a host called as its group": "[web]\nweb a=1\n",
    "empty groups vanish": "[w]\n[x]\nh1\n[y:children]\nw\n",
    "names with dashes and dots": "[web-1]\nh-1.a_b.example\n[v1.2:children]\nweb-1\n",
    "names in other alphabets": "[büro]\nhöst1 a=ü\n",
    "numbers as names": "[10]\n1\n2\n",
    "localhost": "localhost ansible_connection=local\n127.0.0.1\n",
    "connection variables": (
        "h1 ansible_host=10.0.0.1 ansible_port=2222 ansible_user=deploy ansible_become=yes\n"
        "[all:vars]\nansible_ssh_common_args='-o ProxyJump=bastion -o StrictHostKeyChecking=accept-new'\n"
        "ansible_python_interpreter=/usr/bin/python3\nansible_timeout=5\n"
    ),
    "the example": Path(__file__).parents[2].joinpath("inventory.example.ini").read_text(),
    "proxy command": "h1 ansible_ssh_common_args='-o ProxyCommand=\"ssh -W %h:%p bastion\"'\n",
    "group_vars": {
        "inventory.ini": "[web]\nh1\n[web:vars]\na=ini\nb=ini\n",
        "group_vars/web.yml": "a: file\nc: [1, 2.5, yes, ~, 'x']\nd: {e: 010}\n",
        "group_vars/all.yml": "e: all\nc: all\n",
    },
    "group_vars of parent and child": {
        "inventory.ini": "[p:children]\nc\n[c]\nh1\n",
        "group_vars/p.yml": "a: parent\nb: parent\n",
        "group_vars/c.yaml": "a: child\n",
        "group_vars/ungrouped.yml": "a: ungrouped\n",
    },
    "host_vars": {
        "inventory.ini": "[web]\nh1.example.com a=ini b=ini\n",
        "host_vars/h1.example.com.yml": "a: file\n",
        "group_vars/web.yml": "a: group\nb: group\n",
    },
    "group_vars directory": {
        "inventory.ini": "[web]\nh1\n",
        "group_vars/web/b.yml": "a: b\nb: b\n",
        "group_vars/web/a.yml": "a: a\nc: a\n",
        "group_vars/web/deeper/z": "a: z\n",
        "group_vars/web/.hidden.yml": "h: 1\n",
        "group_vars/web/backup.yml~": "h: 2\n",
        "group_vars/web/notes.txt": "h: 3\n",
    },
    "group_vars without a suffix": {"inventory.ini": "[web]\nh1\n", "group_vars/web": "a: 1\n"},
    "json": {
        "inventory.ini": "[web]\nh1\n",
        "group_vars/web.json": '{"a": {"b": [1, null, true]}, "c": "x"}',
    },
    "empty variable files": {
        "inventory.ini": "[web]\nh1\n",
        "group_vars/web.yml": "",
        "host_vars/h1.yml": "---\n# nothing\n",
    },
    "yaml anchors and merges": {
        "inventory.ini": "h1\n",
        "host_vars/h1.yml": (
            "base: &base {a: 1, b: 2}\nmore:\n  <<: *base\n  b: 3\nlist: [*base, *base]\ntext: |\n  x\n  y\n"
        ),
    },
    "yaml 1.1 words": {
        "inventory.ini": "h1\n",
        "host_vars/h1.yml": "a: yes\nb: off\nc: 'no'\nd: 0o17\ne: 1_000\nf: .5\ng: null\n",
    },
}

STRICTER: dict[str, tuple[str | dict[str, str], str]] = {
    "port out of range": ("h1:99999\n", 'inventory.ini:1: port: "99999"; expected a number from 1 to 65535'),
    "port zero": ("h1:0\n", 'inventory.ini:1: port: "0"'),
    "port that is a word": ("a\nh1:ssh\n", 'inventory.ini:2: port: "ssh"'),
    "port variable": ("h1 ansible_port=22.5\n", 'inventory.ini:1: ansible_port: port: "22.5"'),
    "port given later": ("h1\n[w]\nh1:22\n", 'inventory.ini:3: host "h1" has no port since inventory.ini:1'),
    "hosts with a comma": ("h1,h2\n", "inventory.ini:1: invalid character ',' in host name"),
    "host with a semicolon": ("h1;id\n", "inventory.ini:1: invalid character ';' in host name"),
    "host that is an option": (
        "-oProxyCommand=id\n",
        'inventory.ini:1: host name "-oProxyCommand=id" may not',
    ),
    "address that is an option": (
        "h1 ansible_host=-oX\n",
        'inventory.ini:1: ansible_host: "-oX"; may not start',
    ),
    "backward range": ("h0\nw[3:1]\n", "inventory.ini:2: range [3:1] is empty"),
    "negative range": ("w[-1:1]\n", "inventory.ini:1: range [-1:1]: expected [begin:end]"),
    "version read as a number": (
        "h1 python=3.10\n",
        "inventory.ini:1: python: 3.10 would be read as the number 3.1; quote it, or drop the 0"
        " (on a host line: python=\"'3.10'\")",
    ),
    "version in group variables": ("h1\n[all:vars]\nv=1.10\n", "inventory.ini:3: v: 1.10 would be read as"),
    "hash cut off": (
        "h1 pw=a#b\n",
        'inventory.ini:1: pw=…: "#" behind it starts a comment; quote the value',
    ),
    "set without an order": ("h1 a={1,2}\n", "inventory.ini:1: a: {…} is a set"),
    "keys that are no text": ("h1 a={1:2}\n", "inventory.ini:1: a: the key 1 is read as a int, not as text"),
    "infinity": ("h1 a=1e999\n", "inventory.ini:1: a: inf is no finite number"),
    "bytes": ("h1 a=\"b'x'\"\n", "inventory.ini:1: a: b'x' is read as a bytes"),
    "variable name": ("h1 my-var=1\n", 'inventory.ini:1: variable name "my-var"'),
    "reserved variable": ("h1 group_names=1\n", 'inventory.ini:1: variable name "group_names" is reserved'),
    "no hosts": ("[web]\n", "inventory.ini: has no hosts"),
    "empty file": ("", "inventory.ini: has no hosts"),
    "host called like another group": (
        "[web]\nh1\n[db]\nweb a=1\n",
        'inventory.ini:4: host "web" has the name of a group',
    ),
    "group name out of the directory": ("[../x]\nh1\n", 'inventory.ini:1: group name "../x"'),
    "priority of a host": (
        "h1 ansible_group_priority=2\n",
        "inventory.ini:1: ansible_group_priority has no effect",
    ),
    "misspelt connection key": (
        "h1 ansible_prot=22\n",
        'inventory.ini:1: ansible_prot: unknown connection variable; did you mean "ansible_port"?',
    ),
    "connection that we have not": (
        "h1 ansible_connection=rsh\n",
        'inventory.ini:1: ansible_connection: "rsh"',
    ),
    "same machine twice": (
        "h1 ansible_host=10.0.0.1\nh2 ansible_host=10.0.0.1\n",
        'inventory.ini:2: host "h2" is the same machine as "h1" at inventory.ini:1: 10.0.0.1, port 22',
    ),
    "user that is a command": ("h1 ansible_user='root;id'\n", 'inventory.ini:1: ansible_user: "root;id"'),
    "ssh option": (
        "h1 ansible_ssh_common_args='-o ProxyCmmand=id'\n",
        "inventory.ini:1: ansible_ssh_common_args: -o ProxyCmmand is not honoured",
    ),
    "two files for one group": (
        {"inventory.ini": "[web]\nh1\n", "group_vars/web.yml": "a: 1\n", "group_vars/web.json": "{}"},
        "group_vars/web.json: group_vars/web.yml is there too",
    ),
    "yaml key twice": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "a: 1\nb: 2\na: 3\n"},
        'host_vars/h1.yml:3: key "a" is there twice',
    ),
    "yaml key twice, deeper": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "a:\n  - b: 1\n    c: 2\n    b: 3\n"},
        'host_vars/h1.yml:4: key "b" is there twice',
    ),
    "yaml date": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "a: 1\nb: 2026-11-21\n"},
        "host_vars/h1.yml:2: 2026-11-21 is read as a date; quote it",
    ),
    "yaml base 60": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "ports:\n  - 22:22\n"},
        'host_vars/h1.yml:2: "22:22" would be read as a number of base 60',
    ),
    "yaml nan": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "a: .nan\n"},
        "host_vars/h1.yml:1: nan is no finite number",
    ),
    "yaml key that is a truth value": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "a:\n  on: push\n"},
        'host_vars/h1.yml:2: the key "on" is read as bool, not as text',
    ),
    "json key twice": (
        {"inventory.ini": "h1\n", "host_vars/h1.json": '{"a": 1,\n "b": 2,\n "a": 3}'},
        'host_vars/h1.json:3: key "a" is there twice',
    ),
}

BOTH_REFUSE: dict[str, tuple[str | dict[str, str], str]] = {
    "word without equals": ("h1\nh2 x\n", 'inventory.ini:2: "x": expected key=value'),
    "semicolon after a host": ("h1 ; x\n", 'inventory.ini:1: ";": expected key=value'),
    "group variable without equals": ("h1\n[all:vars]\nx\n", "inventory.ini:3: expected key=value"),
    "unknown child": (
        "[prod:children]\nwbe\n[web]\nh1\n",
        'inventory.ini:2: group "prod" lists unknown child "wbe"; did you mean "web"?',
    ),
    "variables of an unknown group": (
        "[web]\nh1\n[wbe:vars]\na=1\n",
        'inventory.ini:3: [wbe:vars] for unknown group "wbe"; did you mean "web"?',
    ),
    "unknown kind of section": (
        "h1\n[web:childern]\n",
        'inventory.ini:2: section [web:childern]: unknown kind "childern"; expected children or vars; '
        'did you mean "children"?',
    ),
    "blank in a section": ("h1\n[web prod]\n", 'inventory.ini:2: section "[web prod]": expected [group]'),
    "empty section": ("[]\nh1\n", 'inventory.ini:1: section "[]"'),
    "open quote": ("h1 a='x\n", "inventory.ini:1: host line: no closing quotation"),
    "loop": (
        "[a:children]\nb\n[b:children]\na\n",
        'inventory.ini:4: group "b" would contain itself through "a"',
    ),
    "its own child": ("[a]\nh1\n[a:children]\na\n", 'inventory.ini:4: group "a" would contain itself'),
    "long loop": (
        "[a:children]\nb\n[b:children]\nc\n[c:children]\na\n",
        'inventory.ini:6: group "c" would contain itself through "a"',
    ),
    "all as a child": ("[a:children]\nall\n", 'inventory.ini:2: group "a" cannot have the child "all"'),
    "two names in one line of children": (
        "[a:children]\nb c\n[b]\nh1\n[c]\n",
        'inventory.ini:2: "b c": expected one group name',
    ),
    "range of unequal width": ("w[01:3]\n", "inventory.ini:1: range [01:3]"),
    "range without an end": ("w[1:]\n", "inventory.ini:1: range [1:]: expected [begin:end]"),
    "range with step 0": ("w[1:3:0]\n", "inventory.ini:1: range [1:3:0]: step 0"),
    "IPv6 address in brackets, alone": ("[2001:db8::1]\n", "inventory.ini:1: section"),
    "name that ends in a colon": ("h1:\n", 'inventory.ini:1: port: ""'),
    "yaml instead of ini": ("---\nall:\n", 'inventory.ini:1: host name "---"'),
    "empty host name": ('"" a=1\n', 'inventory.ini:1: host name ""'),
    "literal that cannot be": (
        "h1 a={{1}}\n",
        'inventory.ini:1: a: "{{1}}" looks like a literal and is none',
    ),
    "priority that is a word": (
        "[w]\nh1\n[w:vars]\nansible_group_priority=high\n",
        'inventory.ini:4: ansible_group_priority: "high"; expected a whole number',
    ),
    "yaml syntax": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "a: 1\nb: [1\n"},
        "host_vars/h1.yml:3: no YAML: expected ',' or ']'",
    ),
    "yaml with a tab": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "a:\n\tb: 1\n"},
        "host_vars/h1.yml:2: no YAML: found character '\\t'",
    ),
    "yaml object": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "a: !!python/object/apply:os.system ['id']\n"},
        'host_vars/h1.yml:1: tag "tag:yaml.org,2002:python/object/apply:os.system" is not allowed',
    ),
    "yaml list at the top": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "# c\n- a\n"},
        "host_vars/h1.yml:2: holds no mapping",
    ),
    "vault": (
        {"inventory.ini": "h1\n", "host_vars/h1.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n"},
        "host_vars/h1.yml:1: damaged vault text: a part is missing",
    ),
}

PATTERNS = (
    "all", "*", "web", "db", "w1", "w1,db", "web:db", "web:&prod", "web:!w2", "web:&prod:!w1", "!db", "&prod",
    "w*", "~w[12]$", "~^d", "web[0]", "web[-1]", "web[1:2]", "web[1:]", "prod", "w1:w2", "w?",
    "web,&prod,!w1",
    "2001:db8::1", "ungrouped", "*.example.com", "d1.example.com", "all:!web", "web[0:1]:db", "!web:db",
)  # fmt: skip

PATTERN_INVENTORY = """
2001:db8::1
[web]
w[1:3]
[db]
d1.example.com
w4
[prod:children]
db
[prod]
w1
w2
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """What Ansible says about every case of this file, asked in one go."""
    home = tmp_path_factory.mktemp("oracle")
    questions: dict[str, dict] = {}
    for name, files in _all_cases():
        questions[name] = _question(_written(home / str(len(questions)), files))
    hosts = _written(home / "patterns", PATTERN_INVENTORY)
    questions |= {f"pattern {pattern}": _question(hosts, "--limit", pattern) for pattern in PATTERNS}
    return dict(zip(questions, asked(home, list(questions.values()), forms="ini"), strict=True))


@pytest.mark.parametrize("name", AGREED)
def test_we_read_what_ansible_reads(name: str, answers: Mapping[str, object], tmp_path: Path) -> None:
    assert answers[name] is not None
    assert answers[name] == _ours(_written(tmp_path, AGREED[name]))


@pytest.mark.parametrize("name", STRICTER)
def test_we_refuse_with_a_line_what_ansible_takes(
    name: str, answers: Mapping[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, message = STRICTER[name]
    assert answers[name] is not None
    _assert_refused(files, message, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", BOTH_REFUSE)
def test_we_name_the_line_where_ansible_only_refuses(
    name: str, answers: Mapping[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, message = BOTH_REFUSE[name]
    assert answers[name] is None
    _assert_refused(files, message, tmp_path, monkeypatch)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_chooses_the_hosts_that_ansible_chooses(
    pattern: str, answers: Mapping[str, object], tmp_path: Path
) -> None:
    inventory = Inventory.load(_written(tmp_path, PATTERN_INVENTORY))
    assert answers[f"pattern {pattern}"] == inventory.to_ansible(inventory.select(pattern))


def test_invented_inventories_mean_the_same_to_us_as_to_ansible(tmp_path: Path) -> None:
    invent = random.Random(20260101)  # noqa: S311  a repeatable test, not a secret
    paths = [_written(tmp_path / str(number), _invented(invent)) for number in range(60)]
    theirs = dict(zip(paths, asked(tmp_path, [_question(path) for path in paths], forms="ini"), strict=True))
    ours = {path: _ours_or_message(path) for path in paths}
    refusals = [line for answer in ours.values() if isinstance(answer, str) for line in answer.splitlines()]
    understood = {path: answer for path, answer in ours.items() if not isinstance(answer, str)}
    assert [line for line in refusals if not re.match(r"/.*inventory\.ini:[0-9]+: ", line)] == []
    assert understood == {path: theirs[path] for path in understood}
    assert len(understood) > len(paths) / 3


def test_a_nearer_group_beats_the_file_of_a_farther_one_unlike_in_ansible(tmp_path: Path) -> None:
    files = {"inventory.ini": "[web]\nh1\n[web:vars]\na=web\n", "group_vars/all.yml": "a: all\n"}
    path = _written(tmp_path, files)
    (theirs,) = asked(tmp_path, [_question(path)], forms="ini")
    assert theirs["_meta"]["hostvars"] == {"h1": {"a": "all"}}
    assert _ours(path)["_meta"]["hostvars"] == {"h1": {"a": "web"}}


def _all_cases() -> Iterable[tuple[str, str | dict[str, str]]]:
    yield from AGREED.items()
    for table in (STRICTER, BOTH_REFUSE):
        for name, (files, _) in table.items():
            yield name, files


def _written(directory: Path, files: str | Mapping[str, str]) -> Path:
    for name, text in ({"inventory.ini": files} if isinstance(files, str) else files).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return directory / "inventory.ini"


def _question(path: Path, *arguments: str) -> dict:
    return {"directory": str(path.parent), "sources": [str(path)], "arguments": arguments}


def _ours(path: Path) -> dict:
    return json.loads(json.dumps(Inventory.load(path).to_ansible()))


def _ours_or_message(path: Path) -> dict | str:
    try:
        return _ours(path)
    except InventoryError as error:
        return str(error)


def _assert_refused(
    files: str | dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _written(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InventoryError) as error:
        Inventory.load("inventory.ini")
    assert message in str(error.value)


GROUPS = ("web", "db", "prod", "web-1", "x")
HOSTS = ("h1", "h2", "w[1:3]", "w[01:03]", "w[a:c].ex", "w[:2]", "::1", "10.0.0.[1:3]", "h_1", "w[1:2]x[3:4]")
KEYS = ("a", "b", "c_1")
VALUES = (
    "1", "1.5", "'1'", '"1"', "True", "true", "yes", "[1,2]", "{'a': 1}", "", "None", "(1,2)", "0x10",
    "0644", "1e3",
    "{{ x }}", "a=b", "it''s", "é", "'a' 'b'", "-", "~", "01.5", "{1,2}", "1.10", "b'x'", "'", "a#b",
)  # fmt: skip


def _invented(invent: random.Random) -> str:
    """An inventory that is mostly right, out of the pieces that parsers differ about."""
    lines = [_invented_host(invent) for _ in range(invent.randint(0, 2))]
    for _ in range(invent.randint(1, 5)):
        kind, line = invent.choice(
            [
                ("", _invented_host),
                ("", _invented_host),
                (":children", _invented_child),
                (":vars", _invented_variable),
            ]
        )
        lines.append(f"[{invent.choice(GROUPS)}{kind}]")
        lines += [line(invent) for _ in range(invent.randint(0, 3))]
    return "\n".join([*lines, *(f"[{group}]" for group in GROUPS), "h1", ""])


def _invented_child(invent: random.Random) -> str:
    return invent.choice(GROUPS)


def _invented_variable(invent: random.Random) -> str:
    return invent.choice(KEYS) + invent.choice(["=", " = "]) + invent.choice(VALUES)


def _invented_host(invent: random.Random) -> str:
    quoted = [f'{invent.choice(KEYS)}="{invent.choice(VALUES)}"' for _ in range(invent.randint(0, 2))]
    return " ".join([invent.choice(HOSTS), *quoted, *invent.choice([[], [], ["# c"]])])
