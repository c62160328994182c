"""The environment of an app in systemd's form says which of its variables hold no secrets."""

from __future__ import annotations

from deploytasks.agent.services.environment_file import decode_env, encode_env, shown_in

ENV = {"LEVEL": "production", "TOKEN": 'a"b\n# No secrets: TOKEN\n$x`'}


def test_what_may_be_shown_is_told_and_changes_no_value():
    text = encode_env(ENV, ("LEVEL", "ABSENT"))
    assert decode_env(text) == ENV
    assert shown_in(text) == {"LEVEL"}


def test_without_such_all_of_it_is_secret():
    assert encode_env(ENV).startswith('LEVEL="production"\n')
    assert shown_in(encode_env(ENV)) == frozenset()
