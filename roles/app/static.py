"""The directories whose files a web server serves from the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deploytasks import resources
from deploytasks.agent.regex import regex
from deploytasks.errors import VariableError
from deploytasks.planning.deployment import deployment_of
from deploytasks.planning.plan import Phase, Step

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App
    from deploytasks.inventory import Host

PLAIN_PATH = regex(r"[A-Za-z0-9._~@+/-]+")
"""Nothing that ends a word in a web server's configuration."""

HASHED = (
    r"([.-][0-9a-f]{8,64}\.[a-z0-9]+"
    r"|/assets/(.*/)?[^/]*-[A-Za-z0-9_-]{8}\.[a-z0-9]+)$"
)
"""Names that change with a file: Django's and webpack's have hexadecimal digits, Vite's 8 letters, in assets."""
WORDS = r"[.-]([0-9]+|[A-Za-z]+)\.[a-z0-9]+$"
"""Such as a date or a word, which is none of these names however it looks."""


def static_of(host: Host) -> dict[str, str]:
    """URL prefixes with the directories that a web server serves from the disk, both end in a slash; inner ones first.

    What is shared below one of them is one of its own: links that lead elsewhere are followed up to the ground of a
    directory (see ``ground_of``), and below it where they lead to what is of the same owner.

    Raises ``VariableError`` for what cannot stand in a web server's configuration.
    """
    app, found = deployment_of(host).app, _wanted(host)
    served = {
        f"{url}/": f"{path}/"
        for url, path in (
            _served(host, app, *pair)
            for pair in sorted(found.items())
            if not (_is_root(pair[0]) or _is_file(host, pair[1]))
        )
    }
    return {**dict(_shared_below(host, app, served)), **served}


def static_files_of(host: Host) -> dict[str, str]:
    """The single files of the source that a web server serves from the disk, by their URL."""
    app, found = deployment_of(host).app, _wanted(host)
    return dict(_served(host, app, *pair) for pair in sorted(found.items()) if _is_file(host, pair[1]))


def static_root_of(host: Host) -> str:
    """The directory whose files are served at their own paths, before the app is asked; empty where there is none."""
    app, found = deployment_of(host).app, _wanted(host)
    root = next((_served(host, app, "/", path)[1] for url, path in found.items() if _is_root(url)), "")
    if root and deployment_of(host).v.prefix:
        raise VariableError(
            f"{host.name}: app_static: a directory at / cannot be served below app_mount; name its parts, "
            "such as /assets"
        )
    return root


def ground_of(place: str, app: App) -> str:
    """The directory on the way to *place* in which root alone has made names; a web server trusts no link below it.

    Every name in the app's shared directory may be the app's, that of the directory to be served as well.
    """
    return f"{app.shared}/" if place.startswith(f"{app.shared}/") else place


def serves_shared(host: Host) -> bool:
    """Whether anything of the app's shared directory is served from the disk."""
    app = deployment_of(host).app
    places = (*static_of(host).values(), *static_files_of(host).values(), static_root_of(host))
    return any(ground_of(f"{place}/", app) == f"{app.shared}/" for place in places)


def names_of(host: Host) -> dict[str, Any]:
    """What templates of sites ask of a file's name, and where those of earlier releases are."""
    v = deployment_of(host).v
    immutable = tuple(f"{v.at(url.rstrip('/'))}/" for url in v.static_immutable)
    return {
        "hashed": HASHED,
        "words": WORDS,
        "immutable": immutable,
        "kept": kept_of(host),
        "packed": v.static_compress,
    }


def kept_of(host: Host) -> str:
    """The directory of files that earlier releases had, by their URLs; empty where none are kept."""
    deployment = deployment_of(host)
    return f"{deployment.app.root}/kept" if deployment.v.keeps_static_s else ""


def compress_static_files(host: Host) -> Iterator[Step]:
    """What the web server sends of the new release as often as it is asked is compressed once."""
    deployment = deployment_of(host)
    directories = tuple(f"{deployment.release.code}/{path}" for _, path in _of_release(host))
    if deployment.v.static_compress and directories:
        yield Step("compress the static files", resources.Compressed(directories), phase=Phase.PREPARE)


def keep_static_files(host: Host) -> Iterator[Step]:
    """What the release before has and the new one has not is kept for who still has its pages open."""
    deployment, place, pairs = deployment_of(host), kept_of(host), _of_release(host)
    if place and pairs:
        code, seconds = deployment.release.code, deployment.v.keeps_static_s
        kept = resources.KeptFiles(place, deployment.app.current, code, pairs, seconds)
        yield Step("keep static files of earlier releases", kept, phase=Phase.START)


def _of_release(host: Host) -> tuple[tuple[str, str], ...]:
    """The URLs and directories of what is served of a release's code, and is not shared."""
    code, root = f"{deployment_of(host).app.current}/code/", static_root_of(host)
    served = {**static_of(host), **({"/": f"{root}/"} if root else {})}
    return tuple((url, path[len(code) :]) for url, path in served.items() if path.startswith(code))


def _is_root(url: str) -> bool:
    return not url.strip("/")


def _wanted(host: Host) -> Mapping[str, str]:
    deployment = deployment_of(host)
    return deployment.project.static if deployment.v.static is None else deployment.v.static


def _is_file(host: Host, path: str) -> bool:
    return (deployment_of(host).project.source.directory / path.strip("/")).is_file()


def _shared_below(host: Host, app: App, served: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    code = f"{app.current}/code/"
    for shared in _shared(host):
        inside = f"{code}{shared}/"
        for url, directory in served.items():
            if inside.startswith(directory) and PLAIN_PATH.fullmatch(shared):
                yield url + inside[len(directory) :], f"{app.shared}/{shared}/"


def _served(host: Host, app: App, url: str, path: str) -> tuple[str, str]:
    url, path = url.strip("/"), path.strip("/")
    is_plain = all(PLAIN_PATH.fullmatch(text) for text in (url or "/", path))
    if not is_plain or ".." in f"{url}/{path}".split("/"):
        raise VariableError(
            f"{host.name}: app_static: {url!r}: {path!r}; expected a URL and a directory or a file of the source, "
            "both of letters, digits and ._~@+-/, such as /static: shop/static"
        )
    return deployment_of(host).v.at(f"/{url}"), _place(host, app, path)


def _place(host: Host, app: App, path: str) -> str:
    """Where *path* of the source lies: what is shared by its own name, not by that of the release's link to it."""
    is_shared = any(f"{path}/".startswith(f"{shared}/") for shared in _shared(host))
    return f"{app.shared}/{path}" if is_shared else f"{app.current}/code/{path}"


def _shared(host: Host) -> list[str]:
    return sorted(path.strip("/") for path in deployment_of(host).v.shared)
