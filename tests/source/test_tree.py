"""A source is exactly the files that a deploy should carry, and nothing dangerous."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from deploytasks.agent.files.manifest import DIRECTORY, EXECUTABLE, FILE, SYMLINK
from deploytasks.errors import SourceError
from deploytasks.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Write = Callable[[Mapping[str, str]], Path]

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n"


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def names(root: Path) -> list[str]:
    return [entry.name for entry in Source.scan(root).manifest]


def refusal(root: Path) -> str:
    with pytest.raises(SourceError) as caught:
        Source.scan(root)
    return str(caught.value)


@pytest.fixture(params=["plain", "git"])
def plain_or_git(request: pytest.FixtureRequest, write: Write) -> Write:
    """Writes files into a plain directory, and into a new git work tree."""

    def written(files: Mapping[str, str]) -> Path:
        root = write(files)
        if request.param == "git":
            git(root, "init")
        return root

    return written


@pytest.mark.fault(34)
def test_modes_and_contents_are_recorded(write: Write) -> None:
    root = write({"app.py": "x = 1\n", "bin/run": "#!/bin/sh\n"})
    (root / "bin/run").chmod(0o744)
    (root / "link").symlink_to("./bin//run")
    (root / "uploads").mkdir()
    source = Source.scan(root)
    assert [(entry.name, entry.mode) for entry in source.manifest] == [
        ("app.py", FILE),
        ("bin/run", EXECUTABLE),
        ("link", SYMLINK),
        ("uploads", DIRECTORY),
    ]
    contents = [source.read(entry.digest) for entry in source.manifest if not entry.is_directory]
    assert contents == [b"x = 1\n", b"#!/bin/sh\n", b"./bin//run"]
    assert source.path_of(hashlib.sha256(b"x = 1\n").hexdigest()) == root / "app.py"
    assert source.total_bytes == len("x = 1\n" + "#!/bin/sh\n")


@pytest.mark.bad_input(60)
@pytest.mark.fault(34)
def test_an_odd_name_travels_byte_for_byte(plain_or_git: Write) -> None:
    root = plain_or_git({"app.py": ""})
    odd = [b"new\nline", b"\xff\xfe", b"x" * 255, b"-rf", b" ", b"\x1b[2J", b"a\\b"]
    for name in odd:
        (root / os.fsdecode(name)).write_text("")
    assert {entry.path for entry in Source.scan(root).manifest} == {b"app.py", *odd}


def test_the_digest_depends_on_nothing_but_the_tree(write: Write, tmp_path: Path) -> None:
    root = write({"b.py": "1", "a/x.py": "2"})
    other = tmp_path / "other"
    (other / "a").mkdir(parents=True)
    (other / "a/x.py").write_text("2")
    (other / "b.py").write_text("1")
    os.utime(other / "b.py", (0, 0))
    assert Source.scan(root).manifest.digest == Source.scan(other).manifest.digest
    (other / "b.py").chmod(0o755)
    assert Source.scan(root).manifest.digest != Source.scan(other).manifest.digest


def test_ignored_files_stay(plain_or_git: Write) -> None:
    root = plain_or_git(
        {
            ".gitignore": "*.log\n/build/\n!keep.log\n",
            "app.py": "",
            "a.log": "",
            "keep.log": "",
            "build/x": "",
            "sub/build/x": "",
            "sub/.gitignore": "*.txt\n!a.log\n",
            "sub/a.log": "",
            "sub/b.log": "",
            "sub/c.txt": "",
            "c.txt": "",
            ".mypy_cache/.gitignore": "*\n",
            ".mypy_cache/x.json": "",
        }
    )
    expected = [".gitignore", "app.py", "c.txt", "keep.log", "sub/.gitignore", "sub/a.log", "sub/build/x"]
    assert [name for name in names(root) if name != ".mypy_cache"] == expected


def test_deployignore_rules_over_git(plain_or_git: Write) -> None:
    root = plain_or_git(
        {
            ".gitignore": "static/dist/\n*.tmp\n",
            ".deployignore": "# not for hosts\ndocs/\n/tests/\n*.md\n!README.md\n!static/dist\n",
            "app.py": "",
            "docs/x.html": "",
            "NOTES.md": "",
            "README.md": "",
            "tests/test_x.py": "",
            "shop/tests/x.py": "",
            "static/dist/app.js": "",
            "x.tmp": "",
        }
    )
    expected = [".gitignore", "README.md", "app.py", "shop/tests/x.py", "static/dist/app.js"]
    assert names(root) == expected


def test_caches_environments_and_repositories_never_travel(plain_or_git: Write) -> None:
    root = plain_or_git(
        {
            "app.py": "",
            "__pycache__/app.cpython-311.pyc": "",
            "old.pyc": "",
            ".venv/pyvenv.cfg": "",
            ".venv/bin/python": "",
            "env39/pyvenv.cfg": "",
            "venv/not_an_environment.py": "",
            ".hg/store": "",
            "x/.svn/entries": "",
            "x/y.py": "",
        }
    )
    assert names(root) == ["app.py", "venv/not_an_environment.py", "x/y.py"]


def test_a_directory_whose_files_stay_is_an_empty_one(write: Write) -> None:
    root = write({".gitignore": "*.log\n", "logs/a.log": "", "a/b/c.log": "", "app.py": ""})
    assert names(root) == [".gitignore", "a/b", "app.py", "logs"]


def test_git_lists_the_work_tree_not_the_commit(write: Write) -> None:
    root = write({"app.py": "1", "gone.py": "", "moved/x.py": "", "real/x.py": ""})
    git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "x")
    (root / "app.py").write_text("2")
    (root / "gone.py").unlink()
    (root / "new.py").write_text("")
    (root / "moved/x.py").unlink()
    (root / "moved").rmdir()
    (root / "moved").symlink_to("real")
    source = Source.scan(root)
    assert [entry.name for entry in source.manifest] == ["app.py", "moved", "new.py", "real/x.py"]
    assert hashlib.sha256(b"2").hexdigest() in source.manifest.contents


def test_a_file_that_git_tracks_although_ignored_travels(write: Write) -> None:
    root = write({".gitignore": "*.bin\n", "model.bin": "", "other.bin": ""})
    git(root, "init")
    git(root, "add", "-f", "model.bin")
    assert names(root) == [".gitignore", "model.bin"]


def test_a_directory_inside_a_work_tree_is_its_own_tree(write: Write) -> None:
    root = write({"backend/app.py": "", "frontend/x.js": "", ".gitignore": "*.log\n", "backend/x.log": ""})
    git(root, "init")
    assert names(root / "backend") == ["app.py"]


def test_a_directory_that_git_ignores_is_read_as_a_plain_one(write: Write) -> None:
    root = write({".gitignore": "build/\n", "build/app.py": ""})
    git(root, "init")
    assert names(root / "build") == ["app.py"]


def test_the_files_of_submodules_travel(write: Write) -> None:
    root = write({"shop/app.py": "", "theme/x.css": ""})
    for repository in ("theme", "shop"):
        git(root / repository, "init")
        git(root / repository, "add", ".")
        git(root / repository, "commit", "-m", "x")
    git(root / "shop", "submodule", "add", str(root / "theme"), "theme")
    assert names(root / "shop") == [".gitmodules", "app.py", "theme/x.css"]


def test_a_submodule_that_is_not_there_is_an_error(write: Write) -> None:
    root = write({"shop/app.py": "", "theme/x.css": ""})
    for repository in ("theme", "shop"):
        git(root / repository, "init")
        git(root / repository, "add", ".")
        git(root / repository, "commit", "-m", "x")
    git(root / "shop", "submodule", "add", str(root / "theme"), "theme")
    git(root / "shop", "submodule", "deinit", "-f", "theme")
    assert "the submodule is not checked out; run: git submodule update" in refusal(root / "shop")


def test_a_git_hook_does_not_mislead_git(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = write({"app.py": ""})
    git(root, "init")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert names(root) == ["app.py"]


def test_a_broken_repository_is_gits_own_message(write: Write) -> None:
    root = write({"app.py": "", ".git": "gitdir: /nowhere\n"})
    assert "git cannot list its files: fatal: not a git repository" in refusal(root)


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        (".env", "", "'.env' is a file of secrets"),
        ("conf/.env.production", "", "'conf/.env.production' is a file of secrets"),
        ("tls/key.pem", KEY, "'tls/key.pem' is a private key"),
        ("k", "-----BEGIN RSA PRIVATE KEY-----", "'k' is a private key"),
        ("k", "-----BEGIN PRIVATE KEY-----", "'k' is a private key"),
        ("k", "-----BEGIN PGP PRIVATE KEY BLOCK-----", "'k' is a private key"),
    ],
)
def test_a_secret_does_not_travel(plain_or_git: Write, path: str, text: str, complaint: str) -> None:
    message = refusal(plain_or_git({"app.py": "", path: text}))
    assert message.splitlines()[0] == complaint
    assert ".deployignore (secrets reach the app by app_env_file)" in message.splitlines()[-1]


@pytest.mark.parametrize("path", [".env.example", ".env.sample", ".env.template", ".flaskenv", "env"])
def test_an_example_of_a_secret_travels(write: Write, path: str) -> None:
    assert path in names(write({"app.py": "", path: "-----BEGIN CERTIFICATE-----"}))


def test_a_secret_that_is_to_stay_does_not_disturb(plain_or_git: Write) -> None:
    root = plain_or_git({"app.py": "", ".env": "", ".deployignore": ".env\n*.pem\n", "tests/key.pem": KEY})
    assert [name for name in names(root) if name != "tests"] == ["app.py"]


@pytest.mark.bad_input(59)
@pytest.mark.fault(32)
@pytest.mark.parametrize("target", ["/etc/passwd", "../x", "sub/../../x", "up/../../x", "far/passwd"])
def test_a_symlink_that_leaves_the_tree_is_refused(plain_or_git: Write, target: str) -> None:
    root = plain_or_git({"sub/deep/x": ""})
    (root / "up").symlink_to("sub/deep")
    (root / "far").symlink_to("/etc")
    (root / "link").symlink_to(target)
    assert f"'link' is a symlink that leaves the tree: '{target}'" in refusal(root).splitlines()


@pytest.mark.parametrize("target", ["app.py", "sub/../app.py", "missing", "link", "."])
def test_a_symlink_that_stays_travels(plain_or_git: Write, target: str) -> None:
    root = plain_or_git({"app.py": "", "sub/x": ""})
    (root / "link").symlink_to(target)
    assert "link" in names(root)


@pytest.mark.bad_input(58)
@pytest.mark.fault(32)
def test_special_files_are_refused_by_name(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write({"app.py": ""})
    os.mkfifo(root / "pipe\n")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("app.sock")
        assert refusal(root).splitlines()[:2] == ["'app.sock' is a socket", "'pipe\\n' is a named pipe"]


def test_many_refusals_are_counted(write: Write) -> None:
    message = refusal(write({f"{number}/.env": "" for number in range(30)}))
    assert "and 10 more" in message


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("nowhere", "no such directory; set app_source"),
        ("app.py", "not a directory; set app_source"),
        ("empty", "no files to deploy; set app_source"),
        ("/", "a whole machine or home rather than an app; set app_source"),
        ("~", "a whole machine or home rather than an app; set app_source"),
    ],
)
def test_a_directory_that_cannot_be_meant_is_refused(write: Write, place: str, complaint: str) -> None:
    root = write({"app.py": ""})
    (root / "empty").mkdir()
    given = root / place if place not in {"/", "~"} else place
    with pytest.raises(SourceError, match=complaint):
        Source.scan(given)


def test_a_file_that_changes_during_the_deploy_is_noticed(write: Write) -> None:
    root = write({"app.py": "1"})
    source = Source.scan(root)
    (root / "app.py").write_text("2")
    with pytest.raises(SourceError, match="changed while it was being deployed"):
        source.read(hashlib.sha256(b"1").hexdigest())
    (root / "app.py").unlink()
    with pytest.raises(SourceError, match="No such file"):
        source.read(hashlib.sha256(b"1").hexdigest())


@pytest.mark.fault(33)
def test_a_file_larger_than_the_buffer_is_hashed_whole(write: Write) -> None:
    text = "0123456789" * 100_000
    source = Source.scan(write({"big": text}))
    assert source.manifest.contents == {hashlib.sha256(text.encode()).hexdigest()}
    assert source.total_bytes == len(text)


def test_a_copy_is_the_same_tree_whatever_the_umask_is(plain_or_git, tmp_path):
    root = plain_or_git({"app.py": "app", "bin/run": "#!/bin/sh\n", "a/b/c.txt": "deep"})
    (root / "bin/run").chmod(0o755)
    (root / "link").symlink_to("a/b/c.txt")
    copy = tmp_path / "copy"
    copy.mkdir()
    before = os.umask(0o077)
    try:
        Source.scan(root).copy_to(copy)
    finally:
        os.umask(before)
    assert Source.scan(copy).manifest == Source.scan(root).manifest
    assert {oct(place.stat().st_mode & 0o777) for place in copy.rglob("*") if place.is_dir()} == {"0o755"}


@pytest.mark.parametrize(
    "text",
    ["ansible_become_password: geheim\n", "web1 ansible_ssh_pass=geheim\n", '{"ansible_password": "x"}'],
)
def test_a_file_with_the_password_of_a_connection_is_refused(tmp_path, text):
    (tmp_path / "app.py").write_text("")
    (tmp_path / "vars.yml").write_text(text)
    with pytest.raises(SourceError, match=r"vars.yml' holds the password of a connection"):
        Source.scan(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "# ansible_password: x\n",
        "ansible_password: '{{ vault }}'\n",
        "ansible_password: !vault |\n",
        "user: x\n",
    ],
)
def test_a_file_without_one_travels(tmp_path, text):
    (tmp_path / "app.py").write_text("")
    (tmp_path / "vars.yml").write_text(text)
    assert len(Source.scan(tmp_path).manifest.entries) == 2


def test_how_far_the_reading_is_can_be_heard(write: Write) -> None:
    heard: list[tuple[int, int]] = []
    directory = write({"a.txt": "ab", "b.txt": "cde", "empty.txt": "", "large.bin": "x" * 600_000})
    Source.scan(directory, tell=lambda files, size: heard.append((files, size)))
    assert heard[:2] == [(0, 2), (1, 5)]
    assert heard[-1] == (3, 600_005)
    assert len(heard) == 5


def test_a_pointer_of_git_lfs_is_refused_with_what_fetches_the_file(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    (tmp_path / "logo.png").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n")
    with pytest.raises(
        SourceError, match=r"'logo\.png' is a pointer of Git LFS, not the file; run: git lfs pull"
    ):
        Source.scan(tmp_path)
