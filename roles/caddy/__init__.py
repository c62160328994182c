"""Caddy in front of the app: it gets and renews certificates by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.limits import HEADER_BYTES, Limit, limits_of
from deploytasks.planning.parts import FASTCGI, HTTP, Front
from deploytasks.planning.plan import Handler, Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app import strangers
from deploytasks.roles.app.domains import first_of
from deploytasks.roles.app.mount import at_mount, guests_directory
from deploytasks.roles.app.passwords import password_steps
from deploytasks.roles.app.static import names_of, static_files_of, static_of, static_root_of
from deploytasks.roles.app.successor import places_taken
from deploytasks.roles.app.underscored import underscored_of
from deploytasks.roles.caddy.settings import HTTP_PORT, Vars

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host

protocols = frozenset({HTTP, FASTCGI})

template = Templates(beside=__file__)

ETC = "/etc/caddy"
SITES = f"{ETC}/sites"
OVERRIDES = "caddy.service.d"
HEALTH = f"{ETC}/health"
GUESTS = f"{ETC}/guests/%s/%s.caddy"
"""What an app has on the site of another: the name of that, and its own."""
PASSWORDS = f"{ETC}/passwords/%s"
CATCH_ALL = f"{SITES}/_catch-all-%s.caddy"
# A site with TLS leads there from port 80, too.
NO_IDLE_PORT = resources.OnlyCatchAlls(CATCH_ALL, f"{SITES}/[!_]*.caddy", r"(?m)^https://|http://\S*:%s[ ,]")

# As Caddy's own user: it may write to its log files and its certificates' storage meanwhile.
AS_CADDY = ("setpriv", "--reuid=caddy", "--regid=caddy", "--init-groups", "--reset-env")
VALIDATE = (*AS_CADDY, "caddy", "validate", "--config", f"{ETC}/Caddyfile")

approve = Handler("check Caddy's configuration", resources.Run(VALIDATE))
restart = Handler("restart Caddy", resources.Restart("caddy"))
reload = Handler("reload Caddy", resources.Reload("caddy", check=VALIDATE))


def steps(host: Host, v: Vars) -> Iterator[Step]:
    """The web server with the app's site; its configuration is approved by ``caddy validate`` before it is read.

    The site is written when the new instance has answered, so that it comes into force together with the
    release whose protocol and static files it names.
    """
    app, v = deployment_of(host).app, at_mount(host, v)
    is_guest = bool(deployment_of(host).v.site)
    yield Step("install Caddy", resources.Package("caddy", unstarted=True))
    yield from _server()
    if not is_guest:
        yield from _trust(app, v)
    if static_of(host) or static_files_of(host) or static_root_of(host):
        # systemd gives a program its groups when it starts it.
        yield Step("let Caddy read the app's files", resources.Member("caddy", app.user), notify=restart)
    if v.basic_auth:
        yield from password_steps(
            host, v.basic_auth, PASSWORDS % app.name, "caddy", separator=" ", notify=(reload,)
        )
    yield Step("run Caddy", resources.Service("caddy"))
    yield from (_guest(host, app, v) if is_guest else _site(host, app, v))


def front(host: Host, v: Vars) -> Front:
    """The site's names on its port; with TLS also the port that leads there."""
    del host
    ports = (HTTP_PORT, v.listen) if v.has_tls else (v.listen,)
    return Front(v.all_names, ports, v.has_tls, v.networks, tells=True)


def wait_limit(v: Vars) -> Limit | None:
    """For how long Caddy was told to wait for the app."""
    said = v.response_header_timeout
    return Limit.of(said, "caddy_response_header_timeout") if said else None


def withdraw(app: App) -> Iterator[Step]:
    """The site is gone, and Caddy rests when it has no other."""
    rest = Handler("run Caddy if it has a site", resources.RunIfUsed("caddy", (f"{SITES}/*.caddy",)))
    yield Step("leave the sites of other apps", resources.OnlyFile(GUESTS % ("*", app.name)), notify=rest)
    yield Step("remove the app's site", resources.AbsentManaged(_place(app), (_asked(app),)), notify=rest)
    yield Step("free the ports without a site", NO_IDLE_PORT, notify=rest)


def _server() -> Iterator[Step]:
    """What all sites share. Where it listens for a reload moves with this, so a reload could not bring it about."""
    changes = (approve, restart)
    places = resources.Directories(
        (
            resources.Directory(SITES),
            resources.Directory(HEALTH),
            resources.Directory(f"/etc/systemd/system/{OVERRIDES}"),
        )
    )
    yield Step("make Caddy's directories", places)
    overrides = resources.Unit(f"{OVERRIDES}/deploytasks.conf", template("caddy.service.conf.j2"))
    yield Step("give Caddy a runtime directory", overrides, notify=changes)
    yield Step(
        "include the sites in Caddy's configuration",
        resources.File(f"{ETC}/Caddyfile", template("Caddyfile.j2", header_bytes=HEADER_BYTES)),
        notify=changes,
    )


def _trust(app: App, v: Vars) -> Iterator[Step]:
    """The certificates that come from the controller; a rollback leaves the newest."""
    if v.tls == "files" or v.acme_ca_bundle:
        yield Step(
            "make the directory of certificates",
            resources.Directory(f"{ETC}/tls", mode="0750", group="caddy"),
        )
    if v.tls == "files":
        pair = resources.LastingFile(_pair(app), v.key_pair(), mode="0640", group="caddy")
        yield Step("bring the certificate", pair, notify=reload, sensitive=True)
    if v.acme_ca_bundle:
        yield Step(
            "trust the ACME server", resources.LastingFile(_authorities(app), v.authorities()), notify=reload
        )


def _site(host: Host, app: App, v: Vars) -> Iterator[Step]:
    for step in places_taken(host, f"{SITES}/*.caddy", _place(app)):
        yield replace(step, notify=reload, phase=Phase.START)
    text = _served("site.caddy.j2", host, v)
    yield Step("write the site", resources.File(_place(app), text), notify=reload, phase=Phase.START)
    elsewhere = resources.OnlyFile(GUESTS % ("*", app.name))
    yield Step("leave the sites of other apps", elsewhere, notify=reload, phase=Phase.START)
    yield from _catch_all(v)
    yield _health(host, app, v)
    yield Step("free the ports without a site", NO_IDLE_PORT, notify=reload, phase=Phase.START)


def _guest(host: Host, app: App, v: Vars) -> Iterator[Step]:
    """The app has no site: it is below its mount on that of another app, which includes what is written for it."""
    place = GUESTS % (deployment_of(host).v.site, app.name)
    steps = (
        guests_directory(place),
        Step("write the app's part of the site", resources.File(place, _served("mount.caddy.j2", host, v))),
        Step("leave the sites of other apps", resources.OnlyFile(GUESTS % ("*", app.name), place)),
        Step("remove the app's site", resources.AbsentManaged(_place(app), (_asked(app),))),
        Step("free the ports without a site", NO_IDLE_PORT),
    )
    yield from (replace(step, notify=reload, phase=Phase.START) for step in steps)


def _served(name: str, host: Host, v: Vars) -> str:
    deployment = deployment_of(host)
    app = deployment.app
    return _rendered(
        name,
        host,
        v,
        site=deployment.v.site,
        mount=deployment.v.prefix,
        guests=GUESTS % (app.name, "*"),
        hidden_too=deployment.v.static_hidden,
        static=static_of(host),
        files=static_files_of(host),
        root=static_root_of(host),
        **names_of(host),
        underscored=underscored_of(host),
        pair=_pair(app),
        authorities=_authorities(app),
        itself=None,
        passwords=PASSWORDS % app.name,
        first=first_of(v.names),
    )


def _catch_all(v: Vars) -> Iterator[Step]:
    """A port's requests for names that no site has are closed without an answer, unless a site takes any name."""
    port = HTTP_PORT if v.has_tls else v.listen
    site = CATCH_ALL % port
    text = template("catch-all.caddy.j2", port=port, health=HEALTH)
    if v.catch_all and v.names:
        yield Step("refuse unknown names", resources.File(site, text), notify=reload, phase=Phase.START)
    else:
        yield Step("admit unknown names", resources.Absent(site), notify=reload, phase=Phase.START)


def _health(host: Host, app: App, v: Vars) -> Step:
    """What every catch-all answers besides, for load balancers."""
    if not v.health_path:
        return Step(
            "close the path of health", resources.Absent(_asked(app)), notify=reload, phase=Phase.START
        )
    text = _rendered("health.caddy.j2", host, v, itself=front(host, v))
    return Step(
        "open the path of health", resources.File(_asked(app), text), notify=reload, phase=Phase.START
    )


def _rendered(name: str, host: Host, v: Vars, **more: object) -> str:
    deployment = deployment_of(host)
    wait = v.response_header_timeout or f"{limits_of(deployment).wait_s}s"
    strange = strangers.headers(is_guarded=bool(v.basic_auth))
    shared = {"app": deployment.app, "v": v, "strangers": strange, "protocol": deployment.protocol}
    return template(name, wait=wait, **shared, **more)


def _asked(app: App) -> str:
    return f"{HEALTH}/{app.name}.caddy"


def _place(app: App) -> str:
    return f"{SITES}/{app.name}.caddy"


def _pair(app: App) -> str:
    return f"{ETC}/tls/{app.name}.pem"


def _authorities(app: App) -> str:
    return f"{ETC}/tls/{app.name}-acme-ca.pem"
