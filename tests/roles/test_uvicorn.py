"""The role uvicorn and the uvicorn that is installed here say the same."""

from __future__ import annotations

import dataclasses
import shlex

import pytest
from uvicorn.main import main

from deploytasks.roles.uvicorn.settings import FLAGS, MANAGED, SWITCHES, Vars
from tests.roles.rendered import CASES, DEFAULT, plan_with, rendered

OPTIONS = {option.opts[0].removeprefix("--").replace("-", "_"): option for option in main.params[1:]}
OURS = {"packages", "threads"}
UVICORN = {**DEFAULT, "app_server": "uvicorn"}


def words(variables):
    """The words of the command line that starts uvicorn."""
    program = rendered(variables)["/srv/hello/releases/RELEASE/bin/web"]
    return shlex.split(program.splitlines()[-1])[2:]


def understood(variables):
    """What uvicorn understands of it, by its own names; the file of a log configuration has to be there."""
    line = words({**variables, "uvicorn_log_config": __file__})
    return main.make_context("uvicorn", line).params


def extras(variables):
    steps = plan_with(variables).steps
    return next(step.resource.extra for step in steps if step.name == "install the dependencies")


def test_every_option_is_a_variable_or_has_its_reason():
    variables = {field.name for field in dataclasses.fields(Vars)} - OURS
    assert variables | set(MANAGED) == set(OPTIONS) - {"version"}
    assert variables & set(MANAGED) == set()


def test_the_options_without_a_value_are_those_of_uvicorn():
    assert {name for name, option in OPTIONS.items() if option.secondary_opts} == {
        *SWITCHES,
        "proxy_headers",
    }
    flags = {name for name, option in OPTIONS.items() if option.is_flag and not option.secondary_opts}
    assert flags - {"version", "reload", "factory"} == FLAGS


def test_uvicorn_understands_what_is_set():
    found = understood(CASES["uvicorn"])
    assert found["app"] == "deploytasks_app:app"
    assert (found["fd"], found["workers"], found["timeout_graceful_shutdown"]) == (3, 2, 8)
    assert (found["access_log"], found["proxy_headers"], found["reset_contextvars"]) == (False, False, True)
    assert (found["loop"], found["http"], found["ws_ping_interval"]) == ("uvloop", "httptools", 12.5)
    assert found["headers"] == ("X-Served-By: uvicorn & friends",)


def test_a_log_configuration_is_a_file_of_the_source():
    assert "/srv/hello/releases/RELEASE/code/logging.ini" in words(CASES["uvicorn"])


def test_without_variables_there_is_a_worker_for_each_cpu():
    found = understood(UVICORN)
    assert (found["workers"], found["timeout_graceful_shutdown"]) == (2, 30)


@pytest.mark.parametrize(
    ("interface", "packages"),
    [("wsgi", ("uvicorn[standard]", "a2wsgi")), ("asgi", ("uvicorn[standard]",))],
)
def test_only_a_wsgi_app_needs_the_adapter(interface, packages):
    assert extras({**UVICORN, "uvicorn_interface": interface}) == packages
