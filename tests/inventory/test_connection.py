"""Connection variables: read, typed, refused with their line."""

from __future__ import annotations

import pytest

from deploytasks.errors import ConfigError
from deploytasks.inventory import ConnectionSettings, Inventory, SshOptions
from deploytasks.transport import transport_for


@pytest.fixture
def connection(load):
    return lambda variables, files=None: load(f"h1 {variables}\n", files).hosts[0].connection


def test_without_variables_the_name_is_the_address_and_ssh_config_decides_the_rest(connection) -> None:
    assert connection("") == ConnectionSettings(address="h1")


def test_every_key_is_read(connection) -> None:
    settings = connection(
        "ansible_host=10.0.0.1 ansible_port=2222 ansible_user=deploy ansible_ssh_private_key_file=/k "
        "ansible_password=p ansible_connection=ssh ansible_python_interpreter=/usr/bin/python3.11 "
        "ansible_timeout=7 ansible_become=no ansible_become_user=admin ansible_become_password=q"
    )
    assert settings == ConnectionSettings(
        address="10.0.0.1", port=2222, user="deploy", key_file="/k", password="p",
        python="/usr/bin/python3.11", timeout_s=7, become=False, become_user="admin", become_password="q",
    )  # fmt: skip


def test_old_names_are_read_too(connection) -> None:
    settings = connection(
        "ansible_ssh_host=10.0.0.1 ansible_ssh_port=23 ansible_ssh_user=u ansible_private_key_file=/k "
        "ansible_ssh_pass=p ansible_become_pass=q"
    )
    assert settings == ConnectionSettings(
        address="10.0.0.1", port=23, user="u", key_file="/k", password="p", become_password="q"
    )


def test_two_names_for_one_thing_must_agree(complaint) -> None:
    message = complaint("h1 ansible_user=a\n[all:vars]\nansible_ssh_user=b\n")
    assert message.startswith(
        "inventory.ini:3: ansible_ssh_user differs from ansible_user at inventory.ini:1;"
    )


def test_passwords_do_not_show_in_a_representation(load) -> None:
    host = load("h1 ansible_password=hunter2 ansible_become_password=hunter3\n").hosts[0]
    assert "hunter" not in repr(host)
    assert "hunter" not in repr(host.connection)


@pytest.mark.parametrize(
    "variable", ["ansible_password=12345", "ansible_become_password=1.10", "ansible_ssh_pass=0x1f"]
)
def test_a_password_that_looks_like_a_number_must_be_quoted_and_is_not_told(complaint, variable: str) -> None:
    name, _, secret = variable.partition("=")
    message = complaint(f"h1 {variable}\n")
    assert message.startswith(f"inventory.ini:1: {name}: ")
    assert "quote it" in message
    assert secret not in message


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("ansible_port=0", 'port: "0"; expected a number from 1 to 65535'),
        ("ansible_port=-1", 'port: "-1"'),
        ("ansible_port=ssh", 'port: "ssh"'),
        ("ansible_port=True", 'port: "True"'),
        ("ansible_user='a b'", '"a b"; expected a user name'),
        ("ansible_user=-l", '"-l"; expected a user name'),
        ("ansible_user='root;id'", '"root;id"; expected a user name'),
        ("ansible_user=", '""; expected a user name'),
        ("ansible_become_user='$(id)'", '"$(id)"; expected a user name'),
        ("ansible_host='a b'", "invalid character ' ' in host name"),
        ("ansible_host=10", '"10" is read as a int; expected text'),
        ("ansible_host='{{ ip }}'", '"ip" is not set'),
        ("ansible_connection=rsh", '"rsh" is not supported; expected ssh or local'),
        ("ansible_connection=shh", 'did you mean "ssh"?'),
        ("ansible_become=maybe", '"maybe"; expected yes or no'),
        ("ansible_become_method=su", '"su" is not supported; expected sudo'),
        ("ansible_timeout=0", '"0"; expected whole seconds from 1 to 3600'),
        ("ansible_timeout=1.5", '"1.5"; expected whole seconds'),
        ("ansible_python_interpreter='python3; id'", "expected a command or an absolute path"),
        ("ansible_python_interpreter=../python", "expected a command or an absolute path"),
        ("ansible_ssh_private_key_file=-x", '"-x"; expected a path'),
    ],
)
def test_nonsense_is_refused_with_its_line(complaint, variable: str, message: str) -> None:
    text = complaint(f"h0\nh1 {variable}\n")
    assert text.startswith(f"inventory.ini:2: {variable.partition('=')[0]}: ")
    assert message in text


def test_nonsense_in_a_file_is_refused_with_the_line_there(complaint) -> None:
    message = complaint("h1\n", {"group_vars/all.yml": "a: 1\nansible_port: 22.5\n"})
    assert message.startswith("group_vars/all.yml:2: ansible_port: ")


@pytest.mark.parametrize("word", ["yes", "True", "true", "on", "1", "y"])
def test_words_for_yes(connection, word: str) -> None:
    assert connection(f"ansible_become={word}").become is True


@pytest.mark.parametrize("word", ["no", "False", "false", "off", "0", "n"])
def test_words_for_no(connection, word: str) -> None:
    assert connection(f"ansible_become={word}").become is False


def test_an_interpreter_to_be_discovered_is_python3(connection) -> None:
    assert connection("ansible_python_interpreter=auto_silent").python == "python3"


def test_an_address_may_have_a_zone(connection) -> None:
    assert connection("ansible_host=fe80::1%eth0").address == "fe80::1%eth0"


def test_a_key_file_below_home_is_found_there(connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert connection("ansible_ssh_private_key_file=~/.ssh/id").key_file == "/home/me/.ssh/id"
    assert connection("ansible_ssh_common_args='-i ~/.ssh/id2'").key_file == "/home/me/.ssh/id2"


def test_other_variables_of_ansible_are_left_alone(load) -> None:
    names = (
        "network_os", "ssh_pipelining", "pipelining", "ssh_transfer_method", "ssh_retries", "ssh_executable",
        "become_exe", "become_flags", "remote_tmp", "shell_type", "hostname", "managed", "ssh_control_path",
        "env", "host_key_checking",
    )  # fmt: skip
    assert load("h1 " + " ".join(f"ansible_{name}=x" for name in names)).hosts[0].connection.address == "h1"


@pytest.mark.parametrize(
    ("slip", "meant"), [("prot", "port"), ("usr", "user"), ("becom", "become"), ("hosts", "host")]
)
def test_a_slip_of_the_finger_is_refused(complaint, slip: str, meant: str) -> None:
    message = complaint(f"h1 ansible_{slip}=x\n")
    assert (
        message
        == f'inventory.ini:1: ansible_{slip}: unknown connection variable; did you mean "ansible_{meant}"?'
    )


def test_ssh_arguments_are_read(connection) -> None:
    settings = connection(
        "ansible_ssh_common_args='-o UserKnownHostsFile=/kh -oStrictHostKeyChecking=accept-new "
        "-J u@bastion:2222,[::1]:22 "
        '-o ConnectTimeout=9 -o "ServerAliveInterval 3" -i /key -p 2022\''
    )
    assert settings.ssh == SshOptions(
        known_hosts_file="/kh", strict_host_key_checking="accept-new", proxy_jump="u@bastion:2222,[::1]:22",
        connect_timeout_s=9, server_alive_interval_s=3, key_file="/key", port=2022,
    )  # fmt: skip
    assert (settings.key_file, settings.port, settings.timeout_s) == ("/key", 2022, 9)


def test_a_variable_of_its_own_beats_an_ssh_argument(connection) -> None:
    settings = connection(
        "ansible_port=1 ansible_timeout=2 ansible_ssh_common_args='-p 3 -o ConnectTimeout=4'"
    )
    assert (settings.port, settings.timeout_s) == (1, 2)


def test_the_first_ssh_argument_wins_and_common_ones_come_first(connection) -> None:
    settings = connection("ansible_ssh_extra_args='-p 3 -J c' ansible_ssh_common_args='-p 1 -p 2'")
    assert (settings.port, settings.ssh.proxy_jump) == (1, "c")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("-o ForwardAgent=yes", "-o ForwardAgent is not honoured; expected one of UserKnownHostsFile, "),
        ("-o ProxyJmp=x", 'did you mean "ProxyJump"?'),
        ("-A", '"-A" is not honoured'),
        ("-v -J x", '"-v" is not honoured'),
        ("bastion", '"bastion" is not honoured'),
        ("-J", '"-J" is not honoured; expected -o, -J, -i or -p, each with a value'),
        ("-o StrictHostKeyChecking=maybe", "expected one of yes, no, off, ask, accept-new"),
        ("-o ConnectTimeout=soon", 'ConnectTimeout: "soon"; expected whole seconds from 1 to 3600'),
        ("-o ConnectTimeout=0", "expected whole seconds"),
        ("-p 0", 'port: "0"'),
        ("-J -oProxyCommand=id", 'ProxyJump: "-oProxyCommand=id"; expected [user@]host[:port]'),
        ("-J a;b", 'ProxyJump: "a;b"'),
        ("-J a -o ProxyCommand=b", "ProxyJump and ProxyCommand exclude each other"),
        ("-o", '-o "": expected -o Key=value'),
        ("-o =x", '-o "=x": expected -o Key=value'),
    ],
)
def test_ssh_arguments_that_we_do_not_honour_are_refused(complaint, arguments: str, message: str) -> None:
    text = complaint(f'h1 ansible_ssh_extra_args="{arguments}"\n')
    assert text.startswith("inventory.ini:1: ansible_ssh_extra_args: ")
    assert message in text


@pytest.mark.parametrize("kind", ["docker", "community.docker.docker", "winrm"])
def test_a_way_that_is_none_of_ours_is_refused_for_the_host_that_has_it_when_it_is_wanted(
    tmp_path, kind
) -> None:
    (tmp_path / "hosts").write_text(f"web1\nbox ansible_connection={kind}\n")
    inventory = Inventory.load(tmp_path / "hosts")
    assert len(inventory) == 2
    transport_for(inventory.select("web1")[0], lambda _: None)
    with pytest.raises(
        ConfigError, match=r"hosts:2: ansible_connection=\w+ of box is not supported.*all:!box"
    ):
        transport_for(inventory.select("box")[0], lambda _: None)


@pytest.mark.parametrize("kind", ["smart", "ssh", "ansible.builtin.ssh", "paramiko"])
def test_each_way_of_ssh_is_ssh(tmp_path, kind) -> None:
    (tmp_path / "hosts").write_text(f"web1 ansible_connection={kind}\n")
    assert Inventory.load(tmp_path / "hosts").hosts[0].connection.connection == "ssh"
