"""nginx packs answers by brotli where that is wanted and there is a module for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploytasks import plan_for
from deploytasks.errors import VariableError
from deploytasks.planning.standard import standard_roles
from deploytasks.resources import Package
from tests.roles.rendered import FACTS, host_with, plan_with, rendered

MODULE = "libnginx-mod-http-brotli-filter"
SITE = "/etc/nginx/sites-available/hello"


def packages(variables):
    steps = plan_with(variables).steps
    return [name for step in steps if isinstance(step.resource, Package) for name in step.resource.names]


@pytest.mark.parametrize("wanted", [True, False])
def test_the_module_and_its_directives_come_together(wanted):
    variables = {"app_name": "hello", "nginx_brotli": wanted}
    assert (MODULE in packages(variables)) is wanted
    assert ("brotli on;" in rendered(variables)[SITE]) is wanted


def test_caches_are_told_of_either():
    for variables in ({"nginx_brotli": True, "nginx_gzip": False}, {"nginx_gzip": True}):
        assert rendered({"app_name": "hello", **variables})[SITE].count("gzip_vary on;") == 1


def test_a_release_without_the_module_is_told_what_to_leave_out():
    host = host_with({"app_name": "hello", "nginx_brotli": True})
    old = replace(host, facts=replace(FACTS, distribution="debian", version="11"))
    with pytest.raises(
        VariableError, match=r"prod1: nginx_brotli: Debian 11 has no package .*; leave nginx_brotli out"
    ):
        plan_for(old, standard_roles(old))
