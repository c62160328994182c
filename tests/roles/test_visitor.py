"""What an app is told of its visitors, over WSGI and over ASGI."""

from __future__ import annotations

import asyncio
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from deploytasks.roles.app.visitor import Proxies, path_as_typed

SECURE = {
    "Host": "shop.example",
    "X-Forwarded-For": "198.51.100.1, 203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "shop.example",
    "X-Forwarded-Port": "443",
    "X-Real-IP": "203.0.113.7",
    "Forwarded": "for=198.51.100.1",
}
BALANCED = {
    "Host": "inner",
    "X-Forwarded-For": "6.6.6.6, 203.0.113.7, 10.0.0.5",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "shop.example:8443",
    "X-Forwarded-Prefix": "/evil",
    "X-Real-IP": "10.0.0.5",
}
WEB_SERVER, NOBODY = Proxies(), Proxies(0)
BALANCER = Proxies(networks=("10.0.0.0/8", "fd00::/8"))


def seen(proxies: Proxies, headers: dict[str, str]) -> dict[str, Any]:
    """The environ that a WSGI app gets."""
    environ = {"REMOTE_ADDR": "localhost", "REMOTE_HOST": "localhost", "REMOTE_PORT": "None"}
    environ |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    setup_testing_defaults(environ)
    return proxies.wsgi(lambda environ, _: environ)(environ, None)


def scope(proxies: Proxies, headers: dict[str, str], kind: str = "http") -> dict[str, Any]:
    """The scope that an ASGI app gets."""
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope)

    fields = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    given = {"type": kind, "headers": fields, "client": None, "server": ("/run/x.sock", None), "scheme": kind}
    asyncio.run(proxies.asgi(app)(given, None, None))
    return scopes[0]


def told(proxies: Proxies, headers: dict[str, str]) -> tuple[str, str, str, str]:
    """Address, scheme, host and port; a WSGI app and an ASGI app are told the same."""
    environ, seen_by_asgi = seen(proxies, headers), scope(proxies, headers)
    name, port = seen_by_asgi["server"]
    fields = dict(seen_by_asgi["headers"])
    client = seen_by_asgi["client"] or [""]
    by_asgi = client[0], seen_by_asgi["scheme"], fields[b"host"].decode(), str(port)
    by_wsgi = (
        environ["REMOTE_ADDR"],
        environ["wsgi.url_scheme"],
        environ["HTTP_HOST"],
        environ["SERVER_PORT"],
    )
    assert (by_asgi, name) == (by_wsgi, environ["SERVER_NAME"])
    return by_wsgi


def test_the_web_server_tells_who_asks():
    assert told(WEB_SERVER, SECURE) == ("203.0.113.7", "https", "shop.example", "443")


def test_without_anybody_in_front_nobody_is_believed():
    assert told(NOBODY, SECURE) == ("", "http", "shop.example", "80")
    assert [name for name in seen(NOBODY, SECURE) if "FORWARDED" in name or "REAL_IP" in name] == []
    assert dict(scope(NOBODY, SECURE)["headers"]) == {b"host": b"shop.example"}


def test_of_several_proxies_the_first_that_is_counted_is_believed():
    assert told(Proxies(2), SECURE)[0] == "198.51.100.1"
    assert told(Proxies(9), SECURE)[0] == "198.51.100.1"


def test_a_trusted_proxy_is_no_visitor():
    assert told(BALANCER, BALANCED) == ("203.0.113.7", "https", "shop.example:8443", "8443")


def test_a_proxy_that_asks_by_itself_is_the_visitor():
    assert told(BALANCER, {"Host": "shop.example", "X-Forwarded-For": "10.0.0.5"})[0] == "10.0.0.5"


def test_an_app_that_reads_the_fields_itself_is_told_the_same():
    heard = {name: value for name, value in seen(BALANCER, BALANCED).items() if name.startswith("HTTP_")}
    assert heard == {
        "HTTP_HOST": "shop.example:8443",
        "HTTP_X_FORWARDED_FOR": "203.0.113.7",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "shop.example:8443",
        "HTTP_X_FORWARDED_PORT": "8443",
        "HTTP_X_REAL_IP": "203.0.113.7",
    }


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("203.0.113.7:54321", "203.0.113.7"),
        ("[2001:db8::1]:443, 10.1.2.3:80", "2001:db8::1"),
        ("::ffff:203.0.113.7, fd00::1", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("203.0.113.7, unknown, 10.0.0.1", "10.0.0.1"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_an_address_is_found_however_a_proxy_writes_it(said, address):
    assert told(BALANCER, {"Host": "shop.example", "X-Forwarded-For": said})[0] == address


@pytest.mark.parametrize(
    ("headers", "told_of_it"),
    [
        ({"Host": "shop.example:8080"}, ("http", "shop.example:8080", "8080")),
        ({"Host": "shop.example", "X-Forwarded-Port": "8081"}, ("http", "shop.example", "8081")),
        ({"Host": "shop.example", "X-Forwarded-Proto": "https"}, ("https", "shop.example", "443")),
        ({"Host": "[2001:db8::1]"}, ("http", "[2001:db8::1]", "80")),
        ({"Host": "[2001:db8::1]:8080"}, ("http", "[2001:db8::1]:8080", "8080")),
        ({"Host": "inner", "X-Forwarded-Host": "evil, shop.example"}, ("http", "shop.example", "80")),
        ({"Host": "shop.example", "X-Forwarded-Proto": "javascript"}, ("http", "shop.example", "80")),
        ({"Host": "shop.example", "X-Forwarded-Port": "https"}, ("http", "shop.example", "80")),
        ({"Host": "shop.example", "X-Forwarded-Port": "\xb2"}, ("http", "shop.example", "80")),
    ],
)
def test_the_url_is_the_one_that_people_use(headers, told_of_it):
    assert told(WEB_SERVER, headers)[1:] == told_of_it


def test_without_a_host_there_is_a_name():
    environ = seen(WEB_SERVER, {"Host": ""})
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("localhost", "80")
    assert scope(WEB_SERVER, {})["headers"] == []


def test_what_is_of_the_socket_alone_does_not_reach_the_app():
    assert {"REMOTE_HOST", "REMOTE_PORT"} & set(seen(WEB_SERVER, SECURE)) == set()


def test_the_environ_that_a_server_gave_is_the_one_that_the_app_gets():
    environ: dict[str, Any] = {"wsgi.url_scheme": "http"}
    assert WEB_SERVER.wsgi(lambda environ, _: environ)(environ, None) is environ


def test_a_websocket_is_secure_where_the_web_server_is():
    assert scope(WEB_SERVER, SECURE, "websocket")["scheme"] == "wss"


def test_a_field_that_wsgi_would_take_for_another_is_dropped():
    assert scope(WEB_SERVER, {"x_forwarded_for": "6.6.6.6", "x-app": "1"})["headers"] == [(b"x-app", b"1")]


@pytest.mark.parametrize(
    ("path", "parted"),
    [
        ("/shop", ("/shop", "")),
        ("/shop/", ("/shop", "/")),
        ("/shop/a/shop/b", ("/shop", "/a/shop/b")),
        ("/shopping", ("", "/shopping")),
        ("/", ("", "/")),
    ],
)
def test_an_app_below_a_path_is_told_so(path, parted):
    environ = {"PATH_INFO": path, "SCRIPT_NAME": ""}
    setup_testing_defaults(environ)
    found = Proxies(mount="/shop").wsgi(lambda environ, _: environ)(environ, None)
    assert (found["SCRIPT_NAME"], found["PATH_INFO"]) == parted
    whole = scope_at(path)
    assert (whole.get("root_path", ""), whole["path"]) == (parted[0], path)


def scope_at(path: str) -> dict[str, Any]:
    """The scope of an ASGI app below /shop."""
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope)

    given = {"type": "http", "headers": [], "client": None, "scheme": "http", "path": path}
    asyncio.run(Proxies(mount="/shop").asgi(app)(given, None, None))
    return scopes[0]


@pytest.mark.parametrize(
    ("typed", "path", "wanted"),
    [
        ("/a//b", "/a/b", "/a//b"),
        ("/a/../b?c=//", "/b", "/a/../b"),
        ("/a/%2e%2e/b", "/b", "/a/../b"),
        ("/a%2F%2Fb/%FF", "/a/b/\xff", "/a//b/\xff"),
        ("/old//b", "/new/b", "/new/b"),
        ("http://shop.test/a//b", "/a/b", "/a/b"),
        ("/a%2Fb/%252F", "/a%2Fb/%2F", "/a/b/%2F"),
        ("/a/b", "/a/b", "/a/b"),
    ],
)
def test_a_path_is_as_it_was_typed_unless_it_was_rewritten(typed, path, wanted):
    environ = {"REQUEST_URI": typed, "PATH_INFO": path}
    assert path_as_typed({"SCRIPT_NAME": "", **environ}) == wanted


def test_a_path_below_a_script_is_as_it_was_typed():
    environ = {"REQUEST_URI": "/shop/a//b", "SCRIPT_NAME": "/shop", "PATH_INFO": "/a/b"}
    assert path_as_typed(environ) == "/a//b"
