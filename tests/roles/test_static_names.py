"""Which files a browser may keep for good, by their names."""

from __future__ import annotations

import re

import pytest

from deploytasks.roles.app.static import HASHED, WORDS

FOR_GOOD = (
    "/static/app.3f9c2d1ab4e5.js",
    "/static/css/base.55e7cbb9ba48.css",
    "/static/main.8a3f21bc.chunk.3f9c2d1a.js",
    "/static/app-3f9c2d1a.css",
    "/assets/index-BH7kq3Zd.js",
    "/static/assets/fonts/inter-B7_q-3Zd.woff2",
)
FOR_A_WHILE = (
    "/static/style.css",
    "/static/app.aaa.js",
    "/static/report-20240101.pdf",
    "/static/app-settings.js",
    "/assets/app-settings.js",
    "/assets/logo-DarkMode.svg",
    "/assets/photo-20240101.jpg",
    "/static/index-BH7kq3Zd.js",
    "/static/jquery-3.7.1.js",
    "/static/bootstrap.bundle.min.js",
    "/static/3f9c2d1ab4e5.d/style.css",
)


def is_for_good(path: str) -> bool:
    return bool(re.search(HASHED, path)) and not re.search(WORDS, path)


@pytest.mark.parametrize("path", FOR_GOOD)
def test_a_name_that_changes_with_the_file_is_kept(path):
    assert is_for_good(path)


@pytest.mark.parametrize("path", FOR_A_WHILE)
def test_a_name_that_stays_is_asked_for_again(path):
    assert not is_for_good(path)
