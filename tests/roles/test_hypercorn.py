"""The role hypercorn and the hypercorn that is installed here say the same."""

from __future__ import annotations

import dataclasses

import pytest
from hypercorn.config import Config

from deploytasks.errors import VariableError
from deploytasks.roles.hypercorn.settings import MANAGED, OURS, Vars
from tests.roles.rendered import CASES, DEFAULT, plan_with, rendered

METHODS = {"log", "ssl_enabled"}
HYPERCORN = {**DEFAULT, "app_server": "hypercorn"}


def settings():
    """What hypercorn can be told."""
    named = {name for name in dir(Config) if not name.startswith("_")}
    return {name for name in named if not callable(getattr(Config, name)) or name == "logger_class"} - METHODS


def read(variables, directory):
    """The rendered configuration as hypercorn reads it."""
    path = directory / "hypercorn.conf.py"
    path.write_text(rendered(variables)["/srv/hello/releases/RELEASE/hypercorn.conf.py"])
    return Config.from_pyfile(path)


def extras(variables):
    steps = plan_with(variables).steps
    return next(step.resource.extra for step in steps if step.name == "install the dependencies")


def test_every_setting_is_a_variable_or_has_its_reason():
    variables = {field.name for field in dataclasses.fields(Vars)} - OURS
    assert variables | set(MANAGED) == settings() | {"application_path"}
    assert variables & set(MANAGED) == set()


def test_hypercorn_takes_what_is_rendered(tmp_path):
    config = read(CASES["hypercorn"], tmp_path)
    assert (config.bind, config.workers, config.graceful_timeout) == (["fd://3"], 2, 30)
    assert (config.keep_alive_timeout, config.accesslog) == (2.0, "-")
    assert config.server_names == ["example.org"]
    assert config.logconfig == "json:/srv/hello/releases/RELEASE/code/logging.json"


def test_a_worker_class_brings_its_package():
    asgi = {**HYPERCORN, "hypercorn_interface": "asgi"}
    assert extras(asgi) == ("hypercorn",)
    assert extras({**asgi, "hypercorn_worker_class": "trio"}) == ("hypercorn[trio]",)
    assert extras({**HYPERCORN, "hypercorn_worker_class": "uvloop"}) == ("hypercorn[uvloop]", "a2wsgi")


def test_trio_cannot_serve_wsgi():
    with pytest.raises(VariableError) as error:
        rendered({**HYPERCORN, "hypercorn_worker_class": "trio"})
    assert str(error.value) == (
        "prod1: hypercorn_worker_class=trio cannot serve app:app, which is WSGI; use asyncio or uvloop"
    )
