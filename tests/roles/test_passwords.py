"""Names and passwords of a site: what a host gets of them."""

from __future__ import annotations

import bcrypt
import pytest

from deploytasks.errors import VariableError
from tests.roles.rendered import DEFAULT, plan_with, rendered

PASSWORD = "correct horse"
PLACES = {
    "nginx": "/etc/nginx/passwords/hello",
    "apache": "/etc/apache2/passwords/hello",
    "caddy": "/etc/caddy/passwords/hello",
}


def guarded(web_server="nginx", logins=None, **more):
    logins = {"staging": PASSWORD} if logins is None else logins
    return {**DEFAULT, "app_web_server": web_server, f"{web_server}_basic_auth": logins, **more}


def hash_in(variables, web_server="nginx"):
    (line,) = rendered(variables)[PLACES[web_server]].splitlines()[1:]
    return line[len("staging:") :]


@pytest.mark.parametrize("web_server", PLACES)
def test_a_host_gets_a_hash_that_the_password_fits(web_server):
    found = hash_in(guarded(web_server), web_server).encode()
    assert found.startswith(b"$2y$08$")
    assert bcrypt.checkpw(PASSWORD.encode(), found)
    assert not bcrypt.checkpw(b"wrong", found)


@pytest.mark.parametrize("web_server", PLACES)
def test_the_password_is_in_no_text_of_a_plan(web_server):
    assert all(PASSWORD not in text for text in rendered(guarded(web_server)).values())


def test_nothing_is_hashed_anew_that_has_not_changed():
    assert hash_in(guarded()) == hash_in(guarded())


def test_two_sites_and_two_people_have_different_hashes_of_one_password():
    elsewhere = hash_in(guarded(nginx_server_name="hello.example.org"))
    both = rendered(guarded(logins={"ann": PASSWORD, "bob": PASSWORD}))[PLACES["nginx"]].splitlines()[1:]
    hashes = {elsewhere, hash_in(guarded()), *(line.partition(":")[2] for line in both)}
    assert len(hashes) == 4


def test_the_salt_is_no_hash_of_the_password():
    """What a fast hash of the password were part of could be guessed as fast."""
    salt = len("$2y$08$") + 22
    assert hash_in(guarded())[:salt] == hash_in(guarded(logins={"staging": "another"}))[:salt]


def test_a_rollback_leaves_the_newest_passwords():
    (step,) = [step for step in plan_with(guarded()).steps if step.name == "bring the passwords"]
    assert step.sensitive
    assert not step.resource.rolls_back


WRONG = {
    "a name is one": ({"a:b": PASSWORD}, "basic_auth: 'a:b' is no name"),
    "a password is there": ({"ann": ""}, "basic_auth: ann has no password"),
    "bcrypt sees all of it": (
        {"ann": PASSWORD * 6},
        "basic_auth: the password of ann is longer than 72 bytes",
    ),
}


@pytest.mark.parametrize("logins, told", WRONG.values(), ids=WRONG)
def test_a_login_that_is_none_is_told_without_its_password(logins, told):
    with pytest.raises(VariableError, match=told) as caught:
        rendered(guarded(logins=logins))
    assert PASSWORD not in str(caught.value)


def test_a_list_of_passwords_is_told_without_them():
    with pytest.raises(VariableError, match=r"nginx_basic_auth: expected a mapping") as caught:
        rendered(guarded(logins=[PASSWORD]))
    assert PASSWORD not in str(caught.value)
