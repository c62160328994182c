"""A service that one host has for the others of an app: what there is of it on both sides, whichever service it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deploytasks import resources
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Step
from deploytasks.planning.shared_services import address_of, server_of, shared_by

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host
    from deploytasks.planning.plan import Handler
    from deploytasks.planning.shared_services import Shared

Password = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,128}\Z", examples=["what the service's host made"])]
CertificateText = Annotated[
    str,
    Meta(
        pattern=r"^(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,8000}-----END CERTIFICATE-----)?\Z",
        examples=["what the service's host made"],
    ),
]
ITSELF = ("localhost", "127.0.0.1")


def secret_of(app: App, service: str) -> str:
    """Where a host keeps the password of *app*'s *service*."""
    return f"{app.services}/{service}.secret"


def certificate_of(app: App, service: str) -> str:
    """Where the app finds the certificate of a *service* that another host has."""
    return f"{app.root}/{service}.pem"


def of_service(host: Host, service: str) -> tuple[Shared, ...]:
    """What *host* has of *service* for others, by app."""
    return tuple(shared for shared in shared_by(host) if shared.service == service)


def has_own(host: Host, service: str) -> bool:
    """Whether *host* has an app of its own that uses *service*, wherever that is."""
    deployment = host.deployment
    return deployment is not None and (service in deployment.v.services or not of_service(host, service))


def kept_secret(app: App, service: str, whose: str, *, is_guest_here: bool = False) -> Iterator[Step]:
    """The password of *service*, which the host makes once; where *app* is on other hosts, its directory, too."""
    root = (resources.Directory(app.root, "0750"),) if is_guest_here else ()
    if is_guest_here:
        # The host may have the app as well one day.
        yield Step(f"claim the names of {app.name}", resources.Claim(app.name, app.root, app.user))
    places = resources.Directories((*root, resources.Directory(app.services, mode="0700")))
    yield Step("make the directory of the services' passwords", places)
    yield Step(f"make {whose} password", resources.Secret(secret_of(app, service)))


def shown_certificate(
    shared: Shared, certificate: str, key: str, group: str, changed: Handler
) -> Iterator[Step]:
    """A certificate for the address at which the others reach the service."""
    yield Step("install openssl", resources.Package("openssl"))
    made = resources.PinnedCertificate(
        certificate, key, tuple(dict.fromkeys((shared.address, *ITSELF))), group
    )
    yield Step(f"make the certificate of {shared.service}", made, notify=changed)


def firewall_opened(shared: Shared, port: int) -> Iterator[Step]:
    """The port is open to the app's other hosts, and to nobody else by us."""
    if shared.has_firewall:
        comment = f"deploytasks: {shared.app.name} comes to {shared.service}"
        rules = resources.UfwSources(port, shared.sources, comment)
        yield Step(f"admit the hosts of {shared.app.name} to {shared.service}", rules)


def handed_over(host: Host, service: str, whose: str, password: str, certificate: str) -> Iterator[Step]:
    """What the app needs to use the *service* of another host: its password, and its certificate to know it by."""
    deployment = deployment_of(host)
    app = deployment.app
    if deployment.runtime.brings_dependencies:
        raise VariableError(
            f"{host.origin(f'{service}_host') or host.name}: {service}_host: the containers of app_runtime="
            f"{deployment.name_of('runtime')} do not see the certificate that {service} is known by; "
            f"leave {service} out of app_services, and give its URL with app_env"
        )
    yield Step(
        "make the directory of the services' passwords", resources.Directory(app.services, mode="0700")
    )
    secret = resources.LastingFile(secret_of(app, service), password, mode="0600")
    yield Step(f"bring {whose} password", secret, sensitive=True)
    pinned = resources.LastingFile(certificate_of(app, service), certificate.strip() + "\n")
    yield Step(f"bring {whose} certificate", pinned)


def server_address(host: Host, service: str) -> str:
    """How *host* reaches its *service*, as a URL has it; empty where it is on the host itself."""
    server = server_of(host, service)
    address = address_of(server) if server else ""
    return f"[{address}]" if ":" in address else address
