"""The job for pyinfra: operations, each of which asks for facts and changes what differs."""

from __future__ import annotations

from pathlib import Path

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.facts.server import Command
from pyinfra.operations import apt, files, pip, server, systemd

ROOT = "/srv/shop"
SITES = "/etc/nginx"
JOB = Path(host.data.job)
PLACE = f"{ROOT}/releases/{host.data.release}"
REQUIREMENTS = (Path(host.data.source) / "requirements.txt").read_text(encoding="utf-8").split()

apt.packages(
    name="Install the packages",
    packages=["python3-venv", "nginx", "ufw"],
    update=True,
    cache_time=3600,
    no_recommends=True,
    _sudo=True,
)
server.user(  # noqa: S604 - its login shell
    name="Make the user",
    user="shop",
    system=True,
    home=ROOT,
    ensure_home=False,
    shell="/usr/sbin/nologin",
    _sudo=True,
)
for path in (f"{ROOT}/releases", f"{ROOT}/shared", PLACE):
    files.directory(name=f"Make the directory {path}", path=path, _sudo=True)

if host.data.delivery == "directory":
    code = files.sync(
        name="Synchronize the source",
        src=host.data.source,
        dest=f"{ROOT}/shared/source",
        delete=True,
        add_deploy_dir=False,
        _sudo=True,
    )
    server.shell(
        name="Make a release of the source",
        commands=[f"cp -a {ROOT}/shared/source/. {PLACE}/"],
        _if=code.did_change,
        _sudo=True,
    )
elif not host.get_fact(File, path=f"{PLACE}/app.py", _sudo=True):
    archive = f"/tmp/shop-{host.data.release}.tar.gz"  # noqa: S108 - as its users do
    files.put(name="Upload the release", src=host.data.archive, dest=archive, add_deploy_dir=False)
    server.shell(
        name="Unpack the release",
        commands=[f"tar -xzf {archive} -C {PLACE} --no-same-owner", f"rm {archive}"],
        _sudo=True,
    )

pip.venv(name="Make the virtual environment", path=f"{ROOT}/venv", python="python3", _sudo=True)
dependencies = pip.packages(
    name="Install the dependencies", packages=REQUIREMENTS, virtualenv=f"{ROOT}/venv", _sudo=True
)
current = files.link(name="Make the release current", path=f"{ROOT}/current", target=PLACE, _sudo=True)
settings = files.put(
    name="Configure gunicorn",
    src=str(JOB / "gunicorn.conf.py"),
    dest=f"{ROOT}/shared/gunicorn.conf.py",
    mode="644",
    add_deploy_dir=False,
    _sudo=True,
)
unit = files.put(
    name="Write the unit",
    src=str(JOB / "shop.service"),
    dest="/etc/systemd/system/shop.service",
    mode="644",
    add_deploy_dir=False,
    _sudo=True,
)
site = files.put(
    name="Write the site",
    src=str(JOB / "shop.nginx"),
    dest=f"{SITES}/sites-available/shop",
    mode="644",
    add_deploy_dir=False,
    _sudo=True,
)
enabled = files.link(
    name="Enable the site",
    path=f"{SITES}/sites-enabled/shop",
    target=f"{SITES}/sites-available/shop",
    _sudo=True,
)
default = files.link(
    name="Disable the default site", path=f"{SITES}/sites-enabled/default", present=False, _sudo=True
)

firewall = host.get_fact(Command, "ufw status || true", _sudo=True) or ""
for port in ("22/tcp", "80/tcp"):
    if port not in firewall:
        server.shell(name=f"Open {port}", commands=[f"ufw allow {port}"], _sudo=True)
if "Status: active" not in firewall:
    server.shell(name="Turn the firewall on", commands=["ufw --force enable"], _sudo=True)

systemd.daemon_reload(name="Read the unit", _if=unit.did_change, _sudo=True)
systemd.service(name="Start the app, also at boot", service="shop", enabled=True, _sudo=True)
systemd.service(name="Start nginx, also at boot", service="nginx", enabled=True, _sudo=True)


def app_differs() -> bool:
    """Whether the app has to be restarted."""
    return any(part.did_change() for part in (dependencies, current, settings, unit))


def site_differs() -> bool:
    """Whether nginx has to be reloaded."""
    return any(part.did_change() for part in (site, enabled, default))


systemd.service(name="Restart the app", service="shop", restarted=True, _if=app_differs, _sudo=True)
systemd.service(name="Reload nginx", service="nginx", reloaded=True, _if=site_differs, _sudo=True)
server.script(name="Check that it answers", src=str(JOB / "answers.sh"), args=[host.data.release])
