"""What a run itself reads does not travel with the app."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploytasks import Inventory
from deploytasks.planning.own_files import own_files, secrets_among
from deploytasks.source import Source

APP = {
    "app.py": "",
    "shop/tasks.py": "from celery import Celery\n",
    "shop/group_vars/theirs.yml": "",
    "conf/site.pem": "",
}
OWN = {
    "tasks.py": "import app\nfrom deploytasks.tasks import ns\nimport metrics\nfrom helpers import x\n",
    "metrics.py": "from deploytasks import Step\n",
    "helpers/__init__.py": "import invoke\n",
    "helpers/token.py": "TOKEN = 'geheim'\n",
    "fabfile.py": "import deploytasks\n",
    "hosts": "web1\n[all:vars]\napp_name=shop\ncache_key=shop\nnginx_tls_certificate_key=keys/site.key\n",
    "group_vars/all.yml": "app_env_file: prodvars\n",
    "group_vars/others.yml": "x: 1\n",
    "host_vars/db1.yml": "x: 1\n",
    "prod-secrets.yml": "ansible_become_password: geheim\n",
    "prodvars": "TOKEN=geheim\n",
    "keys/site.key": "geheim\n",
}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    for name, text in {**APP, **OWN}.items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_inventories_secrets_keys_and_tasks_stay_here(project):
    (host,) = Inventory.load("hosts").with_extra_vars(["@prod-secrets.yml"])
    source = Source.scan(".", own_files(host))
    assert [entry.name for entry in source.manifest] == sorted(APP)


def test_a_tasks_file_of_the_apps_travels(project):
    (project / "tasks.py").write_text("from celery import shared_task\n")
    (host,) = Inventory.load("hosts").with_extra_vars(["@prod-secrets.yml"])
    names = [entry.name for entry in Source.scan(".", own_files(host)).manifest]
    assert {"tasks.py", "shop/tasks.py"} <= set(names)


def test_secrets_that_lie_among_the_apps_files_are_told(project):
    (host,) = Inventory.load("hosts").with_extra_vars(["@prod-secrets.yml"])
    assert secrets_among(host, project) == ("keys/site.key", "prod-secrets.yml", "prodvars")


@pytest.mark.parametrize("asks", ["lookup('file', 'token.txt')", "lookup('password', 'token.txt')"])
def test_what_a_template_looks_into_stays_here(project, asks):
    """Also where it was given on top of the inventory, whose variables are looked at anew."""
    (project / "token.txt").write_text("geheim\n")
    with (project / "group_vars/all.yml").open("a") as more:
        more.write(f'app_env: {{TOKEN: "{{{{ {asks} }}}}"}}\n')
    (host,) = Inventory.load("hosts").with_extra_vars(["@prod-secrets.yml"])
    assert host.variables["app_env"] == {"TOKEN": "geheim"}
    assert [entry.name for entry in Source.scan(".", own_files(host)).manifest] == sorted(APP)
    assert "token.txt" in secrets_among(host, project)
