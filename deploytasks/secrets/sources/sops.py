"""``sops:FILE#path``: a value in a file that SOPS has encrypted (YAML, JSON, dotenv or INI).

A file is decrypted once, however many values of it are used. Without a path: all of a file of another kind.
"""

from __future__ import annotations

from pathlib import Path

from deploytasks.here import expanded
from deploytasks.secrets.part import document, part_of, split
from deploytasks.secrets.program import Program
from deploytasks.secrets.unanswered import Unanswered

HOW = "sops:{name}#PATH"
STRUCTURED = (".yaml", ".yml", ".json", ".env", ".ini")


def is_one(rest: str) -> bool:
    """A path, and one in the file."""
    return bool(split(rest)[0])


def ask(rest: str, program: Program) -> str:
    """The value at the path."""
    name, path = split(rest)
    file = expanded(name).absolute()
    if not file.is_file():
        raise Unanswered("there is no such file on this machine", f"paths are taken from {Path.cwd()}")
    is_structured = file.suffix in STRUCTURED or file.name == ".env"
    if is_structured and not path:
        raise Unanswered("names no value in the file")
    if not is_structured and not path:
        return program("sops", "--decrypt", str(file))
    decrypted = program("sops", "--decrypt", "--output-type", "json", str(file))
    return part_of(document(decrypted, "sops"), path)


def advice(rest: str) -> str:
    """Have a key."""
    name, path = split(rest)
    if not path:
        return (
            f"write {HOW.format(name=name)}; in an INI file's host line in quotes, where # begins a comment"
        )
    return f"sops needs a key of the file: SOPS_AGE_KEY_FILE, gpg's, or a login to its cloud; try: sops -d {name}"
