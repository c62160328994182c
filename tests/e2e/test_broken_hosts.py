"""A host that is not as it should be: full, read-only, half installed, damaged by hand: named, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from deploytasks.targets import Target
from tests.e2e.converged import up_converged
from tests.e2e.faults import assert_it_converges, on_disk
from tests.e2e.project import Project, Run, difference
from tests.e2e.traffic import Traffic

number = count(1)
OUT = ["OUTPUT", "!", "-o", "lo", "-m", "conntrack", "--ctstate", "NEW", "-j"]


@pytest.fixture(scope="module")
def wreck(target_state) -> Target:
    return up_converged("wreck", "debian12", target_state)


@pytest.fixture(scope="module")
def afloat(wreck, tmp_path_factory) -> Project:
    project = Project.make("afloat", tmp_path_factory.mktemp("afloat"), wreck)
    project.deploy()
    return project


@pytest.fixture
def shop(afloat) -> Project:
    """A new version, ready to be deployed."""
    afloat.code(f"edition {next(number)}")
    return afloat


@pytest.mark.fault(18)
def test_space_that_runs_out_while_dependencies_are_installed(shop):
    before = on_disk(shop)
    shop.depend_on("2.1.1")
    venvs, run_ = f"{shop.root}/venvs", shop.target.run
    run_(["cp", "-a", venvs, "/root/kept"])
    taken = int(run_(["du", "-sk", venvs]).stdout.split()[0])
    run_(["mount", "-t", "tmpfs", "-o", f"size={taken + 2000}k,mode=755", "tmpfs", venvs])
    try:
        run_(["sh", "-c", f"cp -a /root/kept/. {venvs}/"])
        assert "No space left on device" in failed(shop).messages
    finally:
        run_(["sh", "-c", f"umount {venvs}; rm -r /root/kept"])
    assert difference(before, on_disk(shop)) == {}
    assert_it_converges(shop)


@pytest.mark.fault(17, 19)
@pytest.mark.parametrize(
    ("options", "reason"), [("size=1m", "not enough room in"), ("nr_inodes=20", "no inodes left")]
)
def test_a_file_system_without_room_or_inodes(shop, options, reason):
    shop.write("app/much.bin", "x" * 2_000_000)
    for name in range(30):
        shop.write(f"app/many/{name}", str(name))
    before = on_disk(shop)
    target, releases = shop.target, f"{shop.root}/releases"
    target.run(
        ["sh", "-c", f"cp -a {releases} /root/kept && mount -t tmpfs -o {options},mode=755 tmpfs {releases}"]
    )
    try:
        target.run(["sh", "-c", f"cp -a /root/kept/{shop.current} {releases}/ || true"])
        run = failed(shop)
        assert f"{shop.root}/" in run.host["error"], run.messages
        assert reason in run.host["error"], run.messages
    finally:
        target.run(["sh", "-c", f"umount {releases}; rm -r /root/kept"])
        (shop.directory / "app/much.bin").unlink()
        shutil.rmtree(shop.directory / "app/many")
    assert difference(before, on_disk(shop)) == {}
    assert_it_converges(shop)


@pytest.mark.fault(21)
@pytest.mark.parametrize("how", ["noexec", "size=64k"])
def test_a_temporary_directory_that_is_of_no_use_does_not_matter(shop, how):
    shop.depend_on("2.2.0" if how == "noexec" else "2.1.2")
    with mounted(shop.target, "/tmp", how):
        assert_it_converges(shop)


@pytest.mark.fault(21, 23)
def test_a_configuration_directory_that_is_read_only(shop):
    before = on_disk(shop)
    shop.configure(nginx_client_max_body_size=f"{next(number)}m")
    run_ = shop.target.run
    run_(["sh", "-c", "mount --bind /etc/nginx /etc/nginx && mount -o remount,ro,bind /etc/nginx"])
    try:
        run = failed(shop)
    finally:
        run_(["umount", "/etc/nginx"])
    assert "/etc/nginx" in run.failure["reason"]
    assert "Read-only file system" in run.failure["reason"]
    assert difference(before, on_disk(shop)) == {}
    assert_it_converges(shop)


@pytest.mark.fault(25)
def test_an_interrupted_dpkg_is_named_with_its_remedy(shop):
    shop.target.run(["sh", "-c", "dpkg --remove ufw && touch /var/lib/dpkg/updates/0001"])
    run = failed(shop)
    assert "dpkg --configure -a" in run.messages
    shop.target.run(["dpkg", "--configure", "-a"])
    assert_it_converges(shop)


@pytest.mark.fault(26)
def test_a_package_that_is_half_configured_is_configured(shop):
    shop.target.run(["sh", "-c", "dpkg --remove ufw && apt-get -q download ufw && dpkg --unpack ufw_*.deb"])
    assert "install ufw" in shop.deploy().changed
    assert_it_converges(shop)


@pytest.mark.fault(27)
@pytest.mark.parametrize("how", ["DROP", "REJECT"])
def test_a_package_index_that_is_out_of_reach_is_named_as_the_cause(shop, how):
    shop.depend_on("2.0.1")
    before = on_disk(shop)
    shop.target.run(["iptables", "--insert", *OUT, how])
    try:
        run = failed(shop)
    finally:
        shop.target.run(["iptables", "--delete", *OUT, how])
        shop.depend_on("2.1.2")
    assert "package index" in run.messages
    assert "No matching distribution" not in run.messages
    assert difference(before, on_disk(shop)) == {}
    assert_it_converges(shop)


@pytest.mark.fault(28)
@pytest.mark.parametrize(
    "requirement",
    ["itsdangerous==2.1.2 --hash=sha256:" + "0" * 64, "itsdangerous==2.1.2\nflask==3.0.0\nwerkzeug==1.0.0"],
    ids=["hash", "conflict"],
)
def test_requirements_that_cannot_be_are_told_in_the_installers_words(shop, requirement):
    before = on_disk(shop)
    shop.write("app/requirements.txt", requirement + "\n")
    run = failed(shop)
    shop.depend_on("2.1.2")
    assert "hash" in run.messages.lower() or "werkzeug" in run.messages.lower(), run.messages
    assert difference(before, on_disk(shop)) == {}
    assert_it_converges(shop)


@pytest.mark.fault(47)
def test_a_web_server_that_was_masked_is_told(shop):
    shop.deploy()
    shop.target.run(["systemctl", "mask", "--now", "nginx"])
    shop.code(f"edition {next(number)}")
    try:
        run = failed(shop)
        assert "nginx" in run.failure["reason"] + run.failure["step"]
        assert "masked" in run.messages
    finally:
        shop.target.run(["systemctl", "unmask", "nginx"])
    assert_it_converges(shop)


@pytest.mark.fault(78)
@pytest.mark.parametrize(
    "content", ["", "no json\n", '{"record": "end"}\n', '{"record": "from the future", "x": [1]}\n']
)
def test_records_that_were_damaged_stop_nothing(shop, content):
    for place in ("/var/lib/deploytasks/afloat/journal.jsonl", "/srv/afloat/history.jsonl"):
        shop.target.run(["sh", "-c", f"printf %s '{content}' > {place}"])
    for task in ("status", "history", "releases"):
        done = shop.typed(task)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert_it_converges(shop)


@pytest.mark.fault(77)
def test_a_serving_release_that_was_deleted_is_put_right_by_a_deploy(shop):
    shop.deploy()
    shop.target.run(["rm", "-r", f"{shop.root}/releases/{shop.current}/code"])
    assert shop.typed("verify").returncode in (2, 3)
    shop.deploy()
    assert shop.target.run(["ls", f"{shop.root}/current/code/app.py"]).stdout
    assert_it_converges(shop)


@pytest.mark.fault(82)
def test_a_rollback_to_what_was_damaged_meanwhile_stays_where_it_is(shop):
    shop.deploy()
    before = shop.current
    (previous,) = [release for release in shop.releases if release == shop.deploy().host["previous"]]
    shop.target.run(["sh", "-c", f"echo 'raise SystemExit(1)' > {shop.root}/releases/{previous}/code/app.py"])
    with Traffic.on(shop) as traffic:
        run = shop.inv("rollback")
    assert run.exit_code == 2, run.messages
    assert (shop.current, set(traffic.served)) == (before, {before})
    assert_it_converges(shop)


def failed(shop: Project) -> Run:
    """A deploy that fails and says why, while the old release goes on serving."""
    serving = shop.current
    run = shop.inv("deploy")
    assert run.exit_code == 2, run.messages
    assert "Traceback" not in run.messages
    assert shop.current == serving
    return run


@contextmanager
def mounted(target: Target, place: str, options: str) -> Iterator[None]:
    target.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place])
    try:
        yield
    finally:
        target.run(["umount", place])


def visited(project: Project) -> str:
    """The version that visitors see."""
    return project.says["version"]


def refused(project: Project, **variables: object) -> str:
    """Why a deploy with *variables* fails, while visitors see what they saw."""
    before, usual = visited(project), dict(project.variables)
    project.configure(**variables)
    try:
        run = project.inv("deploy")
    finally:
        project.configure_only(**usual)
    assert run.exit_code == 2, run
    assert visited(project) == before
    return run.host["error"] + run.failure["output"]


@contextmanager
def edited(target: Target, path: str, *commands: str) -> Iterator[None]:
    """The file at *path* as sed(1) has made it with *commands*."""
    target.run(["cp", "--archive", path, "/root/edited"])
    target.run(["sed", "-i", ";".join(commands), path])
    try:
        yield
    finally:
        target.run(["mv", "/root/edited", path])


def test_an_nginx_that_does_not_read_its_sites_is_told(shop):
    with edited(shop.target, "/etc/nginx/nginx.conf", "/sites-enabled/d"):
        told = refused(shop)
    assert f"nginx does not read its site /etc/nginx/sites-enabled/{shop.name}" in told
    assert "`include /etc/nginx/sites-enabled/*;`" in told
    shop.deploy()


def test_an_nginx_of_another_user_reaches_the_app(shop):
    shop.target.run(["sh", "-c", "id web2 2>/dev/null || useradd --system web2"])
    with edited(shop.target, "/etc/nginx/nginx.conf", "s/^user .*/user web2;/"):
        shop.deploy()
        shop.target.run(["systemctl", "restart", "nginx"])
        assert visited(shop) == shop.says["version"]
    shop.target.run(["sh", "-c", "gpasswd --delete web2 www-data; systemctl restart nginx"])


def test_visitors_who_get_no_answer_undo_a_deploy_with_the_web_servers_own_words(shop):
    shop.target.run(["sh", "-c", "id web3 2>/dev/null || useradd --system web3"])
    # A file that nginx.conf includes says it, where nobody looks.
    hidden = (
        "echo 'user web3;' > /etc/nginx/modules-enabled/99-user.conf; sed -i '/^user/d' /etc/nginx/nginx.conf"
    )
    with edited(shop.target, "/etc/nginx/nginx.conf"):
        shop.target.run(["sh", "-c", hidden + "; systemctl restart nginx"])
        try:
            run = shop.inv("deploy")
            verify = shop.inv("verify")
            health = shop.asked("status")["health"]
            doctor = shop.typed("doctor")
        finally:
            shop.target.run(["rm", "/etc/nginx/modules-enabled/99-user.conf"])
    shop.target.run(["systemctl", "restart", "nginx"])
    assert run.exit_code == 2, run
    assert f"visitors of http://{shop.name}.test do not get the app: GET / answered 502" in run.host["error"]
    assert "Permission denied" in run.failure["output"]
    assert verify.exit_code == 3
    assert (health["ok"], "GET / answered 502" in health["error"]) == (False, True)
    assert doctor.returncode == 2
    shop.deploy()


def test_a_snippet_that_names_a_file_which_is_not_there_is_refused(shop):
    told = refused(shop, nginx_snippet="include /etc/nginx/missing.conf;")
    assert "nginx refuses its configuration" in told
    assert "/etc/nginx/missing.conf" in told


def test_a_port_that_another_program_has_is_told_before_anything_is_done(shop):
    server = ["systemd-run", "--unit", "squatter", "python3", "-m", "http.server", "8081"]
    shop.target.run(server)
    wait = "until (exec 3<>/dev/tcp/127.0.0.1/8081) 2>/dev/null; do sleep 0.1; done"
    shop.target.run(["timeout", "20", "bash", "-c", wait])
    try:
        before = on_disk(shop)
        told = refused(shop, nginx_listen=8081)
        assert difference(before, on_disk(shop)) == {}
        shop.configure(nginx_listen=8081)
        check, doctor = shop.inv("check"), shop.typed("doctor")
    finally:
        shop.target.run(["systemctl", "stop", "squatter"])
        shop.configure(nginx_listen=80)
    assert f"port 8081 is taken by python3, which serves nothing of {shop.name}; nothing was changed" in told
    assert "nginx_listen" in told
    assert (check.exit_code, doctor.returncode) == (2, 2)


def test_a_packet_filter_of_somebody_elses_that_admits_no_visitor_is_told(shop):
    install = "apt-get update && apt-get install -y --no-install-recommends nftables"
    shop.target.run(["sh", "-c", f"command -v nft || ({install})"])
    table = (
        "table inet own { chain input { type filter hook input priority 0; policy drop; iif lo accept; "
        "ct state established,related accept; tcp dport 22 accept; }; }"
    )
    before = shop.current
    shop.target.run(["nft", table])
    try:
        run, doctor = shop.inv("deploy"), shop.typed("doctor")
    finally:
        shop.target.run(["nft", "delete table inet own"])
    assert run.exit_code == 2, run
    told = "visitors cannot reach port 80: nftables' chain inet own input drops what none of its rules admits"
    assert told in run.host["error"]
    assert doctor.returncode == 2
    assert shop.current == before
    shop.deploy()
