"""The parts of an app are the roles that were given; variables choose them, or agree with them."""

from __future__ import annotations

import sys
from dataclasses import make_dataclass, replace
from pathlib import Path
from types import ModuleType

import pytest

import deploytasks.roles as roles_package
from deploytasks import Inventory, Step, plan_for
from deploytasks.agent.release.facts import Facts
from deploytasks.cli.url import url_of
from deploytasks.errors import PlanError, VariableError
from deploytasks.planning.deployment import KINDS
from deploytasks.planning.plan import with_app
from deploytasks.planning.standard import app_alone, standard_roles
from deploytasks.resources import File, OnlyUfwRules, Visit
from deploytasks.roles import app, caddy, docker, gunicorn, nginx, none, ufw, waitress
from deploytasks.roles.app.removal import removal


@pytest.fixture
def host(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    (tmp_path / "src" / "requirements.txt").write_text("flask==3.0.3\n")

    def of(*variables):
        lines = (f"app_name=shop app_source={tmp_path}/src", *variables)
        (tmp_path / "inventory.ini").write_text("web1 " + " ".join(lines) + "\n")
        (found,) = Inventory.load(str(tmp_path / "inventory.ini")).hosts
        return replace(found, facts=Facts())

    return of


def web_program(plan):
    return next(step.resource.content for step in plan.steps if step.name == "write the web program")


def roles_in(plan):
    return {step.role for step in plan.steps}


def test_the_server_and_the_web_server_are_those_that_were_given(host):
    plan = plan_for(host(), [app, waitress, caddy, ufw])
    assert "serve" in web_program(plan)
    assert "gunicorn" not in web_program(plan)
    assert roles_in(plan) >= {"waitress", "caddy", "systemd", "ufw"}
    withdrawn = {step.role: step.name for step in plan.steps if "site" in step.name}
    assert "caddy" not in {role for role, name in withdrawn.items() if name.startswith("remove")}


def test_a_variable_that_says_otherwise_is_told_with_both(host):
    with pytest.raises(
        VariableError, match=r"inventory.ini:1: app_server: 'gunicorn', but the role waitress was given"
    ):
        plan_for(host("app_server=gunicorn"), [app, waitress, nginx, ufw])


def test_a_variable_that_agrees_is_well(host):
    plan = plan_for(host("app_server=waitress", "app_web_server=caddy"), [app, waitress, caddy])
    assert roles_in(plan) >= {"waitress", "caddy"}


def test_two_of_a_kind_are_told(host):
    with pytest.raises(
        PlanError, match="web1: gunicorn and waitress are each the app's app server; leave one"
    ):
        plan_for(host(), [app, gunicorn, waitress, nginx])


def test_one_that_is_missing_is_told_with_what_to_add(host):
    with pytest.raises(PlanError, match="none of the roles app, gunicorn is the app's web server; add nginx"):
        plan_for(host(), [app, gunicorn])
    with pytest.raises(
        PlanError, match="none of the roles app, gunicorn, nginx is the app's runtime; add docker"
    ):
        plan_for(host("app_runtime=docker"), [app, gunicorn, nginx])
    assert "docker" in roles_in(plan_for(host("app_runtime=docker"), [app, gunicorn, nginx, docker]))


@pytest.fixture
def granian(monkeypatch):
    """A server of one's own, as a module of that name would be."""
    module = ModuleType("somebody.granian")
    monkeypatch.setitem(sys.modules, "somebody", ModuleType("somebody"))
    monkeypatch.setitem(sys.modules, "somebody.granian", module)
    exec(  # noqa: S102 - a module, as one would be imported
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True)\n"
        "class Vars:\n    workers: int = 2\n"
        "protocols = ('http',)\ninterfaces = ('wsgi',)\nsays_ready = False\n"
        "def steps(host, v):\n    return ()\n"
        "def packages(host, v):\n    return ('granian',)\n"
        "def command(host, v):\n    return ('granian', '--workers', str(v.workers))\n",
        module.__dict__,
    )


@pytest.mark.usefixtures("granian")
def test_a_server_of_ones_own_is_chosen_by_its_dotted_name(host):
    mine = host("app_server=somebody.granian", "granian_workers=3")
    assert "granian --workers 3" in web_program(plan_for(mine, standard_roles(mine)))


def test_one_that_cannot_be_imported_is_told_with_its_place(host):
    with pytest.raises(
        VariableError, match=r"inventory.ini:1: app_server: 'no.such' cannot be imported: No module"
    ):
        standard_roles(host("app_server=no.such"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1\n", "is no app server: it has no Vars, steps"),
        (
            "class Vars: pass\ndef steps(host, v): return ()\n",
            "is no app server: it has no protocols",
        ),
        ("def broken(:\n", "cannot be imported: SyntaxError"),
        ("raise RuntimeError('no licence')\n", "cannot be imported: RuntimeError: no licence"),
    ],
)
def test_a_module_that_is_no_part_is_told_with_what_it_lacks(host, tmp_path, monkeypatch, text, told):
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "half.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "ours.half", raising=False)
    monkeypatch.delitem(sys.modules, "ours", raising=False)
    with pytest.raises(VariableError, match=f"inventory.ini:1: app_server: 'ours.half' {told}"):
        standard_roles(host("app_server=ours.half"))


def test_ours_are_named_by_their_words(host):
    with pytest.raises(VariableError, match="app_server: 'deploytasks.roles.gunicorn': expected gunicorn or"):
        wrong = host("app_server=deploytasks.roles.gunicorn")
        plan_for(wrong, standard_roles(wrong))


def test_the_variables_of_a_role_are_made_once_for_a_plan(host, monkeypatch):
    made, check = [], nginx.Vars.__post_init__

    def counted(v):
        made.append(v)
        check(v)

    monkeypatch.setattr(nginx.Vars, "__post_init__", counted)
    plan_for(host(), [app, gunicorn, nginx, ufw])
    assert len(made) == 1


def test_the_longest_name_of_a_role_owns_a_variable(host):
    exporter = ModuleType("somebody.nginx_exporter")
    exporter.Vars = make_dataclass("Vars", [("port", int, 9113)], frozen=True)
    exporter.steps = lambda host, v: [Step(f"listen at {v.port}", File("/etc/exporter", ""))]
    plan = plan_for(host("nginx_exporter_port=9200"), [app, gunicorn, nginx, exporter])
    assert "listen at 9200" in {step.name for step in plan.steps}
    with pytest.raises(VariableError, match="unknown variable nginx_exporter_prt; did you mean"):
        plan_for(host("nginx_exporter_prt=9200"), [app, gunicorn, nginx, exporter])
    with pytest.raises(VariableError, match="unknown variable nginx_exporter_port"):
        plan_for(host("nginx_exporter_port=9200"), [app, gunicorn, nginx])


def test_a_hosts_own_roles_own_their_variables_for_every_command(host):
    metrics = ModuleType("somebody.app_metrics")
    metrics.Vars = make_dataclass("Vars", [("port", int, 9113)], frozen=True)
    metrics.steps = lambda host, v: []
    mine = replace(host("app_metrics_port=9200"), own_roles=(metrics,))
    assert with_app(mine, app_alone(mine)).deployment.app.name == "shop"
    assert url_of(mine) == "http://web1/"
    assert standard_roles(mine)[-1] is metrics


def test_a_part_among_a_hosts_own_roles_takes_the_usual_ones_place(host):
    mine = replace(host("caddy_server_name=shop.test"), own_roles=(caddy,))
    assert nginx not in standard_roles(mine)
    assert url_of(mine) == "http://shop.test/"
    assert caddy not in standard_roles(replace(host("app_web_server=nginx"), own_roles=()))


def test_what_goes_with_an_app_is_what_its_own_parts_have_made(host):
    web = ModuleType("somebody.lighttpd")
    web.withdraw = lambda app: [Step("remove the site", File(f"/etc/lighttpd/{app.name}", ""))]
    with_own = with_app(host(), [app]).deployment
    parts = {"web_server": web, "runtime": docker}
    names = {step.role: step.name for step in removal(with_own.app, with_own.v, parts, purge=False).steps}
    assert names["lighttpd"] == "remove the site"


def test_no_module_of_a_role_is_called_like_what_a_part_has():
    """A module that is imported takes the place of a function of that name in its package."""
    taken = {name for kind in KINDS for name in kind.has}
    roles = Path(roles_package.__file__).parent
    assert [str(file) for file in roles.glob("*/*.py") if file.stem in taken] == []


@pytest.mark.parametrize("root", ["/home/ops/app", "/root/app"])
def test_a_place_that_the_apps_units_do_not_see_is_refused(host, root):
    with pytest.raises(VariableError, match=f"app_root: '{root}' is among people's homes, .*systemd_allow="):
        plan_for(host(f"app_root={root}"), [app, gunicorn, nginx, ufw])
    plan_for(host(f"app_root={root}", """systemd_allow='["home"]'"""), [app, gunicorn, nginx, ufw])


def texts_of(found):
    plan = plan_for(found, [app, gunicorn, nginx, ufw])
    return {
        step.resource.path: step.resource.content for step in plan.steps if isinstance(step.resource, File)
    }


def test_a_host_without_ipv6_has_sites_without_it(host):
    site = texts_of(replace(host(), facts=Facts(ipv6=False)))["/etc/nginx/sites-available/shop"]
    assert ("listen 80;" in site, "[::]" in site) == (True, False)


def test_who_takes_what_no_other_site_wants_is_let_be(host):
    place = "/etc/nginx/conf.d/deploytasks-catch-all-80.conf"
    named = host("nginx_server_name=shop.test")
    assert place in texts_of(named)
    assert place not in texts_of(replace(named, facts=Facts(default_ports=(80,))))


def visit_of(found, web_server):
    steps = plan_for(found, [app, gunicorn, web_server, ufw]).steps
    return next((step.resource for step in steps if isinstance(step.resource, Visit)), None)


@pytest.mark.parametrize(
    ("variables", "visit"),
    [
        ((), Visit("shop", "nginx", 80, "localhost", tells=True, guarded=False)),
        (("app_health_path=/up",), Visit("shop", "nginx", 80, "localhost", "/up", tells=True, guarded=False)),
        (
            ("app_health_path=/up", "app_visit_path=/"),
            Visit("shop", "nginx", 80, "localhost", "/", tells=True, guarded=False),
        ),
        (('app_visit_path=""',), Visit("shop", "nginx", 80, "localhost", None, tells=True, guarded=False)),
        (("app_health_host=own.test",), Visit("shop", "nginx", 80, "own.test", tells=True, guarded=False)),
        (
            ("nginx_server_name=*.shop.test",),
            Visit("shop", "nginx", 80, "www.shop.test", tells=True, guarded=False),
        ),
        (
            ("nginx_server_name=shop.test", "nginx_tls=self-signed", "app_health_host=own.test"),
            Visit("shop", "nginx", 443, "shop.test", secure=True, tells=True, guarded=False),
        ),
        (
            ("app_mount=/cart/", "app_health_path=/up"),
            Visit("shop", "nginx", 80, "localhost", "/cart/up", tells=True, mount="/cart", guarded=False),
        ),
        (
            ("app_mount=/cart", "app_site=mall", "app_visit_path=/cart/x", "nginx_server_name=mall.test"),
            Visit("shop", "nginx", 80, "mall.test", "/cart/x", tells=True, mount="/cart"),
        ),
        (
            ("nginx_proxy_protocol=true", """nginx_trusted_proxies='["10.0.0.0/8"]'"""),
            Visit("shop", "nginx", 80, "localhost", tells=True, hears_proxies=True, guarded=False),
        ),
        (
            ("nginx_server_name=shop.test", "nginx_tls=self-signed", '"nginx_snippet=ssl_verify_client on;"'),
            Visit("shop", "nginx", 443, "shop.test", None, secure=True),
        ),
    ],
)
def test_a_visitor_asks_where_and_as_people_do(host, variables, visit):
    assert visit_of(host(*variables), nginx) == visit


def test_without_a_web_server_a_visitor_comes_to_the_apps_port_unless_it_lets_in_proxies_alone(host):
    assert visit_of(host("app_web_server=none app_port=8123"), none) == Visit(
        "shop", "none", 8123, "localhost"
    )
    assert visit_of(host("""app_web_server=none app_trusted_proxies='["10.0.0.0/8"]'"""), none) is None


def test_the_way_in_is_never_closed_with_the_apps_ports(host):
    plan = plan_for(
        replace(host('"ufw_allow=[80, 2222]"'), facts=Facts(ssh_port=2222)), [app, gunicorn, nginx, ufw]
    )
    (only,) = (step.resource for step in plan.steps if isinstance(step.resource, OnlyUfwRules))
    assert only.ports == (("2222", "tcp"), ("80", "tcp"))
