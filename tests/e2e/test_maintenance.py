"""During maintenance people see a page, whatever they ask for, and the app behind it goes on."""

from __future__ import annotations

import pytest

from tests.e2e.project import Project

MESSAGE = """Back at 5 o'clock, we promise: "soon" costs $host less than <b>5$</b> \\ 3 €"""
SEEN = (
    "Back at 5 o&#x27;clock, we promise: &quot;soon&quot; costs &#36;host less than "
    "&lt;b&gt;5&#36;&lt;/b&gt; &#92; 3 €"
)


@pytest.fixture
def shop(web, tmp_path_factory) -> Project:
    project = Project.make("maintained", tmp_path_factory.mktemp("maintained"), web)
    project.deploy()
    return project


def test_people_see_the_page_until_it_is_over_and_deploys_go_on_behind_it(shop):
    assert "write the maintenance page" in shop.inv("maintenance", "--on", "--message", MESSAGE).changed
    for body in (None, b"x"):
        answer = shop.request(body)
        assert (answer.status, SEEN in answer.body.decode()) == (503, True), answer

    assert shop.inv("maintenance", "--on", "--message", MESSAGE).changed == []
    assert "visitors see the maintenance page" in shop.asked("status")["drift"]
    shop.code("two")
    shop.deploy()
    assert shop.request().status == 503

    assert shop.inv("maintenance", "--off").exit_code == 0
    assert shop.says["version"] == "two"
    assert shop.inv("maintenance", "--off").changed == []


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ("systemctl stop nginx", "nginx does not run"),
        ("sed -i /maintenance/d /etc/nginx/sites-available/maintained", "has no line `include"),
        ("rm /etc/nginx/sites-enabled/maintained", "nginx serves no site of maintained"),
    ],
)
def test_a_page_that_nobody_would_see_is_not_put_there(shop, spoil, why):
    shop.target.run(["sh", "-c", spoil])
    refused = shop.inv("maintenance", "--on")
    assert (refused.exit_code, why in refused.messages) == (2, True), refused.messages
    assert "next: fix the cause, then the same command again" in refused.messages
    assert shop.target.run(["ls", "/etc/nginx/maintenance"]).stdout == ""
    shop.deploy()
    assert shop.says["version"] == "one"
    assert shop.deploy().changed == []


def test_an_app_that_is_not_there_gets_no_page_and_leaves_no_trace(shop):
    for flag in ("--on", "--off"):
        refused = shop.inv("maintenance", flag, "--extra-vars", "app_name=nosuch")
        assert (refused.exit_code, "nothing of nosuch is deployed" in refused.messages) == (2, True)
    assert shop.inv("restart", "--extra-vars", "app_name=nosuch").exit_code == 2
    left = "ls -d /srv/nosuch /var/lib/deploytasks/nosuch /etc/nginx/maintenance/nosuch.conf"
    assert shop.target.run(["sh", "-c", left], check=False).stdout == ""


def test_other_web_servers_have_no_page(shop):
    refused = shop.inv("maintenance", "--on", "--extra-vars", "app_web_server=caddy")
    assert (refused.exit_code, "app_web_server is caddy" in refused.messages) == (5, True)
