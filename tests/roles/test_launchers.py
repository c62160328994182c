"""The launchers of servers that have no fitting command line."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest

from deploytasks.errors import VariableError
from deploytasks.planning.role import vars_of
from tests.roles.rendered import CASES, DEFAULT, host_with, rendered

SERVERS = ("cheroot", "gevent", "twisted", "waitress")
LAUNCHER = "/srv/hello/releases/RELEASE/serve.py"
OLDEST = (3, 8)

pytestmark = pytest.mark.parametrize("server", SERVERS)


def launcher(server, **variables):
    return rendered({**DEFAULT, "app_server": server, **variables})[LAUNCHER]


def test_a_launcher_is_python_of_the_oldest_hosts(server):
    texts = rendered(CASES[server])
    for name in ("serve.py", "deploytasks_instance.py", "deploytasks_visitor.py", "deploytasks_body.py"):
        path = LAUNCHER.replace("serve.py", name)
        ast.parse(texts[path], feature_version=OLDEST)


def test_the_web_server_is_believed_and_nobody_else(server):
    assert "proxies=Proxies(count=None, networks=(), mount='')," in launcher(server)
    assert "proxies=Proxies(count=0, " in launcher(server, app_web_server="none")
    counted = {"app_web_server": "none", f"{server}_trusted_proxy_count": 2}
    assert "proxies=Proxies(count=2, " in launcher(server, **counted)
    trusted = {"app_web_server": "none", "app_trusted_proxies": ["10.0.0.0/8"]}
    assert "proxies=Proxies(count=None, networks=('10.0.0.0/8',), mount='')," in launcher(server, **trusted)


def test_the_launcher_is_what_the_unit_starts(server):
    program = rendered({**DEFAULT, "app_server": server})["/srv/hello/releases/RELEASE/bin/web"]
    assert f"/srv/hello/releases/RELEASE/venv/bin/python {LAUNCHER}" in program


def test_systemd_waits_for_its_word(server):
    assert "Type=notify" in rendered({**DEFAULT, "app_server": server})["/etc/systemd/system/hello@.service"]


def test_settings_that_the_role_makes_are_refused(server):
    role = import_module(f"deploytasks.roles.{server}")
    for name, reason in getattr(role, "managed", {}).items():
        variable = f"{server}_{name}"
        with pytest.raises(VariableError, match=f"{variable} is managed by deploytasks: {reason}"):
            vars_of(role, host_with({**DEFAULT, variable: "x"}))
