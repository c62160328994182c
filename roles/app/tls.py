"""TLS, as all web servers have it: certificates of the host itself or of the controller, and how they are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.frozen import frozen
from deploytasks.planning.plan import Step
from deploytasks.planning.template import Templates

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.planning.plan import Handler

template = Templates(beside=__file__)

HOME = "/etc/ssl/deploytasks"
PROGRAM = "/usr/local/sbin/deploytasks-certificate"
RENEWAL = "deploytasks-certificate"


@frozen
class Profile:
    """A configuration of Mozilla's Server Side TLS guidelines 5.7; no *ciphers* where all of TLS 1.3 are good."""

    protocols: tuple[str, ...]
    ciphers: tuple[str, ...] = ()


PROFILES = {
    "modern": Profile(("TLSv1.3",)),
    # The guidelines also have DHE, for which a site would want Diffie-Hellman parameters, and no client does.
    "intermediate": Profile(
        ("TLSv1.2", "TLSv1.3"),
        (
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-CHACHA20-POLY1305",
        ),
    ),
}


def issue_here(app: App, names: tuple[str, ...], reload: Handler) -> Iterator[Step]:
    """A certificate that the host's own authority signs, and its renewal in time."""
    yield Step("install openssl", resources.Package("openssl"))
    program = resources.File(PROGRAM, template("deploytasks-certificate.sh"), mode="0755")
    yield Step("write the program that issues certificates", program)
    yield Step("issue the certificate", self_signed(app, names), notify=reload)
    unit = template("deploytasks-certificate.service.j2", program=PROGRAM, home=HOME)
    yield Step("define the renewal of certificates", resources.Unit(f"{RENEWAL}.service", unit))
    yield Step(
        "define when certificates are renewed",
        resources.Unit(f"{RENEWAL}.timer", template("deploytasks-certificate.timer.j2")),
    )
    yield Step("renew certificates in time", resources.Service(f"{RENEWAL}.timer"))


def bring(app: App, pair: str, reload: Handler) -> Iterator[Step]:
    """The chain and the key of the text *pair*, in one file."""
    places = resources.Directories(
        (resources.Directory(HOME), resources.Directory(f"{HOME}/files", mode="0700"))
    )
    yield Step("make the directories of certificates", places)
    file = resources.LastingFile(brought(app), pair, mode="0600")
    yield Step("bring the certificate", file, notify=reload, sensitive=True)


def self_signed(app: App, names: tuple[str, ...]) -> resources.SelfSignedCertificate:
    """The certificate that the host's own authority signs."""
    return resources.SelfSignedCertificate(HOME, app.name, names, PROGRAM)


def brought(app: App) -> str:
    """Where the chain and the key are that come from the controller."""
    return f"{HOME}/files/{app.name}.pem"
