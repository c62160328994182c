"""What never ends, floods or nests without end: one sentence each, in time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import Inventory
from deploytasks.inventory.draft import Draft
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.sources.executable import ExecutableReader
from deploytasks.inventory.vault import Vault
from tests.inventory.judge import written


def complaint(directory: Path, source: str, name: str = "") -> str:
    with pytest.raises(InventoryError) as error:
        (host,) = Inventory.load(directory / source)
        host.variables[name]
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def test_a_program_that_never_ends_is_ended_with_all_that_it_started(tmp_path) -> None:
    written(tmp_path, {"hosts": f"#!/bin/sh\nsleep 600 & echo $! > {tmp_path}/child\nwait\n"})
    reader = ExecutableReader(str(tmp_path / "hosts"), Draft(), Vault(), Problems(), longest_s=1)
    with pytest.raises(Refused, match="did not end in the time that it has"):
        reader.read()
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "the child goes on"


def test_a_program_that_floods_is_ended(tmp_path) -> None:
    written(tmp_path, {"hosts": "#!/bin/sh\nyes\n"})
    assert "printed more than 50000000 bytes" in complaint(tmp_path, "hosts")


def test_a_program_that_leaves_a_child_behind_is_waited_for_no_longer_than_itself(tmp_path) -> None:
    printed = '{"w": ["h1"], "_meta": {"hostvars": {}}}'
    written(tmp_path, {"hosts": f"#!/bin/sh\nsleep 600 &\necho '{printed}'\n"})
    assert len(Inventory.load(tmp_path / "hosts")) == 1


def test_a_program_that_anybody_may_write_to_is_not_run(tmp_path) -> None:
    written(tmp_path, {"hosts": f"#!/bin/sh\ntouch {tmp_path}/ran\n"})
    (tmp_path / "hosts").chmod(0o777)
    assert "anyone may write to it" in complaint(tmp_path, "hosts")
    assert not (tmp_path / "ran").exists()


def test_a_program_that_floods_its_errors_is_ended(tmp_path) -> None:
    written(tmp_path, {"hosts": "#!/bin/sh\nyes >&2\n"})
    assert "printed more than 50000000 bytes" in complaint(tmp_path, "hosts")


@pytest.mark.parametrize(
    "template",
    [
        "{{ text | regex_search('(a+)+$') }}",
        "{{ text is match('(?:a|aa)+$') }}",
        "{{ text is search('a?' * 40 ~ 'a' * 40 ~ 'b') }}",
    ],
)
def test_a_regular_expression_that_never_ends_is_refused_in_time(tmp_path, template: str) -> None:
    written(
        tmp_path,
        {"hosts.yml": f'all:\n  hosts: {{h: }}\n  vars:\n    text: {"a" * 40}!\n    x: "{template}"\n'},
    )
    assert "hosts.yml:5: x: the regular expression " in complaint(tmp_path, "hosts.yml", "x")


def test_what_is_not_there_and_would_be_asked_later_is_told(tmp_path) -> None:
    written(tmp_path, {"hosts.yml": "all:\n  hosts: {h: }\n  vars:\n    x: \"{{ ('a').name | select }}\"\n"})
    assert "hosts.yml:4: x: 'str object' has no attribute 'name'" in complaint(tmp_path, "hosts.yml", "x")


def test_a_host_pattern_that_never_ends_is_refused_in_time(tmp_path) -> None:
    written(tmp_path, {"hosts": f"{'a' * 40}-1\n"})
    with pytest.raises(InventoryError, match=r'host pattern "~\(a\+\)\+\$": the regular expression'):
        Inventory.load(tmp_path / "hosts").select("~(a+)+$")


def test_a_pipe_that_floods_is_ended(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DEPLOYTASKS_LOOKUPS", "pipe")
    written(
        tmp_path, {"hosts.yml": "all:\n  hosts: {h: }\n  vars:\n    x: \"{{ lookup('pipe', 'yes') }}\"\n"}
    )
    assert "printed more than 10000000 bytes" in complaint(tmp_path, "hosts.yml", "x")


def test_a_text_that_may_be_executed_is_a_text(tmp_path) -> None:
    written(tmp_path, {"hosts": "[web]\nh1\n"})
    (tmp_path / "hosts").chmod(0o755)
    assert len(Inventory.load(tmp_path / "hosts")) == 1


@pytest.mark.parametrize("last", ["{{ v0 }}", "x"])
def test_ten_thousand_variables_that_lead_from_one_to_the_next(last: str, tmp_path) -> None:
    chain = "".join(f"      v{number}: '{{{{ v{number + 1} }}}}'\n" for number in range(10_000))
    written(tmp_path, {"hosts.yml": f"all:\n  hosts:\n    h1:\n{chain}      v10000: '{last}'\n"})
    assert "leads through more than 60 variables" in complaint(tmp_path, "hosts.yml", "v0")


@pytest.mark.parametrize(
    "template",
    [
        "{{ " + "(" * 10_000 + "1" + ")" * 10_000 + " }}",
        "{{ " + "[" * 10_000 + "]" * 10_000 + " }}",
        "{{ " + "not " * 10_000 + "x }}",
        "{% if x %}" * 10_000,
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
        "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}{{ n.x }}",
        "{{ ('a' * 9999999).replace('a', 'b' * 9999999) }}",
        "{{ 'a' * 9999999 | int * 9999999 }}",
        "{{ (range(99999) | list) | product(range(99999)) | list }}",
    ],
)
def test_a_template_that_would_never_end(template: str, tmp_path) -> None:
    written(tmp_path, {"hosts.yml": f'all:\n  hosts:\n    h1:\n      x: 1\n      bomb: "{template}"\n'})
    assert "hosts.yml:5: bomb: " in complaint(tmp_path, "hosts.yml", "bomb")
