"""Apache as the reverse proxy in front of the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.files.compressed import TEXTS
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import Limit, limits_of
from deploytasks.planning.parts import FASTCGI, HTTP, Front
from deploytasks.planning.plan import Handler, Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.apache.settings import Vars
from deploytasks.roles.app import strangers
from deploytasks.roles.app.mount import at_mount, guests_directory
from deploytasks.roles.app.passwords import password_steps
from deploytasks.roles.app.static import (
    kept_of,
    names_of,
    serves_shared,
    static_files_of,
    static_of,
    static_root_of,
)
from deploytasks.roles.app.successor import places_taken
from deploytasks.roles.app.tls import PROFILES, bring, brought, issue_here, self_signed
from deploytasks.roles.app.underscored import disguises, underscored_of

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host

__all__ = ["Vars", "body_limit", "front", "pause_limit", "protocols", "steps", "wait_limit", "withdraw"]

SCHEMES = {HTTP: "http", FASTCGI: "fcgi"}
"""What Apache calls each protocol, in URLs and in the names of its modules. By uwsgi it would refuse chunked bodies."""

FORMS = {
    "X-Forwarded-Proto": "https?",
    "X-Forwarded-Host": r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?",
    "X-Forwarded-Port": "[0-9]{1,5}",
}
"""What a trusted proxy may say of the URL that it was asked by, as regular expressions."""

protocols = frozenset(SCHEMES)

template = Templates(beside=__file__)
reload = Handler("reload Apache", resources.ApacheReload())

USER = "www-data"
ETC = "/etc/apache2"
ENABLED = f"{ETC}/sites-enabled"
GUESTS = f"{ETC}/guests/%s/%s.conf"
"""What an app has on the site of another: the name of that, and its own."""
PASSWORDS = f"{ETC}/passwords/%s"
OF_PASSWORDS = ("auth_basic.load", "authn_core.load", "authn_file.load", "authz_user.load")
"""Apache's modules that ask for a password: Debian enables them, somebody may have disabled them."""


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The web server with the app's site; its configuration is approved by ``configtest`` before it is read.

    The site is written when the new instance has answered, so that it comes into force together with the
    release whose protocol and static files it names.
    """
    v = at_mount(host, v)
    yield Step("install Apache", resources.Package("apache2", unstarted=True))
    if not deployment_of(host).v.site:
        yield from _safety_steps(host, v)
    yield from (replace(step, phase=Phase.START) for step in _configuration(host, v))


def front(host: Host, v: Vars) -> Front:
    """The site's names on its ports."""
    guarded = bool(v.basic_auth or deployment_of(host).v.site)
    return Front(v.all_names, v.ports, v.has_tls, v.networks, tells=True, guarded=guarded)


def wait_limit(v: Vars) -> Limit | None:
    """For how long Apache was told to wait for the app."""
    return Limit(v.proxy_timeout, "apache_proxy_timeout") if v.proxy_timeout else None


def pause_limit(v: Vars) -> Limit:
    """For how long a client may pause."""
    return Limit(v.timeout, "apache_timeout")


def body_limit(v: Vars) -> int:
    """How many bytes a body may have of which Apache does not know how long it is; 0 is no limit."""
    return v.body_bytes


def withdraw(app: App) -> Iterator[Step]:
    """The site is gone, and Apache rests when it has no other."""
    site = resources.AbsentManaged(_available(app), (_first(app), _usual(app), _of_unknown_names(app)))
    rest = Handler("run Apache if it has a site", resources.RunIfUsed("apache2", (f"{ENABLED}/*.conf",)))
    yield Step("leave the sites of other apps", resources.OnlyFile(GUESTS % ("*", app.name)), notify=rest)
    yield Step("remove the app's site", site, notify=rest)


def _available(app: App) -> str:
    return f"{ETC}/sites-available/{app.name}.conf"


def _first(app: App) -> str:
    return f"{ENABLED}/00-{app.name}.conf"


def _usual(app: App) -> str:
    return f"{ENABLED}/{app.name}.conf"


def _of_unknown_names(app: App) -> str:
    return f"{ENABLED}/000-{app.name}-catch-all.conf"


def _safety_steps(host: Host, v: Vars) -> Iterator[Step]:
    """What the site is to be asked by TLS, and with passwords."""
    app = deployment_of(host).app
    if v.tls == "self-signed":
        yield from issue_here(app, v.all_names, reload)
    elif v.tls == "files":
        yield from bring(app, v.key_pair(), reload)
    if v.basic_auth:
        yield from password_steps(host, v.basic_auth, PASSWORDS % app.name, USER)


def _configuration(host: Host, v: Vars) -> Iterator[Step]:
    scheme = SCHEMES[deployment_of(host).protocol]
    packs = deployment_of(host).v.static_compress and v.deflate and static_of(host)
    leads_elsewhere = v.redirected or (v.has_tls and v.redirect)
    rewrites = static_root_of(host) or leads_elsewhere or kept_of(host) or packs
    modules = (*_modules(v, scheme), *(("rewrite.load",) if rewrites else ()))
    yield from map(_enable, modules)
    yield Step(
        "leave Apache's ports to the sites",
        resources.File(f"{ETC}/ports.conf", template("ports.conf.j2")),
        reload,
    )
    of_all_sites = resources.File(f"{ETC}/conf-enabled/zz-deploytasks.conf", template("server.conf.j2"))
    yield Step("hide Apache's version", of_all_sites, notify=reload)
    yield Step("remove the default site", resources.Absent(f"{ENABLED}/000-default.conf"), notify=reload)
    yield from (_guest(host, v) if deployment_of(host).v.site else _site(host, v, scheme))
    yield Step("run Apache", resources.Service("apache2"))


def _modules(v: Vars, scheme: str) -> Iterator[str]:
    """What Debian does not enable by itself."""
    yield from ("proxy.load", f"proxy_{scheme}.load", "headers.load", "expires.load")
    if v.networks:
        yield "remoteip.load"
    if v.basic_auth:
        yield from OF_PASSWORDS
    if v.has_tls:
        yield from ("socache_shmcb.load", "ssl.conf", "ssl.load")


def _enable(file: str) -> Step:
    """As ``a2enmod`` does it (a2enmod(8))."""
    link = resources.Symlink(f"{ETC}/mods-enabled/{file}", f"../mods-available/{file}")
    return Step(f"enable {file}", link, notify=reload)


def _site(host: Host, v: Vars, scheme: str) -> Iterator[Step]:
    """Apache takes the first site for requests that no name leads to, so one that answers to any name comes first."""
    app = deployment_of(host).app
    text = _rendered("site.conf.j2", host, v, scheme)
    link, stale = (_usual(app), _first(app)) if v.names else (_first(app), _usual(app))
    yield from _membership(host)
    yield from (replace(step, notify=reload) for step in places_taken(host, f"{ENABLED}/*.conf", link))
    yield Step("write the site", resources.File(_available(app), text), notify=reload)
    yield Step(
        "enable the site", resources.Symlink(link, f"../sites-available/{app.name}.conf"), notify=reload
    )
    yield Step("remove the site's old link", resources.Absent(stale), notify=reload)
    yield Step("leave the sites of other apps", resources.OnlyFile(GUESTS % ("*", app.name)), notify=reload)
    yield from _catch_all(host, v)


def _guest(host: Host, v: Vars) -> Iterator[Step]:
    """The app has no site: it is below its mount on that of another app, which includes what is written for it."""
    app, site = deployment_of(host).app, deployment_of(host).v.site
    place, scheme = GUESTS % (site, app.name), SCHEMES[deployment_of(host).protocol]
    own = resources.AbsentManaged(_available(app), (_first(app), _usual(app), _of_unknown_names(app)))
    yield from _membership(host)
    yield guests_directory(place)
    yield Step(
        "write the app's part of the site",
        resources.File(place, _rendered("mount.conf.j2", host, v, scheme)),
        notify=reload,
    )
    yield Step(
        "leave the sites of other apps", resources.OnlyFile(GUESTS % ("*", app.name), place), notify=reload
    )
    yield Step("remove the app's site", own, notify=reload)


def _membership(host: Host) -> Iterator[Step]:
    if static_of(host) or static_files_of(host) or static_root_of(host):
        member = resources.Member(USER, deployment_of(host).app.user)
        yield Step("let Apache read the app's files", member, notify=reload)


def _rendered(name: str, host: Host, v: Vars, scheme: str) -> str:
    deployment = deployment_of(host)
    app = deployment.app
    return template(
        name,
        app=app,
        v=v,
        site=deployment.v.site,
        mount=deployment.v.prefix,
        guests=GUESTS % (app.name, "*"),
        static=static_of(host),
        files=static_files_of(host),
        root=static_root_of(host),
        serves_shared=serves_shared(host),
        **names_of(host),
        texts=TEXTS.replace(" ", "|"),
        hidden_too=deployment.v.static_hidden,
        scheme=scheme,
        strangers=strangers.headers(is_guarded=bool(v.basic_auth)),
        passwords=PASSWORDS % app.name,
        disguises=disguises(),
        underscored=underscored_of(host),
        forms=FORMS,
        wait_s=limits_of(deployment).wait_s,
        **_tls(app, v),
    )


def _catch_all(host: Host, v: Vars) -> Iterator[Step]:
    """Requests for names that no site has are refused, unless a site takes any name."""
    app = deployment_of(host).app
    site = _of_unknown_names(app)
    if v.catch_all and v.names:
        text = template(
            "catch-all.conf.j2",
            app=app,
            v=v,
            itself=front(host, v),
            strangers=strangers.HEADERS,
            disguises=disguises(),
            scheme=SCHEMES[deployment_of(host).protocol],
            wait_s=limits_of(deployment_of(host)).wait_s,
            **_tls(app, v),
        )
        yield Step("refuse unknown names", resources.File(site, text), notify=reload)
    else:
        yield Step("admit unknown names", resources.Absent(site), notify=reload)


def _tls(app: App, v: Vars) -> dict[str, object]:
    """The file with the chain and the key, and how TLS is spoken."""
    pair = brought(app) if v.tls == "files" else self_signed(app, v.all_names).path
    return {"pair": pair, "profile": PROFILES[v.tls_profile]}
