"""nginx as the reverse proxy in front of the app."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.agent.web.nginx_page import page_of
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import Limit, limits_of
from deploytasks.planning.parts import FASTCGI, HTTP, UWSGI, Front
from deploytasks.planning.plan import Handler, Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app import strangers
from deploytasks.roles.app.domains import first_of
from deploytasks.roles.app.mount import at_mount, guests_directory
from deploytasks.roles.app.passwords import password_steps
from deploytasks.roles.app.static import ground_of, names_of, static_files_of, static_of, static_root_of
from deploytasks.roles.app.successor import places_taken
from deploytasks.roles.app.underscored import underscored_of
from deploytasks.roles.nginx.maintenance import included
from deploytasks.roles.nginx.settings import Vars
from deploytasks.roles.nginx.tls import WEBROOT, certificate_steps, tls_of

if TYPE_CHECKING:
    from deploytasks.agent.release.facts import Facts
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host

DIRECTIVES = {HTTP: "proxy", UWSGI: "uwsgi", FASTCGI: "fastcgi"}
"""How the names of nginx's directives for each protocol begin."""

protocols = frozenset(DIRECTIVES)

template = Templates(beside=__file__)

VARIABLES = (
    "asked_host",
    "asked_port",
    "connection",
    "expires",
    "https",
    "immutable",
    "port",
    "scheme",
    "trusted",
    "typed_host",
    "usual_port",
    "whose",
)
"""What a site calls its own variables of nginx, which all sites share."""
HTTPS_PORT = 443
SOCKETS = "www-data"
"""The group that may connect to the sockets of apps."""
ENABLED = "/etc/nginx/sites-enabled"
GUESTS = "/etc/nginx/guests/%s/%s.conf"
"""What an app has on the site of another: the name of that, and its own."""
PASSWORDS = "/etc/nginx/passwords/%s"
CATCH_ALL = "/etc/nginx/conf.d/deploytasks-catch-all-%s.conf"
LISTENS = r"\blisten\s+(\S*:)?%s[\s;]"
NO_IDLE_PORT = resources.OnlyCatchAlls(CATCH_ALL, f"{ENABLED}/*", LISTENS)
UNDERSCORES = "/etc/nginx/deploytasks-underscores-%s.conf"
HEARS_UNDERSCORES = "underscores_in_headers on;"
NO_IDLE_UNDERSCORES = resources.OnlyCatchAlls(
    UNDERSCORES, f"{ENABLED}/*", rf"(?s){LISTENS}.*{HEARS_UNDERSCORES}"
)

PACKAGED = {
    ("debian", "11"): (1, 18),
    ("debian", "13"): (1, 26),
    ("ubuntu", "20.04"): (1, 18),
    ("ubuntu", "22.04"): (1, 18),
    ("ubuntu", "25.10"): (1, 28),
    ("ubuntu", "26.04"): (1, 28),
}
"""The versions of nginx that are not like Debian 12's, as far as its configuration goes."""
USUAL = (1, 22)
BROTLI = "libnginx-mod-http-brotli-filter"
WITHOUT_BROTLI = {("debian", "11"), ("ubuntu", "20.04"), ("ubuntu", "22.04")}
"""The releases that do not have the package."""
REJECTS_HANDSHAKES = (1, 19, 4)
HTTP2_DIRECTIVE = (1, 25, 1)


@frozen
class Said:
    """What the app is told of the URL that people asked by, in nginx's words."""

    host: str
    scheme: str
    port: str
    https: str


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The web server with the app's site; its configuration is approved by ``nginx -t`` before it is read.

    The site is written when the new instance has answered, so that it comes into force together with the
    release whose protocol and static files it names.
    """
    app, v = deployment_of(host).app, at_mount(host, v)
    v = v if deployment_of(host).facts.ipv6 else replace(v, ipv6=False)
    reload = Handler("reload nginx", resources.NginxReload(v.all_names or ("_",)))
    yield Step("install nginx", resources.Package("nginx", unstarted=True))
    if v.brotli and not deployment_of(host).v.site:
        yield Step("install nginx's brotli", resources.Package(_brotli(host), unstarted=True), notify=reload)
    yield Step("have nginx read sites-enabled", resources.NginxSites(_enabled(app)), notify=reload)
    yield Step("let nginx connect to the app", resources.NginxMember(SOCKETS), notify=reload)
    limits = resources.NginxLimits(v.worker_connections, max(map(len, v.all_names), default=0))
    yield Step("raise the limit of connections", limits, notify=reload)
    yield Step("remove the default site", resources.Absent(f"{ENABLED}/default"), notify=reload)
    if deployment_of(host).v.site:
        served = tuple(_guest_steps(host, v))
    else:
        yield from _safety_steps(host, v, reload)
        served = (*_site_steps(host, v), *_underscore_steps(host, v), *_catch_all_steps(host, v))
    for step in served:
        yield replace(step, phase=Phase.START, notify=reload)
    yield Step("run nginx", resources.Service("nginx"), phase=Phase.START)


def front(host: Host, v: Vars) -> Front:
    """The site's names on its ports."""
    ports = (v.listen, v.tls_listen) if v.has_tls else (v.listen,)
    wants_certificates = bool(re.search(r"(?m)^\s*ssl_verify_client\s+on\s*;", v.snippet))
    return Front(
        v.all_names,
        ports,
        v.has_tls,
        v.networks,
        tells=True,
        hears_proxies=v.proxy_protocol,
        wants_certificates=wants_certificates,
        guarded=v.is_guarded or bool(deployment_of(host).v.site),
    )


def wait_limit(v: Vars) -> Limit | None:
    """For how long nginx was told to wait for the app."""
    said = v.proxy_read_timeout
    return Limit.of(said, "nginx_proxy_read_timeout") if said else None


def pause_limit(v: Vars) -> Limit:
    """For how long a client may pause."""
    upload = Limit.of(v.client_body_timeout, "nginx_client_body_timeout")
    return max(upload, Limit.of(v.send_timeout, "nginx_send_timeout"))


def withdraw(app: App) -> Iterator[Step]:
    """The site is gone, and nginx rests when it has no other."""
    used_by = (f"{ENABLED}/*", "/etc/nginx/conf.d/*.conf")
    rest = Handler("run nginx if it has a site", resources.RunIfUsed("nginx", used_by))
    site = resources.AbsentManaged(_available(app), (_enabled(app), page_of(app.name)))
    yield Step("leave the sites of other apps", resources.OnlyFile(GUESTS % ("*", app.name)), notify=rest)
    yield Step("remove the app's site", site, notify=rest)
    yield Step("free the ports without a site", NO_IDLE_PORT, notify=rest)
    yield Step(
        "drop header fields with underscores where no site wants any", NO_IDLE_UNDERSCORES, notify=rest
    )


def _available(app: App) -> str:
    return f"/etc/nginx/sites-available/{app.name}"


def _enabled(app: App) -> str:
    return f"{ENABLED}/{app.name}"


def _safety_steps(host: Host, v: Vars, reload: Handler) -> Iterator[Step]:
    """What the site is to be asked by TLS, and with passwords."""
    app = deployment_of(host).app
    if v.has_tls and not _rejects_handshakes(host):
        yield Step("install a certificate for unknown names", resources.Package("ssl-cert"))
    yield from certificate_steps(app, v, _challenge_site(host, v) if v.tls == "acme" else "", reload)
    if v.basic_auth:
        yield from password_steps(host, v.basic_auth, PASSWORDS % app.name, SOCKETS)


def _brotli(host: Host) -> str:
    """The package of the module, which an old release does not have."""
    facts = deployment_of(host).facts
    if (facts.distribution, facts.version) in WITHOUT_BROTLI:
        raise VariableError(
            f"{host.name}: nginx_brotli: {facts.distribution.capitalize()} {facts.version} has no package "
            f"{BROTLI}; leave nginx_brotli out for this host, and answers are packed by gzip"
        )
    return BROTLI


def _guest_steps(host: Host, v: Vars) -> Iterator[Step]:
    """The app has no site: it is below its mount on that of another app, which includes what is written for it."""
    app, site = deployment_of(host).app, deployment_of(host).v.site
    place = GUESTS % (site, app.name)
    if static_of(host) or static_files_of(host):
        yield Step("let nginx read the app's files", resources.NginxMember(app.user))
    yield Step(
        "write the way to the app", resources.File(_available(app), _rendered("guest.conf.j2", host, v))
    )
    yield Step("enable the way to the app", resources.Symlink(_enabled(app), _available(app)))
    yield guests_directory(place)
    yield Step("write the app's part of the site", resources.File(place, _rendered("mount.conf.j2", host, v)))
    yield Step("leave the sites of other apps", resources.OnlyFile(GUESTS % ("*", app.name), place))
    yield Step("free the ports without a site", NO_IDLE_PORT)


def _site_steps(host: Host, v: Vars) -> Iterator[Step]:
    app = deployment_of(host).app
    yield from places_taken(host, f"{ENABLED}/*", _enabled(app))
    if static_of(host) or static_files_of(host) or static_root_of(host):
        yield Step("let nginx read the app's files", resources.NginxMember(app.user))
    yield Step("write the site", resources.File(_available(app), _site(host, v)))
    yield Step("enable the site", resources.Symlink(_enabled(app), _available(app)))
    yield Step("leave the sites of other apps", resources.OnlyFile(GUESTS % ("*", app.name)))


def _catch_all_steps(host: Host, v: Vars) -> Iterator[Step]:
    """A port's requests for names that no site has are closed without an answer.

    Each port has one file, whichever site writes it; a site that takes any name needs none, and leaves it to others, as
    does one where an administrator's site takes what no other wants (``default_server``).
    """
    for port in front(host, v).ports if v.names else ():
        place = CATCH_ALL % port
        if v.catch_all and port not in deployment_of(host).facts.default_ports:
            yield Step(
                f"refuse unknown names on port {port}", resources.File(place, _catch_all(host, v, port))
            )
        else:
            yield Step(f"admit unknown names on port {port}", resources.Absent(place))
    yield Step("free the ports without a site", NO_IDLE_PORT)


def _underscore_steps(host: Host, v: Vars) -> Iterator[Step]:
    """Whether fields with an underscore are heard before nginx knows for which site a request is."""
    if underscored_of(host):
        for port in front(host, v).ports:
            line = resources.File(UNDERSCORES % port, f"{HEARS_UNDERSCORES}\n")
            yield Step(f"hear header fields with underscores on port {port}", line)
    else:
        yield Step("drop header fields with underscores where no site wants any", NO_IDLE_UNDERSCORES)


def _site(host: Host, v: Vars) -> str:
    return _served(host, v, WEBROOT if v.tls == "acme" else "")


def _challenge_site(host: Host, v: Vars) -> str:
    """The site as it is without TLS, with the answers to the challenges."""
    return _served(host, replace(v, tls="off", hsts=""), WEBROOT)


def _served(host: Host, v: Vars, webroot: str) -> str:
    return _rendered("site.conf.j2", host, v, webroot)


def _rendered(name: str, host: Host, v: Vars, webroot: str = "") -> str:
    deployment = deployment_of(host)
    app, facts = deployment.app, deployment.facts
    protocol = deployment.protocol
    own = {name: _variable(app, name) for name in VARIABLES}
    if v.backends and protocol != HTTP:
        raise VariableError(
            f"{host.name}: nginx_backends are asked over HTTP, and this host's own instance speaks {protocol}; "
            "choose another app_server"
        )
    if underscored_of(host) and v.trusts_fields:
        raise VariableError(
            f"{host.name}: app_underscored_headers: nginx would take X_Forwarded_Proto, which anybody may say, for "
            "what a trusted proxy says; let that proxy say api-key for api_key, or set app_web_server to caddy"
        )
    root = static_root_of(host)
    return template(
        name,
        app=app,
        site=deployment.v.site,
        mount=deployment.v.prefix,
        places=_places(deployment.v.prefix, root),
        guests=GUESTS % (app.name, "*"),
        v=v,
        tls=tls_of(app, v),
        webroot=webroot,
        servers=_servers(app, v),
        first=first_of(v.names),
        headers={**v.headers, **({"Strict-Transport-Security": v.hsts} if v.hsts else {})},
        static=static_of(host),
        files=static_files_of(host),
        root=root,
        ground=lambda place: ground_of(place, app),
        **names_of(host),
        protocol=protocol,
        directives=DIRECTIVES[protocol],
        own=own,
        trusts=v.trusts_fields,
        said=_said(own, v),
        itself=_itself(host, v),
        strangers=strangers.headers(is_guarded=bool(v.basic_auth)),
        underscored=underscored_of(host),
        passwords=PASSWORDS % app.name,
        hidden_too=deployment.v.static_hidden,
        maintenance=included(app),
        wait=v.proxy_read_timeout or f"{limits_of(deployment).wait_s}s",
        has_http2_directive=_version(facts) >= HTTP2_DIRECTIVE,
    )


def _places(mount: str, root: str) -> tuple[str, ...]:
    """The locations at which nginx asks the app."""
    if mount:
        return (f"= {mount}", f"^~ {mount}/")
    return ("@app" if root else "/",)


def _said(own: Mapping[str, str], v: Vars) -> Said:
    """The URL as nginx was asked for it, or as a trusted proxy was."""
    host = f"${own['asked_host']}"
    if not v.trusts_fields:
        return Said(host, "$scheme", "$server_port", "$https")
    return Said(host, *(f"${own[name]}" for name in ("scheme", "port", "https")))


def _itself(host: Host, v: Vars) -> Said:
    """The URL of a load balancer's own question: an app that forces TLS would answer the plain one with a redirect."""
    if v.has_tls or v.networks:
        return Said(front(host, v).host, "https", str(v.tls_listen if v.has_tls else HTTPS_PORT), "on")
    return Said(front(host, v).host, "http", str(v.listen), '""')


def _variable(app: App, name: str) -> str:
    """A variable of the site's own: all sites of an nginx share theirs."""
    return f"{app.name.replace('-', '_')}_{name}"


def _servers(app: App, v: Vars) -> list[str]:
    """The app's own instance, and the backends beside it: with these, one that fails is left out for a while."""
    own = f"unix:{app.current_socket}"
    if not v.backends:
        return [f"{own} fail_timeout=0"]
    return [
        f"{server} max_fails={v.max_fails} fail_timeout={v.fail_timeout}" for server in (own, *v.backends)
    ]


def _catch_all(host: Host, v: Vars, port: int) -> str:
    tls = tls_of(deployment_of(host).app, v) if port == v.tls_listen else None
    rejects = _rejects_handshakes(host)
    underscores = UNDERSCORES % port
    return template(
        "catch-all.conf.j2", v=v, port=port, tls=tls, rejects_handshakes=rejects, underscores=underscores
    )


def _rejects_handshakes(host: Host) -> bool:
    return _version(deployment_of(host).facts) >= REJECTS_HANDSHAKES


def _version(facts: Facts) -> tuple[int, ...]:
    return PACKAGED.get((facts.distribution, facts.version), USUAL)
