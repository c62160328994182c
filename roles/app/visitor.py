"""Who asks, and by which URL: what an app is told of its visitors. Managed by deploytasks.

A release has this file as ``deploytasks_visitor.py``, a name that no app's module has. It runs in the app's own
Python, 3.8 or later, and imports the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from ipaddress import IPv4Address, IPv4Network, IPv6Network

    Environ = dict[str, Any]
    Scope = dict[str, Any]
    App = Callable[..., Any]
    Said = Callable[[str], str]

USUAL_PORTS = {"http": "80", "https": "443"}
OF_THE_SOCKET = ("REMOTE_HOST", "REMOTE_PORT")
"""What a server tells of its own connection, which is the web server's and not the visitor's."""
SLASH = "%2F"
FORWARDED = "HTTP_X_FORWARDED_"
SAID_BY_PROXIES = frozenset(
    {
        "HTTP_FORWARDED",
        "HTTP_FRONT_END_HTTPS",
        "HTTP_PROXY",
        "HTTP_REMOTE_USER",
        "HTTP_TRUE_CLIENT_IP",
        "HTTP_X_AUTH_REQUEST_USER",
        "HTTP_X_CLIENT_IP",
        "HTTP_X_FORWARDED",
        "HTTP_X_ORIGINAL_URL",
        "HTTP_X_REAL_IP",
        "HTTP_X_REMOTE_USER",
        "HTTP_X_REWRITE_URL",
        "HTTP_X_SCHEME",
        "HTTP_X_SCRIPT_NAME",
        "HTTP_X_SSL_CLIENT_CERT",
        "HTTP_X_SSL_CLIENT_S_DN",
        "HTTP_X_SSL_CLIENT_VERIFY",
        "HTTP_X_URL_SCHEME",
    }
)


@dataclass(frozen=True)
class Visit:
    """A visitor's *address*, and the *scheme* and *host* it asked by; empty is what nobody knows.

    *said_port* is the port that a proxy named; that of *host* is what people typed.
    """

    address: str
    scheme: str
    host: str
    said_port: str = ""

    @property
    def name(self) -> str:
        """The host without a port."""
        return _name_and_port(self.host)[0] or "localhost"

    @property
    def port(self) -> str:
        return _name_and_port(self.host)[1] or self.said_port or USUAL_PORTS[self.scheme]

    @property
    def fields(self) -> dict[str, str]:
        """What a single proxy would say of it, for an app that reads that itself."""
        return {
            "X-Forwarded-For": self.address,
            "X-Forwarded-Proto": self.scheme,
            "X-Forwarded-Host": self.host,
            "X-Forwarded-Port": self.port,
            "X-Real-IP": self.address,
        }


@dataclass(frozen=True)
class Proxies:
    """Those in front of the app whose word on visitors counts; nobody else can connect to it.

    They are *count* in a row. Where that is None: the nearest one, and others as far as they have an address in
    one of *networks*. With a count of 0 there are none, so a visitor wrote those header fields. What they bring lies
    below *mount*, which is no part of the app's own paths.
    """

    count: int | None = None
    networks: tuple[str, ...] = ()
    mount: str = ""

    def wsgi(self, app: App) -> App:
        """*app* (PEP 3333), told who asks."""

        def called(environ: Environ, start_response: Any) -> Any:
            visit = self._visit(lambda name: environ.get(FORWARDED + name, ""), environ.get("HTTP_HOST", ""))
            for name in [name for name in environ if self._is_refused(name)]:
                del environ[name]
            for name in OF_THE_SOCKET:
                environ.pop(name, None)
            environ.update((_in_wsgi(name), value) for name, value in self._told(visit))
            environ["wsgi.url_scheme"] = visit.scheme
            environ["REMOTE_ADDR"] = visit.address
            environ["SERVER_NAME"], environ["SERVER_PORT"] = visit.name, visit.port
            path = path_as_typed(environ)
            environ["PATH_INFO"] = path
            if self.mount and self._is_below(path):
                environ["SCRIPT_NAME"], environ["PATH_INFO"] = self.mount, path[len(self.mount) :]
            return app(environ, start_response)

        return called

    def asgi(self, app: App) -> App:
        """*app* (ASGI 3), told who asks; a lifespan is handed on as it is."""

        async def called(scope: Scope, receive: Any, send: Any) -> None:
            is_visit = scope["type"] in ("http", "websocket")
            await app({**scope, **self._seen(scope)} if is_visit else scope, receive, send)

        return called

    def _seen(self, scope: Scope) -> Scope:
        # A name with "_" is that of another with "-" to WSGI, which nobody has looked at.
        headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
        said = {_in_wsgi(name.decode("latin-1")): value.decode("latin-1") for name, value in headers}
        visit = self._visit(lambda name: said.get(FORWARDED + name, ""), said.get("HTTP_HOST", ""))
        told = {name.lower().encode("latin-1"): value.encode("latin-1") for name, value in self._told(visit)}
        kept = [
            (name, value)
            for name, value in headers
            if name not in told and not self._is_refused(_in_wsgi(name.decode("latin-1")))
        ]
        return {
            "headers": [*kept, *told.items()],
            "client": (visit.address, 0) if visit.address else None,
            "scheme": visit.scheme if scope["type"] == "http" else visit.scheme.replace("http", "ws"),
            "server": (visit.name, int(visit.port)),
            # The path stays whole (ASGI 3, "HTTP Connection Scope").
            **({"root_path": self.mount} if self.mount and self._is_below(scope["path"]) else {}),
        }

    def _is_below(self, path: str) -> bool:
        return f"{path}/".startswith(f"{self.mount}/")

    def _is_refused(self, name: str) -> bool:
        """Whether only a proxy says this, and one that cannot be told from a stranger, or may hand it on."""
        may_be_strange = self.count == 0 or bool(self.networks)
        return may_be_strange and (name.startswith(FORWARDED) or name in SAID_BY_PROXIES)

    def _told(self, visit: Visit) -> Iterator[tuple[str, str]]:
        """The header fields that are written anew."""
        if self.count != 0 and visit.host:
            yield "Host", visit.host
        if self.networks:
            yield from visit.fields.items()

    def _visit(self, said: Said, host: str) -> Visit:
        if self.count == 0:
            return Visit("", "http", host)
        scheme, port = self._first_of(said("PROTO")), self._first_of(said("PORT"))
        return Visit(
            self._address(said("FOR")),
            scheme if scheme in USUAL_PORTS else "http",
            self._first_of(said("HOST")) or host,
            port if port.isdecimal() else "",
        )

    def _first_of(self, said: str) -> str:
        """What the first of those said whose word counts; each puts its own behind that of the one before."""
        return said.split(",")[-(self.count or 1) :][0].strip()

    def _address(self, said: str) -> str:
        if self.count is not None:
            return self._first_of(said)
        found = ""
        for text in reversed(said.split(",")):
            address = _address_in(text)
            if address is None:
                break
            found = str(address)
            if not any(address in network for network in self._networks):
                break
        return found

    @cached_property
    def _networks(self) -> list[IPv4Network | IPv6Network]:
        return [ip_network(network) for network in self.networks]


def path_as_typed(environ: Environ) -> str:
    """The path as people asked for it, decoded.

    A server on the way may have merged its slashes, resolved its dots or left ``%2F`` in it; one that was rewritten
    stays as it is.
    """
    script, path = str(environ.get("SCRIPT_NAME", "")), str(environ.get("PATH_INFO", ""))
    typed = unquote(environ.get("REQUEST_URI", "").partition("?")[0], "latin-1")
    is_curious = "//" in typed or "/." in typed or SLASH in path
    if not (is_curious and typed.startswith(f"{script}/")):
        return path
    return typed[len(script) :] if _resolved(typed) == _resolved(script + path) else path


def _resolved(path: str) -> list[str]:
    """The names on the way from the root (RFC 3986, 5.2.4)."""
    names: list[str] = []
    for name in path.replace(SLASH, "/").split("/"):
        if name == "..":
            del names[-1:]
        elif name not in ("", "."):
            names.append(name)
    return names


def _in_wsgi(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


def _name_and_port(host: str) -> tuple[str, str]:
    name, _, port = host.rpartition(":")
    return (name, port) if port.isdecimal() else (host, "")


def _address_in(text: str) -> IPv4Address | IPv6Address | None:
    """The address that *text* names, perhaps with a port or an interface; None where it names none."""
    bare = text.strip().partition("%")[0]
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
