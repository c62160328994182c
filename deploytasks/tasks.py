"""The Invoke collection: ``inv deploy``, ``inv rollback``, ``inv logs --tail``; mounts in any tasks.py or fabfile.py.

Bodies import what they use: ``inv --list`` waits for none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invoke.collection import Collection
from invoke.tasks import task

from deploytasks.cli.additions import KEY, Additions
from deploytasks.cli.on_hosts import finish_here, on_hosts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from deploytasks.cli.additions import Callback
    from deploytasks.cli.chosen import Chosen
    from deploytasks.planning.role import Role
    from deploytasks.report import Reporter


@on_hosts(
    changes="not check",
    dry="check",
    check="change nothing, tell what would change; exit code 3 if something would",
    diff="show what differs",
    serial="batches of hosts: 1,25%,100%",
    max_fail="stop when more than so many hosts failed: 2 or 25%",
    lock_wait="seconds to wait for somebody else's deploy",
    tags="only these roles; a release is made of all of them or not at all",
    skip_tags="not these roles",
)
def deploy(
    chosen: Chosen,
    check: bool = False,
    diff: bool = False,
    serial: str = "",
    max_fail: str = "",
    lock_wait: int = 0,
    tags: str = "",
    skip_tags: str = "",
) -> int:
    """Converge hosts to what inventory, roles and source say; a new release only when something differs."""
    from deploytasks.cli.deploying import deploy_to

    return deploy_to(chosen, check, diff, serial, max_fail, lock_wait, tags, skip_tags)


@on_hosts(dry="always", diff="the lines of files that differ, too")
def check(chosen: Chosen, diff: bool = False) -> int:
    """Tell what a deploy would change, and change nothing; exit code 3 if it would change something."""
    from deploytasks.cli.deploying import deploy_to

    return deploy_to(chosen, check=True, diff=diff)


@on_hosts(dry="always", diff="the lines of files that differ, too")
def verify(chosen: Chosen, diff: bool = False) -> int:
    """Tell how hosts differ from what their release has recorded, without the source; exit code 3 if they do."""
    from deploytasks.cli.deploying import verify_hosts

    return verify_hosts(chosen, diff)


@on_hosts(changes="always", lock_wait="seconds to wait for somebody else's deploy")
def setup(chosen: Chosen, lock_wait: int = 0) -> int:
    """Provision only: everything but the app's release."""
    from deploytasks.cli.deploying import set_up

    return set_up(chosen, lock_wait)


@on_hosts(
    changes="always",
    to="the release to go to (default: the one that served before)",
    lock_wait="seconds to wait for the lock",
)
def rollback(chosen: Chosen, to: str = "", lock_wait: int = 0) -> int:
    """Back to the release that served before the current one, from what lies on the host; needs no network."""
    from deploytasks.cli.deploying import roll_back

    return roll_back(chosen, to, lock_wait)


@on_hosts(out="where to write it: FILE.pyz")
def payload(chosen: Chosen, out: str = "") -> int:
    """What a deploy would tell a host, as a file that is run there: sudo python3 FILE.pyz --check."""
    from deploytasks.cli.payload import make_payload

    return make_payload(chosen, out)


@on_hosts(
    changes="yes",
    yes="remove it; without this, tell what would go, with exit code 3",
    lock_wait="seconds to wait for the lock",
)
def prune(chosen: Chosen, yes: bool = False, lock_wait: int = 0) -> int:
    """Remove all releases but the current one and the one before, and what only they use."""
    from deploytasks.cli.deploying import prune_hosts

    return prune_hosts(chosen, yes, lock_wait)


@on_hosts(
    changes="yes",
    needs_host=True,
    yes="remove it; without this, tell what would go, with exit code 3",
    purge="shared data and history, too",
    lock_wait="seconds to wait for the lock",
)
def destroy(chosen: Chosen, yes: bool = False, purge: bool = False, lock_wait: int = 0) -> int:
    """Remove everything of the app, but for its shared data and its history; wants --host."""
    from deploytasks.cli.destroying import destroy_app

    return destroy_app(chosen, yes, purge, lock_wait)


@on_hosts(
    dry="always",
    tail="follow until Ctrl-C",
    lines="how many lines of the past, from each host",
    since="from this time on: 15m, or as journalctl(1) takes it: '1 hour ago'",
    grep="only lines that this regular expression finds",
    process="only this process",
)
def logs(
    chosen: Chosen, tail: bool = False, lines: int = 100, since: str = "", grep: str = "", process: str = ""
) -> int:
    """The app's log from all chosen hosts, merged by time."""
    from deploytasks.cli.logging import show_logs

    return show_logs(chosen, tail, lines, since, grep, process)


@on_hosts(dry="always")
def status(chosen: Chosen) -> int:
    """Per host: release, since when, processes, health, last deploy."""
    from deploytasks.agent.release.questions import Status
    from deploytasks.cli.asking import show_answers

    return show_answers(chosen, Status())


@on_hosts(
    dry="always", local="this machine instead: programs, keys, terminal, and its clock against the hosts'"
)
def doctor(chosen: Chosen, local: bool = False) -> int:
    """Look before a deploy: disk, memory, clock, ports, firewall, names, certificates; exit code 2 if one is bad."""
    from deploytasks.cli.examining import examine_here, examine_hosts

    return examine_here(chosen) if local else examine_hosts(chosen)


@on_hosts(dry="always")
def releases(chosen: Chosen) -> int:
    """What lies on the hosts, and which release is current and previous."""
    from deploytasks.agent.release.questions import Releases
    from deploytasks.cli.asking import show_answers

    return show_answers(chosen, Releases())


@on_hosts(dry="always")
def history(chosen: Chosen) -> int:
    """Who deployed what, when, how long it took, how it ended."""
    from deploytasks.agent.release.questions import History
    from deploytasks.cli.asking import show_answers

    return show_answers(chosen, History())


@on_hosts(changes="always", process="only this process")
def start(chosen: Chosen, process: str = "") -> int:
    """Start the app's processes."""
    from deploytasks.cli.asking import act_on_processes

    return act_on_processes(chosen, "start", process)


@on_hosts(changes="always", process="only this process")
def stop(chosen: Chosen, process: str = "") -> int:
    """Stop the app's processes."""
    from deploytasks.cli.asking import act_on_processes

    return act_on_processes(chosen, "stop", process)


@on_hosts(changes="always", process="only this process")
def restart(chosen: Chosen, process: str = "") -> int:
    """Restart the app's processes."""
    from deploytasks.cli.asking import act_on_processes

    return act_on_processes(chosen, "restart", process)


@on_hosts(
    changes="workers",
    process="which process (default: web)",
    workers="how many, or default for the inventory's number; without it the numbers are shown",
)
def scale(chosen: Chosen, process: str = "", workers: str = "") -> int:
    """Change the number of a process now and for what is deployed later, or show the numbers."""
    from deploytasks.cli.scaling import scale_process

    return scale_process(chosen, process, workers)


@on_hosts(
    changes="always",
    on="show the page to everybody, with status 503",
    off="the app is back",
    message="what the page says",
)
def maintenance(chosen: Chosen, on: bool = False, off: bool = False, message: str = "") -> int:
    """A page from nginx in the place of the app, which stays up."""
    from deploytasks.cli.maintaining import turn_maintenance

    return turn_maintenance(chosen, on, off, message)


@on_hosts(
    changes="port",
    port="8000, or 8000/udp; without it, what is open for a time is shown",
    for_="how long: 30s, 15m, 1h or 2d, at most 30d",
    from_="only to this address or range, such as 192.0.2.0/24",
    close="shut it now",
)
def allow(chosen: Chosen, port: str = "", for_: str = "", from_: str = "", close: bool = False) -> int:
    """Open a port of the firewall for a time (default: 1h); it shuts itself, also after a reboot."""
    from deploytasks.cli.allowing import allow_port

    return allow_port(chosen, port, for_, from_, close)


@on_hosts(changes="always", command="what /bin/sh is to run", once="on the first chosen host only")
def run(chosen: Chosen, command: str = "", once: bool = False) -> int:
    """A command in the app's environment: its user, directory, virtual environment and variables."""
    from deploytasks.cli.logging import run_command

    return run_command(chosen, command, once)


@on_hosts()
def shell(chosen: Chosen) -> int:
    """An interactive shell in the app's environment."""
    from deploytasks.cli.shell import open_shell

    return open_shell(chosen)


@on_hosts(
    changes="always",
    command="what /bin/sh is to run",
    user="as whom (default: who logs in)",
    timeout="seconds that it may take (0: without a limit)",
    once="on the first chosen host only",
)
def sh(chosen: Chosen, command: str = "", user: str = "", timeout: int = 0, once: bool = False) -> int:
    """A command on any host of the inventory; it needs no app there."""
    from deploytasks.cli.any_host import run_anywhere

    return run_anywhere(chosen, command, user, timeout, once)


@on_hosts(dry="always", path="the file on the hosts", into="the directory here: HOST/PATH below it")
def fetch(chosen: Chosen, path: str = "", into: str = "fetched") -> int:
    """Copy a file of each host to this machine."""
    from deploytasks.cli.any_host import fetch_file

    return fetch_file(chosen, path, into)


@on_hosts(
    changes="not check",
    dry="check",
    file="the file here",
    path="where it is to be on the hosts",
    mode="its mode",
    owner="its owner",
    group="its group",
    check="change nothing, tell what would change; exit code 3 if something would",
    diff="show what differs",
)
def put(
    chosen: Chosen,
    file: str = "",
    path: str = "",
    mode: str = "0644",
    owner: str = "root",
    group: str = "root",
    check: bool = False,
    diff: bool = False,
) -> int:
    """Have a file of this machine on all hosts; where it is so already nothing changes."""
    from deploytasks.cli.any_host import put_file

    given = {"file": file, "path": path, "mode": mode, "owner": owner, "group": group}
    return put_file(chosen, given, check, diff)


@on_hosts(dry="always")
def facts(chosen: Chosen) -> int:
    """What hosts are like: system, addresses, disks, memory; with --json packages, services and users, too."""
    from deploytasks.cli.any_host import show_facts

    return show_facts(chosen)


@on_hosts(dry="always")
def ping(chosen: Chosen) -> int:
    """Which hosts answer, let us in and have a Python."""
    from deploytasks.cli.any_host import ping_hosts

    return ping_hosts(chosen)


@on_hosts(changes="always", needs_host=True, timeout="seconds until a host has to be back")
def reboot(chosen: Chosen, timeout: int = 300) -> int:
    """Start hosts anew, and wait until they are back; wants --host."""
    from deploytasks.cli.any_host import reboot_hosts

    return reboot_hosts(chosen, timeout)


@on_hosts(
    source="the app's directory (default: here, or what --host says)",
    port="where it answers",
    bind="the address that it listens on",
)
def serve(chosen: Chosen, source: str = "", port: int = 5000, bind: str = "127.0.0.1") -> int:
    """Run the app on this machine to develop it: reload, debugger; with --host, as that host's variables say."""
    from deploytasks.cli.serving import serve_app

    return serve_app(chosen, source, port, bind)


@on_hosts(dry="always", graph="drawn as ansible-inventory --graph draws it")
def hosts(chosen: Chosen, graph: bool = False) -> None:
    """The inventory as a tree."""
    from deploytasks.cli.inventory import show_graph, show_hosts

    (show_graph if graph else show_hosts)(chosen)


@on_hosts(
    dry="always",
    explain="a variable: each place that sets it, the one that counts last, and what it is made of",
)
def vars(chosen: Chosen, explain: str = "") -> None:  # noqa: A001 - the task's fixed name
    """The hosts' variables, and where each was written."""
    from deploytasks.cli.inventory import explain_variable, show_vars

    if explain:
        explain_variable(chosen, explain)
    else:
        show_vars(chosen)


@on_hosts(dry="always")
def secrets(chosen: Chosen) -> int:
    """Which secrets are used where, and whether each can be had; never what they are."""
    from deploytasks.cli.secrets import show_secrets

    return show_secrets(chosen)


@task(
    auto_shortflags=False,
    help={
        "source": "the app's directory",
        "pipeline": "a workflow, too: github or gitlab",
        "server": "no app: servers that inv setup makes ready",
        "from_ansible": "an Ansible project, or a playbook of it, that deploys the app now",
    },
)
def init(c: Any, source: str = ".", pipeline: str = "", server: bool = False, from_ansible: str = "") -> None:
    """Look at the app, and write tasks.py and inventory.ini for it, and a pipeline that deploys it."""
    from deploytasks.cli.init import write_files

    finish_here(c, "init", lambda: write_files(source, pipeline, server=server, from_ansible=from_ansible))


@task(
    auto_shortflags=False,
    help={"name": "what the inventory calls it", "image": "debian11, debian12 or debian13"},
)
def up(c: Any, name: str = "target", image: str = "debian12") -> None:
    """A local Docker SSH target and its inventory entry."""
    from deploytasks.cli.target import bring_up

    finish_here(c, "target.up", lambda: bring_up(name, image))


@task(auto_shortflags=False, help={"name": "what the inventory calls it"})
def down(c: Any, name: str = "target") -> None:
    """Remove a local Docker SSH target and its inventory entry."""
    from deploytasks.cli.target import take_down

    finish_here(c, "target.down", lambda: take_down(name))


def collection(
    roles: Iterable[Role] = (),
    before: Callback | Iterable[Callback] = (),
    after: Callback | Iterable[Callback] = (),
    reporters: Iterable[Reporter] = (),
    variables: Mapping[str, Any] | None = None,
    inventory: str | Iterable[str] = (),
    ansible_cfg: str = "",
) -> Collection:
    """All shipped tasks, with what a tasks file adds.

    Such as ``roles=[metrics], after=tell_the_team``.

    *roles* are part of ``deploy``, ``check``, ``setup``, ``payload``, of the release and so of ``verify`` and
    ``rollback``, in their order after the standard ones; one that is an app server, a web server or a runtime
    takes the place of the usual one. *before* and *after* are called here with an ``Occasion``, around each task
    that is going to change hosts: one of *before* that raises ends the task before anything is contacted, those of
    *after* are called however it ended, and one that raises makes exit code 1 of 0. *reporters*
    (``deploytasks.report.Reporter``) are told every event beside what is shown.

    *variables* go over those of the inventory, for all hosts, as a play's do in Ansible; templates in them are
    filled in, and ``--extra-vars`` go over them. *inventory* names its sources where neither flag nor environment
    do, and *ansible_cfg* a configuration of Ansible that is not in this directory.
    """
    found = Collection(
        *(
            deploy,
            check,
            verify,
            setup,
            rollback,
            payload,
            prune,
            destroy,
            logs,
            status,
            doctor,
            releases,
            history,
        ),
        *(start, stop, restart, scale, maintenance, allow, run, shell, serve, hosts, vars, secrets, init),
        *(sh, fetch, put, facts, ping, reboot),
    )
    found.add_collection(Collection("target", up, down))
    additions = Additions.made_of(roles, before, after, reporters, variables or {}, inventory, ansible_cfg)
    if additions != Additions():
        found.configure({KEY: {"additions": additions}})
    return found


ns = collection()
