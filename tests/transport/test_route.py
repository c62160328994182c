"""Inventory, ~/.ssh/config and defaults together."""

from __future__ import annotations

import getpass
from dataclasses import replace
from pathlib import Path

import pytest

from deploytasks.errors import ConfigError
from deploytasks.inventory.connection import ConnectionSettings
from deploytasks.inventory.ssh_options import SshOptions
from deploytasks.transport.route import ALIVE_INTERVAL_S, CONNECT_TIMEOUT_S, Route, UnknownKey, route_to
from deploytasks.transport.sshconfig import SshConfig

WEB = ConnectionSettings("web")


def route(config: str = "", settings: ConnectionSettings = WEB, **options: object) -> Route:
    return route_to(replace(settings, ssh=SshOptions(**options)), SshConfig(config))  # type: ignore[arg-type]


def test_without_a_word_the_defaults_of_ssh_hold() -> None:
    found = route()

    assert (found.address, found.port, found.user) == ("web", 22, getpass.getuser())
    assert (found.connect_timeout_s, found.alive_interval_s) == (CONNECT_TIMEOUT_S, ALIVE_INTERVAL_S)
    assert found.host_key.user_files[0] == Path("~/.ssh/known_hosts").expanduser()
    assert found.host_key.unknown is UnknownKey.REFUSE
    assert found.is_direct


def test_the_configuration_file_is_honoured() -> None:
    found = route("""
        Host web
            HostName 192.0.2.7
            Port 2222
            User deploy
            IdentityFile /keys/a
            IdentityFile /keys/b
            IdentitiesOnly yes
            UserKnownHostsFile /k/one "/k/two words"
            StrictHostKeyChecking accept-new
            ConnectTimeout 9
            ServerAliveInterval 7
            IdentityAgent /run/agent
            HashKnownHosts yes
    """)

    assert found.login == "deploy@192.0.2.7:2222"
    assert found.host_key.name == "[192.0.2.7]:2222"
    assert found.host_key.user_files == (Path("/k/one"), Path("/k/two words"))
    assert found.host_key.unknown is UnknownKey.ADD
    assert found.host_key.hash_names
    assert found.credentials.key_files == (Path("/keys/a"), Path("/keys/b"))
    assert found.credentials.only_key_files
    assert found.credentials.agent == "/run/agent"
    assert (found.connect_timeout_s, found.alive_interval_s) == (9, 7)


def test_the_inventory_goes_before_the_configuration_file() -> None:
    said = replace(WEB, port=2022, user="me", key_file="/keys/mine", timeout_s=3)
    config = (
        "Host web\n Port 2222\n User deploy\n IdentityFile /keys/a\n ConnectTimeout 9\n UserKnownHostsFile /k"
    )

    found = route(config, said, known_hosts_file="/mine")

    assert found.login == "me@web:2022"
    assert found.credentials.key_files == (Path("/keys/mine"), Path("/keys/a"))
    assert found.connect_timeout_s == 3
    assert found.host_key.user_files == (Path("/mine"),)


def test_an_alias_names_the_key_without_a_port() -> None:
    assert route("HostKeyAlias Cluster\nPort 2222").host_key.name == "cluster"


@pytest.mark.parametrize(
    ("said", "unknown"),
    [
        ("yes", UnknownKey.REFUSE),
        ("ask", UnknownKey.REFUSE),
        ("accept-new", UnknownKey.ADD),
        ("no", UnknownKey.ADD_THOUGH_TOLD_NO_CHECK),
        ("off", UnknownKey.ADD_THOUGH_TOLD_NO_CHECK),
    ],
)
def test_no_value_turns_the_check_off(said: str, unknown: UnknownKey) -> None:
    assert route(strict_host_key_checking=said).host_key.unknown is unknown


def test_ansibles_variable_does_not_turn_the_check_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_HOST_KEY_CHECKING", "False")

    assert route().host_key.unknown is UnknownKey.REFUSE


def test_no_agent_is_asked_when_told_so() -> None:
    assert route("IdentityAgent none").credentials.agent is None


def test_jumps_are_routes_of_their_own() -> None:
    config = "Host first\n User one\n HostName 192.0.2.1\nHost last\n Port 2222"

    found = route(config, proxy_jump="first,me@last")

    assert [jump.login for jump in found.jumps] == ["one@192.0.2.1", "me@last:2222"]


def test_the_first_jumps_own_jump_comes_before_it() -> None:
    found = route("Host web\n ProxyJump inner\nHost inner\n ProxyJump outer")

    assert [jump.address for jump in found.jumps] == ["outer", "inner"]


def test_a_jump_host_that_matches_its_own_rule_does_not_lead_in_a_circle() -> None:
    found = route("Host *\n ProxyJump bastion")

    assert [jump.address for jump in found.jumps] == ["bastion"]


def test_a_jump_keeps_the_inventorys_rules_for_host_keys() -> None:
    found = route(
        proxy_jump="[2001:db8::1]:2222", known_hosts_file="/k", strict_host_key_checking="accept-new"
    )

    assert found.jumps[0].host_key.user_files == (Path("/k"),)
    assert found.jumps[0].host_key.unknown is UnknownKey.ADD
    assert found.jumps[0].login.endswith("@[2001:db8::1]:2222")


def test_a_proxy_command_gets_its_tokens() -> None:
    found = route(
        "HostName 192.0.2.7\nPort 2222", proxy_command="relay %n %h:%p %r", settings=replace(WEB, user="me")
    )

    assert found.proxy_command == "relay web 192.0.2.7:2222 me"


def test_a_proxy_command_of_the_configuration_sees_the_inventorys_port() -> None:
    assert route("ProxyCommand nc %h %p", replace(WEB, port=2022)).proxy_command == "nc web 2022"


def test_of_jump_and_command_the_first_one_holds() -> None:
    both = "ProxyJump bastion\nProxyCommand nc %h %p"

    assert route(both).proxy_command is None
    assert route(both, proxy_command="mine").jumps == ()


def test_none_switches_a_jump_off() -> None:
    assert route("Host web\n ProxyJump none\nHost *\n ProxyJump bastion").is_direct


def test_a_value_that_makes_no_sense_is_told() -> None:
    with pytest.raises(ConfigError, match='serveraliveinterval "soon"; expected a whole number'):
        route("ServerAliveInterval soon")


def test_a_line_that_makes_no_sense_is_told() -> None:
    with pytest.raises(ConfigError, match=r"~/\.ssh/config: "):
        route("Match all user x")


def test_included_files_stand_in_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh" / "conf.d").mkdir(parents=True)
    (tmp_path / ".ssh" / "config").write_text(
        "Include conf.d/*.conf none\nUser everybody\nHost web\n Port 1\n"
    )
    (tmp_path / ".ssh" / "conf.d" / "a.conf").write_text("Host other\n Port 3\nHost web\n Port 2\n")

    found = route_to(WEB, SshConfig.of_this_user())

    assert (found.port, found.user) == (2, "everybody")
