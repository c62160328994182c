"""What a compose file says of an app's containers besides the variables."""

from __future__ import annotations

from deploytasks.agent.frozen import frozen


@frozen
class Additions:
    """What the containers of a release have besides what the variables say.

    *options* are of docker-run(1), for all of them; *instance* for the instance alone, and *command* is what
    is written after its image. *settings* is a shell's text that sets variables and adds their names to ``$@``.
    *networks* are further ones; the instance is known by *aliases* in all that are not the engine's own.
    """

    options: tuple[str, ...] = ()
    instance: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    settings: str = ""
    networks: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


NONE = Additions()
