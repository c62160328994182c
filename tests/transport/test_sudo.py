"""The password that sudo wants."""

from __future__ import annotations

from deploytasks.transport.sudo import AGAIN, PROMPT, SudoPassword


def test_a_known_password_is_not_asked_for() -> None:
    password = SudoPassword("known", lambda _prompt: "asked")

    assert (password.learn(), password.value) == (False, "known")


def test_an_unknown_password_is_asked_for_and_once_more_where_it_is_refused() -> None:
    answers = {PROMPT: "of most", AGAIN % "prod1": "of this one"}
    password = SudoPassword(None, answers.get, "prod1")

    assert (password.learn(), password.value) == (True, "of most")
    assert (password.learn(), password.value) == (True, "of this one")
    assert password.learn() is False


def test_without_a_person_there_is_no_password() -> None:
    password = SudoPassword(None, lambda _prompt: None)

    assert (password.learn(), password.value) == (False, None)
