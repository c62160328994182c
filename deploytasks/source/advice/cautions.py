"""What works on a laptop, and does otherwise with several workers or in the open: told, and never an error."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploytasks.agent.frozen import frozen
from deploytasks.source.advice.built_files import files_left_behind
from deploytasks.source.code.own_code import own_code
from deploytasks.source.code.path_text import name_set_by
from deploytasks.source.code.syntax import syntax_of
from deploytasks.source.text_file import bytes_in

ALONE = "which each worker has of its own"
IN_EACH = "runs its jobs in each worker: let a process of its own in the Procfile have them"
OF_PACKAGES = {"flask-apscheduler": IN_EACH, "apscheduler": IN_EACH}
"""What a package does wherever it is used."""
IN_MEMORY = {
    "flask-limiter": f"counts in memory, {ALONE}: give it storage_uri, such as redis's",
    "flask-caching": f"keeps its cache in memory, {ALONE}: CACHE_TYPE=RedisCache shares it",
}
"""What a package does as long as nothing names a store that is shared."""
SHARED_STORES = (b"redis://", b"memcached://", b"RedisCache", b"'redis'", b'"redis"')
WITHOUT_STATIC_ROOT = (
    'is not set, so static files are not found: write STATIC_ROOT = BASE_DIR / "static" into the settings'
)
SECRETS = {
    "dev",
    "secret",
    "changeme",
    "change-me",
    "secret-key",
    "your-secret-key",
    "super-secret",
    "password",
}


@frozen
class Caution:
    """What is thought of *subject*, by which it is silenced; *where* in the source it was seen, if in a file."""

    subject: str
    told: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.subject} {self.told}" if self.where else f"{self.subject} {self.told}"


def cautions(
    root: Path, paths: Sequence[str], names: frozenset[str], framework: str, collected: str = ""
) -> tuple[Caution, ...]:
    """What to think of for the Python files *paths* below *root*, whose app requires the packages *names*.

    *collected* is where Django gathers static files, or empty.
    """
    found = {caution.subject: caution for caution in _of_packages(names)}
    if framework == "django" and not collected and "whitenoise" not in names:
        found["STATIC_ROOT"] = Caution("STATIC_ROOT", WITHOUT_STATIC_ROOT)
    shares = False
    for path in own_code(paths):
        text = bytes_in(root / path)
        shares = shares or any(store in text for store in SHARED_STORES)
        for caution in _of_text(path, text, names, framework):
            found.setdefault(caution.subject, caution)
    found.update((caution.subject, caution) for caution in _of_built_files(root, paths))
    if not shares:
        found.update({name: Caution(name, told) for name, told in IN_MEMORY.items() if name in names})
    return tuple(found.values())


def _of_built_files(root: Path, paths: Sequence[str]) -> Iterator[Caution]:
    for directory, where in files_left_behind(root, paths):
        told = f"is needed and stays here, as git ignores it: write !/{directory}/ into .deployignore"
        yield Caution(f"{directory}/", told, where)


def _of_packages(names: frozenset[str]) -> Iterator[Caution]:
    known = [name for name in OF_PACKAGES if name in names]
    if known:
        yield Caution(known[0], OF_PACKAGES[known[0]])


def _of_text(path: str, text: bytes, names: frozenset[str], framework: str) -> Iterator[Caution]:
    try:
        tree = syntax_of(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        where = f"{path}:{getattr(node, 'lineno', 1)}"
        match node:
            case ast.Assign(targets=[target], value=value):
                yield from _of_setting(name_set_by(target), value, where, framework)
            case ast.Call(func=ast.Name(id="SocketIO") | ast.Attribute(attr="SocketIO"), keywords=keywords):
                if "flask-socketio" in names and "message_queue" not in {keyword.arg for keyword in keywords}:
                    yield Caution(
                        "SocketIO", f"has no message_queue, and keeps its clients in memory, {ALONE}", where
                    )
    yield from (
        Caution("app.run", "runs the development server when the module is imported", f"{path}:{node.lineno}")
        for node in tree.body
        if isinstance(node, ast.Expr) and _is_run(node.value)
    )


def _is_run(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="app" | "application"), attr="run")):
            return True
    return False


def _of_setting(name: str, value: ast.expr, where: str, framework: str) -> Iterator[Caution]:
    if name.upper() == "SECRET_KEY":
        if isinstance(value, ast.Call) and ast.unparse(value.func) in (
            "os.urandom",
            "secrets.token_hex",
            "uuid.uuid4",
        ):
            yield Caution(
                "SECRET_KEY",
                f"is made at each start, {ALONE}: sessions end; put it into app_env",
                where,
            )
        elif isinstance(value, ast.Constant) and str(value.value).lower() in SECRETS:
            yield Caution("SECRET_KEY", "can be guessed: put one into app_env, and read it from there", where)
    elif (
        name == "DEBUG" and framework == "django" and isinstance(value, ast.Constant) and value.value is True
    ):
        yield Caution("DEBUG", "is on, and shows the source to visitors: read it from the environment", where)
