"""TLS with nginx: where a site's certificate comes from, certbot's among the ways, and how it is served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.planning.plan import Phase, Step
from deploytasks.planning.template import Templates
from deploytasks.roles.app.tls import HOME, PROFILES, Profile, bring, brought, issue_here, self_signed

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.planning.plan import Handler
    from deploytasks.roles.nginx.settings import Vars

template = Templates(beside=__file__)

WEBROOT = "/var/lib/acme-challenges"
ACME_AUTHORITIES = f"{HOME}/acme-authorities.pem"
CERTBOT_TRUST = "/etc/systemd/system/certbot.service.d"


@frozen
class Tls:
    """What a server of nginx needs for TLS: the files *chain* and *key*, which may be one, and a *profile*."""

    chain: str
    key: str
    profile: Profile


def tls_of(app: App, v: Vars) -> Tls | None:
    """How the site is served, or None without TLS."""
    return Tls(*_places(app, v), PROFILES[v.tls_profile]) if v.has_tls else None


def certificate_steps(app: App, v: Vars, challenge_site: str, reload: Handler) -> Iterator[Step]:
    """The certificate is there before the site that wants it; *challenge_site* is nginx's while ACME asks for proof."""
    if v.tls == "self-signed":
        yield from issue_here(app, v.all_names, reload)
    elif v.tls == "files":
        yield from bring(app, v.key_pair(), reload)
    elif v.tls == "acme":
        yield from _ask_for(app, v, challenge_site, reload)


def _ask_for(app: App, v: Vars, challenge_site: str, reload: Handler) -> Iterator[Step]:
    yield Step("install certbot", resources.Package(("certbot", "openssl")))
    if v.acme_ca_bundle:
        yield from _trust(v)
    certificate = _acme(app, v, challenge_site)
    # Not before another web server has left the port at which the authority asks.
    yield Step("ask for the certificate", certificate, notify=reload, phase=Phase.START)
    yield Step("renew certificates in time", resources.Service("certbot.timer"))


def _trust(v: Vars) -> Iterator[Step]:
    """The ACME directory is trusted at renewals as it is at the first request."""
    places = resources.Directories((resources.Directory(HOME), resources.Directory(CERTBOT_TRUST)))
    yield Step("make the directories of certificates", places)
    yield Step("bring the ACME directory's authorities", resources.File(ACME_AUTHORITIES, v.authorities()))
    settings = template("certbot.conf.j2", authorities=ACME_AUTHORITIES)
    yield Step(
        "trust the ACME directory at renewals", resources.Unit("certbot.service.d/deploytasks.conf", settings)
    )


def _places(app: App, v: Vars) -> tuple[str, str]:
    """Where the chain and the key are on the host."""
    if v.tls == "acme":
        return _acme(app, v).paths
    both = brought(app) if v.tls == "files" else self_signed(app, v.all_names).path
    return both, both


def _acme(app: App, v: Vars, challenge_site: str = "") -> resources.AcmeCertificate:
    return resources.AcmeCertificate(
        names=v.all_names,
        directory=v.acme_directory,
        webroot=WEBROOT,
        site=f"/etc/nginx/sites-enabled/{app.name}",
        challenge_site=challenge_site,
        email=v.acme_email,
        ca_bundle=ACME_AUTHORITIES if v.acme_ca_bundle else "",
    )
