"""Directories that a tool has made are told with their size, before they are sent."""

from __future__ import annotations

import pytest

from deploytasks.source import Source
from deploytasks.source.advice import products
from deploytasks.source.advice.products import large_products


@pytest.fixture
def source(write, monkeypatch):
    monkeypatch.setattr(products, "MUCH_BYTES", 1000)
    sizes = {
        "web/node_modules/a/index.js": 900,
        "web/node_modules/b/node_modules/c.js": 800,
        ".cache/x": 10,
        "media/film.bin": 9000,
    }
    return Source.scan(write({path: number * "x" for path, number in sizes.items()}))


def test_a_large_one_is_told_with_its_size_and_the_line_that_keeps_it_here(source):
    assert list(large_products(source)) == [
        "web/node_modules/ is 0.0 MB and looks made by a tool: /web/node_modules/ in .deployignore keeps it here"
    ]


@pytest.mark.parametrize("name", ["node_modules", "web/node_modules"])
def test_one_that_is_known_is_not_told(source, name):
    assert list(large_products(source, [name])) == []
