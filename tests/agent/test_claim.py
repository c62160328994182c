"""What is called as our things are is ours, was taken over, or nothing is done."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from deploytasks.agent.accounts.absent_user import AbsentUser
from deploytasks.agent.accounts.user import User
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.claim import Claim
from deploytasks.agent.release.layout import App
from deploytasks.agent.release.owner import Owner, stranger_to, write_owner

SITE = "/etc/nginx/sites-available/bar"
CLAIM = Claim("bar", "/srv/bar", "bar", (SITE,))
OURS = "# bar. Managed by deploytasks.\n"
MARK = "/var/lib/deploytasks/bar/owner.json"
COMMENT = "deploytasks app bar"

SHOP = App("shop", "/srv/shop", "shop")


def take(host, claim=CLAIM, project=""):
    """What a deploy does with *claim*."""
    host.path("/var/lib/deploytasks/bar").mkdir(parents=True, exist_ok=True)
    machine = replace(host.machine, recording={"project": project})
    before = claim.inspect(machine)
    if Change(before, claim.desired()):
        claim.apply(machine, Change(before, claim.desired()))
    assert claim.inspect(machine) == claim.desired()
    return json.loads(host.path(MARK).read_text())


def refusal(host, claim=CLAIM, project=""):
    with pytest.raises(StepError) as caught:
        claim.inspect(replace(host.machine, recording={"project": project}))
    return caught.value.reason


def account(host, comment="", home="/home/bar", shell="/bin/sh"):
    host.write("/etc/passwd", f"bar:x:1001:1001:{comment}:{home}:{shell}\n")
    host.write("/etc/group", "bar:x:1001:\n")


def release(host, app="bar"):
    document = {"plan": {"app": {"name": app, "root": "/srv/bar", "user": "bar"}}}
    host.write("/srv/bar/releases/1/plan.json", json.dumps(document))


def test_a_host_without_anything_of_that_name_is_claimed(host):
    host.path("/srv/bar").mkdir()
    assert take(host) == {
        "format": 1,
        "app": "bar",
        "root": "/srv/bar",
        "user": "bar",
        "project": "",
        "adopted": [],
    }


FOREIGN = {
    SITE: lambda host: host.write(SITE, "server { server_name bar.test; }\n"),
    "bar.service": lambda host: host.write("/etc/systemd/system/bar.service", "[Service]\n"),
    "bar@.service": lambda host: host.write("/usr/lib/systemd/system/bar@.service", "[Service]\n"),
    "bar": account,
    "/var/log/bar": lambda host: host.write("/var/log/bar/bar.log", ""),
    "/run/bar": lambda host: host.write("/run/bar/pid", "1"),
    "/srv/bar": lambda host: host.write("/srv/bar/index.html", ""),
}


@pytest.mark.parametrize("called", FOREIGN)
def test_what_is_somebody_elses_is_refused_by_name_and_can_be_taken_over(host, called):
    FOREIGN[called](host)
    reason = refusal(host)
    assert "nothing was changed" in reason
    assert f'app_adopt=["{called}"]' in reason
    assert refusal(host, replace(CLAIM, adopt=("another",))) == reason
    assert take(host, replace(CLAIM, adopt=(called,)))["adopted"] == [called]
    assert take(host)["adopted"] == [called]


def test_all_of_it_is_told_at_once_and_taken_over_at_once(host):
    for make in FOREIGN.values():
        make(host)
    reason = refusal(host)
    assert all(f'"{called}"' in reason for called in FOREIGN)
    assert take(host, replace(CLAIM, adopt=True))["adopted"] == sorted(FOREIGN)


def test_what_is_ours_is_no_hindrance(host):
    host.write(SITE, OURS)
    host.write("/etc/systemd/system/bar@.service", OURS)
    account(host, COMMENT)
    take(host)


def test_what_the_first_versions_deployed_is_ours(host):
    release(host)
    host.write("/var/log/bar/bar.log", "")
    host.write("/etc/systemd/system/bar.service", "[Service]\n")
    account(host, "", "/srv/bar", "/usr/sbin/nologin")
    assert take(host)["adopted"] == []


def test_a_persons_account_is_not_taken_for_one_of_the_first_versions(host):
    release(host)
    account(host)
    assert "the account bar (number 1001, home /home/bar)" in refusal(host)


@pytest.mark.parametrize("adopt", [False, True])
def test_a_group_of_the_system_is_never_taken(host, adopt):
    host.write("/etc/group", "bar:x:42:\n")
    assert "the group bar is there without a user" in refusal(host, replace(CLAIM, adopt=adopt))


@pytest.mark.parametrize("adopt", [False, True])
def test_the_root_of_another_app_is_never_taken(host, adopt):
    release(host, "foo")
    assert refusal(host, replace(CLAIM, adopt=adopt)).startswith("/srv/bar belongs to the app foo")


def test_the_root_that_another_app_has_claimed_is_never_taken(host):
    take(host)
    other = Claim("foo", "/srv/bar", "foo", adopt=True)
    assert refusal(host, other).startswith("/srv/bar belongs to the app bar")


def test_another_projects_app_of_that_name_is_told_and_can_be_taken_over(host):
    assert take(host, project="1111")["project"] == "1111"
    assert take(host, project="")["project"] == "1111"
    assert "another project (its history begins with the commit 1111)" in refusal(host, project="2222")
    taken = take(host, replace(CLAIM, adopt=("project",)), project="2222")
    assert (taken["project"], taken["adopted"]) == ("2222", [])


def test_an_adopted_account_is_used_as_it_is_and_stays(host):
    account(host, "Bar,,,")
    user = User("bar", home="/srv/bar", comment=COMMENT)
    assert user.inspect(host.machine) == user.desired()
    assert AbsentUser("bar", COMMENT, "/srv/bar").inspect(host.machine) is None


def test_an_account_of_the_first_versions_gets_its_mark_and_goes(host):
    account(host, "", "/srv/bar", "/usr/sbin/nologin")
    user = User("bar", home="/srv/bar", comment=COMMENT)
    change = Change(user.inspect(host.machine), user.desired())
    assert change.keys == ("comment",)
    assert AbsentUser("bar", COMMENT, "/srv/bar").inspect(host.machine) == {"uid": "1001"}
    user.apply(host.machine, change)
    assert host.path("/etc/passwd").read_text() == f"bar:x:1001:1001:{COMMENT}:/srv/bar:/usr/sbin/nologin\n"
    assert AbsentUser("bar", COMMENT, "/srv/bar").inspect(host.machine) == {"uid": "1001"}


@pytest.mark.parametrize("root", ["/srv/shop", "/srv/shop/shared/inner", "/srv"])
def test_the_roots_of_two_apps_do_not_overlap(host, root):
    write_owner(host.machine, SHOP, Owner("shop", "/srv/shop", "shop", ""))
    other = App("other", root, "other")
    assert stranger_to(host.machine, other) == "%s belongs to the app shop" % root
    assert stranger_to(host.machine, App("other", "/srv/shopping", "other")) == ""


def test_an_app_at_another_place_or_of_another_project_is_another(host):
    write_owner(host.machine, SHOP, Owner("shop", "/srv/shop", "shop", "abc"))
    assert stranger_to(host.machine, SHOP, "abc") == stranger_to(host.machine, SHOP) == ""
    assert "belongs to another project" in stranger_to(host.machine, SHOP, "def")
    assert "is at /srv/shop, not at /opt/shop" in stranger_to(host.machine, App("shop", "/opt/shop", "shop"))


def test_a_serving_app_is_not_moved_by_the_way(host):
    take(host)
    moved = replace(CLAIM, app_root="/srv/elsewhere")
    host.link("/srv/bar/current", "releases/one")
    assert refusal(host, moved).startswith(
        "the app bar serves from /srv/bar, and app_root is /srv/elsewhere; nothing was"
    )
    host.path("/srv/bar/current").unlink()
    take(host, moved)


def test_the_ports_of_a_site_are_claimed_as_well(host):
    host.write("/etc/nginx/sites-enabled/other", "server { listen 80; server_name bar.test; }")
    site = replace(CLAIM, web_server="nginx", ports=(80,), domains=("bar.test",))
    assert "has the name bar.test at port 80 already; nothing was changed" in refusal(host, site)
