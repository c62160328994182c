"""What each command is like, said once: for the views, and for what is told of it."""

from __future__ import annotations

from deploytasks.agent.frozen import frozen


@frozen
class Verb:
    """A command that people type.

    One that *releases* makes a release, or tells what it would be like. One that *puts_back* leaves a host on which
    it failed as that was. *wants_more* than a host to be typed once more. One that *asks_first* changes nothing
    without ``--yes``. While one *prints* what the app says, nothing is drawn below it.
    """

    releases: bool = False
    puts_back: bool = False
    wants_more: bool = False
    asks_first: bool = False
    prints: bool = False


VERBS = {
    "allow": Verb(wants_more=True),
    "apply": Verb(puts_back=True, wants_more=True),
    "check": Verb(releases=True),
    "deploy": Verb(releases=True, puts_back=True),
    "destroy": Verb(wants_more=True, asks_first=True),
    "logs": Verb(prints=True),
    "maintenance": Verb(puts_back=True, wants_more=True),
    "put": Verb(puts_back=True, wants_more=True),
    "prune": Verb(puts_back=True, wants_more=True, asks_first=True),
    "rollback": Verb(puts_back=True),
    "run": Verb(wants_more=True, prints=True),
    "scale": Verb(puts_back=True, wants_more=True),
    "setup": Verb(puts_back=True),
    "sh": Verb(wants_more=True, prints=True),
    "shell": Verb(prints=True),
}


def verb(command: str) -> Verb:
    """What *command* is like; one that is not listed is none of these."""
    return VERBS.get(command, Verb())
