"""What a service sees of the host: its ``volumes``, ``secrets`` and ``configs``, all as mounts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.roles.compose.values import items, mapping, text

if TYPE_CHECKING:
    from deploytasks.roles.compose.file import ComposeFile, Definition

PLAIN = regex(r"[^\0-\x1f:,\"]*")
"""Nothing that separates the parts of a mount."""
SECRETS = "/run/secrets"
LONG = frozenset({"type", "source", "src", "target", "destination", "dst", "read_only", "readonly"})
OF_BIND = frozenset({"propagation", "selinux", "create_host_path"})


@frozen
class Mount:
    """*target* in the container is *source*, with *options* of docker-run(1)'s ``--volume``.

    *kind* tells what *source* is: a path in the app's ``source``, a path of the ``host``, the name of a ``volume``,
    or nothing: a volume or a ``tmpfs`` that goes with its container.
    """

    kind: str
    source: str
    target: str
    options: tuple[str, ...] = ()

    def of(self, source: str, *options: str) -> str:
        """It in its short form, with the *source* of the host and further *options*."""
        modes = ",".join(dict.fromkeys((*self.options, *options)))
        return ":".join(part for part in (source, self.target, modes) if part)


def mounts_of(file: ComposeFile, definition: Definition) -> Iterator[Mount]:
    """All mounts of a service; raises ``ValueError`` for what is none."""
    for volume in items(definition.get("volumes")):
        yield _checked(_long(file, volume) if isinstance(volume, Mapping) else _short(file, text(volume)))
    for path in items(definition.get("tmpfs")):
        target, _, options = text(path).partition(":")
        yield _checked(Mount("tmpfs", "", target, tuple(filter(None, options.split(",")))))
    for section, directory in (("secrets", SECRETS), ("configs", "")):
        for given in items(definition.get(section)):
            yield _checked(_file(file, section, directory, given))


def _short(file: ComposeFile, volume: str) -> Mount:
    source, colon, rest = volume.partition(":")
    if not colon:
        return Mount("volume", "", source)
    target, _, modes = rest.partition(":")
    options = tuple(mode for mode in modes.split(",") if mode not in {"", "rw", "cached", "delegated"})
    return _from(file, source, target, options)


def _long(file: ComposeFile, volume: Mapping[str, Any]) -> Mount:
    kind = text(volume.get("type", "volume"))
    own = mapping(volume.get(kind), f"volumes: {kind}")
    strange = [key for key in volume if key not in LONG and key != kind]
    strange += [key for key in own if kind == "bind" and key not in OF_BIND]
    strange += [key for key in own if kind == "volume" and key != "nocopy"]
    if kind not in {"bind", "volume", "tmpfs"} or strange:
        raise ValueError(f"volumes: {', '.join(strange) or kind} is not understood here")
    source = text(volume.get("source", volume.get("src", "")))
    target = text(volume.get("target", volume.get("destination", volume.get("dst", ""))))
    if kind == "tmpfs":
        return Mount("tmpfs", "", target, tuple(f"{name}={text(value)}" for name, value in own.items()))
    options = ["ro"] if volume.get("read_only", volume.get("readonly")) else []
    options += [text(own[key]) for key in ("propagation", "selinux") if key in own]
    options += ["nocopy"] if own.get("nocopy") else []
    if kind == "bind" and source[:1] not in {"", ".", "/", "~"}:
        source = f"./{source}"
    return _from(file, source, target, tuple(options))


def _from(file: ComposeFile, source: str, target: str, options: tuple[str, ...]) -> Mount:
    if source.startswith("/"):
        return Mount("host", posixpath.normpath(source), target, options)
    if source.startswith("~"):
        raise ValueError(f"volumes: {source} is of somebody's home; write the path on the host")
    if source.startswith("."):
        return Mount("source", file.path(source), target, options)
    if source and source not in file.volumes:
        raise ValueError(f"volumes: {source} is not among the file's volumes; add it there")
    return Mount("volume", source, target, options)


def _file(file: ComposeFile, section: str, directory: str, given: Any) -> Mount:
    wanted = given if isinstance(given, Mapping) else {"source": text(given)}
    name = text(wanted.get("source", ""))
    definition: Mapping[str, Any] = getattr(file, section).get(name) or {}
    if "file" not in definition:
        raise ValueError(
            f"{section}: {name} is no file of the source; give it one ({section}: {name}: file: PATH), "
            "or put what is secret into app_env"
        )
    target = (
        posixpath.join(directory, text(wanted.get("target", name)))
        if directory
        else wanted.get("target", f"/{name}")
    )
    return Mount("source", file.path(text(definition["file"])), text(target), ("ro",))


def _checked(mount: Mount) -> Mount:
    for part in (mount.source, mount.target, *mount.options):
        if not PLAIN.fullmatch(part):
            raise ValueError(
                f"volumes: {part!r} holds what a mount's parts may not: a colon, a comma or a quote"
            )
    if not mount.target.startswith("/"):
        raise ValueError(f"volumes: {mount.target!r}: expected an absolute path in the container")
    if mount.kind == "volume" and mount.options and not mount.source:
        raise ValueError(
            f"volumes: {mount.target} has no source that could be {', '.join(mount.options)}; name a volume"
        )
    return mount
