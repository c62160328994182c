"""What is sent is what lacks, once, and as little of it as will do."""

from __future__ import annotations

import hashlib
import zlib

import pytest

from deploytasks.agent.conversation.wire import frames
from deploytasks.agent.engine.events import Need
from deploytasks.agent.files.manifest import Manifest
from deploytasks.agent.files.manifest_patch import patched
from deploytasks.delivery.contents import Contents
from deploytasks.delivery.sender import LARGEST_SHOWN, Sender
from deploytasks.source import Source

NOISE = hashlib.shake_128(b"noise").digest(1000)


class Host:
    """Hears what is sent: the objects, and the contents by digest."""

    def __init__(self):
        self.sent = b""

    def hear(self, data):
        self.sent += data

    def understands(self):
        """The objects that came, and the bytes of each that announced a content."""
        position, objects, contents = 0, [], {}

        def read(size):
            nonlocal position
            position += size
            return self.sent[position - size : position]

        for frame in frames(read):
            if frame.letter == b"D":
                contents[objects[-1]["blob"]] += frame.body
            elif frame.letter != b"E":
                objects.append(frame.to_json())
                if objects[-1].get("blob"):
                    contents[objects[-1]["blob"]] = b""
        for told in objects:
            if told.get("packed"):
                contents[told["blob"]] = zlib.decompress(contents[told["blob"]])
        return objects, contents


def digest_of(content):
    return hashlib.sha256(content).hexdigest()


def source_of(directory, **files):
    directory.mkdir()
    for name, content in files.items():
        (directory / name).write_bytes(content)
    return Source.scan(directory)


@pytest.fixture
def host():
    return Host()


@pytest.fixture
def app(tmp_path):
    return source_of(tmp_path / "app", a=b"the same\n", b=b"old\n")


@pytest.fixture
def next_app(tmp_path):
    return source_of(tmp_path / "next", a=b"the same\n", b=b"new\n", c=b"more\n")


def test_a_list_of_files_comes_with_all_its_files(host, app):
    Sender(host.hear).provide(Need((app.manifest.digest,)), None, Contents(app))
    objects, contents = host.understands()
    assert (objects[0], objects[-1]) == ({"coming": 13}, {"blob": None})
    assert contents == {
        app.manifest.digest: app.manifest.encode(),
        digest_of(b"the same\n"): b"the same\n",
        digest_of(b"old\n"): b"old\n",
    }


def test_what_the_host_holds_already_is_not_sent(host, app, next_app):
    need = Need((next_app.manifest.digest,), held=app.manifest.digest)
    Sender(host.hear).provide(need, app.manifest, Contents(next_app))
    objects, contents = host.understands()
    assert objects[0] == {"coming": 9}
    assert objects[1]["base"] == app.manifest.digest
    assert patched(app.manifest, contents.pop(next_app.manifest.digest)) == next_app.manifest
    assert contents == {digest_of(b"new\n"): b"new\n", digest_of(b"more\n"): b"more\n"}


def test_what_is_not_worth_it_is_not_packed(host):
    texts = {digest_of(content): content for content in (NOISE, b"x" * 1000)}
    Sender(host.hear).provide(Need(tuple(texts)), None, Contents(None, texts))
    objects, contents = host.understands()
    assert contents == texts
    assert {told["blob"]: told["packed"] for told in objects if told.get("blob")} == {
        digest_of(NOISE): False,
        digest_of(b"x" * 1000): True,
    }


def test_a_large_content_comes_in_pieces(host):
    content = hashlib.shake_128(b"large").digest(1_000_000)
    Sender(host.hear).provide(
        Need((digest_of(content),)), None, Contents(None, {digest_of(content): content})
    )
    _, contents = host.understands()
    assert contents == {digest_of(content): content}


class Watcher:
    def __init__(self):
        self.heard = []

    def begin(self, digests):
        self.heard.append(len(digests))

    def sent(self, count):
        self.heard.append(count)


def test_who_watches_hears_how_far_it_is(host, app):
    watcher = Watcher()
    Sender(host.hear).provide(Need((app.manifest.digest,)), None, Contents(app), watcher)
    assert (watcher.heard[0], sorted(watcher.heard[1:])) == (2, [4, 9])


def test_a_check_is_told_how_much_would_come_and_is_shown_the_list(host, app, next_app):
    texts = {digest_of(b"KEY=1"): b"KEY=1"}
    Sender(host.hear).show(app.manifest, app.manifest.digest, Contents(next_app, texts), diff=False)
    objects, contents = host.understands()
    assert (objects[0], objects[-1]) == ({"would_send": 9}, {"blob": None})
    assert contents.keys() == {next_app.manifest.digest, *texts}


def test_a_check_of_lines_is_shown_the_files_that_differ_new_ones_too_and_no_large_ones(host, tmp_path):
    held = source_of(tmp_path / "held", a=b"the same\n", b=b"old\n", large=b"0")
    new = source_of(
        tmp_path / "new", a=b"the same\n", b=b"new\n", c=b"more\n", large=b"1" * (LARGEST_SHOWN + 1)
    )
    Sender(host.hear).show(held.manifest, held.manifest.digest, Contents(new), diff=True)
    _, contents = host.understands()
    assert contents.keys() == {new.manifest.digest, digest_of(b"new\n"), digest_of(b"more\n")}


def test_where_nothing_is_held_a_check_is_shown_no_file(host, app):
    Sender(host.hear).show(None, "", Contents(app), diff=True)
    objects, contents = host.understands()
    assert objects[0] == {"would_send": 13}
    assert Manifest.parse(contents[app.manifest.digest]) == app.manifest
    assert len(contents) == 1
