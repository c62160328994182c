"""What an app needs is found in five formats, and reaches the host in a form that it can install from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploytasks.errors import SourceError
from deploytasks.source import Requirements, find_requirements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Write = Callable[[Mapping[str, str]], Path]

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
PROJECT = (
    '[project]\nname = "shop"\nversion = "0"\ndependencies = [\n  "Flask>=3",\n  "uvicorn[standard]",\n]\n'
)
UV = f"""
version = 1
requires-python = ">=3.9"

[[package]]
name = "shop"
version = "0"
source = {{ virtual = "." }}
dependencies = [
  {{ name = "flask" }},
  {{ name = "uvicorn", extra = ["standard"] }},
  {{ name = "numpy", version = "1.0", marker = "os_name == 'a'" }},
  {{ name = "numpy", version = "2.0", marker = "os_name == 'b'" }},
]
[package.optional-dependencies]
redis = [{{ name = "redis" }}]
[package.dev-dependencies]
dev = [{{ name = "pytest" }}]

[[package]]
name = "flask"
version = "3.1"
source = {{ registry = "https://x.org/simple" }}
dependencies = [
  {{ name = "click", marker = "sys_platform == 'x' or sys_platform == 'y'" }},
  {{ name = "shared" }},
]
sdist = {{ url = "https://example.org/flask.tar.gz", hash = "{B}" }}
wheels = [{{ url = "https://example.org/flask.whl", hash = "{A}" }}]

[[package]]
name = "click"
version = "8.1"
source = {{ registry = "https://x.org/simple" }}
dependencies = [{{ name = "colour", marker = "os_name == 'nt'" }}]
wheels = [{{ url = "https://example.org/click.whl", hash = "{A}" }}]

[[package]]
name = "colour"
version = "1"
source = {{ registry = "https://x.org/simple" }}
dependencies = [{{ name = "click" }}]
wheels = [{{ url = "https://example.org/colour.whl", hash = "{A}" }}]

[[package]]
name = "uvicorn"
version = "0.3"
source = {{ registry = "https://x.org/simple" }}
wheels = [{{ url = "https://example.org/uvicorn.whl", hash = "{A}" }}]
[package.optional-dependencies]
standard = [{{ name = "uvloop", marker = "os_name == 'posix'" }}]

[[package]]
name = "uvloop"
version = "0.2"
source = {{ registry = "https://x.org/simple" }}
wheels = [{{ url = "https://example.org/uvloop.whl", hash = "{A}" }}]

[[package]]
name = "numpy"
version = "1.0"
source = {{ registry = "https://x.org/simple" }}
dependencies = [{{ name = "shared" }}]
wheels = [{{ url = "https://example.org/numpy.whl", hash = "{A}" }}]

[[package]]
name = "numpy"
version = "2.0"
source = {{ registry = "https://x.org/simple" }}
dependencies = [{{ name = "twice" }}]
wheels = [{{ url = "https://example.org/numpy.whl", hash = "{A}" }}]

[[package]]
name = "shared"
version = "1"
source = {{ registry = "https://x.org/simple" }}
dependencies = [{{ name = "twice", marker = "os_name == 'c'" }}]
wheels = [{{ url = "https://example.org/shared.whl", hash = "{A}" }}]

[[package]]
name = "twice"
version = "1"
source = {{ registry = "https://x.org/simple" }}
wheels = [{{ url = "https://example.org/twice.whl", hash = "{A}" }}]

[[package]]
name = "redis"
version = "5"
source = {{ registry = "https://x.org/simple" }}

[[package]]
name = "pytest"
version = "8"
source = {{ registry = "https://x.org/simple" }}
"""
PYLOCK = f"""
lock-version = "1.0"
created-by = "uv"

[[packages]]
name = "Flask"
version = "3.1"
index = "https://x.org/simple"
sdist = {{ url = "https://example.org/flask.tar.gz", hashes = {{ sha256 = "{B[7:]}" }} }}
wheels = [{{ url = "https://example.org/flask.whl", hashes = {{ sha256 = "{A[7:]}" }} }}]

[[packages]]
name = "colorama"
version = "0.4"
marker = "sys_platform == 'win32'"
wheels = [{{ url = "https://example.org/colorama.whl", hashes = {{ sha256 = "{A[7:]}" }} }}]
"""
POETRY_PROJECT = """
[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.9"
Flask = "^3"
uvicorn = {version = "*", extras = ["standard"]}
tomli = {version = "*", python = "<3.11"}
wait_ress = [
  {version = "*", platform = "win32"},
  {version = "*", markers = "os_name == 'a' or os_name == 'b'"},
]
redis = {version = "*", optional = true}
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""


def poetry_package(name: str, version: str, rest: str = "") -> str:
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\n{rest}\n'


POETRY_20 = (
    poetry_package(
        "flask",
        "3.1",
        f'files = [{{file = "x", hash = "{A}"}}]\n[package.dependencies]\n'
        """colorama = {version = "*", markers = "sys_platform == \\"win32\\""}""",
    )
    + poetry_package("colorama", "0.4", f'files = [{{file = "x", hash = "{B}"}}]')
    + poetry_package(
        "uvicorn",
        "0.3",
        f'files = [{{file = "x", hash = "{A}"}}]\n[package.dependencies]\n'
        """uvloop = {optional = true, markers = "os_name == \\"posix\\" and extra == \\"standard\\""}\n"""
        """unwanted = {version = "*", optional = true, markers = "extra == \\"other\\""}""",
    )
    + "".join(
        poetry_package(name, "1", f'files = [{{file = "x", hash = "{A}"}}]')
        for name in ("uvloop", "unwanted", "tomli", "wait-ress", "redis", "pytest")
    )
    + '[metadata]\nlock-version = "2.0"\n'
)
POETRY_20_LINES = [
    f"flask==3.1 --hash={A}",
    f'colorama==0.4 ; sys_platform == "win32" --hash={B}',
    f"uvicorn==0.3 --hash={A}",
    f'uvloop==1 ; os_name == "posix" --hash={A}',
    f'tomli==1 ; python_version < "3.11" --hash={A}',
    f"wait-ress==1 ; os_name == 'a' or os_name == 'b' or sys_platform == \"win32\" --hash={A}",
]
POETRY_21 = (
    poetry_package("flask", "3.1", f'groups = ["main", "dev"]\nfiles = [{{file = "x", hash = "{A}"}}]')
    + poetry_package(
        "colorama",
        "0.4",
        f'groups = ["main", "dev"]\nfiles = [{{file = "x", hash = "{B}"}}]\n'
        """markers = {main = "sys_platform == \\"win32\\"", dev = "os_name == \\"nt\\""}""",
    )
    + poetry_package("redis", "5", 'groups = ["main"]\nmarkers = "extra == \\"redis\\""')
    + poetry_package("pytest", "8", 'groups = ["dev"]')
    + '[metadata]\nlock-version = "2.1"\n'
)


def lines(root: Path, explicit: str | None = None) -> list[str]:
    found = find_requirements(root, explicit)
    assert found.install == "requirements.txt"
    return found.files["requirements.txt"].splitlines()


def refusal(root: Path, explicit: str | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        find_requirements(root, explicit)
    return str(caught.value).replace(f"{root}/", "")


def test_the_first_of_five_files_is_taken(write: Write) -> None:
    files = {
        "uv.lock": UV,
        "pylock.toml": PYLOCK,
        "poetry.lock": POETRY_21,
        "requirements.txt": "flask\n",
        "pyproject.toml": PROJECT.replace("uvicorn[standard]", "Flask"),
    }
    root = write(files)
    for name in files:
        assert find_requirements(root).found == name
        (root / name).unlink()


def test_finding_nothing_says_how_to_make_each(write: Write) -> None:
    message = refusal(write({"app.py": "", "pyproject.toml": "[tool.ruff]\n", "Pipfile.lock": ""}))
    assert "(Pipfile.lock: pipenv requirements > requirements.txt)" in message
    for name in ("uv.lock", "pylock.toml", "poetry.lock", "requirements.txt", "pyproject.toml"):
        assert f"\n  {name} " in message
    assert (
        message.splitlines()[-1] == "make one of them, or set app_requirements=FILE or app_requirements=none"
    )


def test_an_explicit_file_is_taken_whatever_lies_beside_it(write: Write) -> None:
    root = write({"uv.lock": UV, "pyproject.toml": PROJECT, "requirements/prod.txt": "flask==3\n"})
    assert lines(root, "requirements/prod.txt") == ["flask==3"]
    assert lines(root, "pyproject.toml") == ["Flask>=3", "uvicorn[standard]"]


def test_none_is_a_choice(tmp_path: Path) -> None:
    assert find_requirements(tmp_path, "none") == Requirements.none()
    assert (Requirements.none().install, Requirements.none().names) == ("", frozenset())


@pytest.mark.parametrize(
    ("explicit", "complaint"),
    [
        ("nowhere.txt", "app_requirements: nowhere.txt: no such file in "),
        ("../x.txt", "app_requirements: ../x.txt: not below "),
        ("Pipfile.lock", "Pipfile.lock: not read here; run: pipenv requirements > requirements.txt"),
    ],
)
def test_an_explicit_file_that_cannot_be_is_refused(write: Write, explicit: str, complaint: str) -> None:
    assert refusal(write({"Pipfile.lock": ""}), explicit).startswith(complaint)


def test_the_digest_is_that_of_what_gets_installed(write: Write) -> None:
    root = write(
        {"requirements.txt": "# ours\n\nflask==3.1 # web\n", "prod.txt": "flask==3.1", "c.txt": "flask==3.2"}
    )
    digests = [find_requirements(root, name).digest for name in ("requirements.txt", "prod.txt", "c.txt")]
    assert digests[0] == digests[1] != digests[2]


def test_a_requirements_txt_is_made_whole(write: Write) -> None:
    root = write(
        {
            "requirements.txt": "-rrequirements/base.txt\n--only-binary=:all:\n-c bounds.txt\n"
            "Redis_Py >= 5 ; os_name == 'x'\n",
            "requirements/base.txt": "--requirement more/web.txt\n"
            f"flask[async]==3.1 \\\n    --hash={B} \\\n    --hash={A}  # web\n",
            "requirements/more/web.txt": "gunicorn @ https://example.org/g.whl\n",
            "bounds.txt": "click<9\n",
        }
    )
    found = find_requirements(root)
    assert found.files == {
        "requirements.txt": "--only-binary=:all:\n-c constraints.txt\ngunicorn @ https://example.org/g.whl\n"
        f"flask[async]==3.1 --hash={A} --hash={B}\nRedis_Py >= 5 ; os_name == 'x'\n",
        "constraints.txt": "click<9\n",
    }
    assert found.names == {"gunicorn", "flask", "redis-py"}
    assert not found.hash_checked


def test_hashes_count_when_each_line_has_one(write: Write) -> None:
    root = write(
        {
            "requirements.txt": f"flask==3 --hash={A}\nclick==8 --hash {A}\n",
            "prod.txt": f"a==1 --hash={A}\nb==1",
        }
    )
    assert find_requirements(root).hash_checked
    assert not find_requirements(root, "prod.txt").hash_checked


def test_a_file_included_twice_is_no_loop(write: Write) -> None:
    root = write({"requirements.txt": "-r a.txt\n-r b.txt\n", "a.txt": "-r b.txt\n", "b.txt": "flask\n"})
    assert lines(root) == ["flask"]


def test_the_app_itself_stands_for_what_it_declares(write: Write) -> None:
    project = PROJECT + '[project.optional-dependencies]\nredis = ["redis>=5"]\n'
    root = write({"requirements.txt": "-e .[redis]\nclick==8\n", "pyproject.toml": project})
    assert lines(root) == ["Flask>=3", "uvicorn[standard]", "redis>=5", "click==8"]


def test_what_powershell_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes("flask==3.1\r\n".encode("utf-16"))
    assert lines(tmp_path) == ["flask==3.1"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("--find-links ./wheels", "an index belongs to the host; set pip_index_url"),
        ("--trusted-host x", "not without verification; set pip_ca_bundle"),
        ("--frobnicate", "unknown option --frobnicate; expected -r, -c, -e"),
        ("-e ../lib", "a path, which only this machine has; expected a release from the index"),
        ("-e ./lib", "a path, which only this machine has"),
        ("../lib", "a path, which only this machine has"),
        ("/opt/lib", "a path, which only this machine has"),
        ("lib/x", "a path, which only this machine has"),
        ("x-1.0-py3-none-any.whl", "no such file"),
        ("lib @ file:///opt/lib", "a path, which only this machine has"),
        ("https://example.org/x.whl", "a URL without a name; write NAME @ URL"),
        ("git+ssh://git@example.org/x", "a URL without a name; write NAME @ URL"),
        (
            "x @ git+ssh://git@example.org/x",
            "git+ssh://git@example.org/x may change or need a key; expected git+https",
        ),
        ("x @ git+https://example.org/x@main", "may change or need a key; expected git+https"),
        (
            "x @ http://example.org/x.whl",
            "the host cannot fetch http://example.org/x.whl; expected an https://",
        ),
        ("x @ https://${TOKEN}@example.org/x.whl", "environment variable; the host does not have it"),
        ("flask=3", "not a requirement; expected NAME==VERSION"),
        ("flask 3", "not a requirement; expected NAME==VERSION"),
        ("flask; python_versio < '3'", "not a marker: \"python_versio < '3'\"; e.g. python_version < '3.12'"),
        ("flask==3 --hash=md5:abc", "not a hash: md5:abc; expected sha256:HEX"),
        ("-r nowhere.txt", "no such file: "),
        ("-r requirements.txt", "includes itself: requirements.txt -> requirements.txt; remove one of them"),
    ],
)
def test_a_line_that_a_host_cannot_follow_is_refused(write: Write, line: str, complaint: str) -> None:
    message = refusal(write({"requirements.txt": f"flask\n\n{line}  # why\n"}))
    assert message.startswith(f"requirements.txt:3: {line}: ")
    assert complaint in message


def test_all_bad_lines_are_told_at_once(write: Write) -> None:
    message = refusal(write({"requirements.txt": "a b\n-r more.txt\n", "more.txt": "\nflask\nc d\n"}))
    assert [line.split(": ")[0] for line in message.splitlines()] == ["requirements.txt:1", "more.txt:3"]


def test_a_loop_of_includes_is_shown(write: Write) -> None:
    message = refusal(write({"requirements.txt": "-r a.txt\n", "a.txt": "-c b.txt\n", "b.txt": "-r a.txt\n"}))
    assert message == "b.txt:1: -r a.txt: includes itself: a.txt -> b.txt -> a.txt; remove one of them"


@pytest.mark.parametrize("text", ["", "# later\n", "-c x.txt\n"])
def test_a_requirements_txt_without_packages_is_refused(write: Write, text: str) -> None:
    message = refusal(write({"requirements.txt": text, "x.txt": "flask\n"}))
    assert (
        message == "requirements.txt: names no package; name what the app needs, or set app_requirements=none"
    )


def test_a_git_commit_that_is_fixed_is_taken(write: Write) -> None:
    line = f"x @ git+https://example.org/x@{'0' * 40}"
    assert lines(write({"requirements.txt": line})) == [line]


def test_pyproject_alone_gives_its_dependencies(write: Write) -> None:
    found = find_requirements(write({"pyproject.toml": PROJECT}))
    assert found.files == {"requirements.txt": "Flask>=3\nuvicorn[standard]\n"}
    assert (found.names, found.hash_checked) == ({"flask", "uvicorn"}, False)


def test_an_app_may_need_nothing(write: Write) -> None:
    found = find_requirements(write({"pyproject.toml": '[project]\nname = "x"\n'}))
    assert (found.files, found.hash_checked) == ({"requirements.txt": ""}, False)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            '[project]\nname = "x"\ndynamic = ["dependencies"]\n',
            "pyproject.toml:3: the dependencies are dynamic",
        ),
        ('[project]\ndependencies = [\n "flask",\n "a b",\n]\n', "pyproject.toml:4: a b: not a requirement"),
        (
            '[tool.poetry]\nname = "x"\n',
            "pyproject.toml: Poetry's dependencies need a lock; run: poetry lock",
        ),
        ("[project\n", "pyproject.toml:1:9: not TOML: Expected ']'"),
    ],
)
def test_a_pyproject_that_cannot_be_followed_is_refused(write: Write, text: str, complaint: str) -> None:
    assert refusal(write({"pyproject.toml": text})).startswith(complaint)


def test_a_uv_lock_becomes_lines(write: Write) -> None:
    root = write({"uv.lock": UV, "pyproject.toml": PROJECT})
    either = "sys_platform == 'x' or sys_platform == 'y'"
    assert lines(root) == [
        f"click==8.1 ; {either} --hash={A}",
        f"colour==1 ; os_name == 'nt' and ({either}) --hash={A}",
        f"flask==3.1 --hash={A} --hash={B}",
        f"numpy==1.0 ; os_name == 'a' --hash={A}",
        f"numpy==2.0 ; os_name == 'b' --hash={A}",
        f"shared==1 --hash={A}",
        f"twice==1 ; os_name == 'b' or os_name == 'c' --hash={A}",
        f"uvicorn==0.3 --hash={A}",
        f"uvloop==0.2 ; os_name == 'posix' --hash={A}",
    ]
    assert find_requirements(root).hash_checked


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("version = 1\n", "version = 2\n"),
        ("version = 1\n", 'version = 1\nconflicts = [[{ package = "shop", extra = "a" }]]\n'),
        ('source = { virtual = "." }', 'source = { virtual = "packages/shop" }'),
        (
            'version = "8.1"\nsource = { registry = "https://x.org/simple" }',
            'source = { git = "https://x#0" }',
        ),
        (
            'version = "8.1"\nsource = { registry = "https://x.org/simple" }',
            'source = { editable = "lib" }',
        ),
        (
            'version = "8.1"\nsource = { registry = "https://x.org/simple" }',
            'source = { registry = "wheels" }',
        ),
        ("os_name == 'nt'", "extra == 'extra-4-shop-x'"),
    ],
)
def test_a_uv_lock_that_lines_cannot_say_goes_as_it_is(write: Write, written: str, instead: str) -> None:
    assert written in UV
    text = UV.replace(written, instead, 1)
    found = find_requirements(write({"uv.lock": text, "pyproject.toml": PROJECT}))
    assert (found.kind, found.install) == ("uv", "uv.lock")
    assert found.files == {"uv.lock": text, "pyproject.toml": PROJECT}
    assert "flask" in found.names


def test_a_pylock_becomes_lines(write: Write) -> None:
    root = write({"pylock.toml": PYLOCK})
    assert lines(root) == [
        f"Flask==3.1 --hash={A} --hash={B}",
        f"colorama==0.4 ; sys_platform == 'win32' --hash={A}",
    ]
    assert find_requirements(root).names == {"flask", "colorama"}


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("marker = \"sys_platform == 'win32'\"", "marker = \"'x' in extras\""),
        (
            "marker = \"sys_platform == 'win32'\"",
            'vcs = { type = "git", url = "https://x", commit-id = "0" }',
        ),
        ('version = "0.4"', 'directory = { path = "lib" }'),
    ],
)
def test_a_pylock_that_lines_cannot_say_goes_as_it_is(write: Write, written: str, instead: str) -> None:
    assert written in PYLOCK
    text = PYLOCK.replace(written, instead)
    found = find_requirements(write({"pylock.prod.toml": text}), "pylock.prod.toml")
    assert (found.kind, found.install, found.files) == ("pylock", "pylock.toml", {"pylock.toml": text})


def test_a_poetry_lock_with_groups_becomes_lines(write: Write) -> None:
    root = write({"poetry.lock": POETRY_21, "pyproject.toml": POETRY_PROJECT})
    assert lines(root) == [f"flask==3.1 --hash={A}", f'colorama==0.4 ; sys_platform == "win32" --hash={B}']


def test_a_poetry_lock_without_groups_becomes_the_lines_that_the_app_needs(write: Write) -> None:
    root = write({"poetry.lock": POETRY_20, "pyproject.toml": POETRY_PROJECT})
    assert lines(root) == POETRY_20_LINES


def test_an_old_poetry_lock_keeps_its_hashes_apart(write: Write) -> None:
    bare = "\n".join(line for line in POETRY_20.splitlines() if not line.startswith("files"))
    names = ("colorama", "flask", "uvicorn", "uvloop", "tomli", "wait-ress")
    files = "".join(
        f'{name} = [{{file = "x", hash = "{B if name == "colorama" else A}"}}]\n' for name in names
    )
    text = bare.replace('"2.0"', f'"1.1"\n[metadata.files]\n{files}')
    assert lines(write({"poetry.lock": text, "pyproject.toml": POETRY_PROJECT})) == POETRY_20_LINES


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            'type = "git"\nurl = "https://example.org/x"\nresolved_reference = "%s"' % ("0" * 40),
            f"flask @ git+https://example.org/x@{'0' * 40} --hash={A}",
        ),
        ('type = "url"\nurl = "https://example.org/x.whl"', f"flask @ https://example.org/x.whl --hash={A}"),
        ('type = "legacy"\nurl = "https://example.org"', f"flask==3.1 --hash={A}"),
    ],
)
def test_where_a_poetry_package_comes_from_is_kept(write: Write, source: str, expected: str) -> None:
    text = poetry_package(
        "flask", "3.1", f'groups = ["main"]\nfiles = [{{hash = "{A}"}}]\n[package.source]\n{source}'
    )
    root = write(
        {"poetry.lock": text + '[metadata]\nlock-version = "2.1"\n', "pyproject.toml": "[tool.poetry]\n"}
    )
    assert lines(root) == [expected]


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        (
            {"uv.lock": UV, "pyproject.toml": PROJECT.replace("Flask", "quart")},
            "uv.lock: older than pyproject.toml, lacks quart; run: uv lock",
        ),
        (
            {"poetry.lock": POETRY_21, "pyproject.toml": PROJECT},
            "poetry.lock: older than pyproject.toml, lacks uvicorn; run: poetry lock",
        ),
        (
            {"poetry.lock": POETRY_20, "pyproject.toml": POETRY_PROJECT.replace("Flask", "quart")},
            "poetry.lock: older than pyproject.toml, lacks quart; run: poetry lock",
        ),
        (
            {"poetry.lock": POETRY_21.replace("2.1", "3.0"), "pyproject.toml": ""},
            "poetry.lock: unknown version 3.0; expected 1.0, 1.1",
        ),
        (
            {"poetry.lock": POETRY_20.replace('"tomli"', '"flask"'), "pyproject.toml": POETRY_PROJECT},
            "poetry.lock: holds flask in several versions; run: poetry lock, with Poetry 2",
        ),
        (
            {
                "poetry.lock": POETRY_21.replace(
                    "markers = {", 'source = {type = "directory", url = "lib"}\nmarkers = {'
                ),
                "pyproject.toml": "",
            },
            "poetry.lock: colorama: is a path (lib), which only this machine has",
        ),
        (
            {"pylock.toml": 'lock-version = "2.0"\n'},
            "pylock.toml: not a lock file of version 1 (PEP 751); run: uv export",
        ),
    ],
)
def test_a_lock_that_cannot_be_right_is_refused(write: Write, files: dict[str, str], complaint: str) -> None:
    assert refusal(write(files)).startswith(complaint)
