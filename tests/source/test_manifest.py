"""A manifest survives any file name and refuses any list that is not a tree."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploytasks.agent.files.manifest import DIRECTORY, EXECUTABLE, FILE, SYMLINK, Entry, Manifest

A = hashlib.sha256(b"a").hexdigest()

components = st.binary(min_size=1, max_size=255).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in {b".", b".."}
)
paths = st.lists(components, min_size=1, max_size=4).map(b"/".join)
entries = st.builds(Entry, st.sampled_from([FILE, EXECUTABLE, SYMLINK]), st.just(A), paths)
directories = st.builds(Entry, st.just(DIRECTORY), st.just("-"), paths)


def record(path: bytes, mode: bytes = b"100644", digest: bytes = A.encode()) -> bytes:
    return mode + b" " + digest + b" " + path + b"\0"


def is_a_tree(listed: list[Entry]) -> bool:
    names = [entry.path for entry in listed]
    return len(set(names)) == len(names) and not any(a.startswith(b + b"/") for a in names for b in names)


@given(st.lists(entries | directories, max_size=12).filter(is_a_tree))
def test_any_tree_survives_the_round_trip(listed: list[Entry]) -> None:
    manifest = Manifest.of(listed)
    assert Manifest.parse(manifest.encode()) == manifest
    assert set(manifest) == set(listed)


@given(st.binary(max_size=200))
def test_any_bytes_are_canonical_or_refused(encoded: bytes) -> None:
    try:
        manifest = Manifest.parse(encoded)
    except ValueError:
        return
    assert manifest.encode() == encoded


@pytest.mark.bad_input(60)
@pytest.mark.fault(34)
@pytest.mark.parametrize(
    "path",
    [b"a\nb", b"\xff\xfe", b"x" * 255, b"-rf", b" ", b"a b", b"...", b"\x1b[2J", "ñ".encode(), b"a\\b", b"~"],
)
def test_an_odd_name_is_kept_byte_for_byte(path: bytes) -> None:
    assert [entry.path for entry in Manifest.parse(record(path))] == [path]


def test_a_name_that_is_not_utf8_is_text_with_surrogates() -> None:
    assert Entry(FILE, A, b"caf\xe9").name == "caf\udce9"


def test_the_bytes_are_those_that_the_format_says() -> None:
    listed = [Entry(SYMLINK, A, b"z"), Entry(DIRECTORY, "-", b"e"), Entry(EXECUTABLE, A, b"bin/x")]
    manifest = Manifest.of(listed)
    expected = b"100755 %(a)s bin/x\x00040000 - e\x00120000 %(a)s z\x00" % {b"a": A.encode()}
    assert manifest.encode() == expected
    assert manifest.digest == hashlib.sha256(expected).hexdigest()


def test_order_is_that_of_bytes_not_of_directories() -> None:
    listed = [Entry(FILE, A, path) for path in (b"a/b", b"a-b", b"a0", b"\xff", b"B")]
    assert [entry.path for entry in Manifest.of(listed)] == [b"B", b"a-b", b"a/b", b"a0", b"\xff"]


def test_an_empty_tree_has_no_bytes() -> None:
    assert Manifest.parse(b"") == Manifest()
    assert Manifest().encode() == b""


def test_contents_are_those_of_files_and_symlinks() -> None:
    assert Manifest.of([Entry(FILE, A, b"x"), Entry(DIRECTORY, "-", b"y")]).contents == {A}


@pytest.mark.bad_input(59)
@pytest.mark.fault(32)
@pytest.mark.parametrize(
    ("encoded", "complaint"),
    [
        (record(b"/etc/passwd"), "'/etc/passwd': not a path inside the tree"),
        (record(b"../x"), "'../x': not a path inside the tree"),
        (record(b"a/../x"), "'a/../x': not a path inside the tree"),
        (record(b"a/./x"), "'a/./x': not a path inside the tree"),
        (record(b"."), "'.': not a path inside the tree"),
        (record(b"a//x"), "'a//x': not a path inside the tree"),
        (record(b"a/"), "'a/': not a path inside the tree"),
        (record(b""), "'': not a path inside the tree"),
        (record(b"a") + record(b"a"), "'a': listed twice"),
        (record(b"b") + record(b"a"), "'a': out of order"),
        (record(b"a") + record(b"a/b"), "'a/b': lies below 'a', which is a file"),
        (record(b"a") + record(b"a-b") + record(b"a/b/c"), "'a/b/c': lies below 'a', which is a file"),
        (record(b"a", b"120000") + record(b"a/b"), "'a/b': lies below 'a', which is a symlink"),
        (
            record(b"a", b"040000", b"-") + record(b"a/b"),
            "'a/b': lies below 'a', which is an empty directory",
        ),
        (record(b"a", b"104755"), "'a': unknown mode '104755'; expected 100644, 100755, 120000, 040000"),
        (record(b"a", b"060000"), "'a': unknown mode"),
        (record(b"a", b"\xff"), "'a': unknown mode"),
        (record(b"a", digest=b"-"), "'a': malformed digest '-'"),
        (record(b"a", digest=A.upper().encode()), "'a': malformed digest"),
        (record(b"a", digest=A[:-1].encode()), "'a': malformed digest"),
        (record(b"a", b"040000"), "'a': malformed digest"),
        (record(b"a")[:-1], "truncated record"),
        (record(b"a") + b"100644 abc", "'100644 abc': truncated record"),
        (record(b"a") + b"\0", "'': truncated record"),
        (b"100644 x\0", "'100644 x': truncated record"),
        (record(b"../\x1b[2J\xff"), r"'../\\x1b\[2J\\udcff': not a path inside the tree"),
    ],
)
def test_what_is_no_tree_is_refused_by_name(encoded: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Manifest.parse(encoded)
