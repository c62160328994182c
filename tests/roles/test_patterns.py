"""A pattern of a variable is for all of its text: a YAML block ends in a newline, which no file expects."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploytasks import roles

NAMES = sorted(module.name for module in pkgutil.iter_modules(roles.__path__))


def patterns_in(schema: Any) -> Iterator[str]:
    """The patterns that a JSON Schema demands of texts, keys of mappings included."""
    if isinstance(schema, list):
        schema = dict(enumerate(schema))
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "pattern" and isinstance(value, str):
                yield value
            yield from patterns_in(value)


def patterns_of(name: str) -> set[str]:
    role = importlib.import_module(f"{roles.__name__}.{name}")
    return set(patterns_in(msgspec.json.schema(role.Vars)))


PATTERNS = [(name, pattern) for name in NAMES for pattern in sorted(patterns_of(name))]


def test_the_patterns_are_found():
    assert {"app", "nginx", "caddy", "docker", "compose"} <= {name for name, _ in PATTERNS}


@pytest.mark.parametrize(("name", "pattern"), PATTERNS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_newline_at_the_end_is_refused(name, pattern, data):
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    kind = Annotated[str, msgspec.Meta(pattern=pattern)]
    assert msgspec.convert(text, kind) == text
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(f"{text}\n", kind)
