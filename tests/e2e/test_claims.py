"""On a host where others have things of the same names, ours are ours and theirs stay theirs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from deploytasks.targets import Target
from tests.e2e.controller import wait_for
from tests.e2e.project import Project, difference, entries
from tests.e2e.traffic import Traffic

PLACES = ("/etc", "/home", "/srv", "/var/log", "/opt", "/usr/lib/systemd")
SMALLEST_AGENT = 50_000
BY_HAND = """
useradd --create-home --shell /bin/bash bar
echo precious > /home/bar/notes
echo '{"release": "by hand"}' > /home/bar/index.html
cat > /etc/systemd/system/bar.service <<'END'
[Service]
User=bar
ExecStart=python3 -m http.server --bind 127.0.0.1 --directory /home/bar 8123
END
cat > /etc/nginx/sites-available/bar <<'END'
server { listen 80; server_name bar.test; location / { proxy_pass http://127.0.0.1:8123; } }
END
ln -s ../sites-available/bar /etc/nginx/sites-enabled/bar
systemctl daemon-reload
systemctl start bar
systemctl start nginx
systemctl reload nginx
"""
AWAY = """
systemctl stop bar
rm -f /etc/systemd/system/bar.service /etc/nginx/sites-enabled/bar /etc/nginx/sites-available/bar
systemctl daemon-reload
userdel --remove --force bar
"""


@pytest.fixture
def make(tmp_path, web) -> Iterator[object]:
    """Projects that are gone from the host afterwards."""
    made = []

    def make(name: str, **variables) -> Project:
        project = Project.make(name, tmp_path / f"{name}-{len(made)}", web, **variables)
        made.append(project)
        return project

    yield make
    for project in made:
        project.inv("destroy", "--yes", "--purge")


@pytest.fixture
def by_hand(web) -> Iterator[Target]:
    """A host with a site, a unit and an account that somebody made by hand, all called bar."""
    web.run(["sh", "-ec", BY_HAND])
    yield web
    web.run(["sh", "-c", AWAY])


def shell(target: Target, script: str) -> str:
    return target.run(["sh", "-ec", script]).stdout


def refused(project: Project, *tasks: str) -> str:
    """What each of *tasks* says as it is refused, with nothing changed on the host."""
    before = entries(project.target, *PLACES)
    runs = [project.inv(task) for task in tasks or ("deploy", "check")]
    assert [run.exit_code for run in runs] == [2] * len(runs), runs
    changed = difference(before, entries(project.target, *PLACES))
    assert not {path for path in changed if not path.endswith("/history.jsonl")}
    (said,) = {run.host["error"] for run in runs}
    assert "nothing was changed" in said
    return said


def test_what_somebody_made_by_hand_is_refused_by_name(make, by_hand):
    said = refused(make("bar"))
    for name in ("/etc/nginx/sites-available/bar", "bar.service", "the account bar", "app_adopt=true"):
        assert name in said


def test_what_is_taken_over_serves_without_a_break_and_what_is_theirs_stays(make, by_hand):
    bar = make("bar", app_adopt=True)
    wait_for(lambda: bar.request().status == 200, "the site made by hand")
    with Traffic.on(bar) as traffic:
        bar.deploy()
    assert (traffic.served[0], traffic.served[-1], traffic.served.count(None)) == ("by hand", bar.current, 0)
    assert bar.says["version"] == "one"
    assert bar.deploy().host["changed"] == 0
    assert bar.inv("destroy", "--yes", "--purge").exit_code == 0
    assert shell(by_hand, "cat /home/bar/notes; getent passwd bar").startswith("precious\nbar:x:")
    assert "/home/bar:/bin/bash" in shell(by_hand, "getent passwd bar")


def test_an_app_under_another_name_takes_the_place_of_its_former_self_in_one_deploy(make):
    former = make("tavern")
    former.deploy()
    renamed = make("inn")
    renamed.configure(nginx_server_name="tavern.test")
    said = refused(renamed)
    site = "/etc/nginx/sites-enabled/tavern"
    assert "the app tavern has the name tavern.test at port 80 already" in said
    assert f'app_adopt=["{site}"]' in said
    renamed.configure(app_adopt=[site])
    with Traffic.on(former) as traffic:
        renamed.deploy()
    assert (traffic.served[-1], traffic.served.count(None)) == (renamed.current, 0)
    assert renamed.deploy().changed == []
    assert former.inv("destroy", "--yes", "--purge").exit_code == 0
    assert former.says["release"] == renamed.current


def test_a_persons_account_is_not_the_apps(make, web):
    shell(web, "useradd --create-home --groups sudo alice")
    try:
        assert "the account alice" in refused(make("alice"))
        assert "sudo" in shell(web, "id alice")
    finally:
        shell(web, "userdel --remove alice")


@pytest.mark.parametrize("name", ["shadow", "staff", "disk", "adm"])
def test_a_group_of_the_system_is_not_the_apps(make, name):
    assert f"the group {name} is there without a user" in refused(make(name, app_adopt=True))


def test_a_packages_templates_and_directories_are_not_the_apps(make, web):
    unit = "/usr/lib/systemd/system/openvpn@.service"
    shell(web, f"mkdir -p /var/log/openvpn; touch /var/log/openvpn/x {unit}")
    try:
        said = refused(make("openvpn"))
        assert "openvpn@.service" in said
        assert "/var/log/openvpn" in said
        assert make("openvpn").inv("destroy", "--yes", "--purge").exit_code == 0
        shell(web, f"test -e /var/log/openvpn/x -a -e {unit}")
    finally:
        shell(web, f"rm -r /var/log/openvpn {unit}")


def test_one_root_is_one_apps(make, web):
    first, second = make("first"), make("second", app_root="/srv/first")
    first.deploy()
    assert "/srv/first belongs to the app first" in refused(second)
    inner = make("inner", app_root="/srv/first/shared/inner")
    assert "/srv/first/shared belongs to first, who" in refused(inner)
    for project in (second, inner):
        project.inv("destroy", "--yes", "--purge")
    assert first.deploy().host["changed"] == 0


def test_an_app_is_one_projects(make, tmp_path):
    one, other = make("twin"), make("twin")
    for project in (one, other):
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(project.directory / "app")]
        commit(git, project.directory.name)
    one.deploy()
    assert "belongs to another project" in refused(other)
    for task in (("destroy", "--yes", "--purge"), ("rollback",)):
        run = other.inv(*task)
        assert (run.exit_code, "belongs to another project" in run.host["error"]) == (2, True), run.messages
    assert one.says["version"] == "one"
    other.configure(app_adopt=["project"])
    other.deploy()


def commit(git: list[str], message: str) -> None:
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", message]):
        subprocess.run([*git, *words], check=True)


def test_a_place_below_somebody_elses_directory_is_refused_and_nothing_there_is_run(make, web):
    shell(web, "useradd --create-home bob; install -d -o bob /opt/bob")
    try:
        shop = make("shop", app_root="/opt/bob/shop")
        for task in ("deploy", "rollback", "verify", "status"):
            run = shop.inv(task)
            assert run.exit_code == 2
        assert "/opt/bob belongs to bob" in refused(shop)
    finally:
        shell(web, "userdel --remove bob; rm -r /opt/bob")


def test_what_lies_among_the_releases_and_is_none_is_let_be_and_told(make, web):
    shop = make("shop", app_keep_releases=1)
    shop.deploy()
    shell(
        web,
        "echo > /srv/shop/releases/file; mkdir -p /srv/shop/releases/theirs/precious /srv/shop/venvs/theirs",
    )
    shop.code("two")
    run = shop.deploy()
    told = [event.get("text", "") for event in run.events if event["event"] == "note"]
    assert [line for line in told if "is no release" in line], run.events
    assert shop.inv("prune", "--yes").exit_code == 0
    shell(
        web,
        "test -f /srv/shop/releases/file -a -d /srv/shop/releases/theirs/precious -a -d /srv/shop/venvs/theirs",
    )
    assert shop.inv("destroy", "--yes", "--purge").exit_code == 0
    theirs = ("releases", "releases/file", "releases/theirs", "venvs", "venvs/theirs")
    left = web.run(["find", "/srv/shop", "-mindepth", "1", "-maxdepth", "2"]).stdout.split()
    assert sorted(left) == [f"/srv/shop/{name}" for name in theirs]
    shell(web, "rm -r /srv/shop")


def test_directories_that_were_taken_over_stay_with_what_is_in_them(make, web):
    shell(
        web,
        "mkdir -p /srv/taken/shared /var/log/taken; echo precious | tee /srv/taken/shared/a /var/log/taken/a",
    )
    taken = make("taken", app_adopt=True)
    taken.deploy()
    assert taken.inv("destroy", "--yes", "--purge").exit_code == 0
    shell(web, "test -f /srv/taken/shared/a -a -f /var/log/taken/a; rm -r /srv/taken /var/log/taken")


def test_directories_of_any_depth_go(make, web):
    deep = make("deep", app_shared=["data/"])
    deep.deploy()
    dig = "import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')"
    web.run(["runuser", "-u", "deep", "--", "sh", "-c", f'cd /srv/deep/shared/data && python3 -c "{dig}"'])
    assert deep.inv("destroy", "--yes", "--purge").exit_code == 0
    assert web.run(["find", "/srv", "-maxdepth", "1", "-name", "*deep*"]).stdout == ""


def test_a_kept_agent_that_was_changed_is_not_run_and_made_anew(make, web):
    shop = make("shop")
    shop.deploy()
    wait_for(lambda: any(is_whole(kept) for kept in agents(web)), "an agent that is kept")
    shell(web, "cd /var/lib/deploytasks/agents; for file in *; do echo evil >> $file; done")
    assert not any(is_whole(kept) for kept in agents(web))
    run = shop.deploy()
    assert (run.host["changed"], run.host["sent_bytes"] > SMALLEST_AGENT) == (0, True)
    wait_for(lambda: any(is_whole(kept) for kept in agents(web)), "an agent that is kept anew")


def agents(target: Target) -> list[str]:
    """Each kept agent's SHA-256 and name; it is kept when the controller has been answered."""
    return shell(target, "cd /var/lib/deploytasks/agents; sha256sum *").splitlines()


def is_whole(kept: str) -> bool:
    digest, name = kept.split()
    return digest in name


def test_data_is_never_replaced_by_a_directory(make, web):
    shop = make("shop")
    shop.deploy()
    shell(web, "echo precious > /srv/shop/shared/database")
    shop.configure(app_shared=["data/", "database"])
    run = shop.inv("deploy")
    assert (run.exit_code, "is a file, where a directory is wanted" in run.host["error"]) == (2, True)
    assert shell(web, "cat /srv/shop/shared/database") == "precious\n"


def test_a_link_that_root_made_for_the_shared_directory_is_followed(make, web):
    shop = make("shop", app_shared=["data/"])
    shop.deploy()
    shell(web, "mkdir -p /mnt/big; mv /srv/shop/shared /mnt/big; ln -s /mnt/big/shared /srv/shop/shared")
    try:
        shell(web, "echo precious > /mnt/big/shared/data/upload")
        assert shop.deploy().host["changed"] == 0
        shop.configure(app_shared=["data/", "more/"])
        shop.deploy()
        assert shell(web, "readlink /srv/shop/shared; cat /srv/shop/shared/data/upload").split() == [
            "/mnt/big/shared",
            "precious",
        ]
        assert shell(web, "stat -c %U /mnt/big/shared/more").strip() == "shop"
    finally:
        shop.inv("destroy", "--yes", "--purge")
        assert shell(web, "cat /mnt/big/shared/data/upload; rm -r /mnt/big") == "precious\n"
