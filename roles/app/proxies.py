"""The proxies in front whose word counts: addresses, ranges, and lists of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Phase, Step
from deploytasks.roles.app import visitor
from deploytasks.roles.app.visitor import Proxies

if TYPE_CHECKING:
    from deploytasks.inventory import Host

VISITOR = "deploytasks_visitor"
"""The module of a release that tells an app who asks."""
CLOUDFLARE = "cloudflare"
LIST = Path(__file__).with_name("cloudflare.txt")
OF_A_LIST = ".txt"


def proxies_of(host: Host, count: int | None = None) -> Proxies:
    """Whose word on visitors counts: the web server's, and theirs whom it trusts; without one theirs alone.

    Where *count* is given, that of so many, whoever they are.
    """
    deployment = deployment_of(host)
    networks, mount = deployment.front.trusted, deployment.v.prefix
    nobody = deployment.is_reached_directly and not networks
    if count is not None or nobody:
        return Proxies(count or 0, mount=mount)
    return Proxies(networks=networks, mount=mount)


def visitor_module(place: str) -> Step:
    """The module ``VISITOR``, in the directory *place* of the release."""
    file = resources.File(f"{place}/{VISITOR}.py", inspect.getsource(visitor))
    return Step("write how visitors are known", file, phase=Phase.PREPARE)


def networks_of(given: Iterable[str]) -> tuple[str, ...]:
    """The addresses and ranges (RFC 4632) that *given* means.

    Each is one, or the word ``cloudflare``, or the path of a file ``.txt`` on this machine with one in each line.
    Raises ``ValueError`` for what is none of these.
    """
    return tuple(dict.fromkeys(network for text in given for network in _meant_by(text)))


def _meant_by(text: str) -> Iterator[str]:
    if text == CLOUDFLARE:
        yield from _listed_in(LIST)
    elif text.endswith(OF_A_LIST):
        yield from _listed_in(Path(text))
    else:
        yield _network(text, "")


def _listed_in(path: Path) -> Iterator[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise ValueError(
            f"trusted_proxies: {path} cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from None
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if text:
            yield _network(text, f"{path}:{number}: ")


def _network(text: str, where: str) -> str:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            f"trusted_proxies: {where}{text!r}; expected an address, a range such as 10.0.0.0/8, the word "
            f"{CLOUDFLARE} or a file of them that ends with {OF_A_LIST}"
        ) from None
    return str(network) if "/" in text else text
