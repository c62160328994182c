"""``sha512`` and ``sha256`` of crypt(3), as Ulrich Drepper specified them ("Unix crypt using SHA-256 and SHA-512")."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from deploytasks.inventory.refused import Refused

DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
USUAL_ROUNDS, FEWEST_ROUNDS, MOST_ROUNDS = 5000, 1000, 1_000_000
LONGEST_SALT = 16
KINDS: dict[str, tuple[str, Callable[..., Any], int, int]] = {
    "sha256": ("5", hashlib.sha256, 10, 21),
    "sha512": ("6", hashlib.sha512, 21, 22),
}
"""For each its number, its hash, and how the bytes of that are mixed."""


def crypted(password: str, kind: str, salt: str, rounds: int | None = None) -> str:
    """*password* as it may stand in /etc/shadow; raises `Refused` for another *kind*, or a salt that is none."""
    if kind not in KINDS:
        raise Refused(f'password_hash: "{kind}" is not supported; expected sha512 or sha256')
    if not salt or len(salt) > LONGEST_SALT or not set(salt) <= set(DIGITS):
        raise Refused(f"password_hash: a salt has 1 to {LONGEST_SALT} letters, digits, dots and slashes")
    wanted = min(max(int(rounds or USUAL_ROUNDS), FEWEST_ROUNDS), MOST_ROUNDS)
    number, digest, _, _ = KINDS[kind]
    mixed = _hashed(password.encode(), salt.encode(), wanted, digest)
    told = f"rounds={wanted}$" if rounds and wanted != USUAL_ROUNDS else ""
    return f"${number}${told}{salt}${''.join(_encoded(mixed, kind))}"


def _hashed(password: bytes, salt: bytes, rounds: int, digest: Callable[..., Any]) -> bytes:
    other = digest(password + salt + password).digest()
    start = password + salt + _stretched(other, len(password))
    length = len(password)
    while length:
        start += other if length & 1 else password
        length >>= 1
    mixed: bytes = digest(start).digest()
    passwords = _stretched(digest(password * len(password)).digest(), len(password))
    salts = _stretched(digest(salt * (16 + mixed[0])).digest(), len(salt))
    for turn in range(rounds):
        first, last = (passwords, mixed) if turn % 2 else (mixed, passwords)
        mixed = digest(
            first + (salts if turn % 3 else b"") + (passwords if turn % 7 else b"") + last
        ).digest()
    return mixed


def _stretched(text: bytes, length: int) -> bytes:
    return (text * (length // len(text) + 1))[:length]


def _encoded(mixed: bytes, kind: str) -> Iterator[str]:
    """In threes from three parts of it, each three taking turns; the last bytes alone."""
    _, _, third, step = KINDS[kind]
    places = (0, third if kind == "sha512" else 10, 2 * third if kind == "sha512" else 20)
    whole = 3 * (len(mixed) // 3)
    for _ in range(whole // 3):
        yield from _digits(mixed[places[0]] << 16 | mixed[places[1]] << 8 | mixed[places[2]], 4)
        places = _next(places, step, whole)
    left = mixed[whole:]
    yield from _digits(
        int.from_bytes(left[::-1] if kind == "sha256" else left, "big"), 3 if kind == "sha256" else 2
    )


def _next(places: tuple[int, int, int], step: int, whole: int) -> tuple[int, int, int]:
    one, two, three = ((place + step) % whole for place in places)
    return one, two, three


def _digits(number: int, count: int) -> Iterator[str]:
    for _ in range(count):
        yield DIGITS[number & 63]
        number >>= 6
