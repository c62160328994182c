"""The names by which an app hears of its database and its Redis, and the texts that it has there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, urlsplit

from deploytasks.agent.regex import regex

POSTGRES_URL = "{scheme}://{{user}}:{{password}}@{{host}}:{{port}}/{{database}}"
REDIS_URL = "redis://:{password}@{host}:{port}/"
PIECES = {
    "HOST": "{host}",
    "SERVER": "{host}",
    "PORT": "{port}",
    "USER": "{user}",
    "USERNAME": "{user}",
    "PASS": "{password}",
    "PASSWORD": "{password}",
    "DB": "{database}",
    "NAME": "{database}",
}
USUAL = ("HOST", "PORT", "USER", "PASSWORD", "DB")
"""What an app reads besides the one that an example names, and has by default from elsewhere."""
OF_POSTGRES = regex(rf"((?:POSTGRES|POSTGRESQL|PG|DB|DATABASE)_?)({'|'.join(PIECES)})")
OF_REDIS = regex(r"(REDIS_?)(HOST|SERVER|PORT|PASS|PASSWORD)")
WITH_SQLALCHEMY = {"sqlalchemy", "flask-sqlalchemy", "sqlmodel"}
DRIVERS = {"psycopg2": "", "psycopg2-binary": "", "psycopg": "+psycopg", "asyncpg": "+asyncpg"}
"""By package: what SQLAlchemy wants behind ``postgresql`` to use it."""


def postgres_names(environment: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    """``postgres_env`` for an app with that *environment* elsewhere, which requires the packages *names*.

    Empty where the default does.
    """
    plain = {"DATABASE_URL": POSTGRES_URL.format(scheme=f"postgresql{_driver(names)}")}
    urls = {name: POSTGRES_URL.format(scheme=url.scheme) for name, url in _urls(environment, "postgres")}
    named = [found for name in environment if (found := OF_POSTGRES.fullmatch(name))]
    pieces = {f"{found[1]}{word}": PIECES[word] for found in named for word in (*USUAL, found[2])}
    return _but_for_the_default(
        {**plain, **urls, **pieces}, {"DATABASE_URL": POSTGRES_URL.format(scheme="postgresql")}
    )


def redis_names(environment: Mapping[str, str]) -> dict[str, str]:
    """``redis_env`` for an app with that *environment* elsewhere; empty where the default does."""
    plain = {"REDIS_URL": f"{REDIS_URL}0"}
    urls = {name: f"{REDIS_URL}{_database(url.path)}" for name, url in _urls(environment, "redis")}
    named = [found for name in environment if (found := OF_REDIS.fullmatch(name))]
    pieces = {found[0]: PIECES[found[2]] for found in named}
    return _but_for_the_default({**plain, **urls, **pieces}, plain)


def _but_for_the_default(wanted: dict[str, str], default: dict[str, str]) -> dict[str, str]:
    return {} if wanted == default else wanted


def _urls(environment: Mapping[str, str], scheme: str) -> Iterator[tuple[str, SplitResult]]:
    """The variables of *environment* that have such a URL, but for those of tests."""
    for name, value in environment.items():
        if value.startswith(scheme) and "://" in value and "TEST" not in name:
            yield name, urlsplit(value)


def _database(path: str) -> str:
    """The number of a database of Redis in the path of a URL."""
    number = path.strip("/")
    return number if number.isdigit() else "0"


def _driver(names: frozenset[str]) -> str:
    """What SQLAlchemy is to be told, where the app has it and not the driver that it takes by itself."""
    found = [DRIVERS[name] for name in DRIVERS if name in names]
    return found[0] if found and names & WITH_SQLALCHEMY else ""
