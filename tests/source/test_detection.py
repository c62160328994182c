"""The app is found where Flask, Django and a Procfile say; what cannot be right is refused with a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploytasks.errors import SourceError, VariableError
from deploytasks.source import detect_callable, manage_py, parse_callable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Write = Callable[[Mapping[str, str]], Path]

FLASK = "from flask import Flask\n"
APP = FLASK + "app = Flask(__name__)\n"
FACTORY = FLASK + "def create_app(config=None):\n    app = Flask(__name__)\n    return app\n"
MANAGE = "import os\ndef main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n"
WSGI = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"

FOUND = [
    ("an app in app.py", {"app.py": APP}, "app:app", "flask"),
    (
        "an app that a file gives to a server",
        {
            "main.py": "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run(app='shop.server:app', port=1)\n",
            "shop/__init__.py": "",
            "shop/server.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        },
        "shop.server:app",
        "fastapi",
    ),
    (
        "a factory that a file gives to a server",
        {
            "main.py": "import uvicorn\nuvicorn.run('server:build', factory=True)\n",
            "server.py": "from fastapi import FastAPI\ndef build():\n    return FastAPI()\n",
        },
        "server:build()",
        "fastapi",
    ),
    ("wsgi.py before app.py", {"app.py": APP, "wsgi.py": APP}, "wsgi:app", "flask"),
    (
        "a module import",
        {"app.py": "import flask\napplication = flask.Flask('x')\n"},
        "app:application",
        "flask",
    ),
    ("the only app", {"app.py": FLASK + "shop = Flask('x')\n"}, "app:shop", "flask"),
    ("app before others", {"app.py": FLASK + "a = Flask('a')\napp = Flask('b')\n"}, "app:app", "flask"),
    ("an annotated app", {"app.py": FLASK + "app: Flask = Flask('x')\n"}, "app:app", "flask"),
    ("an aliased class", {"app.py": "from flask import Flask as F\napp = F('x')\n"}, "app:app", "flask"),
    ("a subclass", {"app.py": FLASK + "class Shop(Flask): ...\napp = Shop('x')\n"}, "app:app", "flask"),
    ("a factory", {"app.py": FACTORY}, "app:create_app()", "flask"),
    ("make_app", {"app.py": FACTORY.replace("create", "make")}, "app:make_app()", "flask"),
    ("a called factory", {"app.py": FACTORY + "app = create_app()\n"}, "app:app", "flask"),
    (
        "a factory with a local import",
        {"app.py": "def create_app():\n    from flask import Flask\n    return Flask('x')\n"},
        "app:create_app()",
        "flask",
    ),
    (
        "a factory known by its annotation",
        {"app.py": FLASK + "def create_app() -> Flask:\n    return build()\n"},
        "app:create_app()",
        "flask",
    ),
    (
        "an app under the main guard is not one",
        {"app.py": FACTORY + "if __name__ == '__main__':\n    app = create_app()\n"},
        "app:create_app()",
        "flask",
    ),
    (
        "an app in a branch",
        {"app.py": FLASK + "try:\n    app = Flask('x')\nfinally:\n    pass\n"},
        "app:app",
        "flask",
    ),
    (
        "middleware around the app",
        {"app.py": APP + "from werkzeug.middleware.proxy_fix import ProxyFix\napp = ProxyFix(app)\n"},
        "app:app",
        "flask",
    ),
    (
        "middleware under another name",
        {"app.py": FLASK + "from x import M\nshop = Flask('x')\napplication = M(shop)\n"},
        "app:application",
        "flask",
    ),
    (
        "extensions are no apps",
        {
            "app.py": FLASK
            + "from flask_sqlalchemy import SQLAlchemy\nshop = Flask('x')\ndb = SQLAlchemy(shop)\n"
        },
        "app:shop",
        "flask",
    ),
    (
        "an app imported from a package",
        {
            "wsgi.py": "from shop import app\n",
            "shop/__init__.py": "from .web import app\n",
            "shop/web.py": APP,
        },
        "wsgi:app",
        "flask",
    ),
    (
        "a factory imported from a package",
        {"wsgi.py": "from shop import create_app\napp = create_app()\n", "shop/__init__.py": FACTORY},
        "wsgi:app",
        "flask",
    ),
    (
        "an imported factory",
        {"wsgi.py": "from shop import create_app\n", "shop/__init__.py": FACTORY},
        "wsgi:create_app()",
        "flask",
    ),
    ("a package", {"shop/__init__.py": FACTORY, "tests/__init__.py": ""}, "shop:create_app()", "flask"),
    ("a package's wsgi.py", {"shop/__init__.py": FACTORY, "shop/wsgi.py": APP}, "shop.wsgi:app", "flask"),
    ("a package's app.py", {"shop/__init__.py": "", "shop/app.py": APP}, "shop.app:app", "flask"),
    (
        "a star import",
        {"app.py": "from shop import *\n", "shop/__init__.py": FACTORY},
        "app:create_app()",
        "flask",
    ),
    ("fastapi", {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n"}, "main:app", "fastapi"),
    ("asgi.py", {"asgi.py": "from quart import Quart\napp = Quart('x')\n"}, "asgi:app", "quart"),
    (
        "plain WSGI",
        {"wsgi.py": "def application(environ, start_response): ...\n"},
        "wsgi:application",
        "wsgi",
    ),
    ("plain ASGI", {"app.py": "async def app(scope, receive, send): ...\n"}, "app:app", "asgi"),
    ("an unknown framework's wsgi.py", {"wsgi.py": "from x import y\napp = y.build()\n"}, "wsgi:app", "wsgi"),
    (
        "a Procfile before the rest",
        {
            "Procfile": "web: gunicorn -w 2 shop.web:api\n",
            "app.py": APP,
            "shop/web.py": FLASK + "api = Flask('x')\n",
        },
        "shop.web:api",
        "flask",
    ),
    (
        "a Procfile that runs a script",
        {"Procfile": "web: python app.py\n", "app.py": APP},
        "app:app",
        "flask",
    ),
    ("a Procfile without web", {"Procfile": "worker: x\n", "app.py": APP}, "app:app", "flask"),
    (
        "a Procfile's factory",
        {"Procfile": "web: waitress-serve --call app:create_app", "app.py": FACTORY},
        "app:create_app()",
        "flask",
    ),
    (
        ".flaskenv by name",
        {".flaskenv": "FLASK_APP=shop\n", "shop.py": APP, "app.py": APP},
        "shop:app",
        "flask",
    ),
    (
        ".flaskenv by file",
        {".flaskenv": "# x\nexport FLASK_APP='web.py'\n", "web.py": FACTORY},
        "web:create_app()",
        "flask",
    ),
    (
        ".flaskenv by name in a file",
        {".flaskenv": "FLASK_APP=shop:build", "shop.py": FACTORY.replace("create_app", "build")},
        "shop:build()",
        "flask",
    ),
    (
        ".flaskenv by path in a package",
        {".flaskenv": "FLASK_APP=shop/web.py", "shop/__init__.py": "", "shop/web.py": APP},
        "shop.web:app",
        "flask",
    ),
    (".flaskenv without FLASK_APP", {".flaskenv": "FLASK_DEBUG=1", "app.py": APP}, "app:app", "flask"),
    (
        "Django by its settings",
        {
            "manage.py": MANAGE,
            "mysite/settings.py": "WSGI_APPLICATION = 'mysite.web.app'\n",
            "mysite/web.py": WSGI.replace("application =", "app ="),
        },
        "mysite.web:app",
        "django",
    ),
    (
        "Django by its package",
        {"manage.py": MANAGE, "mysite/settings.py": "", "mysite/wsgi.py": WSGI},
        "mysite.wsgi:application",
        "django",
    ),
    (
        "Django with split settings",
        {
            "manage.py": MANAGE.replace("mysite.settings", "config.settings.production"),
            "config/settings/production.py": "from .base import *\n",
            "config/settings/base.py": "WSGI_APPLICATION = 'config.wsgi.application'\n",
            "config/wsgi.py": WSGI,
        },
        "config.wsgi:application",
        "django",
    ),
]


@pytest.mark.parametrize(
    ("files", "expected", "framework"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND]
)
def test_the_app_is_found(write: Write, files: dict[str, str], expected: str, framework: str) -> None:
    ref = detect_callable(write(files))
    assert (str(ref), ref.framework, ref.directory) == (expected, framework, ".")


@pytest.mark.parametrize(
    ("files", "directory"),
    [
        ({"src/shop/__init__.py": FACTORY}, "src"),
        ({"src/app.py": APP}, "src"),
        ({"Procfile": "web: cd backend && gunicorn app:app\n", "backend/app.py": APP}, "backend"),
        ({".flaskenv": "FLASK_APP=backend/app.py", "backend/app.py": APP}, "backend"),
    ],
)
def test_where_imports_start_is_known(write: Write, files: dict[str, str], directory: str) -> None:
    ref = detect_callable(write(files))
    assert (ref.directory, ref.framework) == (directory, "flask")


def test_a_django_project_may_lie_below_its_source(write: Write) -> None:
    files = {"src/manage.py": MANAGE, "src/mysite/__init__.py": "", "src/mysite/wsgi.py": WSGI}
    source = write({**files, "src/mysite/settings.py": "", "other/__init__.py": APP})
    ref = detect_callable(source)
    assert (str(ref), ref.directory, ref.found) == ("mysite.wsgi:application", "src", "manage.py")
    assert manage_py(source, ref) == "src/manage.py"


@pytest.mark.parametrize(
    ("framework", "interface"),
    [("flask", "wsgi"), ("fastapi", "asgi"), ("quart", "asgi"), ("litestar", "asgi")],
)
def test_the_interface_follows_from_the_framework(write: Write, framework: str, interface: str) -> None:
    name = {"fastapi": "FastAPI"}.get(framework, framework.title())
    ref = detect_callable(write({"app.py": f"from {framework} import {name}\napp = {name}('x')\n"}))
    assert (ref.framework, ref.interface) == (framework, interface)


def test_nothing_is_imported(write: Write) -> None:
    root = write({"app.py": APP + "open('touched', 'w')\nraise SystemExit\n"})
    detect_callable(root)
    assert not (root / "touched").exists()


def test_finding_nothing_lists_all_that_was_looked_at(write: Write) -> None:
    root = write(
        {
            "Procfile": "web: ./start\n",
            "app.py": FLASK + "def create_app(config): ...\n",
            "wsgi.py": FLASK + "a = Flask('a')\nb = Flask('b')\n",
            "main.py": "import\n",
            "shop/__init__.py": "",
        }
    )
    with pytest.raises(SourceError) as caught:
        detect_callable(root)
    assert str(caught.value).splitlines() == [
        f"{root}: no web app found; looked at",
        "  Procfile:1: no known WSGI or ASGI server: ./start",
        "  manage.py: no such file, or no DJANGO_SETTINGS_MODULE in it",
        "  .flaskenv and .env: no such file, or no FLASK_APP in it",
        "  wsgi.py: several apps: a, b",
        "  app.py: create_app() wants arguments: config",
        "  main.py:1: invalid syntax",
        "  asgi.py: no such file",
        "  shop/__init__.py: no app, application, create_app() or make_app()",
        "set app_callable=MODULE:NAME or MODULE:FACTORY(), e.g. app_callable=shop.web:create_app()",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "from shop import *\n", "shop.py": "from app import *\n"},
        {"app.py": "from shop import app\n", "shop.py": "from app import app\n"},
        {"app.py": "app = app\n"},
        {"app.py": "def create_app(config):\n    return create_app(config)\napp = create_app(1)\n"},
        {"app.py": "from celery import Celery\napp = Celery('x')\n"},
        {"app.py": "import typer\napp = typer.Typer()\n"},
        {"app.py": "app = 'shop'\n"},
        {"app.py": "async def create_app(): ...\n"},
        {"a/__init__.py": APP, "b/__init__.py": APP},
        {"tests/__init__.py": APP},
    ],
)
def test_what_is_no_web_app_is_not_taken_for_one(write: Write, files: dict[str, str]) -> None:
    with pytest.raises(SourceError, match="no web app found"):
        detect_callable(write(files))


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        (
            {"Procfile": "web: gunicorn shop:app\n", "app.py": APP},
            "Procfile:1: shop:app: the source has no module shop",
        ),
        (
            {"Procfile": "web: gunicorn app:ap\n", "app.py": APP},
            'app.py has no ap; it has: app; did you mean "app"?',
        ),
        ({"Procfile": "web: cd .. && gunicorn app:app"}, "Procfile:1: ..: not below the source"),
        (
            {".flaskenv": "FLASK_APP=shop:app", "shop.py": FACTORY},
            ".flaskenv: FLASK_APP=shop:app: shop:app: shop.py has no",
        ),
        ({".flaskenv": 'FLASK_APP="shop:create_app(x)"', "shop.py": FACTORY}, "must be MODULE:NAME"),
        (
            {"manage.py": MANAGE, "mysite/settings.py": "", "mysite/wsgi.py": ""},
            "manage.py: mysite.wsgi:application: ",
        ),
    ],
)
def test_a_pointer_to_no_app_is_an_error(write: Write, files: dict[str, str], complaint: str) -> None:
    with pytest.raises(SourceError) as caught:
        detect_callable(write(files))
    assert complaint in str(caught.value)


@pytest.mark.parametrize("value", ["app:app", "shop.web:create_app()", "a_b.c2:application", "ñ:é"])
def test_an_explicit_callable_is_kept_as_written(value: str) -> None:
    assert str(parse_callable(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        *("", "app", "app:", ":app", "app:app;id", "../x:app", "app app:app", "app:app ", "app:app()()"),
        *("app:app(x)", "a..b:app", ".a:app", "1a:app", "app:1", "app:class", "app:a.b", "app:app\n"),
        *("-rf:app", "app::app", "app:app(1", "app:app(f())", "app:app(1)(2)"),
    ],
)
def test_an_explicit_callable_that_cannot_be_is_refused(value: str) -> None:
    with pytest.raises(
        VariableError, match=r"^web\.ini:3: app_callable: .*; must be MODULE:NAME or MODULE:FACTORY"
    ):
        parse_callable(value, "web.ini:3: app_callable")


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("ap:app", 'the source has no module ap; it has: app, dyn, shop; did you mean "app"?'),
        ("shop.web:app", "the source has no module shop.web; shop has none called so"),
        ("app:ap", 'app.py has no ap; it has: app, create_app, view; did you mean "app"?'),
        ("app:app()", "app is an app, not a factory; expected app:app"),
        ("shop:build", "build() wants arguments: config, db; expected an app, or a factory that wants none"),
        (
            "shop:build()",
            "build() wants arguments: config, db; expected an app, or a factory that wants none",
        ),
        ("shop:VERSION", "line 3 of shop.py makes it no app but a value"),
    ],
)
def test_an_explicit_callable_that_the_source_lacks_is_refused(
    write: Write, value: str, complaint: str
) -> None:
    root = write(
        {
            "app.py": FACTORY + "app = create_app()\ndef view(): ...\n",
            "shop.py": "def build(config, *, db): ...\n\nVERSION = '1'\n",
            "dyn.py": "",
        }
    )
    with pytest.raises(VariableError) as caught:
        detect_callable(root, value)
    assert str(caught.value) == f"app_callable: {value}: {complaint}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("app:create_app", "app:create_app()"),
        ("dyn:anything", "dyn:anything"),
        ("stars:anything", "stars:anything"),
        ("made:app", "made:app"),
        ("superset.app:create_app()", "superset.app:create_app()"),
        ("new_syntax:app", "new_syntax:app"),
        ("decorated:serve", "decorated:serve"),
    ],
)
def test_an_explicit_callable_is_trusted_where_the_text_is_silent(
    write: Write, value: str, expected: str
) -> None:
    root = write(
        {
            "app.py": FACTORY,
            "dyn.py": "globals().update(x=1)\n",
            "stars.py": "from elsewhere import *\n",
            "made.py": "from elsewhere import app\n",
            "new_syntax.py": "match = lambda ->\n",
            "decorated.py": "@x\ndef serve(): ...\n",
        }
    )
    assert str(detect_callable(root, value, {"apache-superset"})) == expected
