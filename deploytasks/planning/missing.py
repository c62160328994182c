"""What a program misses around it, by what it says of that: the variable that brings it, in a sentence."""

from __future__ import annotations

import re

ONCE = "inv deploy --extra-vars app_health_status=200-599"
"""A release serves though it answers with an error, so that a command can be run beside it."""
SAID = {
    r"no such table: |relation \"[^\"]+\" does not exist|UndefinedTable|Table '[^']+' doesn't exist": (
        'the database has no such table: app_processes={{"release": "COMMAND"}} runs what makes its tables before each '
        f"release serves; for what is to run once, {ONCE}, then inv run --command COMMAND"
    ),
    r"Invalid HTTP_HOST header: '(?P<name>[^']+)'": (
        "ALLOWED_HOSTS of its settings has no {name}: set nginx_server_name, or app_health_host, to one that is there, "
        "or have app_env name it where its settings read that"
    ),
    r"(connect\w* to |//|host=|[\"'(])[^\s\"']*[\"']?[:,]? ?(port )?6379\b": (
        'no Redis answers there: app_services=["redis"] makes one on the host, and redis_env says by which '
        "variables the app hears of it"
    ),
    r"without having set the STATIC_ROOT setting": (
        "in this environment its settings have no STATIC_ROOT: have app_env say what they ask for it, or set it always"
    ),
    r"TCP listening socket \S*:(?P<port>\d+): bind: Address already in use": (
        "something else has port {name} of this host, as the Redis of another app has: set redis_port to a free one"
    ),
    r"authentication failed for user": (
        "PostgreSQL knows another login: what app_env and app_env_file say of it goes before what app_services brings; "
        "leave it out there"
    ),
    r"(?i:connect|resolve|translate)[^\n]*(\b5432\b|[\"'](db|database|postgres\w*)[\"'])": (
        'no PostgreSQL answers there: app_services=["postgres"] makes one on the host, and postgres_env says by which '
        "variables the app hears of it"
    ),
    (
        r"environ\[[\"'](?P<key>\w+)[\"']\](.|\n)*KeyError: '(?P=key)'"
        r"|os[.>][^\n]*, in __getitem__\n([^\n]*\n)?[^\n]*KeyError: '(?P<inner>\w+)'"
        r"|UndefinedValueError: (?P<decouple>\w+) not found"
        r"|Set the (?P<django>\w+) environment variable"
        r"|[Ee]nvironment variable \"?(?P<environs>\w+)\"? (is )?(not set|missing|required)"
    ): 'it wants {name} in its environment: app_env={{"{name}": "..."}}, or a line of app_env_file',
}
"""The first that fits what was said counts; ``{name}`` is the word that it has for what is missing."""


def what_brings(output: str) -> str:
    """The sentence for a program in whose last words is *output*; empty where none fits."""
    met = ((re.search(words, output), sentence) for words, sentence in SAID.items())
    return next((sentence.format(name=_name_in(found)) for found, sentence in met if found), "")


def _name_in(found: re.Match[str]) -> str:
    return next(filter(None, found.groupdict().values()), "")
