"""Inventories and templates that nobody has thought of: ours are Ansible's, or refused with file and line.

Fixed seeds, a few in ``make test`` and many in ``make test-inventories``.
"""

# ruff: noqa: E501  one word after the other

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from deploytasks.errors import InventoryError
from deploytasks.inventory import Inventory
from tests.inventory.judge import asked, ours, written

MANY = os.environ.get("INVENTORIES") == "all"
TEMPLATES, INVENTORIES = (2000, 200) if MANY else (120, 12)
SEED = 19
PLACE = re.compile(r"^\S+:[0-9]+: ")

NAMES = st.sampled_from(
    ["port", "domain", "items_", "one", "users", "flag", "none_", "text", "inventory_hostname", "nowhere"]
)
LITERALS = st.sampled_from(
    ["0", "1", "7", "2.5", "'a'", "'x y'", "''", "true", "none", "[3, 1, 2]", "{'a': 1, 'b': [2]}", "'8080'"]
)
FILTERS = st.sampled_from(
    [
        "default(5)", "default('', true)", "upper", "lower", "length", "string", "int", "float", "bool", "list", "first", "last",
        "join(',')", "sort", "unique", "to_json", "b64encode", "trim", "replace('a', 'b')", "ternary('y', 'n')", "combine({'z': 9})",
        "map('string')", "select", "sum", "min", "max", "type_debug", "dict2items", "regex_replace('[a-c]', '_')", "quote",
        "reverse", "flatten", "abs", "hash('sha1')", "capitalize",
    ]
)  # fmt: skip
OPERATORS = st.sampled_from(["+", "~", "*", "==", "!=", "and", "or", "in", ">", "-", "//"])
TESTS = st.sampled_from(
    ["defined", "undefined", "string", "mapping", "number", "sequence", "none", "match('a')", "truthy"]
)


def _grown(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(below, FILTERS).map(lambda each: f"({each[0]}) | {each[1]}"),
        st.tuples(below, OPERATORS, below).map(lambda each: f"({each[0]} {each[1]} {each[2]})"),
        st.tuples(below, TESTS).map(lambda each: f"({each[0]}) is {each[1]}"),
        st.tuples(below, below, below).map(lambda each: f"({each[0]} if {each[1]} else {each[2]})"),
        st.tuples(below, st.sampled_from([".a", "[0]", "['b']", ".name"])).map(
            lambda each: f"({each[0]}){each[1]}"
        ),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, LITERALS), _grown, max_leaves=4)
TEXTS = st.sampled_from(["", "x", " ", "a-", "{", "}", "#", "1", "\n"])
TEMPLATE = st.one_of(
    EXPRESSIONS.map(lambda each: f"{{{{ {each} }}}}"),
    st.lists(st.tuples(TEXTS, EXPRESSIONS), min_size=1, max_size=3).map(
        lambda each: "".join(f"{text}{{{{ {expression} }}}}" for text, expression in each)
    ),
    st.tuples(EXPRESSIONS, EXPRESSIONS).map(
        lambda each: f"{{% if {each[0]} %}}{{{{ {each[1]} }}}}{{% endif %}}"
    ),
)
BESIDE = """\
all:
  vars:
    port: 8080
    domain: example.com
    items_: [3, 1, 2, 1]
    one: {a: 1, b: {c: 2}}
    users: [{name: ann}, {name: bob}]
    flag: true
    none_: ~
    text: " a b "
    VALUES
  hosts: {h1.example.com: }
"""


def examples(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """The first *number* different ones that *strategy* gives, always the same."""
    found: dict[str, Any] = {}

    @seed(SEED)
    @settings(
        max_examples=number * 2, database=None, phases=[Phase.generate], deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def collect(example: Any) -> None:
        found.setdefault(json.dumps(example, sort_keys=True), example)

    collect()
    return list(found.values())[:number]


def test_a_template_is_what_ansible_makes_of_it_or_refused_with_its_line(tmp_path: Path) -> None:
    templates = {f"t{number}": text for number, text in enumerate(examples(TEMPLATE, TEMPLATES))}
    assert len(templates) > TEMPLATES * 0.9
    values = "\n    ".join(f"{name}: {json.dumps(text)}" for name, text in templates.items())
    written(tmp_path, {"hosts.yml": BESIDE.replace("VALUES", values)})
    question = {"directory": str(tmp_path), "sources": ["hosts.yml"], "values": list(templates)}
    (answer,) = asked(tmp_path, [question])
    (theirs,) = answer.values()
    (host,) = Inventory.load(tmp_path / "hosts.yml")
    wrong = {text: _difference(host, name, theirs[name]) for name, text in templates.items()}
    assert {text: difference for text, difference in wrong.items() if difference} == {}


def _difference(host: Any, name: str, theirs: dict[str, Any]) -> Any:
    """What is wrong with our value of *name*: another one than Ansible's, or one where that has none."""
    try:
        value = json.loads(json.dumps(host.variables[name]))
    except InventoryError as error:
        return None if PLACE.match(str(error)) and len(str(error).splitlines()) == 1 else str(error)
    if "error" in theirs:
        return ("only ours", value, theirs["error"][:80])
    same = json.dumps(value) == json.dumps(theirs["value"])
    return None if same else ("ours", value, "theirs", theirs["value"])


def _value(random: Random) -> str:
    return random.choice(["1", "x", "true", "'q'", "[1, 2]", "{'a': 1}", "0x10", "1.50", "None", "a b"])


def inventory(random: Random) -> dict[str, str]:
    """An INI, and a YAML beside it, with files of variables."""
    groups = [f"g{number}" for number in range(random.randint(1, 4))]
    hosts = [f"h{number}" for number in range(random.randint(1, 6))]
    lines = [f"{host} v{random.randint(0, 3)}={_value(random)!r}" for host in hosts if random.random() < 0.5]
    for at, group in enumerate(groups):
        lines += [f"[{group}]", *random.sample(hosts, random.randint(0, len(hosts)))]
        if random.random() < 0.5:
            lines += [f"[{group}:vars]", f"v{random.randint(0, 3)}={_value(random)}"]
        if random.random() < 0.5 and at:
            lines += [f"[{group}:children]", groups[random.randrange(at)]]
    files = {
        "hosts.ini": "\n".join([*lines, "[more]", f"n[0{random.randint(1, 3)}:0{random.randint(3, 6)}]"])
        + "\n"
    }
    tree = {
        "y": {
            "hosts": {host: {"w": random.randint(0, 9)} for host in random.sample(hosts, 1)},
            "vars": {"v1": [1]},
        }
    }
    files["more.yml"] = json.dumps({"all": {"children": tree}})
    if random.random() < 0.5:
        files[f"group_vars/{random.choice(groups)}.yml"] = (
            f"v{random.randint(0, 3)}: {random.randint(0, 99)}\n"
        )
    if random.random() < 0.5:
        files[f"host_vars/{random.choice(hosts)}.yml"] = "v0: [from, host_vars]\n"
    return files


def test_an_inventory_is_what_ansible_reads_or_refused_with_its_line(tmp_path: Path) -> None:
    random = Random(SEED)  # noqa: S311  the same each time
    cases = [inventory(random) for _ in range(INVENTORIES)]
    places = [written(tmp_path / str(number), files) for number, files in enumerate(cases)]
    sources = ["hosts.ini", "more.yml"]
    answers = asked(tmp_path, [{"directory": str(place), "sources": sources} for place in places])
    read = 0
    for place, files, theirs in zip(places, cases, answers, strict=True):
        mine = ours(place, sources)
        if isinstance(mine, str):
            assert all(PLACE.match(line) for line in mine.splitlines()), (files, mine)
        else:
            assert mine == theirs, files
            read += 1
    assert read > INVENTORIES / 2


@pytest.mark.parametrize("strange", ["pytest", "x" * 100])
def test_the_judge_tells_another_value(tmp_path: Path, strange: str) -> None:
    written(tmp_path, {"hosts.yml": BESIDE.replace("VALUES", f"t0: {strange}")})
    (host,) = Inventory.load(tmp_path / "hosts.yml")
    assert _difference(host, "t0", {"value": "another"})
    assert not _difference(host, "t0", {"value": strange})
