"""Static files are found where Flask and Django keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploytasks.source import detect_callable, detect_static

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Write = Callable[[Mapping[str, str]], Path]

FLASK = "from flask import Flask\n"
BASE = "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n"
OLD_BASE = "import os\nBASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("Flask(__name__)", {"/static": "shop/static"}),
        ("Flask(__name__, static_url_path='/files')", {"/files": "shop/static"}),
        ("Flask(__name__, static_folder='assets/dist')", {"/dist": "shop/assets/dist"}),
        ("Flask(__name__, static_folder='../public', static_url_path='/p/')", {"/p": "public"}),
        ("Flask(__name__, static_folder=None)", {}),
        ("Flask(__name__, static_url_path='')", {}),
        ("Flask(__name__, static_folder='missing')", {}),
        ("Flask(__name__, static_folder='../../..')", {}),
        ("Flask(__name__, static_folder=FOLDER)", {}),
    ],
)
@pytest.mark.parametrize("form", ["app = {}\n", "def create_app():\n    app = {}\n    return app\n"])
def test_flasks_static_folder_lies_beside_the_module_that_makes_the_app(
    write: Write, call: str, expected: dict[str, str], form: str
) -> None:
    root = write(
        {
            "wsgi.py": "from shop import *\n",
            "shop/__init__.py": FLASK + form.format(call),
            "shop/static/x.css": "",
            "shop/assets/dist/x.js": "",
            "public/x.png": "",
        }
    )
    assert detect_static(root, detect_callable(root)) == expected


def test_a_package_below_src_keeps_its_static_folder(write: Write) -> None:
    root = write({"src/shop/__init__.py": FLASK + "app = Flask(__name__)\n", "src/shop/static/x.css": ""})
    assert detect_static(root, detect_callable(root)) == {"/static": "src/shop/static"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (BASE + "STATIC_ROOT = BASE_DIR / 'staticfiles'\n", {"/static": "staticfiles"}),
        (BASE + "STATIC_ROOT = BASE_DIR.joinpath('a', 'b')\nSTATIC_URL = '/files/'\n", {"/files": "a/b"}),
        (BASE + "STATIC_ROOT = str(BASE_DIR / 'a' / 'b')\n", {"/static": "a/b"}),
        (OLD_BASE + "STATIC_ROOT = os.path.join(BASE_DIR, 'staticfiles')\n", {"/static": "staticfiles"}),
        ("STATIC_ROOT = 'staticfiles/'\n", {"/static": "staticfiles"}),
        (BASE + "STATIC_ROOT = BASE_DIR / 's'\nSTATIC_URL = 'https://cdn.example.org/'\n", {}),
        (
            BASE + "STATIC_ROOT = BASE_DIR / 's'\nMEDIA_ROOT = BASE_DIR / 'm'\nMEDIA_URL = 'media/'\n",
            {"/static": "s", "/media": "m"},
        ),
        ("STATIC_ROOT = '/var/www/static'\n", {}),
        (BASE + "STATIC_ROOT = BASE_DIR.parent / 'static'\n", {}),
        ("import os\nSTATIC_ROOT = os.environ['X']\n", {}),
        ("", {}),
    ],
)
def test_djangos_static_root_is_read_from_its_settings(
    write: Write, settings: str, expected: dict[str, str]
) -> None:
    root = write(
        {
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n",
            "mysite/settings.py": settings,
            "mysite/wsgi.py": "from django.core.wsgi import get_wsgi_application as g\napplication = g()\n",
        }
    )
    assert detect_static(root, detect_callable(root)) == expected


def test_other_frameworks_serve_their_files_themselves(write: Write) -> None:
    root = write({"app.py": "from bottle import Bottle\napp = Bottle()\n", "static/x.css": ""})
    assert detect_static(root, detect_callable(root)) == {}
