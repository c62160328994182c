"""A site makes room for another web server, and its own web server rests when nothing is left for it."""

from __future__ import annotations

import pytest

from deploytasks.agent.engine.resource import Change
from deploytasks.agent.files.absent_managed import AbsentManaged
from deploytasks.agent.services.run_if_used import RunIfUsed

SITE = "/etc/nginx/sites-available/shop"
LINK = "/etc/nginx/sites-enabled/shop"
ENABLED = "/etc/systemd/system/multi-user.target.wants/nginx.service"
ACTIVE = "/run/active/nginx.service"
nginx = RunIfUsed("nginx.service", ("/etc/nginx/sites-enabled/*",))


@pytest.fixture
def serving(host):
    """A host whose nginx has a site."""
    host.write(ACTIVE, "")
    host.link(ENABLED, "/lib/systemd/system/nginx.service")
    host.write(LINK, "server {}\n")
    return host


@pytest.mark.parametrize("text", ["server {}\n", "server {}\n# Managed by deploytasks.\n", ""])
def test_a_site_that_somebody_wrote_by_hand_stays(host, text):
    host.write(SITE, text)
    host.link(LINK, SITE)
    assert AbsentManaged(SITE, (LINK,)).inspect(host.machine) is None


def test_what_a_cut_run_has_left_is_taken_away(host):
    host.write(SITE, "# Managed by deploytasks.\n")
    gone = AbsentManaged(SITE, (LINK,))
    gone.apply(host.machine, Change(gone.inspect(host.machine), None))
    assert not host.path(SITE).exists()


def test_a_web_server_without_a_site_rests(serving):
    serving.path(LINK).unlink()
    nginx.run(serving.machine)
    assert not serving.path(ACTIVE).exists()
    assert not serving.path(ENABLED).is_symlink()


def test_a_web_server_with_another_site_goes_on(serving):
    nginx.run(serving.machine)
    assert "systemctl reload-or-restart -- nginx.service" in serving.calls
    assert serving.path(ACTIVE).exists()


def test_a_web_server_whose_site_is_back_serves_again(serving):
    serving.path(LINK).unlink()
    nginx.run(serving.machine)
    serving.write(LINK, "server {}\n")
    nginx.run(serving.machine)
    assert serving.path(ACTIVE).exists()
    assert serving.path(ENABLED).is_symlink()


def test_a_web_server_that_is_not_there_is_let_be(host):
    nginx.run(host.machine)
    assert [call for call in host.calls if call.startswith(("systemctl stop", "systemctl disable"))] == []
