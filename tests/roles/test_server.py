"""The machine itself, made ready by inv setup: what each variable asks for, and nothing where none does."""

from __future__ import annotations

import pytest

from deploytasks import plan_for
from deploytasks.errors import VariableError
from deploytasks.planning.standard import machine_roles, roles_of_setup
from deploytasks.resources import AuthorizedKeys, File, SshdSetting, Sudoers, User
from deploytasks.roles import server
from tests.agent.contract_of_systems import KEY
from tests.roles.rendered import host_with

ALL = {
    "server_users": {"alice": {"keys": [KEY], "sudo": True}, "bob": {"state": "absent"}},
    "server_hostname": "web1.example.org",
    "server_timezone": "Europe/Berlin",
    "server_time_sync": "chrony",
    "server_locale": "de_DE.UTF-8",
    "server_packages": ["htop"],
    "server_upgrade": "safe",
    "server_unattended_upgrades": True,
    "server_unattended_reboot": "04:00",
    "server_swap": "1G",
    "server_sysctl": {"net.core.somaxconn": 1024},
    "server_journal_max_use": "500M",
    "server_journal_max_age": "1month",
    "server_ssh_hardened": True,
    "server_sshd": {"X11Forwarding": True},
    "server_fail2ban": True,
    "server_fail2ban_sshd": {"maxretry": 5},
    "server_motd": "Production. Be careful.",
}
STEPS = """\
name the host
have the host find itself
set the time zone
install chrony
keep the time right
install locales
make the locale
set the locale
upgrade all packages
install packages
install unattended-upgrades
upgrade by itself
install sudo
make the user alice
let alice log in
say what alice may do
take away what bob may do
remove the user bob
make a swap file
set net.core.somaxconn
limit the journal
set sshd
install fail2ban
watch who knocks at sshd
run fail2ban
write the message of the day
"""


def plan_with(**variables):
    return plan_for(host_with(variables), [server])


def resources(plan, kind):
    return [step.resource for step in plan.steps if isinstance(step.resource, kind)]


def test_each_variable_has_its_steps_and_those_who_log_in_come_before_how_they_are_let_in():
    assert "".join(f"{step.name}\n" for step in plan_with(**ALL).steps) == STEPS


def test_a_host_of_which_nothing_is_said_is_left_alone():
    assert plan_with().steps == ()
    assert [*machine_roles(host_with({"app_name": "shop"}))] == []


def test_setup_needs_no_app_where_the_machine_is_all_that_is_meant():
    host = host_with({"server_timezone": "UTC", "ufw_allow": [80]})
    names = [role.__name__ for role in (*machine_roles(host), *roles_of_setup(host))]
    assert names == ["deploytasks.roles.server", "deploytasks.roles.ufw"]
    assert [*roles_of_setup(host_with({"server_timezone": "UTC"}))] == []


def test_a_host_with_an_app_is_made_ready_before_its_app():
    host = host_with({"server_timezone": "UTC", "app_name": "shop"})
    roles = [*machine_roles(host), *roles_of_setup(host)]
    assert [role.__name__ for role in roles[:2]] == ["deploytasks.roles.server", "deploytasks.roles.app"]


def test_a_person_has_keys_rights_and_a_home():
    plan = plan_with(
        server_users={"alice": {"keys": [KEY], "groups": ["adm"], "sudo": True, "exclusive": True}}
    )
    assert resources(plan, User) == [User("alice", False, "/home/alice", "/bin/bash", groups=("adm",))]
    assert resources(plan, AuthorizedKeys) == [AuthorizedKeys("alice", (KEY,), exclusive=True)]
    assert [each.state for each in resources(plan, Sudoers)] == ["present"]


def test_a_key_may_be_a_file_of_the_controller(tmp_path):
    (tmp_path / "alice.pub").write_text(KEY + "\n")
    plan = plan_with(server_users={"alice": {"keys": [str(tmp_path / "alice.pub")]}})
    assert resources(plan, AuthorizedKeys) == [AuthorizedKeys("alice", (KEY,))]


def test_a_value_of_ones_own_counts_more_than_the_hardened_one():
    (setting,) = resources(plan_with(server_ssh_hardened=True, server_sshd={"MaxAuthTries": 2}), SshdSetting)
    assert ("MaxAuthTries", "2") in setting.settings
    assert ("PasswordAuthentication", "no") in setting.settings


def test_a_reboot_by_itself_has_its_time():
    (file,) = resources(plan_with(server_unattended_upgrades=True, server_unattended_reboot="04:00"), File)
    assert 'Unattended-Upgrade::Automatic-Reboot-Time "04:00";\n' in file.content


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"server_timezne": "UTC"}, 'unknown variable server_timezne; did you mean "server_timezone"?'),
        ({"server_hostname": "-web1"}, "-web1"),
        ({"server_swap": "lots"}, "server_swap: 'lots'"),
        ({"server_sysctl": {"somaxconn": 1}}, "somaxconn"),
        ({"server_users": {"Alice": {}}}, "server_users"),
        ({"server_users": {"alice": {"key": "x"}}}, "unknown field `key`"),
        ({"server_users": {"alice": {"keys": ["no key"]}}}, "no public key"),
        ({"server_users": {"alice": {"keys": ["/nosuch.pub"]}}}, "/nosuch.pub: No such file"),
        ({"server_unattended_reboot": "04:00"}, "counts with server_unattended_upgrades=true alone"),
        ({"server_sshd": {"Match": "all"}}, "Match"),
    ],
)
def test_a_mistake_is_told_before_any_host_is_contacted(variables, told):
    with pytest.raises(VariableError) as raised:
        plan_with(**variables)
    assert told in str(raised.value)
