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
    assert "show the page" in shop.inv("maintenance", "--on", "--message", MESSAGE).changed
    for body in (None, b"x"):
        answer = shop.request(body)
        assert (answer.status, SEEN in answer.body.decode()) == (503, True), answer

    assert shop.inv("maintenance", "--on", "--message", MESSAGE).changed == []
    assert shop.typed("status").returncode == 0
    shop.code("two")
    shop.deploy()
    assert shop.request().status == 503

    assert shop.inv("maintenance", "--off").exit_code == 0
    assert shop.says["version"] == "two"
    assert shop.inv("maintenance", "--off").changed == []


def test_other_web_servers_have_no_page(shop):
    refused = shop.inv("maintenance", "--on", "--extra-vars", "app_web_server=caddy")
    assert (refused.exit_code, "app_web_server is caddy" in refused.messages) == (5, True)
