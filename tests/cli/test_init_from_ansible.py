"""`inv init --from-ansible` reads a project of Ansible's, and writes a tasks file that deploys the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploytasks.agent.conversation.mask import MASK
from deploytasks.cli.additions import Additions
from tests.inv import Ended, inv

CANARY = "c4n4ry-s3cret"
BY_HAND = {
    "ansible.cfg": "[defaults]\ninventory = hosts.yml\nremote_user = deploy\n",
    "hosts.yml": "web:\n  hosts:\n    web1: {site: a.example.org}\n    web2: {site: b.example.org}\n",
    "group_vars/web.yml": (
        "app_name: my_shop\napp_dir: /opt/shop\nworkers: 3\n"
        f"db_password: {CANARY}\ndatabase_url: 'postgres://shop:{{{{ db_password }}}}@db/shop'\n"
    ),
    "deploy.yml": """\
- hosts: web
  become: true
  environment: {LOG_LEVEL: info, DATABASE_URL: "{{ database_url }}"}
  roles: [shop, geerlingguy.nginx]
  tasks:
    - name: clean up
      command: rm -rf /tmp/cache {{ db_password }}
    - name: the time
      debug: msg="{{ ansible_date_time.iso8601 }}"
    - template: {src: "{{ ansible_distribution }}.j2", dest: /etc/x}
""",
    "roles/shop/defaults/main.yml": 'venv: "{{ app_dir }}/venv"\nsite: nobody.example.org\n',
    "roles/shop/tasks/main.yml": """\
- import_tasks: source.yml
- name: packages
  apt: name={{ item }} state=present
  with_items: [nginx, python3-venv, libpq-dev, postgresql]
- name: the service
  ansible.builtin.template:
    src: shop.service.j2
    dest: /etc/systemd/system/shop.service
- template: src=site.j2 dest=/etc/nginx/sites-available/shop
- name: migrate
  command: "{{ venv }}/bin/flask db upgrade"
""",
    "roles/shop/tasks/source.yml": """\
- git: {repo: "https://user:token@git.example.org/shop.git", dest: "{{ app_dir }}/src", version: main}
- pip:
    requirements: "{{ app_dir }}/src/requirements/prod.txt"
    virtualenv: "{{ venv }}"
    virtualenv_python: python3.11
""",
    "roles/shop/templates/shop.service.j2": (
        '[Service]\nEnvironment="FLASK_ENV=production" "PATH=/x"\nEnvironment=API_TOKEN=t0ken\n'
        "ExecStart={{ venv }}/bin/gunicorn --workers {{ workers }} --bind unix:/run/shop.sock 'shop:create_app()'\n"
    ),
    "roles/shop/templates/site.j2": (
        "server {\n  server_name {{ site }};\n  client_max_body_size 20M;\n"
        "  location /static/ { alias {{ app_dir }}/src/static/; }\n}\n"
    ),
}
BOMB = "    l0: &l0 [x]\n" + "".join(
    f"    l{number}: &l{number} [{', '.join([f'*l{number - 1}'] * 9)}]\n" for number in range(1, 9)
)
ANSISTRANO = {
    "inventory/production": "[web]\nprod1\n",
    "playbooks/deploy.yml": """\
- hosts: web
  vars:
    ansistrano_deploy_from: "{{ playbook_dir }}/../src"
    ansistrano_deploy_to: /var/www/shop
    ansistrano_keep_releases: 3
    ansistrano_shared_paths: [uploads, var/log]
    ansistrano_shared_files: [.env, local.cfg]
    ansistrano_after_symlink_tasks_file: restart.yml
  roles: [{role: ansistrano.deploy}]
""",
}


def written(directory: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    return directory


def translated(tmp_path: Path, files: Mapping[str, str], named: str = "ops") -> tuple[Ended, str]:
    """What it says in a directory beside the project ``ops``, and the tasks file that it writes."""
    written(tmp_path / "ops", files)
    argv = [sys.executable, "-m", "deploytasks", "init", "--from-ansible", named]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    return done, (tmp_path / "tasks.py").read_text() if (tmp_path / "tasks.py").exists() else ""


def additions(tasks: str) -> Additions:
    """What the tasks file adds."""
    scope: dict = {}
    exec(tasks, scope)  # noqa: S102  it was just written
    return scope["ns"].configuration()["deploytasks"]["additions"]


def test_a_playbook_by_hand_becomes_variables(tmp_path: Path) -> None:
    done, tasks = translated(tmp_path, BY_HAND)
    assert done.returncode == 0, done.stderr
    found = additions(tasks)
    assert found.inventory == ("ops/hosts.yml",)
    assert found.ansible_cfg == "ops/ansible.cfg"
    assert found.variables == {
        "app_name": "my-shop",
        "app_source": ".",
        "app_requirements": "requirements/prod.txt",
        "app_python": "3.11",
        "app_packages": ["libpq-dev"],
        "app_processes": {"release": "flask db upgrade"},
        "app_env": {
            "FLASK_ENV": "production",
            "API_TOKEN": "env:API_TOKEN",
            "LOG_LEVEL": "info",
            "DATABASE_URL": "{{ database_url }}",
        },
        "app_server": "gunicorn",
        "app_callable": "shop:create_app()",
        "gunicorn_workers": 3,
        "nginx_server_name": "{{ {'web1': 'a.example.org', 'web2': 'b.example.org'}[inventory_hostname] }}",
        "nginx_client_max_body_size": "20m",
        "app_static": {"/static": "static"},
        "app_known": ["app_dir"],
    }


def test_what_could_not_be_translated_is_a_comment_with_its_line_and_no_secret(tmp_path: Path) -> None:
    done, tasks = translated(tmp_path, BY_HAND)
    assert f"#   ops/deploy.yml:6: clean up runs 'rm -rf /tmp/cache {MASK}'" in tasks
    assert "ops/deploy.yml:10: " in tasks
    assert "#   ops/deploy.yml:4: role geerlingguy.nginx: the role nginx" in tasks
    assert "#   ops/roles/shop/tasks/main.yml:2: postgresql: what is there stays" in tasks
    for secret in (CANARY, "t0ken", "user:token"):
        assert secret not in tasks + done.stdout + done.stderr


def test_the_hosts_have_what_was_written(tmp_path: Path) -> None:
    translated(tmp_path, BY_HAND)
    shown = inv("vars", "--host", "web2", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "b.example.org" in shown.stdout
    assert "tasks.py" in shown.stdout
    assert CANARY not in shown.stdout
    changed = inv(
        "vars", "--host", "web2", "--extra-vars", "nginx_server_name=typed.example.org", cwd=tmp_path
    )
    assert "typed.example.org" in changed.stdout


def test_ansistrano_becomes_releases(tmp_path: Path) -> None:
    done, tasks = translated(tmp_path, ANSISTRANO)
    assert done.returncode == 0, done.stderr
    found = additions(tasks)
    assert found.inventory == ("ops/inventory/production",)
    assert found.variables["app_source"] == "ops/src"
    assert found.variables["app_keep_releases"] == 3
    assert found.variables["app_shared"] == ["uploads/", "var/log/", "local.cfg"]
    assert "ansistrano_after_symlink_tasks_file runs restart.yml" in tasks
    assert 'app_env_file=".env"' in tasks


@pytest.mark.parametrize(
    ("files", "named", "told"),
    [
        ({}, "nowhere", "--from-ansible nowhere: no such directory"),
        ({"a.txt": ""}, "ops", "--from-ansible ops: no playbook is there"),
        ({"hosts": "web1\n", "x.yml": "- hosts: all\n  tasks: [a: [b\n"}, "ops/x.yml", "ops/x.yml:"),
        (
            {"hosts": "web1\n", "x.yml": f"- hosts: all\n  vars:\n{BOMB}  tasks: []\n"},
            "ops",
            "its aliases stand for more",
        ),
        ({"hosts": "web1 ansible_port=x\n", "x.yml": "- hosts: all\n"}, "ops", "ops/hosts:1: "),
    ],
)
def test_what_is_no_project_is_told_in_a_sentence(
    tmp_path: Path, files: Mapping[str, str], named: str, told: str
) -> None:
    done, tasks = translated(tmp_path, files, named)
    assert done.returncode == 5
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not tasks


def test_a_tasks_file_that_is_there_stays(tmp_path: Path) -> None:
    written(tmp_path, {"tasks.py": "mine = True\n"})
    done, tasks = translated(tmp_path, BY_HAND)
    assert done.returncode == 5
    assert "tasks.py is here already" in done.stderr
    assert tasks == "mine = True\n"
