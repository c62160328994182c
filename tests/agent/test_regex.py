"""Expressions that are compiled when they are asked: they are what ``re.compile`` makes, and all are well formed."""

import copy
import importlib
import pkgutil
import re

import pytest

import deploytasks
from deploytasks.agent.regex import VERBS, regex


def modules():
    for found in pkgutil.walk_packages(deploytasks.__path__, "deploytasks."):
        if not found.name.endswith(("__main__", "agent.boot")):
            yield importlib.import_module(found.name)


def test_every_expression_of_ours_is_one():
    unread = {
        f"{module.__name__}.{name}": value
        for module in modules()
        for name, value in vars(module).items()
        if type(value) is type(regex(""))
    }
    assert len(unread) > 30
    for name, value in unread.items():
        assert value.flags is not None, name


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_that_of_the_compiled_expression(verb):
    given = ("-", "a1b2") if verb.startswith("sub") else ("a1b2",)
    ours, theirs = (
        getattr(made(r"[a-z](?P<digit>\d)", re.ASCII), verb)(*given) for made in (regex, re.compile)
    )
    if verb == "finditer":
        ours, theirs = list(ours), list(theirs)
    assert repr(ours) == repr(theirs)


def test_it_tells_its_flags_and_its_text_and_can_be_copied():
    made = regex(rb"a(b)", re.IGNORECASE)
    assert (made.pattern, made.flags, made.groups) == (rb"a(b)", re.IGNORECASE, 1)
    assert copy.deepcopy(made).fullmatch(b"AB")


def test_what_no_expression_has_is_told_as_of_anything_else():
    with pytest.raises(AttributeError, match="matches"):
        regex("a").matches("a")


def test_a_mistake_is_told_when_it_is_asked():
    with pytest.raises(re.error):
        regex("(").match("")
