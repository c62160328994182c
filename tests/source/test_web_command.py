"""The app is read out of the command lines that people really write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploytasks.errors import SourceError
from deploytasks.source.processes.web_command import read_web_command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from deploytasks.source.code.app_ref import AppRef


def app_of_command(command: str, directory: Path, where: str) -> AppRef | None:
    found = read_web_command(command, directory, where)
    return found and found.app


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn app:app", "app:app"),
        ("gunicorn 'shop:create_app()'", "shop:create_app()"),
        ("gunicorn \"shop:create_app('x', debug=False)\"", "shop:create_app('x', debug=False)"),
        ("bash -lc 'cd . && exec gunicorn app:app'", "app:app"),
        ("gunicorn mysite.wsgi --log-file -", "mysite.wsgi:application"),
        ("gunicorn --log-file - mysite.wsgi", "mysite.wsgi:application"),
        ("gunicorn -w 4 -k gevent mysite.wsgi", "mysite.wsgi:application"),
        ("gunicorn -w4 -b :$PORT --preload shop.web:app", "shop.web:app"),
        ("gunicorn -b 0.0.0.0:${PORT:-8000} -c python:conf app:app", "app:app"),
        ("gunicorn --workers=4 --bind unix:/run/x.sock app:app --timeout 30", "app:app"),
        ("exec .venv/bin/gunicorn app:app", "app:app"),
        ("PYTHONUNBUFFERED=1 poetry run gunicorn app:app", "app:app"),
        ("python -m gunicorn app:app", "app:app"),
        ("flask db upgrade && newrelic-admin run-program gunicorn app:app", "app:app"),
        ("pip install gunicorn; gunicorn app:app", "app:app"),
        ("uvicorn main:app --host 0.0.0.0 --port $PORT --proxy-headers", "main:app"),
        ("uvicorn --factory shop.web:make", "shop.web:make()"),
        ("hypercorn -b :80 asgi:shop.web:app", "shop.web:app"),
        ("hypercorn shop", "shop:app"),
        ("waitress-serve --port=$PORT --call shop:create_app", "shop:create_app()"),
        ("waitress-serve --listen *:80 shop:app", "shop:app"),
        ("daphne -p 80 shop.asgi:application", "shop.asgi:application"),
        ("uwsgi --http :80 --strict --module shop.web:app --master", "shop.web:app"),
        ("uwsgi --http :80 -w shop.web", "shop.web:application"),
        ("uwsgi --http :80 --wsgi-file shop/wsgi.py --callable app", "shop.wsgi:app"),
        ("uwsgi uwsgi.ini", "shop.web:app"),
        ("uwsgi --ini uwsgi.ini --http :80", "shop.web:app"),
    ],
)
def test_the_app_argument_is_found(
    command: str, expected: str, write: Callable[[Mapping[str, str]], Path]
) -> None:
    root = write({"uwsgi.ini": "[uwsgi]\nmodule = shop.web\ncallable = app\nhttp = :%(port)\nmaster\n"})
    assert str(app_of_command(command, root, "Procfile: web")) == expected


@pytest.mark.parametrize(
    ("command", "directory"),
    [
        ("cd backend && gunicorn app:app", "backend"),
        ("gunicorn --chdir src app:app", "src"),
        ("cd a && gunicorn --pythonpath b app:app", "a/b"),
        ("uvicorn --app-dir=src app:app", "src"),
        ("gunicorn app:app", "."),
    ],
)
def test_where_imports_start_is_found(command: str, directory: str, tmp_path: Path) -> None:
    ref = app_of_command(command, tmp_path, "Procfile: web")
    assert ref is not None
    assert ref.directory == directory


@pytest.mark.parametrize(
    "command", ["python app.py", "flask run", "gunicorn", "gunicorn -c conf.py", "./start"]
)
def test_a_command_without_an_app_argument_says_nothing(command: str, tmp_path: Path) -> None:
    assert app_of_command(command, tmp_path, "Procfile: web") is None


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ('gunicorn "shop:create_app(x)"', "Procfile: web: 'shop:create_app(x)'; must be MODULE:NAME"),
        ("gunicorn 'app:app", "Procfile: web: No closing quotation"),
        ("uwsgi missing.ini", "missing.ini"),
    ],
)
def test_a_command_that_cannot_be_understood_is_an_error(
    command: str, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=complaint.replace("(", r"\(").replace(")", r"\)")):
        app_of_command(command, tmp_path, "Procfile: web")


def test_what_nobody_can_have_written_is_no_command_line(tmp_path: Path) -> None:
    """Reading it would take minutes."""
    with pytest.raises(SourceError, match="Procfile: web: 4000013 characters are no command line"):
        read_web_command("echo a" + " x" * 2_000_000 + "; serve", tmp_path, "Procfile: web")
