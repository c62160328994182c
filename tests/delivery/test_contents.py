"""What plans name by digest is found, wherever the controller has it."""

from __future__ import annotations

import hashlib

import pytest

from deploytasks.delivery.contents import Contents
from deploytasks.errors import AgentCrashed
from deploytasks.source import Source


def digest_of(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def contents(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/app.py").write_bytes(b"app = None\n")
    (tmp_path / "wheel.whl").write_bytes(b"a wheel")
    return Contents(
        Source.scan(tmp_path / "app"),
        {digest_of(b"a secret"): b"a secret"},
        {digest_of(b"a wheel"): tmp_path / "wheel.whl"},
    )


@pytest.mark.parametrize("content", [b"app = None\n", b"a secret", b"a wheel"])
def test_each_is_found_by_its_digest(contents, content):
    with contents.open(digest_of(content)) as file:
        assert file.read() == content
    assert contents.size(digest_of(content)) == len(content)


def test_what_can_be_asked_for_first_is_all_but_what_a_list_of_files_names(contents):
    listed = contents.source.manifest.digest
    assert contents.all == sorted([listed, digest_of(b"a secret"), digest_of(b"a wheel")])
    assert contents.manifests == {listed: contents.source.manifest}


def test_what_no_plan_has_named_is_refused():
    with pytest.raises(AgentCrashed, match=r"the host asked for an unknown content 2d711642b726…"):
        Contents().open(digest_of(b"x"))


def test_a_text_is_not_shown_by_accident(contents):
    assert "a secret" not in repr(contents)
