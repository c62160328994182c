"""What the roles write on a host is what ``expected/`` says, word for word."""

from __future__ import annotations

import re

import pytest

from deploytasks.agent.release.layout import App
from deploytasks.agent.renamed import HANDLERS
from deploytasks.errors import VariableError
from deploytasks.resources import Absent
from deploytasks.roles.nginx import maintenance
from tests.roles.rendered import CASES, DEFAULT, RICH, kept, plan_with, rendered

VAGUE = re.compile(r"\b(it(?! has a site)|its|them|what|there|nobody|others)\b")
"""Words that mean something only beside other words."""


@pytest.mark.parametrize("case", CASES)
def test_the_roles_write_exactly_the_expected_files(case):
    expected, written = kept(case), rendered(CASES[case])
    assert sorted(written) == sorted(expected)
    for path, text in written.items():
        assert text == expected[path], path


def test_a_plan_is_the_same_each_time_that_it_is_made():
    assert rendered(RICH) == rendered(RICH)


def test_a_site_without_names_answers_to_any_name():
    site = rendered(DEFAULT)["/etc/nginx/sites-available/hello"]
    assert 'server_name _ "" ~^;' in site


def test_a_site_with_names_leaves_all_other_names_to_the_catch_all():
    texts = rendered({**DEFAULT, "nginx_server_name": "hello.example.org"})
    assert "default_server" not in texts["/etc/nginx/sites-available/hello"]
    catch_all = texts["/etc/nginx/conf.d/deploytasks-catch-all-80.conf"]
    assert "listen 80 default_server;" in catch_all
    assert "return 444;" in catch_all


def test_requirements_without_hashes_are_refused_where_hashes_are_wanted():
    with pytest.raises(
        VariableError, match=r"requirements.txt has requirements without a hash; uv pip compile"
    ):
        plan_with({**DEFAULT, "app_require_hashes": True})


def test_without_a_catch_all_none_is_written():
    texts = rendered({**DEFAULT, "nginx_server_name": "hello.example.org", "nginx_catch_all": False})
    assert "/etc/nginx/conf.d/deploytasks-catch-all-80.conf" not in texts


@pytest.mark.parametrize("web_server", ["nginx", "apache", "caddy"])
def test_a_catch_all_that_is_not_wanted_any_more_goes(web_server):
    names = {"app_web_server": web_server, f"{web_server}_server_name": "hello.example.org"}
    (refusing,) = [step for step in plan_with({**DEFAULT, **names}).steps if "refuse unknown" in step.name]
    plan = plan_with({**DEFAULT, **names, f"{web_server}_catch_all": False})
    (admitting,) = [step for step in plan.steps if "admit unknown" in step.name]
    assert admitting.resource == Absent(refusing.resource.path)
    assert admitting.name.replace("admit", "refuse") == refusing.name


def test_the_workers_follow_the_hosts_cpus():
    settings = rendered(DEFAULT)["/srv/hello/releases/RELEASE/gunicorn.conf.py"]
    assert "workers = 5\n" in settings
    assert 'workers = int(os.environ.get("WEB_CONCURRENCY") or workers)\n' in settings


def test_logs_in_the_journal_need_no_rotation():
    assert "/etc/logrotate.d/hello" not in rendered(DEFAULT)
    assert "/etc/logrotate.d/hello" not in rendered({**DEFAULT, "gunicorn_accesslog": "-"})


def test_without_a_watch_it_is_looked_once_whether_visitors_come():
    steps = rendered({**DEFAULT, "app_watch_s": 0})["steps"]
    assert "switch     app: make the new release current -> check that visitors reach the port\n" in steps
    assert "switch     app: check that visitors get the app\n" in steps


def test_a_handler_that_was_renamed_leads_to_one_that_there_is():
    plans = [*map(plan_with, CASES.values()), maintenance.begin(App("hello", "/srv/hello", "hello"), "")]
    there = {(one.role, one.name) for plan in plans for step in plan.steps for one in step.handlers}
    assert {(role, now) for (role, _), now in HANDLERS.items()} <= there


@pytest.mark.parametrize("case", CASES)
def test_a_step_says_what_it_is_about_without_the_steps_around_it(case):
    steps = plan_with(CASES[case]).steps
    names = {one.name for step in steps for one in (step, *step.handlers)}
    assert [name for name in names if VAGUE.search(name)] == []


def test_ssh_is_admitted_before_any_other_port_and_the_firewall_goes_on_last():
    ufw = [line for line in rendered(RICH)["steps"].splitlines() if " ufw: " in line]
    assert ufw[1] == "provision  ufw: admit SSH on port 22"
    assert ufw[-2:] == [
        "provision  ufw: turn the firewall on",
        "finish     ufw: close the ports that the app had before",
    ]


def test_the_environment_of_the_inventory_beats_that_of_the_file(tmp_path):
    file = tmp_path / "shop.env"
    file.write_text("GREETING=from the file\nLEVEL=info\n")
    file.chmod(0o600)
    texts = rendered({**DEFAULT, "app_env_file": str(file), "app_env": {"GREETING": "from the inventory"}})
    assert texts["/srv/hello/releases/RELEASE/env"].splitlines() == [
        "# No secrets: CACHE_DIRECTORY FLASK_APP HOME PYTHONPATH PYTHONUNBUFFERED STATE_DIRECTORY",
        'CACHE_DIRECTORY="/srv/hello/shared/.home/.cache"',
        'FLASK_APP="app:app"',
        'GREETING="from the inventory"',
        'HOME="/srv/hello/shared/.home"',
        'LEVEL="info"',
        'PYTHONPATH="/srv/hello/releases/RELEASE/code"',
        'PYTHONUNBUFFERED="1"',
        'STATE_DIRECTORY="/srv/hello/shared/.home"',
    ]
