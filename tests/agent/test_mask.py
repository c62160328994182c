"""No secret leaves the host."""

from __future__ import annotations

import base64
import json
import shlex
from urllib.parse import quote, quote_plus

import pytest

from deploytasks.agent.conversation.mask import MASK, Mask, without_passwords

KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg
"Zm9v/+\\'é
-----END PRIVATE KEY-----
"""
LINE = KEY.splitlines()[1]


def test_a_secret_is_masked_wherever_it_stands():
    mask = Mask(["hunter2"])
    assert mask({"diff": "a hunter2 b", "list": ["hunter2", 1, None]}) == {
        "diff": "a %s b" % MASK,
        "list": [MASK, 1, None],
    }


def test_a_secret_inside_a_longer_one_gives_nothing_of_it_away():
    mask = Mask(["pass"])
    mask.add(["password1"])
    assert mask("password1") == MASK


def test_what_is_too_short_to_be_a_secret_is_shown():
    assert Mask(["1", "on"])("on: 1") == "on: 1"


def test_places_and_the_names_of_an_app_are_shown():
    mask = Mask()
    mask.spare(["healthchecks"])
    mask.add(["/var/log/healthchecks", "healthchecks", "/T024/B7/xoxb", "hunter2"])
    said = "/var/log/healthchecks: healthchecks@1.service /T024/B7/xoxb hunter2"
    assert mask(said) == f"/var/log/healthchecks: healthchecks@1.service {MASK} {MASK}"


FORMS = {
    "whole": lambda text: text,
    "repr": repr,
    "json": json.dumps,
    "json in utf-8": lambda text: json.dumps(text, ensure_ascii=False),
    "shell": shlex.quote,
    "url": quote,
    "url, whole": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for urls": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", ["hunter2 & co/'\"?", "p@ss+w/rd", KEY], ids=["quotes", "signs", "key"])
def test_no_form_of_a_secret_gives_it_away(secret, form):
    written = FORMS[form](secret)
    assert written.strip("'\"=\n") not in Mask([secret])(f"<{written}>")
    assert MASK in Mask([secret])(f"<{written}>")


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "Basic:"])
@pytest.mark.parametrize("after", ["", "x", "xy", "\n"])
def test_base64_of_something_that_holds_it_gives_none_of_it_away(before, after):
    told = Mask(["correct horse"])(base64.b64encode(f"{before}correct horse{after}".encode()).decode())
    left = told.replace(MASK, "")
    assert MASK in told
    assert len(left) <= len(base64.b64encode((before + after).encode())) + 4


def test_each_line_of_a_secret_is_one():
    told = [Mask([KEY])(line) for line in KEY.splitlines()]
    assert all(MASK in line for line in told)
    assert LINE not in " ".join(told)
    assert Mask([KEY.replace("\n", "\r\n")])(LINE) == MASK


def test_a_short_line_of_a_secret_is_none():
    assert Mask(["on\nhunter2hunter2"])("on it goes") == "on it goes"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("https://bob:hunter22@index.example/simple", f"https://bob:{MASK}@index.example/simple"),
        ("https://tokentokentoken@index.example/x", f"https://{MASK}@index.example/x"),
        ("postgresql://shop:p@ss@db/shop; next", f"postgresql://shop:{MASK}@db/shop; next"),
        ("redis://:hunter22@db:6379/0", f"redis://:{MASK}@db:6379/0"),
        ("ssh://git@example.org/shop.git", "ssh://git@example.org/shop.git"),
        ('["https://a:b@c/", "d@e"]', f'["https://a:{MASK}@c/", "d@e"]'),
        ("http://shop.test:80/a@b", "http://shop.test:80/a@b"),
        ("https://bob:${TOKEN}@example.org/x", "https://bob:${TOKEN}@example.org/x"),
        ("mail bob@example.org", "mail bob@example.org"),
    ],
)
def test_a_password_in_a_url_is_nobodys_to_read(told, shown):
    assert without_passwords({"x": [told]}) == {"x": [shown]}
