"""Whatever is killed or runs out, and whenever: a whole release serves, and the next deploy converges."""

from __future__ import annotations

import json
import time
from itertools import count

import pytest

from tests.e2e.controller import wait_for
from tests.e2e.faults import (
    SLOW_START,
    acts,
    assert_it_converges,
    assert_it_fails_for,
    assert_it_says_what_happened,
    assert_nothing_is_left_over,
    cut_deploy,
    cut_rollback,
    deployed_here,
    deploying,
    ended_by_itself,
    failpoints,
    journal,
    kill,
    kill_when_it_intends,
    last_act,
    lock,
    on_disk,
    serves,
)
from tests.e2e.project import Project, difference, files
from tests.e2e.traffic import Traffic

SERVES_AFTER_BOOT_S = 10
REFUSED_WITHIN_S = 2
HOLD_APT = (
    "import fcntl, time; file = open('/var/lib/dpkg/lock-frontend', 'w');"
    "fcntl.lockf(file, fcntl.LOCK_EX); print('held', flush=True); time.sleep(8)"
)
number = count(1)


@pytest.fixture(scope="module")
def faulty(web, tmp_path_factory) -> Project:
    """An app whose first release serves."""
    project = Project.make("faulty", tmp_path_factory.mktemp("faulty"), web)
    project.deploy()
    return project


@pytest.fixture
def shop(faulty) -> Project:
    """The same app with a new version that is not watched, ready to be deployed."""
    faulty.configure(app_watch_s=0)
    faulty.code(f"edition {next(number)}")
    return faulty


@pytest.mark.fault(15)
def test_an_agent_killed_after_any_record_of_a_deploy_leaves_a_whole_release(shop):
    cuts: dict[str, str] = {}
    changed = shop.deploy().changed
    with Traffic.on(shop) as traffic:
        for failpoint in failpoints(changed):
            serving, committed = shop.current, "commit" in cuts
            shop.code(f"version {failpoint}")
            ended = cut_deploy(shop, failpoint)
            if ended.went_well:
                break
            assert "the agent ended before it was done" in ended.error
            cuts[last_act(shop)] = shop.says["release"]
            if committed or "commit" in cuts:
                assert (shop.current, shop.says["release"]) != (serving, serving)
                assert deployed_here(shop).changed < 5
            elif "intend switch traffic to the new release" not in cuts:
                assert (shop.current, shop.says["release"]) == (serving, serving)
    assert len(cuts) > 20, cuts
    assert (traffic.served.count(None), len(traffic.served) > 200) == (0, True)
    assert deployed_here(shop).changed == 0
    assert_nothing_is_left_over(shop)


@pytest.mark.fault(83)
def test_an_agent_killed_in_a_rollback_leaves_a_whole_release(shop):
    shop.deploy()
    version = shop.says["version"]
    cuts: list[str] = []
    with Traffic.on(shop) as traffic:
        for failpoint in count(1, 3):
            if cut_rollback(shop, failpoint).went_well:
                break
            cuts += [last_act(shop)]
            if "commit" in acts(shop):
                deployed_here(shop)
    assert len(cuts) > 4, cuts
    assert traffic.served.count(None) == 0
    deployed_here(shop)
    assert deployed_here(shop).changed == 0
    assert shop.says["version"] == version
    assert_nothing_is_left_over(shop)


@pytest.mark.fault(29, 31)
def test_what_a_first_deploy_was_making_when_it_was_killed_is_cleared_away(faulty, tmp_path):
    web = faulty.target
    shop = Project.make("unfinished", tmp_path, web)
    before = files(web, "/etc/nginx", "/etc/systemd", "/etc/tmpfiles.d")
    kill_when_it_intends(shop, "install the dependencies")
    environment = journal(shop)[-1]["resource"]["args"]["path"]
    directory, _, name = environment.rpartition("/")
    release = web.run(["sh", "-c", f"echo {shop.root}/releases/*"]).stdout.strip()
    halves = [
        f"{environment}/lib",
        f"{directory}/.{name}.deploytasks-new",
        f"{release}/.code.deploytasks-new",
    ]
    web.run(["mkdir", "-p", *halves])
    web.run(["touch", f"{environment}/pyvenv.cfg", f"{release}/.env.deploytasks-new", f"{halves[2]}/app.py"])
    assert shop.inv("rollback").exit_code == 2
    assert difference(before, files(web, "/etc/nginx", "/etc/systemd", "/etc/tmpfiles.d")) == {}
    assert web.run(["find", shop.root, "-mindepth", "1"], check=False).stdout in (
        "",
        f"{shop.root}/history.jsonl\n",
    )
    shop.deploy()
    assert shop.deploy().changed == []


def test_status_tells_that_the_last_run_was_cut(shop):
    cut_deploy(shop, 5)
    assert shop.asked("status")["drift"].startswith("the last deploy was cut short; the next deploy")
    deployed_here(shop)
    assert shop.asked("status")["drift"] is None
    history = shop.target.run(["tail", "-n", "2", f"{shop.root}/history.jsonl"]).stdout.splitlines()
    assert [json.loads(line)["error"] for line in history] == ["cut short", None]


@pytest.mark.fault(1, 8)
@pytest.mark.parametrize("killed", ["controller", "sshd"])
def test_before_the_switch_a_lost_controller_means_that_the_host_undoes(shop, killed):
    before = on_disk(shop)
    shop.code("slow", SLOW_START)
    with Traffic.on(shop) as traffic, deploying(shop, "start the new instance") as deploy:
        kill(shop, deploy, killed)
        assert_it_says_what_happened(deploy, killed)
        assert ended_by_itself(shop)["outcome"] == "failed"
    assert set(traffic.served) == {shop.current}
    assert difference(before, on_disk(shop)) == {}
    assert_it_converges(shop)


@pytest.mark.fault(1, 8)
@pytest.mark.parametrize("killed", ["controller", "sshd"])
def test_after_the_switch_a_lost_controller_means_that_the_host_finishes(shop, killed):
    serving = shop.current
    shop.configure(app_watch_s=1.5)
    with Traffic.on(shop) as traffic, deploying(shop, "make the new release current") as deploy:
        kill(shop, deploy, killed)
        assert_it_says_what_happened(deploy, killed)
        assert ended_by_itself(shop)["outcome"] == "changed"
    assert set(traffic.served) == {serving, shop.current}
    assert shop.deploy().changed == []


@pytest.mark.fault(13)
def test_a_host_that_dies_in_the_watch_serves_the_confirmed_release_after_its_boot(shop):
    serving = shop.current
    shop.configure(app_watch_s=5)
    with deploying(shop, "make the new release current"):
        shop.target.container.restart(timeout=0)
        wait_for(lambda: serves(shop), "an answer after the boot", SERVES_AFTER_BOOT_S)
    assert (shop.says["release"], shop.current) == (serving, serving)
    shop.target.wait_until_up()
    shop.configure(app_watch_s=0)
    assert_it_converges(shop)


@pytest.mark.fault(60, 63)
def test_of_two_deploys_at_once_one_is_told_who_is_at_work_or_waits(shop):
    shop.configure(app_watch_s=7)
    with deploying(shop, "make the new release current") as first:
        started = time.monotonic()
        refused = shop.inv("deploy")
        assert time.monotonic() - started < REFUSED_WITHIN_S
        assert (refused.exit_code, refused.host["outcome"]) == (6, "locked")
        at_work = f"(deploy, pid {lock(shop)['pid']} on the host) since "
        assert at_work in refused.messages
        assert at_work in shop.asked("status")["at_work"]
        assert shop.asked("status")["drift"] is None
        assert any(at_work in event.get("text", "") for event in shop.inv("verify").events)
        waited = shop.inv("deploy", "--lock-wait", "30")
        assert first.wait(timeout=30) == 0
    assert (waited.exit_code, waited.changed) == (0, [])


@pytest.mark.fault(17, 20, 22)
def test_a_full_and_a_read_only_disk_leave_the_old_release_and_are_named(web, tmp_path):
    shop = Project.make("cramped", tmp_path, web)
    web.run(["sh", "-c", f"mkdir -p {shop.root} && mount -t tmpfs -o size=40m,mode=755 tmpfs {shop.root}"])
    shop.deploy()
    web.run(["sh", "-c", f"cat /dev/zero > {shop.root}/shared/filler || true"])
    assert_it_fails_for(shop, "not enough room")
    web.run(["rm", f"{shop.root}/shared/filler"])
    web.run(["mount", "-o", "remount,ro", shop.root])
    assert_it_fails_for(shop, "Read-only file system")
    web.run(["mount", "-o", "remount,rw", shop.root])
    assert_it_converges(shop)


@pytest.mark.fault(45)
def test_somebody_elses_broken_site_is_named_and_ours_is_put_back(shop):
    theirs = "/etc/nginx/sites-enabled/zz-theirs"
    shop.deploy()
    before = on_disk(shop)
    shop.configure(nginx_client_max_body_size="3m")
    shop.target.run(["sh", "-c", f"echo 'no such directive;' > {theirs}"])
    with Traffic.on(shop) as traffic:
        run = shop.inv("deploy")
    shop.target.run(["rm", theirs])
    assert run.exit_code == 2, run.messages
    assert f"in {theirs}:1" in run.messages
    assert set(traffic.served) == {shop.current}
    assert difference(before, on_disk(shop)) == {}
    assert_it_converges(shop)


@pytest.mark.fault(24)
def test_apt_in_other_hands_is_waited_for_and_its_holder_is_named(shop):
    shop.target.run(["dpkg", "--remove", "ufw"])
    held = shop.target.container.exec_run(["python3", "-c", HOLD_APT], stream=True).output
    assert b"held" in next(held)
    run = shop.deploy()
    assert "install ufw" in run.changed
    notes = [event["text"] for event in run.events if event["event"] == "note"]
    assert [note for note in notes if "waiting for apt: process " in note and "(python3)" in note], notes
