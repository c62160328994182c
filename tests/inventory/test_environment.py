"""Connection variables that a pipeline sets for all hosts."""

from __future__ import annotations

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import check_key_files

LAPTOP = "h1 ansible_user=me ansible_private_key_file=~/.ssh/mine ansible_port=22\nh2\n"


@pytest.fixture
def pipeline(monkeypatch):
    def set_variables(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(f"DEPLOYTASKS_{name}", value)

    return set_variables


def test_they_go_over_what_the_inventory_says(load, pipeline) -> None:
    pipeline(ANSIBLE_USER="ci", ANSIBLE_PORT="2222", ANSIBLE_BECOME_PASSWORD="123", ANSIBLE_TIMEOUT="7")
    for host in load(LAPTOP).hosts:
        found = host.connection
        assert (found.user, found.port, found.become_password, found.timeout_s) == ("ci", 2222, "123", 7)
        assert str(host.origin("ansible_user")) == "$DEPLOYTASKS_ANSIBLE_USER"


def test_another_name_of_the_same_is_no_contradiction(load, pipeline) -> None:
    pipeline(ANSIBLE_SSH_PRIVATE_KEY_FILE="/run/key")
    assert {host.connection.key_file for host in load(LAPTOP).hosts} == {"/run/key"}


def test_the_command_line_goes_over_them(load, pipeline) -> None:
    pipeline(ANSIBLE_USER="ci")
    (host, _) = load(LAPTOP).with_extra_vars(["ansible_user=typed"]).hosts
    assert host.connection.user == "typed"


def test_an_empty_one_says_nothing(load, pipeline) -> None:
    pipeline(ANSIBLE_USER="")
    assert [host.connection.user for host in load(LAPTOP).hosts] == ["me", None]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"ANSIBLE_PRT": "22"}, "$DEPLOYTASKS_ANSIBLE_PRT: ansible_prt: unknown connection variable"),
        ({"ANSIBLE_PORT": "ssh"}, '$DEPLOYTASKS_ANSIBLE_PORT: ansible_port: port: "ssh"; expected a number'),
        (
            {"ANSIBLE_BECOME": "perhaps"},
            '$DEPLOYTASKS_ANSIBLE_BECOME: ansible_become: "perhaps"; expected yes or no',
        ),
    ],
)
def test_what_makes_no_sense_is_told_once_with_its_name(load, pipeline, variables, told) -> None:
    pipeline(**variables)
    with pytest.raises(InventoryError) as error:
        load(LAPTOP)
    assert str(error.value).startswith(told)
    assert len(str(error.value).splitlines()) == 1


def test_with_a_key_in_the_environment_none_has_to_lie_here(load, pipeline) -> None:
    with pytest.raises(InventoryError, match="key file not found"):
        check_key_files(load(LAPTOP).hosts)
    pipeline(SSH_KEY="the text of one")
    check_key_files(load(LAPTOP).hosts)
