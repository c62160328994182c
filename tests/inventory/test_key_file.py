"""Key files are looked for when hosts are about to be contacted, not before."""

from __future__ import annotations

import pytest

from deploytasks.errors import InventoryError
from deploytasks.inventory import check_key_files

KEYS = "h1 ansible_ssh_private_key_file=/nope/1\nh2 ansible_ssh_common_args='-i /nope/2'\nh3\n"


def test_all_missing_key_files_are_told_with_their_lines(load) -> None:
    with pytest.raises(InventoryError) as error:
        check_key_files(load(KEYS).hosts)
    assert str(error.value).splitlines() == [
        "inventory.ini:1: ansible_ssh_private_key_file: key file not found: /nope/1; "
        "expected a private key on this machine",
        "inventory.ini:2: ansible_ssh_common_args: key file not found: /nope/2; "
        "expected a private key on this machine",
    ]


def test_keys_of_hosts_that_are_not_contacted_may_be_missing(load) -> None:
    check_key_files(load(KEYS).select("h3"))


def test_a_key_that_is_there_is_fine(load, tmp_path) -> None:
    (tmp_path / "key").touch()
    check_key_files(load("h1 ansible_private_key_file=key\n").hosts)
