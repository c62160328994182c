"""A body arrives whether its length was told or not, and none that is too long does."""

from __future__ import annotations

import sys
from io import BytesIO
from types import SimpleNamespace

import pytest

from deploytasks.roles.app.body import IN_MEMORY, measured

LONG = b"d" * (3 * IN_MEMORY)


def asked(body, most=0, **environ):
    """What the app was told of the body's length, and of it; and the status."""
    said = []

    def app(environ, start_response):
        length = environ.get("CONTENT_LENGTH")
        said.append((length, environ["wsgi.input"].read(int(length) if length else -1)))
        start_response("200 OK", [])
        return []

    environ = {"wsgi.input": BytesIO(body), **environ}
    assert [*measured(app, most)(environ, lambda status, _: said.append(status))] == []
    return said


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked"}
BY_CGI = {"GATEWAY_INTERFACE": "CGI/1.1", "CONTENT_LENGTH": ""}
BY_CADDY = {**BY_CGI, "CONTENT_LENGTH": "-1"}


@pytest.mark.parametrize("environ", [CHUNKED, BY_CGI, BY_CADDY])
@pytest.mark.parametrize("body", [b"", b"hello world", LONG])
def test_a_body_without_a_length_gets_one(environ, body):
    length = str(len(body)) if body else ""
    assert asked(body, **environ) == [(length, body), "200 OK"]
    assert asked(body, len(LONG), **environ) == [(length, body), "200 OK"]


@pytest.mark.parametrize("environ", [CHUNKED, BY_CGI, {**CHUNKED, "wsgi.input_terminated": True}])
def test_one_that_is_too_long_is_refused_before_the_app_is_called(environ):
    assert asked(LONG, len(LONG) - 1, **environ) == ["413 Content Too Large"]


def test_uwsgi_knows_what_came_by_its_own_protocol_and_waits_for_no_chunks(monkeypatch):
    monkeypatch.setitem(
        sys.modules, "uwsgi", SimpleNamespace(chunked_read=lambda: pytest.fail("it waits for ever"))
    )
    assert asked(b"", **BY_CGI) == [("", b""), "200 OK"]


def test_what_is_known_is_handed_on():
    assert asked(LONG, 5, CONTENT_LENGTH="11") == [("11", LONG[:11]), "200 OK"]
    assert asked(LONG, 5) == [(None, LONG), "200 OK"]
    assert asked(LONG, 0, **CHUNKED, **{"wsgi.input_terminated": True}) == [(None, LONG), "200 OK"]
