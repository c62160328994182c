"""A virtual environment is compared with the lists of what was installed in it."""

from __future__ import annotations

import base64
import hashlib
import os

import pytest

from deploytasks.agent.python.records import damage, digest_of_lists

PACKAGES = "lib/python3.11/site-packages"
BUILT = 2_000_000_000
FILES = {"shop/__init__.py": b"VERSION = 1\n", "shop/a, b.py": b"", "../../../bin/shop": b"#!/bin/sh\n"}


@pytest.fixture
def venv(tmp_path):
    """An environment with one package, installed before it was finished."""
    packages = tmp_path / PACKAGES
    (tmp_path / "bin").mkdir()
    (packages / "shop").mkdir(parents=True)
    (packages / "shop-1.dist-info").mkdir()
    rows = ["shop-1.dist-info/RECORD,,", "shop/__pycache__/__init__.cpython-311.pyc,,"]
    for name, content in FILES.items():
        write(packages / name, content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        quoted = f'"{name}"' if "," in name else name
        rows.append(f"{quoted},sha256={digest},{len(content)}")
    (packages / "shop-1.dist-info/RECORD").write_text("\r\n".join(rows) + "\r\n")
    return tmp_path


def write(path, content, when=BUILT - 10):
    path.write_bytes(content)
    os.utime(path, (when, when))


def test_what_is_as_it_was_installed_is_whole(venv):
    assert damage(str(venv), BUILT) == ""
    assert damage(str(venv), BUILT, thorough=True) == ""


@pytest.mark.parametrize("name", FILES)
def test_what_is_missing_is_named(venv, name):
    (venv / PACKAGES / name).unlink()
    assert damage(str(venv), BUILT) == f"{os.path.normpath(f'{PACKAGES}/{name}')} is missing"


def test_another_size_is_seen(venv):
    write(venv / PACKAGES / "shop/__init__.py", b"VERSION = 10\n")
    assert damage(str(venv), BUILT).endswith("shop/__init__.py has another size")


def test_a_file_that_two_packages_have_is_that_of_the_last(venv):
    """fastapi and fastapi-cli both bring bin/fastapi."""
    content = b"#!/bin/sh -e\n"
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    (venv / PACKAGES / "shop_cli-1.dist-info").mkdir()
    record = venv / PACKAGES / "shop_cli-1.dist-info/RECORD"
    record.write_text(f"../../../bin/shop,sha256={digest},{len(content)}\n")
    assert damage(str(venv), BUILT, thorough=True) == ""
    write(venv / "bin/shop", content)
    assert damage(str(venv), BUILT, thorough=True) == ""
    write(venv / "bin/shop", b"#!/bin/false\n")
    assert damage(str(venv), BUILT, thorough=True).startswith("bin/shop has another")


def test_another_content_is_seen_by_the_time_of_its_writing_and_by_a_thorough_look(venv):
    file = venv / PACKAGES / "shop/__init__.py"
    write(file, b"VERSION = 2\n", BUILT + 10)
    assert damage(str(venv), BUILT).endswith("shop/__init__.py has another content")
    write(file, b"VERSION = 2\n")
    assert damage(str(venv), BUILT) == ""
    assert damage(str(venv), BUILT, thorough=True).endswith("shop/__init__.py has another content")


def test_a_package_that_comes_goes_or_changes_has_other_lists(venv):
    before = digest_of_lists(str(venv))
    assert before == digest_of_lists(str(venv))
    (venv / PACKAGES / "shop-1.dist-info").rename(venv / PACKAGES / "shop-2.dist-info")
    assert digest_of_lists(str(venv)) != before
    (venv / PACKAGES / "shop-2.dist-info/RECORD").unlink()
    assert digest_of_lists(str(venv)) != before


def test_lists_that_make_no_sense_say_nothing(venv):
    (venv / PACKAGES / "shop-1.dist-info/RECORD").write_bytes(b"\xff\xfe,,,,\nshop,sha256=x\n,,\n")
    assert damage(str(venv), BUILT, thorough=True) == ""
