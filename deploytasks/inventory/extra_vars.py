"""``--extra-vars``: ``key=value``, ``@file.yml``, ``{"key": [1, 2]}``; the strongest level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deploytasks.here.paths import words_of
from deploytasks.inventory.documents.document import SUFFIXES, parsed_document
from deploytasks.inventory.origin import COMMAND_LINE, Origin, Setting
from deploytasks.inventory.problems import Problems
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.sources.variable_files import read_settings
from deploytasks.inventory.value import Value, shortened
from deploytasks.inventory.variable_name import SECRET_VARIABLES, check_variable_name
from deploytasks.inventory.vault import Vault

LEVEL = "extra-vars"
TYPED = Origin(COMMAND_LINE, None, LEVEL)


def read_extra_vars(arguments: Iterable[str], vault: Vault) -> dict[str, Setting]:
    """The settings of all *arguments*, later ones over earlier ones.

    As with Ansible, a value of ``key=value`` is text, never a number; JSON and files have types.
    Raises `InventoryError` for all arguments that make no sense.
    """
    problems = Problems()
    settings: dict[str, Setting] = {}
    for argument in arguments:
        with problems.at(TYPED), problems.kept():
            settings.update(_settings(argument.strip(), vault, problems))
    problems.raise_if_any()
    return settings


def _settings(argument: str, vault: Vault, problems: Problems) -> Mapping[str, Setting]:
    if argument.startswith("@"):
        return _from_file(argument[1:], vault, problems)
    if argument.startswith("{"):
        return {name: _setting(name, value) for name, (value, _) in parsed_document("", argument).items()}
    return dict(_assignments(_words(argument)))


def _from_file(path: str, vault: Vault, problems: Problems) -> Mapping[str, Setting]:
    if not path.endswith(SUFFIXES):
        raise Refused(f"@{path}: expected a file that ends in {', '.join(SUFFIXES)}")
    return read_settings(path, LEVEL, vault, problems)


def _words(argument: str) -> list[str]:
    try:
        words = words_of(argument)
    except ValueError as error:
        raise Refused(f"{str(error).lower()}; expected each quote to be closed") from error
    if not words:
        raise Refused('""; expected key=value, @file.yml or {"key": "value"}')
    return words


def _assignments(words: Iterable[str]) -> Iterator[tuple[str, Setting]]:
    """The settings of *words*; what may be half a password is not repeated."""
    before = ""
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            what = f"what follows {before}=…" if before else shortened(word)
            key = before or "key"
            raise Refused(f"{what}: expected key=value; quote a value with blanks: \"{key}='a b'\"")
        yield name, _setting(name, value)
        before = name


def _setting(name: str, value: Value) -> Setting:
    check_variable_name(name)
    if name in SECRET_VARIABLES and not _names_a_secret(value):
        raise Refused(
            f"{name} is secret, and everybody on this machine can read a command line; "
            "put it into a file: --extra-vars @secrets.yml, or name where it is kept: "
            f"{name}=env:NAME"
        )
    return Setting(value, TYPED)


def _names_a_secret(value: Value) -> bool:
    """Whether *value* says where a secret is, in place of being it."""
    from deploytasks.secrets import reference_in

    return reference_in(value) is not None
