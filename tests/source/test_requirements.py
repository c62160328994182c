"""What an app needs is found in five formats, and reaches the host in a form that it can install from."""

from __future__ import annotations

import json
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
    message = refusal(write({"app.py": "", "pyproject.toml": "[tool.ruff]\n", "Pipfile": ""}))
    assert "(Pipfile: pipenv lock)" in message
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
        ("Pipfile", "Pipfile: pins nothing by itself; run: pipenv lock"),
    ],
)
def test_an_explicit_file_that_cannot_be_is_refused(write: Write, explicit: str, complaint: str) -> None:
    assert refusal(write({"Pipfile": ""}), explicit).startswith(complaint)


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
        ("--find-links ./wheels", "no directory of the source; put the packages' files into one"),
        ("--find-links https://example.org/", "an index belongs to the host; set pip_index_url"),
        ("-c https://example.org/c.txt", "a file that is elsewhere may change; fetch it"),
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
        ("git+ssh://git@example.org/x", "a URL without a name; write NAME @ git+URL@TAG"),
        (
            "x @ git+git://example.org/x@v1",
            "git://example.org/x is asked without encryption; expected git+https",
        ),
        (
            "x @ git+https://${NO_SUCH_TOKEN}@example.org/x@v1",
            "NO_SUCH_TOKEN is not set in the environment of this machine; export NO_SUCH_TOKEN=...",
        ),
        (
            "x @ http://example.org/x.whl",
            "the host cannot fetch http://example.org/x.whl; expected an https://",
        ),
        ("x @ https://${TOKEN}/x.whl", "environment variable; the host does not have it"),
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


@pytest.mark.parametrize(
    ("line", "word", "url"),
    [
        (
            "lib @ git+ssh://git@example.org/lib.git@v1.2",
            "lib @ git:ssh://git@example.org/lib.git@v1.2",
            "ssh://git@example.org/lib.git",
        ),
        (
            "-e git+https://u:pw@example.org/Lib.git@feature/x#egg=Lib[a,b]&subdirectory=sub",
            "lib[a,b] @ git:https://example.org/Lib.git@feature/x%23sub",
            "https://u:pw@example.org/Lib.git",
        ),
        (
            "lib[a] @ git+https://${GIT_TOKEN}@example.org/lib ; os_name == 'posix'",
            "lib[a] @ git:https://example.org/lib ; os_name == 'posix'",
            "https://t0ken@example.org/lib",
        ),
    ],
)
def test_a_package_in_git_is_built_here_and_its_login_stays_here(
    write: Write, monkeypatch: pytest.MonkeyPatch, line: str, word: str, url: str
) -> None:
    monkeypatch.setenv("GIT_TOKEN", "t0ken")
    found = find_requirements(write({"requirements.txt": f"flask\n{line}\n"}))
    assert found.files["requirements.txt"] == f"flask\n{word}\n"
    (package,) = found.own
    assert package.url == url
    assert package.where.endswith("requirements.txt:2")
    assert "pw" not in repr(package)


def test_a_password_is_in_no_message(write: Write) -> None:
    for line in ("x @ http://u:s3cret@example.org/x.whl", "x @ https://s3cret@example.org/x.whl"):
        assert "s3cret" not in refusal(write({"requirements.txt": line}))


def test_what_is_built_here_counts_as_checked(write: Write) -> None:
    root = write(
        {
            "requirements.txt": f"flask==3 --hash={A}\n./lib\nx @ git+https://example.org/x@v1\n",
            "lib/setup.py": "name = 'lib'",
        }
    )
    assert find_requirements(root).hash_checked


def test_files_of_packages_in_the_source_are_chosen_from(write: Write) -> None:
    root = write(
        {
            "requirements.txt": "--no-index\n-f wheels\nx\n",
            "wheels/x-1-py3-none-any.whl": "",
            "wheels/readme": "",
        }
    )
    found = find_requirements(root)
    assert found.files["requirements.txt"] == "--no-index\n--find-links wheels\nx\n"
    assert [file.name for file in found.vendored] == ["x-1-py3-none-any.whl"]


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


@pytest.mark.parametrize(
    ("source", "line", "own"),
    [
        (
            f'{{ git = "ssh://git@x.org/click?tag=8.1&subdirectory=sub#{"0" * 40}" }}',
            f"click @ git:ssh://git@x.org/click@{'0' * 40}%23sub",
            True,
        ),
        ('{ editable = "lib" }', "click @ local:lib", True),
        ('{ url = "https://x.org/click.whl" }', f"click @ https://x.org/click.whl --hash={A}", False),
    ],
)
def test_what_a_uv_lock_has_from_elsewhere_is_named(write: Write, source: str, line: str, own: bool) -> None:
    text = UV.replace(
        'version = "8.1"\nsource = { registry = "https://x.org/simple" }',
        f'version = "8.1"\nsource = {source}',
    )
    text = text.replace(""", marker = "sys_platform == 'x' or sys_platform == 'y'\"""", "")
    root = write({"uv.lock": text, "pyproject.toml": PROJECT, "lib/setup.py": ""})
    assert line in lines(root)
    assert bool(find_requirements(root).own) == own
    assert find_requirements(root).hash_checked


def test_a_member_of_a_workspace_that_nobody_builds_is_what_it_needs(write: Write) -> None:
    text = UV.replace(
        'version = "8.1"\nsource = { registry = "https://x.org/simple" }',
        'version = "8.1"\nsource = { virtual = "m" }',
    )
    assert "click" not in " ".join(lines(write({"uv.lock": text, "pyproject.toml": PROJECT})))


def workspace(*members: str, more: str = "") -> dict[str, str]:
    """The files of one whose root is no package."""
    manifest = f"version = 1\n[manifest]\nmembers = {json.dumps(members)}\n"
    text = UV.replace('virtual = "."', 'editable = "packages/shop"').replace("version = 1\n", manifest, 1)
    return {"uv.lock": text + more, "pyproject.toml": "[tool.uv.workspace]\n"}


def test_of_a_workspace_the_member_that_the_app_is_in_says_what_it_needs(write: Write) -> None:
    root = write(workspace("shop"))
    assert f"flask==3.1 --hash={A} --hash={B}" in lines(root)
    assert find_requirements(root, below="packages/shop/src").files == find_requirements(root).files
    assert not find_requirements(root).own, "the app itself is no wheel"


def test_of_several_members_a_person_says_which(write: Write) -> None:
    tools = '\n[[package]]\nname = "tools"\nversion = "1"\nsource = { virtual = "tools" }\n'
    root = write(workspace("shop", "tools", more=tools))
    assert refusal(root) == (
        "uv.lock: a workspace of packages/shop, tools; app_directory says which of them the app is in"
    )
    assert "flask" in find_requirements(root, below="packages/shop").names
    assert not find_requirements(root, below="tools").names


def test_a_lock_too_tangled_for_what_is_built_here_says_so(write: Write) -> None:
    text = UV.replace("version = 1\n", "version = 2\n", 1).replace(
        'source = { registry = "https://x.org/simple" }', 'source = { git = "https://x/y#0" }', 1
    )
    message = refusal(write({"uv.lock": text, "pyproject.toml": PROJECT}))
    assert message.startswith("uv.lock: flask is built here, which wants lines")
    assert "uv export" in message


def test_a_pylock_becomes_lines(write: Write) -> None:
    root = write({"pylock.toml": PYLOCK})
    assert lines(root) == [
        f"Flask==3.1 --hash={A} --hash={B}",
        f"colorama==0.4 ; sys_platform == 'win32' --hash={A}",
    ]
    assert find_requirements(root).names == {"flask", "colorama"}


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ("marker = \"sys_platform == 'win32'\"", "marker = \"'x' in extras\"", ""),
        ("marker = \"sys_platform == 'win32'\"", "marker = \"'dev' in dependency_groups\"", ""),
        (
            "marker = \"sys_platform == 'win32'\"",
            "marker = \"'x' not in extras\"",
            f"colorama==0.4 --hash={A}",
        ),
        (
            "marker = \"sys_platform == 'win32'\"",
            'vcs = { type = "git", url = "https://x.org/y", commit-id = "0" }',
            "colorama @ git:https://x.org/y@0",
        ),
        (
            'version = "0.4"',
            'directory = { path = "lib" }',
            "colorama @ local:lib ; sys_platform == 'win32'",
        ),
        ('version = "0.4"', 'directory = { path = ".", editable = true }', ""),
        (
            'version = "0.4"\nmarker = "sys_platform == \'win32\'"\n'
            'wheels = [{ url = "https://example.org/colorama.whl", '
            f'hashes = {{ sha256 = "{A[7:]}" }} }}]',
            f'archive = {{ url = "https://x.org/c.zip", hashes = {{ sha256 = "{B[7:]}" }} }}',
            f"colorama @ https://x.org/c.zip --hash={B}",
        ),
    ],
)
def test_what_a_pylock_has_from_elsewhere_is_named(
    write: Write, written: str, instead: str, line: str
) -> None:
    assert written in PYLOCK
    text = PYLOCK.replace(written, instead)
    found = lines(write({"pylock.prod.toml": text, "lib/setup.py": ""}), "pylock.prod.toml")
    assert found[1:] == ([line] if line else [])


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
            f"flask @ git:https://example.org/x@{'0' * 40}",
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
            "poetry.lock:8: colorama: no such file",
        ),
        (
            {"pylock.toml": 'lock-version = "2.0"\n'},
            "pylock.toml: not a lock file of version 1 (PEP 751); run: uv export",
        ),
    ],
)
def test_a_lock_that_cannot_be_right_is_refused(write: Write, files: dict[str, str], complaint: str) -> None:
    assert refusal(write(files)).startswith(complaint)


PIPFILE_LOCK = json.dumps(
    {
        "_meta": {
            "sources": [{"url": "https://a.org/simple"}, {"url": "https://${PIPENV_LOGIN}@b.org/simple"}]
        },
        "default": {
            "flask": {
                "hashes": [A],
                "version": "==3.1",
                "extras": ["async"],
                "markers": "os_name == 'posix'",
            },
            "lib": {"git": "git@example.org:us/lib.git", "ref": "0" * 40},
            "common": {"path": "./libs/common", "editable": True},
            "shop": {"path": ".", "editable": True},
        },
        "develop": {"pytest": {"version": "==8"}},
    },
    indent=2,
)


def test_a_pipfile_lock_becomes_lines(write: Write) -> None:
    pipfile = '[packages]\nFlask = "*"\n[dev-packages]\npytest = "*"\n'
    root = write({"Pipfile.lock": PIPFILE_LOCK, "Pipfile": pipfile, "libs/common/setup.py": ""})
    assert lines(root) == [
        f"flask[async]==3.1 ; os_name == 'posix' --hash={A}",
        f"lib @ git:ssh://git@example.org/us/lib.git@{'0' * 40}",
        "common @ local:libs/common",
    ]
    assert find_requirements(root).hash_checked
    (root / "Pipfile").write_text('[packages]\nquart = "*"\n')
    assert refusal(root) == "Pipfile.lock: older than Pipfile, lacks quart; run: pipenv lock"


@pytest.mark.parametrize(
    ("files", "found", "expected"),
    [
        (
            {"setup.cfg": "[options]\ninstall_requires =\n    flask>=3  # web\n    click; os_name == 'nt'\n"},
            "setup.cfg",
            ["flask>=3", "click; os_name == 'nt'"],
        ),
        (
            {"setup.cfg": "[flake8]\n", "setup.py": "N = ['flask']\nsetup(install_requires=N)\n"},
            "setup.py",
            ["flask"],
        ),
        (
            {
                "environment.yml": "name: x\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n"
                "    - flask==3.1  # web\n    - -r more.txt\nprefix: /x\n",
                "more.txt": "click\n",
            },
            "environment.yml",
            ["flask==3.1", "click"],
        ),
    ],
)
def test_what_older_files_write_down_is_used(
    write: Write, files: Mapping[str, str], found: str, expected: list[str]
) -> None:
    root = write(files)
    assert (find_requirements(root).found, lines(root)) == (found, expected)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        (
            {"setup.py": "import x\nsetup(\n  install_requires=x.read())\n"},
            "setup.py:3: install_requires is known only to a build; run: uv pip compile setup.py -o requirements.txt",
        ),
        (
            {"setup.py": "setup(install_requires=5)\n"},
            "setup.py:1: install_requires is known only to a build",
        ),
        (
            {"Pipfile.lock": '{"default": {"x": 1}}'},
            "Pipfile.lock: not what pipenv writes: Expected `object`",
        ),
        ({"setup.py": "setup()\n"}, "setup.py: names no install_requires; run: uv pip compile setup.py"),
        (
            {"setup.cfg": "[options]\ninstall_requires = file: deps.txt\n"},
            "setup.cfg:2: file: deps.txt: set app_requirements to the file that it names",
        ),
        (
            {
                "environment.yml": "dependencies:\n- python=3.11\n- conda-forge::numpy=1.26\n- pip:\n  - flask\n"
            },
            "environment.yml:3: conda is not used here, and wants: conda-forge::numpy=1.26; write them below pip:",
        ),
        ({"Pipfile.lock": "{"}, "Pipfile.lock: not what pipenv writes: "),
        (
            {
                "pyproject.toml": '[project]\nname = "x"\ndependencies = ["lib"]\n'
                '[tool.uv.sources]\nlib = {git = "x"}\n'
            },
            "pyproject.toml:3: [tool.uv.sources] says where lib comes from, which uv reads alone; run: uv lock",
        ),
    ],
)
def test_what_only_a_build_or_another_program_would_tell_is_refused_with_what_to_do(
    write: Write, files: Mapping[str, str], complaint: str
) -> None:
    assert refusal(write(files)).startswith(complaint)


def test_a_file_by_another_name_is_proposed(write: Write) -> None:
    message = refusal(write({"requirements/prod.txt": "flask\n", "requirements/dev.txt": "pytest\n"}))
    assert "(app_requirements=requirements/dev.txt, or one of requirements/prod.txt)" in message
