"""The job for bare Fabric: commands one after the other on a group of hosts; it redoes all at each run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fabric import ThreadingGroup, task

ROOT = "/srv/shop"
UPLOADS = "/tmp"  # noqa: S108 - as its users do
PACKAGES = "python3-venv nginx ufw"
PLACES = {
    "gunicorn.conf.py": f"{ROOT}/shared/gunicorn.conf.py",
    "shop.service": "/etc/systemd/system/shop.service",
    "shop.nginx": "/etc/nginx/sites-available/shop",
}


def job() -> dict[str, Any]:
    """What is deployed, and where to."""
    return json.loads(Path("job.json").read_text(encoding="utf-8"))


def group() -> ThreadingGroup:
    """All hosts."""
    arguments = {"key_filename": job()["key_file"], "look_for_keys": False, "allow_agent": False}
    return ThreadingGroup(*job()["addresses"], user=job()["user"], connect_kwargs=arguments)


@task
def deploy(_context: Any) -> None:
    """Bring the release to all hosts and restart the app."""
    hosts, release, files = group(), job()["release"], Path(job()["job"])
    place = f"{ROOT}/releases/{release}"
    hosts.sudo(
        'sh -c \'test -n "$(find /var/lib/apt/lists -name "*Packages*" -mmin -60 -print -quit)" || apt-get update\'',
        hide=True,
    )
    hosts.sudo(
        f"env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {PACKAGES}", hide=True
    )
    hosts.sudo(
        f"sh -c 'id shop || useradd --system --user-group --home-dir {ROOT} --shell /usr/sbin/nologin shop'",
        hide=True,
    )
    hosts.sudo(f"mkdir -p {place} {ROOT}/shared", hide=True)
    hosts.put(job()["archive"], f"{UPLOADS}/shop.tar.gz")
    hosts.sudo(f"tar -xzf {UPLOADS}/shop.tar.gz -C {place} --no-same-owner", hide=True)
    hosts.sudo(f"sh -c 'test -x {ROOT}/venv/bin/pip || python3 -m venv {ROOT}/venv'", hide=True)
    hosts.sudo(f"{ROOT}/venv/bin/pip install -r {place}/requirements.txt", hide=True)
    for name, path in PLACES.items():
        hosts.put(str(files / name), f"{UPLOADS}/{name}")
        hosts.sudo(f"install -m 644 {UPLOADS}/{name} {path}", hide=True)
    hosts.sudo("ln -sfn /etc/nginx/sites-available/shop /etc/nginx/sites-enabled/shop", hide=True)
    hosts.sudo("rm -f /etc/nginx/sites-enabled/default", hide=True)
    for command in ("ufw allow 22/tcp", "ufw allow 80/tcp", "ufw --force enable"):
        hosts.sudo(command, hide=True)
    hosts.sudo("systemctl daemon-reload", hide=True)
    hosts.sudo("systemctl enable shop nginx", hide=True)
    switch(hosts, release)
    hosts.sudo("systemctl reload-or-restart nginx", hide=True)
    check(hosts, release)


@task
def rollback(_context: Any) -> None:
    """Back to a release that lies on the hosts."""
    hosts, release = group(), job()["release"]
    switch(hosts, release)
    check(hosts, release)


def switch(hosts: ThreadingGroup, release: str) -> None:
    """The app of *release* serves."""
    hosts.sudo(f"ln -sfn {ROOT}/releases/{release} {ROOT}/current", hide=True)
    hosts.sudo("systemctl restart shop", hide=True)


def check(hosts: ThreadingGroup, release: str) -> None:
    """Fails where *release* does not answer."""
    hosts.put(str(Path(job()["job"]) / "answers.sh"), f"{UPLOADS}/answers.sh")
    hosts.run(f"bash {UPLOADS}/answers.sh {release}", hide=True)
