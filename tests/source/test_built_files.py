"""What a page needs and git ignores is told."""

from __future__ import annotations

import json

import pytest

from deploytasks.source.advice.built_files import files_left_behind


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shop/templates/base.html", "\n<link href=\"{{ url_for('static', filename='dist/app.css') }}\">"),
        ("shop/templates/base.html", "{% load static %}\n<link href=\"{% static 'dist/app.css' %}\">"),
        ("shop/templates/base.html", '\n<link rel="stylesheet" href="/static/dist/app.css?v=1">'),
    ],
)
def test_a_template_that_names_such_a_file_is_told_with_its_line(write, path, text):
    root = write(
        {path: text, "shop/__init__.py": "", "shop/static/dist/app.css": "", "shop/static/logo.svg": ""}
    )
    travels = [path, "shop/__init__.py", "shop/static/logo.svg"]
    assert list(files_left_behind(root, travels)) == [("shop/static/dist", f"{path}:2")]
    assert list(files_left_behind(root, [*travels, "shop/static/dist/app.css"])) == []


def test_a_bundlers_list_names_files_from_its_own_directory(write):
    listed = {"src/main.js": {"file": "assets/main-1.js", "css": ["assets/main-1.css"]}}
    root = write({"static/manifest.json": json.dumps(listed), "static/assets/main-1.js": ""})
    assert list(files_left_behind(root, ["static/manifest.json"])) == [
        ("static/assets", "static/manifest.json")
    ]


def test_a_file_that_nobody_has_made_is_not_guessed_about(write):
    root = write({"templates/a.html": "{{ url_for('static', filename='x.css') }}"})
    assert list(files_left_behind(root, ["templates/a.html"])) == []
