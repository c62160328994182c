"""What does otherwise with several workers, or in the open, is told once by its subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploytasks.source.advice.cautions import cautions
from deploytasks.source.app.allowed_hosts import names_without

Write = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("text", "packages", "told"),
    [
        (
            "import os\napp.secret_key = os.urandom(24)\n",
            "",
            "app.py:2: SECRET_KEY is made at each start",
        ),
        ("app.config['SECRET_KEY'] = 'dev'\n", "", "app.py:1: SECRET_KEY can be guessed"),
        ("app.run(debug=True)\n", "", "app.py:1: app.run runs the development server"),
        ("s = SocketIO(app)\n", "flask-socketio", "app.py:1: SocketIO has no message_queue"),
        ("limiter = Limiter(app)\n", "flask-limiter", "flask-limiter counts in memory"),
        ("cache = Cache(app)\n", "flask-caching", "flask-caching keeps its cache in memory"),
        ("s = APScheduler()\n", "flask-apscheduler", "flask-apscheduler runs its jobs in each worker"),
    ],
)
def test_it_is_told_with_its_place(write: Write, text: str, packages: str, told: str) -> None:
    root = write({"app.py": text, "tests/test_app.py": text})
    (caution,) = cautions(root, ["app.py", "tests/test_app.py"], frozenset(packages.split()), "flask")
    assert str(caution).startswith(told)


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        ("app.secret_key = os.environ['SECRET_KEY']\n", ""),
        ("if __name__ == '__main__':\n    app.run(debug=True)\n", ""),
        ("s = SocketIO(app, message_queue=QUEUE)\n", "flask-socketio"),
        ("limiter = Limiter(app, storage_uri='redis://localhost')\n", "flask-limiter"),
        ("DEBUG = True\n", "flask"),
    ],
)
def test_what_is_right_is_not_told(write: Write, text: str, packages: str) -> None:
    root = write({"app.py": text})
    assert cautions(root, ["app.py"], frozenset(packages.split()), "flask") == ()


def test_django_without_a_place_for_static_files_is_told(write: Write) -> None:
    root = write({"settings.py": "DEBUG = True\n"})
    found = cautions(root, ["settings.py"], frozenset(), "django")
    assert [caution.subject for caution in found] == ["STATIC_ROOT", "DEBUG"]
    assert cautions(root, [], frozenset({"whitenoise"}), "django") == ()


MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        ("['.shop.example', 'localhost']", ()),
        ("['SHOP.example']", ()),
        ("('*',)", ()),
        ("names()", ()),
        ("['localhost', '127.0.0.1']", ("localhost", "127.0.0.1")),
        ("[]", (".localhost", "127.0.0.1", "[::1]")),
    ],
)
def test_a_name_that_django_would_refuse_is_seen_before(
    write: Write, allowed: str, refused: tuple[str, ...]
) -> None:
    root = write(
        {"manage.py": MANAGE, "shop/__init__.py": "", "shop/settings.py": f"ALLOWED_HOSTS = {allowed}\n"}
    )
    assert names_without(root, "shop.example:8080") == refused
