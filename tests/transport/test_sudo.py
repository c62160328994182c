"""The password that sudo wants."""

from __future__ import annotations

from deploytasks.transport.sudo import SudoPassword


def test_a_known_password_is_not_asked_for() -> None:
    password = SudoPassword("known", lambda _prompt: "asked")

    assert (password.learn(), password.value) == (False, "known")


def test_an_unknown_password_is_asked_for_once() -> None:
    password = SudoPassword(None, lambda _prompt: "asked")

    assert (password.learn(), password.value, password.learn()) == (True, "asked", False)


def test_without_a_person_there_is_no_password() -> None:
    password = SudoPassword(None, lambda _prompt: None)

    assert (password.learn(), password.value) == (False, None)
