"""Bad input ends with 5 before anything is contacted, and says where it stands and what is expected instead."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.cli.test_usage import Desk, desk

__all__ = ["desk"]

LONG = "x" * 65
ENTRY = "web1 ansible_host=127.0.0.1 ansible_port={port}"
OTHER = "web2 ansible_host=127.0.0.1 ansible_port={port}"
VARIABLES = "\n[all:vars]\napp_name=shop\napp_source=app\n"
REQUIREMENTS = "app/requirements.txt"
ALL_YML = "group_vars/all.yml"
BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@dataclass(frozen=True)
class Bad:
    """What is typed and written, and a part of what is said of it.

    *variables* are over those that are in order, *inventory* is in the place of the whole file.
    """

    said: str
    words: tuple[str, ...] = ("deploy",)
    variables: Mapping[str, str] = field(default_factory=dict)
    inventory: str | None = None
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    mode: tuple[str, int] | None = None

    def lay_out(self, desk: Desk) -> None:
        """Write it down at *desk*."""
        port = desk.door.getsockname()[1]
        given = {"app_name": "shop", "app_source": "app", **self.variables}
        desk.inventory(*(f"{name}={value}" for name, value in given.items()))
        if self.inventory is not None:
            (desk.directory / "inventory.ini").write_text(self.inventory.format(port=port))
        for name, content in self.files.items():
            place = desk.directory / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
        if self.mode:
            (desk.directory / self.mode[0]).chmod(self.mode[1])


def variable(name: str, said: str, *values: str, **others: str) -> list[Bad]:
    """The variable *name* with each of *values*, of which *said* is said."""
    return [Bad(said, variables={name: value, **others}) for value in values]


def hosts(said: str, *lines: str) -> list[Bad]:
    """Inventories of one host line each."""
    return [Bad(said, inventory=line + VARIABLES) for line in lines]


def chosen(said: str, *patterns: str) -> list[Bad]:
    """What ``--host`` is given."""
    return [Bad(said, ("deploy", "--host", pattern)) for pattern in patterns]


def flag(said: str, *words: str) -> list[Bad]:
    return [Bad(said, words)]


CASES: dict[str, list[Bad]] = {
    "1 inventory that is not there": flag(
        "nosuch.ini; expected a file that exists", "deploy", "--inventory", "nosuch.ini"
    ),
    "2 inventory that is a directory without any": [
        Bad("empty: has no hosts", ("deploy", "--inventory", "empty"), files={"empty/.hidden": "web1"})
    ],
    "2 inventory that is no text": [
        Bad("inventory.ini:1: not text: byte 5", files={"inventory.ini": b"\x7fELF\x00\xff"})
    ],
    "3 inventory without hosts": [Bad("inventory.ini: has no hosts", inventory="")],
    "69 inventory that is too large": [Bad("expected at most", inventory="web1\n" * 3_000_000)],
    "69 inventory that anybody may write to": [Bad("anyone may write to it", mode=("inventory.ini", 0o666))],
    "4 group without hosts": [
        Bad(
            'group "web" is empty',
            ("deploy", "--host", "web"),
            inventory=f"[web]\n[db]\n{ENTRY}\n{VARIABLES}",
        )
    ],
    "5 unknown group": chosen('did you mean "web"?', "wbe"),
    "6 empty host pattern": [
        *chosen("--host is empty", "", " "),
        Bad("$DEPLOYTASKS_HOST is empty", environment={"DEPLOYTASKS_HOST": ""}),
    ],
    "7 unknown host": chosen('unknown host or group "nosuch"', "nosuch", "web1,nosuch"),
    "8 localhost that is in no inventory": chosen('unknown host or group "localhost"', "localhost"),
    "9 pattern that matches no host": chosen("matches no host", "web[9]", "web:!web"),
    "10 port": hosts(
        "expected a number from 1 to 65535",
        "h1:99999",
        *(f"h1 ansible_port={port}" for port in ("0", "-1", "ssh", "22.5")),
    ),
    "11 host that is an option": hosts('may not start with "-"', "-oProxyCommand=id"),
    "12 host with a shell's words": [
        *hosts("invalid character ';' in host name", "h1;id"),
        *hosts("expected key=value", "h1 $(id)"),
    ],
    "13 login": hosts(
        "expected a user name", *(f"h1 ansible_user={user}" for user in ('"a b"', "-l", "root;id"))
    ),
    "14 key file": hosts("key file not found: /nope", "h1 ansible_ssh_private_key_file=/nope"),
    "15 two names of one machine": hosts('"web2" is the same machine as "web1"', f"{ENTRY}\n{OTHER}"),
    "16 connection": hosts(
        "ansible_connection=winrm of h1 is not supported; expected ssh or local",
        "h1 ansible_connection=winrm",
    ),
    "17 version that would be read as a number": variable("app_python", "quote it", "3.10", "3.1"),
    "18 name of the app": [
        *variable(
            "app_name",
            "app_name: ",
            "",
            ".",
            "..",
            "a/b",
            "../x",
            "a b",
            "A;rm -rf /",
            "-rf",
            "a%i",
            LONG,
            "ñ",
        ),
        *variable("app_name", "app_name: 'root' is the name of a system account", "root"),
        *variable("app_name", "app_name: 'nginx' is the name of a system account", "nginx"),
    ],
    "19 name of the app with the mark of an instance": variable("app_name", "expected such as shop", "x@y"),
    "20 release": [
        *flag("no release is called that", "rollback", "--to", "../../etc"),
        *flag("no release is called that", "rollback", "--to", "-x"),
        *flag("no release is called that", "rollback", "--to", "20260101T000000Z-abcdef0 "),
    ],
    "21 directory on the host": [
        *variable(
            "app_root", "expected such as /srv/shop", "srv/x", "/", "/etc", "/srv//x", "~", "~/x", "/srv/a b"
        ),
        *variable("app_root", "app_root: '/home/../etc'; expected a path without ..", "/home/../etc"),
        *variable(
            "app_root",
            "is a place of the system's; choose one such as /srv/shop",
            *("/etc/shop", "/proc/shop", "/usr/shop", "/tmp/shop", "/var/tmp/shop", "/opt/deploytasks/uv"),
        ),
    ],
    "23 domain with a directive behind it": variable(
        "nginx_server_name", "is not a host name", 'a.test; return 200 "x"'
    ),
    "24 domain": variable(
        "nginx_server_name",
        "is not a host name",
        "$host",
        '"a;b"',
        "-x",
        "a..b",
        ".",
        "*",
        "a.*.b",
        "~(",
        "a." * 126 + "aa",
        "l" * 64 + ".test",
        "a_b",
        "http://a.test",
        "a.test/",
        "a.test:80",
    ),
    "25 domain of another alphabet": variable("nginx_server_name", "use its IDNA form ss.test", "ß.test"),
    "27 certificate without a name": variable(
        "nginx_tls", "nginx_tls: a certificate is for names", "self-signed"
    ),
    "28 port of the app": [
        *variable(
            "app_port", "expected a whole number", "0", "70000", '"80 default_server"', app_web_server="none"
        ),
        *variable("app_port", "22 is the port of SSH", "22", app_web_server="none"),
    ],
    "29 size": variable("nginx_client_max_body_size", "expected such as 10m", "10x", "10m; root /", "-1"),
    "30 seconds": variable("app_health_timeout_s", "expected a number", "10 minutes", "nan", "1e9", "-5", ""),
    "31 workers": variable(
        "gunicorn_workers", "expected a whole number", "0", "-1", "auto;", "1000000", "2.5"
    ),
    "32 callable": variable(
        "app_callable", "must be MODULE:NAME", "app", "app:", ":app", "app:app;id", "../x:app", "app app:app"
    ),
    "33 server": variable("app_server", 'did you mean "gunicorn"?', "gunicon"),
    "34 settings that are ours": [
        case
        for name in ("bind", "daemon", "pidfile", "chdir")
        for case in variable(f"gunicorn_{name}", f"gunicorn_{name} is managed by deploytasks", "x")
    ],
    "35 name in the environment": variable(
        "app_env",
        "expected a name such as DATABASE_URL",
        *(f'{{"{name}": "v"}}' for name in ("1A", "A-B", "A B", "A=B", "", "LD_PRELOAD", "PATH")),
    ),
    "37 value in the environment": [
        Bad("A: its value has a NUL character", files={ALL_YML: 'app_env: {A: "x\\0y"}\n'}),
    ],
    "40 secret on the command line": [
        *flag("app_env is secret", "deploy", "--extra-vars", '{"app_env": {"TOKEN": "hunter2"}}'),
        *flag(
            "pip_index_url is secret",
            "deploy",
            "--extra-vars",
            "pip_index_url=https://me:hunter2@example.org/",
        ),
    ],
    "72 password of the connection on the command line": [
        Bad(f"{name} is secret", words=("deploy", "--extra-vars", f"{name}=geheim"))
        for name in ("ansible_become_password", "ansible_become_pass", "ansible_password", "ansible_ssh_pass")
    ],
    "73 template in a value": [
        *variable("app_health_path", "is not set", "/{{ path }}"),
        Bad(
            'group_vars/all.yml:1: app_env: "nowhere" is not set',
            files={ALL_YML: 'app_env: {SECRET_KEY: "{{ nowhere }}"}\n'},
        ),
    ],
    "71 index that is asked without encryption": variable(
        "pip_index_url",
        "is asked without encryption; expected https://",
        "http://pypi.example.org/simple",
        "http://127.0.0.1.example.org/simple",
        "http://localhost.example.org/",
    ),
    "38 file of the environment that others may read": [
        Bad(
            "is readable by others",
            variables={"app_env_file": "e"},
            files={"e": "A=b\n"},
            mode=("e", 0o644),
        )
    ],
    "39 file of the environment with a name twice": [
        Bad(
            "e:2: A is set already in line 1",
            variables={"app_env_file": "e"},
            files={"e": "A=b\nA=c\n"},
            mode=("e", 0o600),
        )
    ],
    "41 YAML": [
        Bad("all.yml:2: no YAML", files={ALL_YML: "a:\n\tb: 1\n"}),
        Bad('all.yml:2: key "app_port" is there twice', files={ALL_YML: "app_port: 1\napp_port: 2\n"}),
        Bad("is not allowed; expected a plain value", files={ALL_YML: "x: !!python/object:os.system {}\n"}),
        Bad("all.yml", files={ALL_YML: BOMB}),
        Bad("holds no mapping", files={ALL_YML: "- a\n"}),
        Bad("nan is no finite number", files={ALL_YML: "app_watch_s: .nan\n"}),
        Bad("is read as a date; quote it", files={ALL_YML: "app_python: 2020-01-01\n"}),
        Bad("app_python: True: expected text", files={ALL_YML: "app_python: yes\n"}),
    ],
    "41 TOML and JSON": [
        Bad("all.toml:1: no TOML", files={"group_vars/all.toml": "a = \n"}),
        Bad("all.json:1: no JSON", files={"group_vars/all.json": "{,}"}),
    ],
    "42 unknown variable": variable("gunicorn_workres", 'did you mean "gunicorn_workers"?', "4"),
    "43 type": [
        Bad(
            "app_name: ['a']: expected text, got a list",
            files={ALL_YML: "app_name: [a]\n"},
            inventory=f"{ENTRY}\n",
        ),
        Bad("gunicorn_workers: True: expected a whole number", files={ALL_YML: "gunicorn_workers: true\n"}),
        Bad("app_shared: 'x': expected a list, got text", files={ALL_YML: "app_shared: x\n"}),
    ],
    "44 missing variable": [Bad("app_name is missing", inventory=f"{ENTRY}\n")],
    "52 numbers of a command line": [
        *flag("--forks 0: must be at least 1", "deploy", "--forks", "0"),
        *flag("--forks -1: must be at least 1", "deploy", "--forks", "-1"),
        *flag("--forks 'x': expected a whole number", "deploy", "--forks", "x"),
        *flag("--lock-wait 'x': expected a whole number", "deploy", "--lock-wait", "x"),
        *flag("--lines 'abc': expected a whole number", "logs", "--lines", "abc"),
        *flag("'0' is no number of hosts", "deploy", "--serial", "0"),
        *flag("'x%' is no number of hosts", "deploy", "--max-fail", "x%"),
    ],
    "54 flags that exclude each other": flag("say one of the two", "maintenance", "--on", "--off"),
    "56 requirements": [
        Bad("requirements.txt:1: -r a.txt: no such file", files={REQUIREMENTS: "-r a.txt\n"}),
        Bad(
            "requirements.txt:1: -e ../x: a path, which only this machine has",
            files={REQUIREMENTS: "-e ../x\n"},
        ),
        Bad("set pip_index_url", files={REQUIREMENTS: "--find-links http://x\n"}),
        Bad("expected an https:// URL", files={REQUIREMENTS: "flask @ http://x/y.whl\n"}),
        Bad("a URL without a name", files={REQUIREMENTS: "git+ssh://x/y\n"}),
        Bad("not a requirement; expected NAME==VERSION", files={REQUIREMENTS: "fla sk\n"}),
        Bad("includes itself", files={REQUIREMENTS: "-r requirements.txt\n"}),
    ],
    "58 source": [
        *variable("app_source", "no such directory", "nope"),
        *variable("app_source", "a whole machine or home rather than an app", "/", "~"),
        Bad("'.env' is a file of secrets", files={"app/.env": "A=b\n"}),
        Bad("is a private key", files={"app/key.pem": "-----BEGIN RSA PRIVATE KEY-----\nx\n"}),
    ],
    "61 rule of the firewall": variable(
        "ufw_allow",
        "expected a port or a range",
        '["80/xyz"]',
        '["70000"]',
        '["ssh; ufw disable"]',
        '["90:80"]',
        "[0]",
    ),
    "63 path of the probe": variable(
        "app_health_path", "expected such as /healthz", "up", "http://evil/", "/x y", '"/\\r\\nHost: z"'
    ),
    "65 number of releases": variable("app_keep_releases", "expected a whole number >= 1", "0", "-1"),
    "66 user of the app": [
        *variable("app_user", "app_user: 'root' is no user to run an app", "root"),
        *variable("app_user", "expected such as shop", "a b"),
    ],
    "67 schedule": variable(
        "app_processes", "expected a calendar event", '{"x": {"command": "true", "schedule": "evry day"}}'
    ),
    "68 choice of log lines": [
        *flag("expected a name such as web or worker", "logs", "--process", "../../x"),
        *flag("expected a time such as '1 hour ago'", "logs", "--since", "x; id"),
    ],
}
"""All that a person can get wrong, by its number in docs/bad-input.md and what it is."""


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(bad, id=f"{what} {number}")
        for what, bads in CASES.items()
        for number, bad in enumerate(bads, 1)
    ],
)
def test_it_is_refused_before_anything_is_contacted(desk, monkeypatch, bad):
    for name, value in bad.environment.items():
        monkeypatch.setenv(name, value)
    bad.lay_out(desk)
    lines = desk.refused(*bad.words)
    assert any(bad.said in line for line in lines), lines


@pytest.mark.bad_input(59)
@pytest.mark.parametrize("lead", ["/etc/passwd", "../../x"])
def test_a_link_that_leaves_the_source_is_refused(desk, lead):
    (desk.directory / "app/link").symlink_to(lead)
    assert f"'link' is a symlink that leaves the tree: '{lead}'" in desk.refused("deploy")


@pytest.mark.bad_input(58)
def test_a_source_with_a_pipe_or_without_files_is_refused(desk):
    os.mkfifo(desk.directory / "app/pipe")
    assert "'pipe' is a named pipe" in desk.refused("deploy")
    for place in sorted((desk.directory / "app").rglob("*"), reverse=True):
        place.rmdir() if place.is_dir() else place.unlink()
    assert any("app" in line for line in desk.refused("deploy"))


@pytest.mark.bad_input(69)
def test_a_loop_of_links_is_no_inventory(desk):
    (desk.directory / "inventory.ini").unlink()
    (desk.directory / "inventory.ini").symlink_to("inventory.ini")
    assert desk.refused("deploy")


def test_what_is_refused_moves_no_cursor(desk):
    (desk.directory / "app/requirements.txt").write_text("flask\x1b[2J\u202e==1\n")
    assert any("flask\\x1b[2J\\u202e==1: not a requirement" in line for line in desk.refused("deploy"))
