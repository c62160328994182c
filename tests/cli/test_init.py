"""`inv init` writes what it saw, and asks as a comment for what it did not see."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.inv import Ended, inv

FLASK = (
    "from flask import Flask\napp = Flask(__name__)\n\n\n@app.route('/')\ndef home():\n    return 'hello'\n"
)
HELLO = {"app.py": FLASK, "requirements.txt": "flask\n"}
API = "from fastapi import FastAPI\napp = FastAPI()\n\n\n@app.get('/health')\ndef health():\n    ...\n"
BASE = "from pathlib import Path\nBASE = Path(__file__).parent\n"


def init(tmp_path: Path, files: Mapping[str, str]) -> tuple[Ended, str]:
    """What it says in the directory of an app, and the inventory that it writes."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    argv = [sys.executable, "-m", "deploytasks", "init"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    return done, (tmp_path / "inventory.ini").read_text() if (tmp_path / "inventory.ini").exists() else ""


def lines(inventory: str) -> list[str]:
    """The variables that it sets."""
    _, _, variables = inventory.partition("[all:vars]\n")
    return [line for line in variables.splitlines() if line and not line.startswith("#")]


def test_what_is_found_is_written_with_where_it_was(tmp_path: Path) -> None:
    done, inventory = init(tmp_path / "shop", HELLO)
    assert done.returncode == 0, done.stderr
    assert lines(inventory) == [
        "app_name=shop",
        "app_source=.",
        "app_callable=app:app",
        "nginx_server_name=_",
    ]
    assert "# found in app.py\n" in inventory
    assert "# what gets installed is in requirements.txt\n" in inventory


def test_what_is_not_found_is_asked_for_in_the_inventory(tmp_path: Path) -> None:
    done, inventory = init(tmp_path / "shop", {"hello.py": FLASK})
    assert done.returncode == 0, done.stderr
    assert "no app was found; inventory.ini says what was looked at" in done.stdout
    assert "# app_callable=MODULE:NAME\n" in inventory
    assert "# app_requirements=none\n" in inventory
    assert "#   requirements.txt  pip freeze > requirements.txt\n" in inventory
    assert lines(inventory) == ["app_name=shop", "app_source=.", "nginx_server_name=_"]


def test_a_file_of_secrets_stays_at_home_and_is_the_environment(tmp_path: Path) -> None:
    done, inventory = init(tmp_path / "shop", {**HELLO, ".env": "SECRET_KEY=x\nexport DATABASE_URL=y\n"})
    assert done.returncode == 0, done.stderr
    assert f"# .env has SECRET_KEY, DATABASE_URL\napp_env_file={tmp_path / 'shop/.env'}\n" in inventory
    assert (tmp_path / "shop/.env").stat().st_mode & 0o777 == 0o600
    assert ".env" in (tmp_path / "shop/.deployignore").read_text().splitlines()


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (
            {"requirements.txt": "flask\nflask-migrate\n", "migrations/alembic.ini": ""},
            'app_processes={"release": "flask db upgrade"}',
        ),
        (
            {"requirements.txt": "flask\npython-magic\nuwsgi\n"},
            'app_packages=["python3-dev", "gcc", "libmagic1"]',
        ),
        ({"requirements.txt": "flask\npsycopg2\n"}, 'app_packages=["libpq-dev", "gcc", "python3-dev"]'),
        ({"app.py": FLASK + "import os\nos.makedirs(app.instance_path)\n"}, 'app_shared=["instance/"]'),
        ({"app.py": FLASK + "URL = 'sqlite:///data/shop.db'\n"}, 'app_shared=["data/shop.db"]'),
        (
            {"app.py": FLASK + "URL = 'sqlite:///shop.db'\n", "requirements.txt": "flask\nflask-sqlalchemy\n"},
            'app_shared=["instance/"]',
        ),
        (
            {"config.py": "import os\nhere = os.path.abspath(os.path.dirname(__file__))\n\n\nclass Config:\n"
             "    URL = os.environ.get('DATABASE_URL') or 'sqlite:///' + os.path.join(here, 'app.db')\n"},
            'app_shared=["app.db"]',
        ),
        (
            {"config.py": BASE + "URL = f'sqlite:///{BASE / \"app.db\"}'\n"},
            'app_shared=["app.db"]',
        ),
        ({"app.py": FLASK + "app.config['UPLOAD_FOLDER'] = 'uploads'\n"}, 'app_shared=["uploads/"]'),
        ({"config.py": "class C:\n    UPLOAD_FOLDER: str = given() or 'uploads'\n"}, 'app_shared=["uploads/"]'),
        (
            {"conf.py": BASE + "import os\nDB = {'NAME': os.getenv('DB_NAME', BASE / 'shop.sqlite')}\n"},
            'app_shared=["shop.sqlite"]',
        ),
        ({"conf.py": BASE + "MEDIA_ROOT = env('MEDIA_ROOT', default=BASE / 'media')\n"}, 'app_shared=["media/"]'),
        (
            {"app.py": FLASK + "import logging.handlers as h\nlog = h.RotatingFileHandler('logs/shop.log')\n"},
            'app_shared=["logs/"]',
        ),
        (
            {"app.py": API, "requirements.txt": "fastapi\n"},
            "app_health_path=/health",
        ),
    ],
)  # fmt: skip
def test_what_is_seen_in_the_files_is_proposed(tmp_path: Path, files: Mapping[str, str], line: str) -> None:
    done, inventory = init(tmp_path / "shop", {**HELLO, **files})
    assert done.returncode == 0, done.stderr
    assert line in lines(inventory)
    assert f"proposed: {line}" in done.stdout


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": FLASK + "URL = 'sqlite:///:memory:'\n"},
        {"app.py": FLASK + "URL = 'sqlite:////var/lib/shop/shop.db'\n"},
        {"tests/test_app.py": "URL = 'sqlite:///test.db'\n"},
        {"Procfile": "release: x\n", "migrations/alembic.ini": "", "requirements.txt": "flask-migrate\nflask"},
        {"requirements.txt": "flask\npymysql\n"},
        {"config.py": "UPLOAD_PROVIDER = 'filesystem'\n"},
    ],
)  # fmt: skip
def test_what_needs_nothing_is_not_proposed(tmp_path: Path, files: Mapping[str, str]) -> None:
    done, _ = init(tmp_path / "shop", {**HELLO, **files})
    assert done.returncode == 0, done.stderr
    assert "proposed" not in done.stdout


def test_images_are_proposed_as_comments(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM python:3.12\nEXPOSE 5000\n", "compose.yaml": "services: {}\n"}
    _, inventory = init(tmp_path / "shop", {**HELLO, **files})
    assert "# app_runtime=docker\n# docker_port=5000\n" in inventory
    assert "# app_runtime=compose\n" in inventory
    assert "app_runtime" not in "".join(lines(inventory))


def test_what_it_wrote_can_be_checked_at_once(tmp_path: Path) -> None:
    """The inventory that it writes has no mistake: the host alone is not there."""
    files = {
        **HELLO,
        ".env": "A=1\n",
        "migrations/alembic.ini": "",
        "requirements.txt": "flask\nflask-migrate\n",
    }
    init(tmp_path / "shop", files)
    inventory = tmp_path / "shop/inventory.ini"
    inventory.write_text(inventory.read_text().replace("prod1.example.org", "127.0.0.1 ansible_port=1"))
    done = inv("check", cwd=tmp_path / "shop")
    assert done.returncode == 4, done.stdout + done.stderr


def test_what_a_project_says_becomes_no_line_of_the_inventory(tmp_path: Path) -> None:
    """Whoever wrote the app has not written where it goes, and with which command."""
    folder = "x\\n[all:vars]\\nansible_ssh_common_args=-o 'ProxyCommand=touch won'\\n#\\x1b[31m"
    flaskenv = "FLASK_APP=\"app:create_app('''x\\ransible_connection=local\\r''')\"\n"
    done, inventory = init(
        tmp_path / "shop", {**HELLO, "app.py": f'{FLASK}UPLOAD_FOLDER = "{folder}"\n', ".flaskenv": flaskenv}
    )
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "shop/inventory.ini").read_bytes().decode().splitlines()
    assert [line for line in written if line.startswith("ansible")] == []
    assert "ProxyCommand" in inventory
    assert "\x1b" not in inventory + done.stdout


def test_what_a_project_says_moves_no_cursor(tmp_path: Path) -> None:
    done, _ = init(
        tmp_path / "shop", {**HELLO, "Procfile": "web: \x1b[2Jserve\n", "requirements.txt": "\x1b[31m\n"}
    )
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in (tmp_path / "shop/inventory.ini").read_text() + done.stdout


COMPOSE = """
x-app: &app
  build: .
  environment:
    DATABASE_URL: postgresql+psycopg://shop:secret@db/shop
    CELERY_BROKER_URL: redis://cache:6379/1
services:
  web: {<<: *app, command: flask run}
  worker: {<<: *app, command: celery -A tasks worker}
  db: {image: "postgres:16-alpine"}
  cache: {image: docker.io/library/redis}
"""


def test_what_a_compose_file_has_beside_the_app_is_proposed_for_the_host(tmp_path: Path) -> None:
    _, inventory = init(tmp_path, {**HELLO, "compose.yaml": COMPOSE})
    assert 'app_services=["postgres", "redis"]' in lines(inventory)
    url = "postgresql+psycopg://{user}:{password}@{host}:{port}/{database}"
    assert f'postgres_env={{"DATABASE_URL": "{url}"}}' in lines(inventory)
    assert '"CELERY_BROKER_URL": "redis://:{password}@{host}:{port}/1"' in inventory
    assert 'app_processes={"worker": "celery -A tasks worker"}' in lines(inventory)


def test_the_pieces_that_an_example_file_names_are_proposed_with_their_fellows(tmp_path: Path) -> None:
    files = {"compose.yaml": COMPOSE, ".env.example": "export DB_USER=shop\nDB_PASSWORD=changeme\n"}
    _, inventory = init(tmp_path, {**HELLO, **files})
    assert '"DB_HOST": "{host}", "DB_PORT": "{port}", "DB_USER": "{user}"' in inventory


def test_sqlalchemy_is_told_which_driver_the_app_has(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  db:\n    image: postgres\n",
        "requirements.txt": "flask\nsqlalchemy\npsycopg\n",
    }
    _, inventory = init(tmp_path, {**HELLO, **files})
    assert 'postgres_env={"DATABASE_URL": "postgresql+psycopg://' in inventory


def test_a_service_that_nobody_here_has_is_told(tmp_path: Path) -> None:
    services = "services:\n  db: {image: 'mariadb:10'}\n  proxy: {image: 'nginx:stable'}\n"
    _, inventory = init(tmp_path, {**HELLO, "compose.yaml": services})
    assert "# compose.yaml has db (mariadb:10) beside the app, which no service here is" in inventory


@pytest.mark.parametrize("text", ["services: [1", "services: 3", "- a", "services: {db: postgres}"])
def test_a_compose_file_that_cannot_be_read_proposes_nothing(tmp_path: Path, text: str) -> None:
    done, inventory = init(tmp_path, {**HELLO, "compose.yaml": text})
    assert done.returncode == 0, done.stderr
    assert "app_services" not in inventory


def test_what_the_procfile_runs_before_its_server_becomes_variables(tmp_path: Path) -> None:
    web = "web: flask db upgrade; flask translate compile; gunicorn app:app\nworker: rq worker jobs\n"
    files = {"Procfile": web, "migrations/alembic.ini": "", "requirements.txt": "flask\nflask-migrate\nrq\n"}
    _, inventory = init(tmp_path, {**HELLO, **files})
    assert 'app_processes={"release": "flask db upgrade"}' in lines(inventory)
    assert '# app_build=["flask translate compile"]' in inventory, (
        "it is run on this machine: for a person to decide"
    )
    assert 'app_services=["redis"]' in lines(inventory)


def test_a_client_alone_proposes_its_server_as_a_comment_and_nothing_to_build(tmp_path: Path) -> None:
    _, inventory = init(tmp_path, {**HELLO, "requirements.txt": "flask\npsycopg2-binary\n"})
    assert '# app_services=["postgres"]' in inventory
    assert "app_packages" not in inventory


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "\x00", "a: &a [*a]", "services: {db: {image: [1], build: 1, command: 3}}"]
)
def test_a_compose_file_may_be_anything(tmp_path: Path, text: str) -> None:
    done, _ = init(tmp_path, {**HELLO, "compose.yaml": text})
    assert done.returncode == 0, done.stderr


MONOREPO = {
    "README.md": "",
    "frontend/package.json": "{}",
    "frontend/app.js": "",
    "backend/requirements.txt": "flask\n",
    "backend/tests/app.py": FLASK,
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"backend/main.py": FLASK}, ["app_source=backend", "app_callable=main:app"]),
        ({"backend/src/shop/__init__.py": FLASK}, ["app_source=backend", "app_callable=shop:app"]),
        (
            {"backend/app/__init__.py": "", "backend/app/main.py": FLASK},
            ["app_source=backend", "app_callable=app.main:app"],
        ),
        (
            {"backend/py/shop/__init__.py": "", "backend/py/shop/of/asgi.py": FLASK},
            ["app_source=backend", "app_directory=py/shop/of", "app_callable=asgi:app"],
        ),
        (
            {"services/api/main.py": FLASK, "requirements.txt": "flask\n"},
            ["app_source=.", "app_directory=services/api", "app_callable=main:app"],
        ),
    ],
)
def test_an_app_below_the_root_of_a_repository_is_found(
    tmp_path: Path, files: Mapping[str, str], expected: list[str]
) -> None:
    done, inventory = init(tmp_path / "shop", {**MONOREPO, **files})
    assert done.returncode == 0, done.stderr
    assert lines(inventory) == ["app_name=shop", *expected, "nginx_server_name=_"]
    below = "backend" if "app_source=backend" in expected else "."
    assert (tmp_path / "shop" / below / ".deployignore").is_file()


def test_where_the_imports_of_a_command_start_is_written_down_with_its_app(tmp_path: Path) -> None:
    files = {
        "Procfile": "web: gunicorn --chdir backend web:app\n",
        "backend/web.py": FLASK,
        "backend/alembic.ini": "",
        "requirements.txt": "flask\nalembic\n",
        "Dockerfile": "FROM x\nHEALTHCHECK CMD curl http://localhost/up\x1b[31m/y\n",
    }
    _, inventory = init(tmp_path / "shop", files)
    assert {"app_directory=backend", "app_callable=web:app", "app_health_path=/up"} <= set(lines(inventory))
    assert 'app_processes={"release": "alembic upgrade head"}' in lines(inventory)
    done = inv("vars", cwd=tmp_path / "shop")
    assert done.returncode == 0, done.stderr


def test_of_several_apps_in_a_repository_a_person_chooses(tmp_path: Path) -> None:
    files = {"backend/app.py": FLASK, "admin/main.py": FLASK, "admin/requirements.txt": "flask\n"}
    done, inventory = init(tmp_path / "shop", {**MONOREPO, **files})
    assert (
        "several apps were found: admin/main.py, backend/app.py; inventory.ini has a line for each"
        in done.stdout
    )
    assert (
        "# app_source=admin app_callable=main:app\n# app_source=backend app_callable=app:app\n" in inventory
    )
    assert "app_callable" not in "".join(lines(inventory))
