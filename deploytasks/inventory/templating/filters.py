"""The filters of templates: jinja2's own, and those of Ansible's that inventories use.

What they answer follows ``plugins/filter`` of ansible-core 2.19. Refused is what answers differently each
time, and what makes much of little.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import math
import posixpath
import re
import shlex
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any
from urllib.parse import unquote, urlsplit

from jinja2.filters import FILTERS as THEIRS

from deploytasks.inventory.endless import ending
from deploytasks.inventory.refused import Refused
from deploytasks.inventory.templating.bounds import bounded, check_call, check_filter, check_result
from deploytasks.inventory.templating.missing import Missing
from deploytasks.inventory.templating.result import finished
from deploytasks.inventory.value import shortened

NAMESPACE = uuid.UUID("361E6D51-FAEC-444A-9079-341386DA8E2E")
"""Ansible's, in which ``to_uuid`` makes names."""
YES = frozenset({"yes", "on", "1", "true", "t", "y", 1})
NO = frozenset({"no", "off", "0", "false", "f", "n", 0})
UNITS = {
    "": 1,
    "B": 1,
    "K": 2**10,
    "M": 2**20,
    "G": 2**30,
    "T": 2**40,
    "P": 2**50,
    "E": 2**60,
    "Z": 2**70,
    "Y": 2**80,
}
EACH_TIME = "answers differently each time, and so makes another release; write the value itself"
REFUSED = {
    "random": EACH_TIME,
    "shuffle": EACH_TIME,
    "random_mac": EACH_TIME,
    "strftime": EACH_TIME,
    "vault": "encrypts differently each time; write what ansible-vault encrypt_string prints",
    "fileglob": "lists files of this machine; write the names themselves",
    "permutations": "makes too much; write the list itself",
    **dict.fromkeys(("ipaddr", "ipv4", "ipv6", "ipsubnet", "ipmath", "ipwrap", "nthhost", "network_in_usable"),
                    "is of the collection ansible.utils, which is not here; write the address itself"),
    **dict.fromkeys(("json_query", "dict", "counter", "lists_mergeby", "from_csv", "from_ini", "jc", "version_sort"),
                    "is of the collection community.general, which is not here; write the value itself"),
}  # fmt: skip


def to_bool(value: Any) -> Any:
    """``yes``, ``on``, ``1`` and their like as truth values; raises `Refused` for what is neither."""
    if value is None or isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else value
    if word in YES or word in NO:
        return word in YES
    raise Refused(f"bool: {shortened(str(value))} is neither true nor false; expected yes or no")


def _default(value: Any, default: Any = "", boolean: bool = False) -> Any:
    return default if isinstance(value, Missing) or (boolean and not value) else value


def _mandatory(value: Any, msg: str | None = None) -> Any:
    if isinstance(value, Missing) and msg:
        raise Refused(str(msg))
    return finished(value)


def _ternary(value: Any, true: Any, false: Any, none: Any = None) -> Any:
    if value is None and none is not None:
        return none
    return true if bool(value) else false


def _combine(*mappings: Any, recursive: bool = False, list_merge: str = "replace") -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for mapping in _flat(mappings):
        if not isinstance(mapping, Mapping):
            raise Refused(f"combine: a {type(mapping).__name__} is no mapping; expected mappings")
        merged = _merged(merged, dict(mapping), recursive, list_merge)
    return merged


def _merged(under: dict[str, Any], over: dict[str, Any], recursive: bool, lists: str) -> dict[str, Any]:
    if lists == "replace" and not recursive:
        return {**under, **over}
    found = dict(under)
    for key, value in over.items():
        below = found.get(key)
        if recursive and isinstance(below, Mapping) and isinstance(value, Mapping):
            found[key] = _merged(dict(below), dict(value), recursive, lists)
        elif isinstance(below, list) and isinstance(value, list):
            found[key] = _lists_merged(below, value, lists)
        else:
            found[key] = value
    return found


def _lists_merged(under: list[Any], over: list[Any], how: str) -> list[Any]:
    ways: dict[str, Callable[[], list[Any]]] = {
        "replace": lambda: over,
        "keep": lambda: under,
        "append": lambda: under + over,
        "prepend": lambda: over + under,
        "append_rp": lambda: [item for item in under if item not in over] + over,
        "prepend_rp": lambda: over + [item for item in under if item not in over],
    }
    if how not in ways:
        raise Refused(f'combine: list_merge="{how}"; expected one of {", ".join(ways)}')
    return ways[how]()


def _flat(items: Iterable[Any], levels: int | None = None, skip_nulls: bool = True) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if skip_nulls and item in (None, "None", "null"):
            continue
        if isinstance(item, (list, tuple)) and (levels is None or levels > 0):
            found += _flat(item, None if levels is None else levels - 1, skip_nulls)
        else:
            found.append(item)
    return found


def _dict2items(value: Any, key_name: str = "key", value_name: str = "value") -> list[dict[str, Any]]:
    if not isinstance(value, Mapping):
        raise Refused(f"dict2items: a {type(value).__name__} is no mapping; expected one")
    return [{key_name: key, value_name: item} for key, item in value.items()]


def _items2dict(value: Any, key_name: str = "key", value_name: str = "value") -> dict[str, Any]:
    try:
        return {item[key_name]: item[value_name] for item in value}
    except (KeyError, TypeError) as error:
        raise Refused(f"items2dict: expected items with {key_name} and {value_name}") from error


def _extract(item: Any, container: Any, morekeys: Any = None) -> Any:
    keys = [item, *(morekeys if isinstance(morekeys, list) else [] if morekeys is None else [morekeys])]
    for key in keys:
        try:
            container = container[key]
        except (LookupError, TypeError):
            return Missing(f"{shortened(str(key))} is not there to be extracted; expected a key that is")
    return container


def _regex_replace(
    value: Any = "", pattern: str = "", replacement: str = "", ignorecase: bool = False, multiline: bool = False,
    count: int = 0, mandatory_count: int = 0,
) -> str:  # fmt: skip
    check_call("replace", str(value), ("", str(replacement)), {})
    found, times = _pattern(pattern, ignorecase, multiline, value).subn(replacement, str(value), count=count)
    if mandatory_count and times != mandatory_count:
        raise Refused(f"regex_replace: {times} replaced; expected {mandatory_count}")
    return found


def _regex_search(
    value: Any, pattern: str, *groups: str, ignorecase: bool = False, multiline: bool = False
) -> Any:
    match = _pattern(pattern, ignorecase, multiline, value).search(str(value))
    if match is None:
        return None
    if not groups:
        return match[0]
    return [match[_group_of(group)] for group in groups]


def _group_of(text: str) -> int | str:
    named = re.fullmatch(r"\\g<(\S+)>", text)
    if named:
        return named[1]
    numbered = re.fullmatch(r"\\(\d+)", text)
    if numbered is None:
        raise Refused(rf'regex_search: {shortened(text)}; expected a group, "\\1" or "\\g<name>"')
    return int(numbered[1])


def _regex_findall(value: Any, pattern: str, multiline: bool = False, ignorecase: bool = False) -> list[Any]:
    return _pattern(pattern, ignorecase, multiline, value).findall(str(value))


def _regex_escape(value: Any, re_type: str = "python") -> str:
    if re_type == "python":
        return re.escape(str(value))
    return re.sub(r"([].[^$*\\])", r"\\\1", str(value))


def _pattern(pattern: str, ignorecase: bool, multiline: bool, value: Any) -> re.Pattern[str]:
    """*pattern*, of which all places in *value* can be found in time."""
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        return ending(re.compile(pattern, flags), "finditer", [str(value)])
    except re.error as error:
        raise Refused(f"no regular expression: {error}") from error


def _to_json(value: Any, **options: Any) -> str:
    _only(options, "indent", "sort_keys", "ensure_ascii", "separators", "vault_to_text", "preprocess_unsafe")
    wanted = {
        name: options[name]
        for name in ("indent", "sort_keys", "ensure_ascii", "separators")
        if name in options
    }
    return json.dumps(finished(value), **wanted)


def _to_nice_json(value: Any, indent: int = 4, sort_keys: bool = True, **options: Any) -> str:
    return _to_json(value, indent=indent, sort_keys=sort_keys, separators=(",", ": "), **options)


def _from_json(text: Any) -> Any:
    try:
        return json.loads(text)
    except (ValueError, TypeError) as error:
        raise Refused(f"from_json: no JSON: {error}") from error


def _to_yaml(value: Any, default_flow_style: Any = None, **options: Any) -> str:
    import yaml

    _only(options, "indent", "sort_keys", "width", "allow_unicode", "explicit_start", "explicit_end")
    wanted = {"allow_unicode": True, **options}
    return str(yaml.dump(finished(value), Dumper=_dumper(), default_flow_style=default_flow_style, **wanted))


def _to_nice_yaml(value: Any, indent: int = 4, **options: Any) -> str:
    return _to_yaml(value, default_flow_style=False, indent=indent, **options)


def _dumper() -> Any:
    import yaml

    return yaml.SafeDumper


def _from_yaml(text: Any) -> Any:
    return next(iter(_yaml_documents(str(text))), None)


def _yaml_documents(text: str) -> list[Any]:
    import yaml

    try:
        return list(yaml.safe_load_all(text))
    except yaml.YAMLError as error:
        raise Refused(f"from_yaml: no YAML: {error}") from error


def _b64encode(value: Any, encoding: str = "utf-8") -> str:
    return base64.b64encode(str(value).encode(encoding)).decode()


def _b64decode(value: Any, encoding: str = "utf-8") -> str:
    try:
        return base64.b64decode(str(value)).decode(encoding)
    except ValueError as error:
        raise Refused(f"b64decode: {error}") from error


def _hash(value: Any, hashtype: str = "sha1") -> str:
    if hashtype not in hashlib.algorithms_available:
        raise Refused(f"hash: unknown kind {shortened(hashtype)}; expected one such as sha256")
    return hashlib.new(hashtype, str(value).encode()).hexdigest()


def _password_hash(
    password: Any,
    hashtype: str = "sha512",
    salt: Any = None,
    salt_size: Any = None,
    rounds: Any = None,
    ident: Any = None,
) -> str:
    del salt_size, ident
    from deploytasks.inventory.templating.crypt import crypted

    if salt is None:
        raise Refused(
            f"password_hash without a salt {EACH_TIME}, or give one: | password_hash('sha512', 'SALT')"
        )
    return crypted(str(password), hashtype, str(salt), rounds)


def _unique(values: Iterable[Any], case_sensitive: Any = None, attribute: Any = None) -> list[Any]:
    del case_sensitive, attribute
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _union(one: list[Any], other: list[Any]) -> list[Any]:
    return _unique([*one, *other])


def _intersect(one: list[Any], other: list[Any]) -> list[Any]:
    return _unique([item for item in one if item in other])


def _difference(one: list[Any], other: list[Any]) -> list[Any]:
    return _unique([item for item in one if item not in other])


def _symmetric_difference(one: list[Any], other: list[Any]) -> list[Any]:
    return [item for item in _union(one, other) if item not in _intersect(one, other)]


def _zip(*lists: Iterable[Any]) -> list[list[Any]]:
    return [list(items) for items in zip(*lists, strict=False)]


def _zip_longest(*lists: Iterable[Any], fillvalue: Any = None) -> list[list[Any]]:
    return [list(items) for items in itertools.zip_longest(*lists, fillvalue=fillvalue)]


def _product(*lists: Iterable[Any], repeat: int = 1) -> list[list[Any]]:
    return [list(items) for items in bounded(itertools.product(*lists, repeat=repeat))]


def _combinations(items: Sequence[Any], size: int = 2) -> list[list[Any]]:
    return [list(found) for found in bounded(itertools.combinations(items, size))]


def _subelements(items: Any, path: Any, skip_missing: bool = False) -> list[list[Any]]:
    found = []
    for item in list(items.values()) if isinstance(items, Mapping) else list(items):
        below: Any = item
        for key in path if isinstance(path, list) else str(path).split("."):
            if not isinstance(below, Mapping) or key not in below:
                if skip_missing:
                    below = []
                    break
                raise Refused(
                    f"subelements: {shortened(str(key))} is not in each item; add it, or skip_missing=True"
                )
            below = below[key]
        found += [[item, one] for one in below]
    return found


def _split(value: str, sep: str | None = None, maxsplit: int = -1) -> list[str]:
    return value.split(sep, maxsplit)


def _quote(value: Any) -> str:
    return shlex.quote("" if value is None else str(value))


def _log(value: float, base: float = math.e) -> float:
    return math.log10(value) if base == 10 else math.log(value, base) if base != math.e else math.log(value)


def _power(value: float, exponent: float) -> float:
    from deploytasks.inventory.templating.bounds import check_operation

    check_operation("**", value, exponent)
    return math.pow(value, exponent)


def _root(value: float, base: float = 2) -> float:
    return math.sqrt(value) if base == 2 else math.pow(value, 1.0 / float(base))


def _path_join(paths: Any) -> str:
    return posixpath.join(*([paths] if isinstance(paths, str) else paths))


def _urlsplit(value: str, query: str = "") -> Any:
    parts = urlsplit(value)
    names = ("scheme", "netloc", "path", "query", "fragment", "username", "password", "hostname", "port")
    found = {name: getattr(parts, name) for name in names}
    if query and query not in found:
        raise Refused(f"urlsplit: unknown part {shortened(query)}; expected one of {', '.join(found)}")
    return found[query] if query else found


def _to_uuid(value: Any, namespace: Any = NAMESPACE) -> str:
    return str(
        uuid.uuid5(namespace if isinstance(namespace, uuid.UUID) else uuid.UUID(str(namespace)), str(value))
    )


def _human_to_bytes(value: Any, default_unit: Any = None, isbits: bool = False) -> int:
    match = re.fullmatch(r"\s*(\d*\.?\d+)\s*([A-Za-z]*)\s*", str(value))
    unit = (match[2] or str(default_unit or "")).upper()[:1] if match else ""
    if match is None or isbits or unit not in UNITS:
        raise Refused(
            f"human_to_bytes: {shortened(str(value))}; expected a number with a unit, such as 1.5 GB"
        )
    return round(float(match[1]) * UNITS[unit])


def _rekey(value: Any, key: str, duplicates: str = "error") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in value.values() if isinstance(value, Mapping) else value:
        if item[key] in found and duplicates == "error":
            raise Refused(f"rekey_on_member: {shortened(str(item[key]))} is there twice; expected each once")
        found[item[key]] = item
    return found


def _type_debug(value: Any) -> str:
    return type(finished(value)).__name__


def _only(options: Mapping[str, Any], *known: str) -> None:
    for name in options:
        if name not in known:
            raise Refused(f'unknown option "{name}"; expected one of {", ".join(known)}')


OURS: dict[str, Callable[..., Any]] = {
    "b64decode": _b64decode, "b64encode": _b64encode, "basename": posixpath.basename, "bool": to_bool,
    "checksum": _hash, "combinations": _combinations, "combine": _combine, "d": _default, "default": _default,
    "dict2items": _dict2items, "difference": _difference, "dirname": posixpath.dirname,
    "expanduser": posixpath.expanduser, "expandvars": posixpath.expandvars, "extract": _extract,
    "flatten": lambda items, levels=None, skip_nulls=True: _flat(items, levels, skip_nulls),
    "from_json": _from_json, "from_yaml": _from_yaml, "from_yaml_all": lambda text: _yaml_documents(str(text)),
    "hash": _hash, "human_to_bytes": _human_to_bytes, "intersect": _intersect, "items2dict": _items2dict, "log": _log,
    "mandatory": _mandatory, "md5": lambda text: _hash(text, "md5"), "normpath": posixpath.normpath,
    "password_hash": _password_hash, "path_join": _path_join, "pow": _power, "product": _product, "quote": _quote,
    "realpath": posixpath.realpath, "regex_escape": _regex_escape, "regex_findall": _regex_findall,
    "regex_replace": _regex_replace, "regex_search": _regex_search, "rekey_on_member": _rekey,
    "relpath": posixpath.relpath, "root": _root, "sha1": lambda text: _hash(text, "sha1"), "split": _split,
    "splitext": lambda path: list(posixpath.splitext(path)), "subelements": _subelements,
    "symmetric_difference": _symmetric_difference, "ternary": _ternary, "to_json": _to_json,
    "to_nice_json": _to_nice_json, "to_nice_yaml": _to_nice_yaml, "to_uuid": _to_uuid, "to_yaml": _to_yaml,
    "tojson": _to_json, "type_debug": _type_debug, "union": _union, "unique": _unique, "urldecode": unquote,
    "urlsplit": _urlsplit, "zip": _zip, "zip_longest": _zip_longest,
}  # fmt: skip


def _refusing(name: str, reason: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> None:
        raise Refused(f"{name} {reason}")

    return refuse


def _bounded(act: Callable[..., Any]) -> Callable[..., Any]:
    """*act*, whose result is no larger than an inventory's values are; what would grow beyond is not begun."""
    own = 1 if hasattr(act, "jinja_pass_arg") else 0

    @wraps(act)
    def answer(*given: Any, **named: Any) -> Any:
        check_filter(act.__name__.removeprefix("do_"), [*given[own:], *named.values()])
        return check_result(act(*given, **named))

    return answer


def _all() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, act in {**THEIRS, **OURS}.items():
        yield name, _bounded(act)
        yield f"ansible.builtin.{name}", _bounded(act)
    for name, reason in REFUSED.items():
        yield name, _refusing(name, reason)


FILTERS: dict[str, Any] = dict(_all())
