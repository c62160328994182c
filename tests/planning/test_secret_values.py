"""Hosts with the secrets that their values name."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from deploytasks import Inventory
from deploytasks.errors import VariableError
from deploytasks.planning.answered import answered, no_roles
from deploytasks.planning.own_files import own_files
from deploytasks.planning.plan import plan_for, with_app
from deploytasks.planning.secret_values import secret_values
from deploytasks.planning.standard import app_alone, standard_roles
from deploytasks.planning.unclaimed import unclaimed
from deploytasks.secrets import Secrets

CANARY = "canary77"


@pytest.fixture
def host_with(tmp_path, monkeypatch):
    """A host with the variables of a text in YAML; the environment has two secrets."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_SECRET", CANARY)
    monkeypatch.setenv("SHOP_BRACES", "{{ canary77 }}")
    (tmp_path / "inventory.ini").write_text("web1\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/wsgi.py").write_text("def app(environ, start_response): ...\n")
    (tmp_path / "group_vars").mkdir()

    def make(text: str):
        own = "app_name: shop\napp_source: app\napp_callable: wsgi:app\napp_requirements: none\n"
        (tmp_path / "group_vars/all.yml").write_text(own + text)
        return Inventory.load("inventory.ini").hosts[0]

    return make


def with_answers(host, roles=standard_roles):
    (host,) = answered([host], roles, Secrets())
    return host


def test_only_secret_variables_can_name_secrets(host_with):
    host = with_answers(
        host_with("app_health_path: env:SHOP_SECRET\nother: env:SHOP_SECRET\napp_env: {A: env:SHOP_SECRET}\n")
    )
    names = ("app_health_path", "other", "app_env")
    assert [host.variables[name] for name in names] == ["env:SHOP_SECRET", "env:SHOP_SECRET", {"A": CANARY}]


def test_members_that_are_plain_stay_as_they_are_written(host_with):
    host = with_answers(
        host_with("app_env: {A: env:SHOP_SECRET, B: env:SHOP_SECRET, C: 5}\napp_env_plain: [B]\n")
    )
    assert host.variables["app_env"] == {"A": CANARY, "B": "env:SHOP_SECRET", "C": 5}


def test_a_password_of_the_connection_takes_effect(host_with):
    host = with_answers(
        host_with("ansible_become_password: env:SHOP_SECRET\nansible_ssh_pass: env:SHOP_SECRET\n"), no_roles
    )
    assert (host.connection.become_password, host.connection.password) == (CANARY, CANARY)


def test_what_looks_like_a_template_or_a_reference_in_a_secret_is_the_secret(host_with, monkeypatch):
    monkeypatch.setenv("SHOP_SECRET", "env:SHOP_BRACES")
    host = with_answers(host_with("app_env: {A: env:SHOP_BRACES, B: env:SHOP_SECRET}\n"))
    assert with_answers(host).variables["app_env"] == {"A": "{{ canary77 }}", "B": "env:SHOP_BRACES"}
    assert plan_for(host, standard_roles(host)).steps


def test_a_secret_is_masked_by_the_plan_and_stands_nowhere_in_it(host_with):
    host = with_answers(
        host_with("app_env: {A: env:SHOP_SECRET}\npip_index_url: env:SHOP_INDEX\n"), lambda _: ()
    )
    assert host.variables["app_env"] == {"A": "env:SHOP_SECRET"}
    host = with_answers(host_with("app_env: {A: env:SHOP_SECRET}\n"))
    plan = plan_for(host, standard_roles(host))
    assert CANARY in plan.secrets
    assert CANARY not in str(plan.to_json())
    assert CANARY not in repr(host)


def test_files_of_secrets_are_none_of_the_app(host_with, tmp_path):
    (tmp_path / "app/kept").write_text(CANARY)
    host = with_answers(host_with("app_env: {A: file:app/kept}\n"))
    assert host.variables["app_env"] == {"A": CANARY}
    assert Path("app/kept").resolve() in own_files(host)


def test_all_that_have_no_answer_are_told_at_once_each_with_its_line(host_with):
    host = host_with("app_env:\n  A: env:SHOP_SECRET\n  B: env:SHOP_B\n  C: file:absent\n")
    with pytest.raises(VariableError) as error:
        with_answers(host)
    assert [line.partition("; ")[0] for line in str(error.value).splitlines()] == [
        "group_vars/all.yml:7: app_env.B: env:SHOP_B: is not set",
        "group_vars/all.yml:8: app_env.C: file:absent: No such file or directory",
    ]


def test_references_in_lists_are_found(host_with):
    host = host_with('pip_extra_index_urls: ["https://a.example/simple", "env:SHOP_SECRET"]\n')
    (value,) = secret_values(host, standard_roles)
    assert value.name == "pip_extra_index_urls.1"
    assert with_answers(host).variables["pip_extra_index_urls"] == ["https://a.example/simple", CANARY]


def test_a_template_is_made_of_the_secret_that_a_variable_with_the_name_of_one_names(host_with, monkeypatch):
    monkeypatch.setenv("SHOP_B", "env:SHOP_SECRET")
    host = with_answers(
        host_with(
            "db_password: env:SHOP_SECRET\nother_password: env:SHOP_NOBODY_NEEDS\nurl: pg://u:{{ db_password }}@db\n"
            'app_env: {URL: "{{ url }}/shop", CODED: "{{ db_password | b64encode }}", ALONE: "{{ db_password }}", '
            'B: "{{ b_password }}", C: env:SHOP_SECRET}\nb_password: env:SHOP_B\n'
        )
    )
    assert host.variables["app_env"] == {
        "URL": f"pg://u:{CANARY}@db/shop",
        "CODED": b64encode(CANARY.encode()).decode(),
        "ALONE": CANARY,
        "B": "env:SHOP_SECRET",
        "C": CANARY,
    }
    assert {CANARY, f"pg://u:{CANARY}@db/shop"} <= host.secrets


def test_a_secret_may_be_named_by_a_variable_with_any_name(host_with):
    host = with_answers(host_with('which: env:SHOP_SECRET\napp_env: {A: "{{ which }}"}\n'))
    assert host.variables["app_env"] == {"A": CANARY}


def test_a_run_that_needs_the_way_alone_asks_for_no_secret_of_a_template_of_the_app(host_with):
    host = host_with('db_password: env:SHOP_NOT_SET\napp_env: {A: "pg://{{ db_password }}"}\n')
    assert with_answers(host, no_roles) is host
    with pytest.raises(VariableError, match=r"all.yml:5: db_password: env:SHOP_NOT_SET: is not set"):
        with_answers(host)


def test_what_is_made_of_a_secret_that_nobody_asks_for_hinders_no_other_task(host_with):
    host = host_with('db_password: env:SHOP_NOT_SET\napp_env: {A: "pg://{{ db_password }}"}\n')
    assert with_app(host, app_alone(host)).deployment.v.name == "shop"
    assert host.hides("app_env")


def test_a_secret_of_another_host_is_none_of_this_one(host_with, tmp_path):
    host_with("app_env: {A: \"pg://{{ hostvars['db'].db_password }}\"}\n")
    (tmp_path / "inventory.ini").write_text("web1\ndb ansible_host=192.0.2.9 db_password=env:SHOP_SECRET\n")
    web, _ = Inventory.load("inventory.ini").hosts
    with pytest.raises(
        VariableError, match=r"all.yml:5: app_env: is made of a secret that .* name it for web1"
    ):
        with_answers(web)


def test_a_variable_that_a_template_needs_is_taken(host_with):
    host = host_with('db_password: x\nnobodys: y\napp_env: {A: "{{ db_password }}"}\n')
    assert unclaimed(host, standard_roles(host)) == ("group_vars/all.yml: no role here takes nobodys",)
