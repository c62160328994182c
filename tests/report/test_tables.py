from __future__ import annotations

import re
from io import StringIO

from deploytasks.report import tables

NEW, OLD = "20261121T101500Z-3f9c2d1", "20261120T080000Z-aaaaaaa"
STATUS = {
    "prod1": {
        "release": NEW,
        "since": "2026-11-21T10:15:03Z",
        "previous": OLD,
        "processes": [
            {
                "name": "web",
                "unit": "shop@1.service",
                "state": "active",
                "pid": 812,
                "since": "10:15:03Z",
                "restarts": 0,
                "workers": 5,
            },
            {"name": "beat", "unit": "beat.service", "state": "failed", "pid": None, "restarts": 7},
        ],
        "health": {"status": 500, "ok": False, "error": None},
        "last_deploy": {"when": "10:15:08Z", "who": "ann", "command": "deploy", "outcome": "changed"},
        "drift": "2 files differ",
        "error": None,
    },
    "prod2": {"release": None, "health": None, "error": None},
    "prod3": {"error": "prod3:22: refused\ncheck \x1b[1msshd"},
}
RELEASES = {
    "prod1": [
        {"name": NEW, "created": "10:15Z", "by": "ann", "marks": ["current"], "source": "git 3f9c2d1"},
        {"name": OLD, "created": "08:00Z", "by": "bob", "marks": ["previous", "bad"], "source": None},
    ],
    "prod2": [],
}
HISTORY = {
    "prod1": [
        {
            "time": "10:15Z",
            "command": "deploy",
            "release": NEW,
            "by": "ann",
            "outcome": "failed",
            "elapsed_s": 31.2,
            "error": "GET / answered 500\nlook at the log",
        },
        {"time": "08:00Z", "command": "scale", "release": None, "by": "bob", "outcome": "changed"},
    ],
}
HOSTS = {
    "_meta": {
        "hostvars": {"prod1": {"ansible_host": "10.0.0.1", "ansible_port": 2222, "ansible_password": "pw"}}
    },
    "all": {"children": ["ungrouped", "web", "db"]},
    "web": {"hosts": ["prod1", "prod2"]},
    "db": {"children": ["main"]},
    "main": {"hosts": ["prod2"]},
}
VARS = {
    "prod1": {
        "nginx_listen": {"value": 80, "origin": "role nginx"},
        "app_env": {"value": {"A": "1\x1b"}, "origin": "group_vars/web.yml:3"},
    },
    "prod2": {"app_name": {"value": "shop", "origin": None}},
}


def written(page):
    stream = StringIO()
    tables.show(page, stream, {})
    return stream.getvalue()


def test_status_tells_who_is_at_work():
    at_work = "bob (deploy, pid 7 on the host) since 2026-11-22T10:00:00Z"
    first = {"release": None, "error": "nothing of shop is deployed here", "at_work": at_work}
    assert written(tables.status({"prod1": {**STATUS["prod1"], "at_work": at_work}})).count(at_work) == 1
    assert written(tables.status({"prod1": first})) == (
        f"prod1  nothing of shop is deployed here; at work: {at_work}\n"
    )


def test_status_is_a_block_per_host():
    assert written(tables.status(STATUS)) == (
        f"prod1  {NEW}  since 2026-11-21T10:15:03Z\n"
        "  health       not ok (500)\n"
        "  last deploy  deploy by ann at 10:15:08Z: changed\n"
        f"  previous     {OLD}\n"
        "  drift        2 files differ\n"
        "  process  state   pid  workers  restarts  since      unit\n"
        "  web      active  812  5        0         10:15:03Z  shop@1.service\n"
        "  beat     failed  -    -        7         -          beat.service\n"
        "\n"
        "prod2  no release yet\n"
        "  health       not asked\n"
        "  last deploy  -\n"
        "  previous     -\n"
        "  drift        none seen\n"
        "\n"
        "prod3  no answer\n"
        "  prod3:22: refused\n"
        "  check \\x1b[1msshd\n"
    )


def test_of_a_page_that_the_app_answered_with_status_tells_the_first_line():
    error = "GET / answered 500 instead of 200-399: ValueError at /\nTraceback (most recent call last):\nboom"
    said = written(tables.status({"prod1": {"release": NEW, "health": {"ok": False, "error": error}}}))
    assert "not ok (GET / answered 500 instead of 200-399: ValueError at /)\n" in said


def test_status_tells_a_host_that_has_nothing_from_one_that_does_not_answer():
    nothing = {"release": None, "error": "nothing of shop is deployed here"}
    assert written(tables.status({"web1": nothing})) == "web1  nothing of shop is deployed here\n"
    assert written(tables.status({"web1": {"error": "refused"}})) == "web1  no answer\n  refused\n"


def test_releases_are_rows_with_their_marks():
    assert written(tables.releases(RELEASES)) == (
        "host   release                   marks          created  by   source\n"
        f"prod1  {NEW}  current        10:15Z   ann  git 3f9c2d1\n"
        f"prod1  {OLD}  previous, bad  08:00Z   bob  -\n"
        "prod2  none yet                                 -        -    -\n"
        "\n"
        "bad: a rollback left this release for an earlier one; it lies here until newer ones take its place, "
        "and inv rollback --to brings it back\n"
    )
    good = {"prod1": RELEASES["prod1"][:1]}
    assert "bad" not in written(tables.releases(good))


def test_history_is_rows_with_the_first_line_of_the_error():
    assert written(tables.history(HISTORY)) == (
        "host   time    command  outcome  release                   took    by   error\n"
        f"prod1  10:15Z  deploy   failed   {NEW}  31.2 s  ann  GET / answered 500\n"
        "prod1  08:00Z  scale    changed  -                         -       bob\n"
    )


def test_history_tells_what_was_scaled_and_stopped():
    scaled = {"command": "scale", "process": "worker", "workers": 0}
    assert tables.command_of(scaled) == "scale worker 0"
    assert tables.command_of({"command": "stop", "process": "beat"}) == "stop beat"
    assert tables.command_of({}) == "-"


def test_scale_is_a_row_per_process():
    worker = {"running": 3, "by_hand": 3, "inventory": 2}
    web = {"running": 5, "by_hand": None, "inventory": 5}
    assert written(tables.scale({"prod1": {"web": web, "worker": worker}})) == (
        "host   process  running  by hand  inventory\n"
        "prod1  web      5        -        5\n"
        "prod1  worker   3        3        2\n"
    )


def test_hosts_are_a_tree_of_groups_without_passwords():
    assert written(tables.hosts(HOSTS)) == (
        "all\n"
        "|-- web\n"
        "|   |-- prod1  host=10.0.0.1  port=2222\n"
        "|   `-- prod2\n"
        "`-- db\n"
        "    `-- main\n"
        "        `-- prod2\n"
    )


def test_variables_are_values_with_their_origins():
    assert written(tables.variables(VARS)) == (
        "prod1\n"
        '  app_env       {"A": "1\\u001b"}  group_vars/web.yml:3\n'
        "  nginx_listen  80                role nginx\n"
        "\n"
        "prod2\n"
        '  app_name  "shop"  -\n'
    )


def drawn(terminal, page, columns):
    tables.show(page, terminal.stdout, {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": str(columns)})
    return [line.rstrip() for line in re.sub(r"\x1b\[\d*m", "", terminal.seen()).splitlines()]


def test_a_terminal_draws_the_tree_with_lines(terminal):
    assert drawn(terminal, tables.hosts(HOSTS), 80) == [
        "all",
        "├── web",
        "│   ├── prod1  host=10.0.0.1  port=2222",
        "│   └── prod2",
        "└── db",
        "    └── main",
        "        └── prod2",
    ]


def test_a_narrow_terminal_folds_cells_and_loses_nothing(terminal):
    vars_of_one = {"prod1": {"app_env": {"value": "a" * 20, "origin": "group_vars/web.yml:3"}}}
    assert drawn(terminal, tables.variables(vars_of_one), 40) == [
        "prod1",
        '  app_env  "aaaaaaaaaaa  group_vars/web.',
        '           aaaaaaaaa"    yml:3',
    ]
