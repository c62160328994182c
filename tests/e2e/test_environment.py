"""Whatever text the environment of an app holds, the app has it, byte for byte."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.project import Project

DEPLOYS = 5
TEMPLATE = re.compile(r"\{[{%#]|^#jinja2:")
AT_ONCE = 40
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
awkward = st.text("\\\"'`$%#;= \t\n\r{}~*é\u2028\x1b", max_size=40)
texts_of_apps = st.one_of(values, awkward).filter(lambda text: not TEMPLATE.search(text))
"""What begins a template means what it means to Ansible (tests/inventory/test_templates_against_ansible.py)."""


@pytest.fixture(scope="module")
def chest(target, tmp_path_factory) -> Project:
    return Project.make("chest", tmp_path_factory.mktemp("chest"), target("debian12"))


@pytest.mark.bad_input(36)
@settings(max_examples=DEPLOYS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts_of_apps, min_size=AT_ONCE, max_size=AT_ONCE))
def test_any_text_arrives_in_the_app(chest, texts):
    environment = {f"V{number}": text for number, text in enumerate(texts)}
    chest.configure(app_env=environment)
    chest.deploy()
    found = chest.says["environment"]
    assert {name: found.get(name) for name in environment} == environment
