"""The tasks file of a project that was Ansible's: its variables, and as comments what became none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deploytasks.agent.conversation.visible import visible
from deploytasks.cli.ansible_project.finding import Done, Remark

HEAD = '''"""inv deploy, inv rollback, inv logs --tail: see inv --list.

Made of {playbook} by inv init --from-ansible; from here on it is yours.
"""

from deploytasks.tasks import collection

'''
NAMES = {"true": "True", "false": "False", "null": "None"}


def tasks_file(
    playbook: str,
    places: Mapping[str, Any],
    variables: Mapping[str, tuple[Any, str]],
    remarks: Iterable[Remark],
    done: Iterable[Done],
) -> str:
    """The text of tasks.py; *variables* are values with their places, *places* other arguments of ``collection``."""
    lines = [HEAD.format(playbook=visible(playbook)) + "ns = collection("]
    lines += [f"    {name}={_python(value, 4)}," for name, value in places.items()]
    lines += ["    # Over those of the inventory, as a play's variables are; --extra-vars go over them."]
    lines += ["    variables={", *_variables(variables), "    },", ")", '__all__ = ["ns"]']
    lines += _comments("What became no variable, and is yours to decide:", remarks)
    lines += _comments("What inv deploy does by itself, or does not need:", done)
    return "\n".join(lines) + "\n"


def _variables(variables: Mapping[str, tuple[Any, str]]) -> Iterator[str]:
    place = ""
    for name, (value, where) in variables.items():
        if where != place:
            yield f"        # {visible(where)}"
            place = where
        yield f'        "{name}": {_python(value, 8)},'


def _python(value: Any, indent: int) -> str:
    """*value* as Python writes it, in several lines where it is long."""
    inner = " " * (indent + 4)
    if isinstance(value, list) and len(json.dumps(value)) > 90:
        return (
            "[\n" + "".join(f"{inner}{_python(each, indent + 4)},\n" for each in value) + f"{' ' * indent}]"
        )
    if isinstance(value, dict) and len(json.dumps(value)) > 60:
        pairs = [f"{inner}{_python(key, 0)}: {_python(each, indent + 4)},\n" for key, each in value.items()]
        return "{\n" + "".join(pairs) + f"{' ' * indent}}}"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{_python(key, 0)}: {_python(each, indent)}" for key, each in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_python(each, indent) for each in value) + "]"
    text = json.dumps(value, ensure_ascii=True)
    return NAMES.get(text, text)


def _comments(title: str, found: Iterable[Remark | Done]) -> Iterator[str]:
    lines = list(dict.fromkeys(f"#   {visible(one.where)}: {visible(_one_line(one.text))}" for one in found))
    if lines:
        yield from ("", f"# {title}", *lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())
