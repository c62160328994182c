"""Each role's README tells its variables, files and handlers as they are."""

from __future__ import annotations

import dataclasses
import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from deploytasks.agent.release.recorded_plan import RecordedPlan
from deploytasks.planning.role import role_name, variable_name
from deploytasks.roles import gunicorn
from deploytasks.testing.rendering import file_of
from tests.roles.rendered import CASES, plan_with

REPOSITORY = Path(__file__).parents[2]
ROLES = [
    import_module(f"deploytasks.roles.{path.parent.name}")
    for path in sorted(REPOSITORY.glob("roles/*/__init__.py"))
]
PROCESSES = "worker|beat|cleanup"
"""Those of the cases."""
SAME_ROOT = {
    case: {name: value for name, value in variables.items() if name != "app_root"}
    for case, variables in CASES.items()
}


def readme(role) -> str:
    return (REPOSITORY / "roles" / role_name(role) / "README.md").read_text()


def table(text: str, header: str) -> dict[str, str]:
    """First column, without its backticks, to second column of the table whose header begins with *header*."""
    _, _, below = text.partition(f"| {header} |")
    rows = re.findall(r"^\| `?(.*?)`? \| (.*?) \|.*$", below.partition("\n\n")[0], re.MULTILINE)
    return dict(rows)


def default_of(field: dataclasses.Field) -> str | None:
    """As the table says it; None when words have to, because the default stands for something else."""
    if field.default_factory is not dataclasses.MISSING:
        return f"`{json.dumps(field.default_factory())}`"
    if field.default is dataclasses.MISSING:
        return "required"
    if field.default is None or field.default == "":
        return None
    return f"`{field.default if isinstance(field.default, str) else json.dumps(field.default)}`"


@pytest.fixture(params=ROLES, ids=role_name)
def role(request):
    return request.param


def test_the_table_has_every_variable_with_its_default(role):
    told = table(readme(role), "variable | default")
    own = [field for field in dataclasses.fields(role.Vars) if "listed" not in field.metadata]
    fields = {variable_name(role, field): field for field in own}
    left_to_gunicorn = set(re.findall(r"`(gunicorn_\w+)`[,.]", readme(role)))
    assert set(told) | left_to_gunicorn == set(fields)
    assert set(told) & left_to_gunicorn == set()
    for name, default in told.items():
        assert default == (default_of(fields[name]) or default), name


def test_what_is_left_to_gunicorn_has_no_default_of_ours():
    told = table(readme(gunicorn), "variable | default")
    left = [field for field in dataclasses.fields(gunicorn.Vars) if f"gunicorn_{field.name}" not in told]
    assert [field.name for field in left if field.default is not None] == []


def test_the_settings_that_a_role_makes_are_told_with_their_reasons(role):
    managed = getattr(role, "managed", {})
    assert table(readme(role), "variable | because") == {
        f"{role_name(role)}_{name}": reason for name, reason in managed.items()
    }


def app_of(plan):
    return next(step.resource.app_name for step in plan.steps if isinstance(step.resource, RecordedPlan))


@pytest.mark.parametrize("case", SAME_ROOT)
def test_every_file_and_handler_is_told(role, case):
    plan = plan_with(SAME_ROOT[case])
    for step in plan.steps:
        file = file_of(step)
        if file and step.role == role_name(role):
            path = file.path.replace(plan.release, "<release>").replace(app_of(plan), "<app>")
            path = re.sub(rf"(?<=[./])({PROCESSES})(?=[.]|$)", "<process>", path)
            path = re.sub(r"(?<=/guests/)[^/]+", "<site>", path)
            path = re.sub(r"-\d+\.conf$", "-<port>.conf", path)
            path = re.sub(r"(?<=/)[0-9a-f]{16,64}$", "<digest>", path)
            assert re.search(rf"^{re.escape(path)}(?!\S)", readme(role), re.MULTILINE), path
        for handler in step.handlers:
            if handler.role == role_name(role):
                told = table(readme(role), "handler | notified by")
                assert re.sub(r"[\d.]+ s$", "5 s", handler.name) in told
