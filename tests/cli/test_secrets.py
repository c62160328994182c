"""What looks like a secret is not printed, whatever it is called and wherever it stands."""

from __future__ import annotations

import json

import pytest

from tests.cli.test_usage import Desk, desk
from tests.inv import inv

__all__ = ["desk"]

CANARY = "canary77"
OPEN = ("app_name=shop", "app_source=app")


def told(desk: Desk, *words: str) -> str:
    done = inv(*words, cwd=desk.directory)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "variable",
    [
        f"ansible_become_pasword={CANARY}",
        f"ap_env={{'A': '{CANARY}'}}",
        f"db_password={CANARY}",
        f"DEPLOY_TOKEN={CANARY}",
        f"stripe_key={CANARY}",
        f"mail_settings={{'host': 'mail', 'login': {{'secret': '{CANARY}'}}}}",
        f"broker=amqp://shop:{CANARY}@mq.example.org/",
        f"app_env_fil={{'A': '{CANARY}'}}",
    ],
)
@pytest.mark.parametrize("words", [("vars",), ("vars", "--json"), ("hosts", "--json")])
def test_a_misspelt_or_unknown_variable_that_looks_secret_is_masked(desk, variable, words):
    desk.inventory(*OPEN, variable)
    said = told(desk, *words)
    assert variable.partition("=")[0] in said
    assert CANARY not in said


ROLE = """
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Vars:
    key: str = ""
    password: str = ""
    pin: str = field(default="", metadata={"secret": True})


def steps(host, v):
    yield from ()
"""


def test_what_a_role_of_ones_own_has_for_secret_is_masked_and_a_password_always(desk):
    (desk.directory / "vault.py").write_text(ROLE)
    (desk.directory / "tasks.py").write_text(
        "import vault\nfrom deploytasks.tasks import collection\nns = collection(roles=[vault])\n"
    )
    desk.inventory(*OPEN, "vault_key=/k", f"vault_password={CANARY}", f"vault_pin={CANARY}")
    said = told(desk, "vars")
    assert CANARY not in said
    assert '"/k"' in said


def test_what_a_role_knows_as_open_is_shown(desk):
    desk.inventory(
        *OPEN,
        "app_env_file=prod.env",
        "nginx_tls_certificate_key=/etc/ssl/shop.key",
        "ansible_private_key_file=id",
    )
    shown = json.loads(inv("vars", "--json", cwd=desk.directory).stdout)["web1"]
    assert shown["app_env_file"]["value"] == "prod.env"
    assert shown["nginx_tls_certificate_key"]["value"] == "/etc/ssl/shop.key"
    assert shown["ansible_private_key_file"]["value"] == "id"


HOST = "web1 ansible_host=127.0.0.1 "
AMISS = {
    "blanks": (HOST + f"ansible_password=my {CANARY}", "what follows ansible_password=… is no key=value"),
    "blanks and an option": (HOST + f"ansible_password=my -{CANARY}=x", "what follows ansible_password=…"),
    "a hash": (HOST + f"ansible_password={CANARY}#1", 'ansible_password=…: "#" behind it starts a comment'),
    "blanks and a hash": (HOST + f"ansible_password=my {CANARY}#1", "ansible_password=…"),
    "an open quote": (HOST + f"ansible_password={CANARY}'s", "expected each quote to be closed"),
    "a colon": (f"web1\n[all:vars]\nansible_password: {CANARY}", "inventory.ini:3: expected key=value"),
    "a second line": (f"web1\n[all:vars]\ndb_password=a\n{CANARY}", "inventory.ini:4: expected key=value"),
    "a number's look": ("web1\n[all:vars]\ndb_pass=77.770", "db_pass: not readable as it stands; quote it"),
}


@pytest.mark.parametrize("kind", AMISS)
def test_an_error_in_an_inventory_repeats_no_part_of_a_password(desk, kind):
    text, why = AMISS[kind]
    (desk.directory / "inventory.ini").write_text(text + "\n")
    (line,) = desk.refused("deploy")
    assert why in line
    assert CANARY not in line
    assert "77.770" not in line


IN_FILES = {
    "all.yml": [
        ("db_password: 22:33\n", "22:33"),
        (f"db_password: *{CANARY}\n", CANARY),
        (f"db_password: !{CANARY} x\n", CANARY),
        ("app_env:\n  TOKEN: 2026-11-21\n", "2026"),
    ],
    "all.toml": [("db_password = 2026-11-21\n", "2026")],
}


@pytest.mark.parametrize(
    ("name", "text", "part"), [(name, *case) for name, cases in IN_FILES.items() for case in cases]
)
def test_an_error_in_a_file_of_variables_repeats_no_part_of_a_password(desk, name, text, part):
    place = desk.directory / "group_vars" / name
    place.parent.mkdir()
    place.write_text(text)
    (line,) = desk.refused("deploy")
    assert line.startswith(f"group_vars/{name}:")
    assert part not in line


@pytest.mark.parametrize("option", ["--index-url", "--extra-index-url"])
def test_the_password_of_an_index_in_the_requirements_is_not_shown(desk, option):
    requirements = desk.directory / "app/requirements.txt"
    requirements.write_text(f"{option} http://u:{CANARY}@index.example/simple\nflask\n")
    (line,) = desk.refused("deploy")
    assert "index.example is asked without encryption" in line
    assert CANARY not in line
    requirements.write_text(f"{option} https://u:{CANARY}@index.example/simple\nflask\n")
    shown = told(desk, "vars") + told(desk, "vars", "--json")
    assert "index_url" in shown
    assert CANARY not in shown


def test_extra_vars_with_blanks_are_not_repeated(desk):
    (line,) = desk.refused("deploy", "--extra-vars", f"db_password=my {CANARY}")
    assert "what follows db_password=…: expected key=value" in line
    assert CANARY not in line
