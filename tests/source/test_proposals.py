"""What is proposed for an app is what its text shows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploytasks.source.advice.proposals import proposals

Write = Callable[[Mapping[str, str]], Path]
FASTAPI = "from fastapi import FastAPI, APIRouter\napp = FastAPI()\n"
ROUTER = "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/')\ndef every(): ...\n"
FLASK = "from flask import Flask, Blueprint\napp = Flask(__name__)\n@app.route('/')\ndef home(): ...\n"
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
SETTINGS = "ROOT_URLCONF = 'shop.urls'\n"


def proposed(root: Path, framework: str) -> list[str]:
    paths = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()]
    return [str(one) for one in proposals(root, paths, frozenset(), framework)]


@pytest.mark.parametrize(
    ("framework", "files", "page"),
    [
        ("flask", {"Dockerfile": "FROM x\nHEALTHCHECK CMD curl -f http://localhost:8000/up/ || exit 1\n"}, "/up/"),
        (
            "fastapi",
            {"app.py": FASTAPI + "app.include_router(router, prefix='/users')\n", "users.py": ROUTER},
            "/docs",
        ),
        ("fastapi", {"app.py": FASTAPI + "app.include_router(users.router, prefix=P)\n", "users.py": ROUTER}, "/docs"),
        (
            "fastapi",
            {"app.py": FASTAPI + "items = APIRouter(prefix='/items')\n@items.get('')\ndef every(): ...\n"},
            "/docs",
        ),
        ("fastapi", {"app.py": FASTAPI + "@app.get('/healthz')\ndef health(): ...\n"}, "/healthz"),
        (
            "starlette",
            {"app.py": "app = Starlette(routes=[Route('/ping', x), Mount('/s', y), Route('/a/b', z)])\n"},
            "/ping",
        ),
        (
            "django",
            {"manage.py": MANAGE, "shop/settings.py": SETTINGS,
             "shop/urls.py": "urlpatterns = [path('admin/', admin.site.urls), path('api/', include(x))]\n"},
            "/admin/login/",
        ),
    ],
)  # fmt: skip
def test_a_page_to_ask_for_is_proposed_where_the_front_page_is_none(
    write: Write, framework: str, files: Mapping[str, str], page: str
) -> None:
    (proposal,) = (one for one in proposed(write(files), framework) if "app_health_path" in one)
    assert proposal.endswith(f"\napp_health_path={page}")


@pytest.mark.parametrize(
    ("framework", "files"),
    [
        ("fastapi", {"app.py": FASTAPI + "app.include_router(router)\n", "users.py": ROUTER}),
        ("flask", {"app.py": FLASK + "cart = Blueprint('cart', __name__, url_prefix='/cart')\n@cart.route('/x')\n"
                   "def x(): ...\n@app.route('/health')\ndef y(): ...\n"}),
        ("flask", {"app.py": FLASK, "tests/app.py": "@app.route('/health')\ndef y(): ...\n"}),
        (
            "django",
            {"manage.py": MANAGE, "shop/settings.py": SETTINGS,
             "shop/urls.py": "urlpatterns = [path('admin/', admin.site.urls), *others()]\n"},
        ),
        (
            "django",
            {"manage.py": MANAGE, "shop/settings.py": SETTINGS,
             "shop/urls.py": "urlpatterns = [path('admin/', admin.site.urls), path('', home)]\n"},
        ),
    ],
)  # fmt: skip
def test_a_front_page_that_may_be_there_is_asked_for(
    write: Write, framework: str, files: Mapping[str, str]
) -> None:
    assert not [one for one in proposed(write(files), framework) if "app_health_path" in one]


def test_packages_of_a_dockerfile_are_proposed_as_a_comment(write: Write) -> None:
    installs = (
        "RUN apt-get update && \\\n  apt-get install -y --no-install-recommends curl \\\n  ffmpeg libmagic1\n"
    )
    found = proposed(write({"Dockerfile": f"FROM x\n{installs}", "app.py": FLASK}), "flask")
    told = "# Dockerfile:2 installs them in its image; if the app needs them"
    assert f'{told}\n# app_packages=["ffmpeg", "libmagic1"]' in found


def test_the_environment_that_an_app_cannot_do_without_is_asked_for_as_a_comment(write: Write) -> None:
    files = {
        "app.py": "import os\nKEY = os.environ['SECRET_KEY']\nos.environ['OWN'] = 'x'\nos.environ.get('MODE')\n",
        "conf.py": "DSN = config('DSN', cast=str)\nA = env('A', 'b')\nHOSTS = os.getenv('ALLOWED_HOSTS', '')\n",
        "tests/conf.py": "os.environ['TOKEN']\n",
        "db.py": "os.environ['DATABASE_URL'], environ['MAIL_KEY']\n",
        ".env": "MAIL_KEY=x\n",
    }
    (proposal,) = (one for one in proposed(write(files), "flask") if "# app_env={" in one)
    assert proposal == (
        "# wanted by the app in its environment: SECRET_KEY (app.py:2), DSN (conf.py:1), ALLOWED_HOSTS (conf.py:3)\n"
        '# app_env={"SECRET_KEY": "...", "DSN": "...", "ALLOWED_HOSTS": "..."}'
    )
