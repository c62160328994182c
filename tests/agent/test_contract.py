"""The one contract of all resource types; a new type is one more line in ``CASES``."""

from __future__ import annotations

import dataclasses
import http.server
import json
import os
from pathlib import Path

import pytest

from deploytasks.agent.accounts.absent_user import AbsentUser
from deploytasks.agent.accounts.group import Group
from deploytasks.agent.accounts.member import Member
from deploytasks.agent.accounts.user import User
from deploytasks.agent.databases.postgres_access import PostgresAccess
from deploytasks.agent.databases.postgres_database import PostgresDatabase
from deploytasks.agent.docker.absent_build_cache import AbsentBuildCache
from deploytasks.agent.docker.compose_services import ComposeServices
from deploytasks.agent.docker.docker_engine import DockerEngine
from deploytasks.agent.docker.docker_image import DockerImage
from deploytasks.agent.docker.image_accounts import ImageAccounts
from deploytasks.agent.docker.only_compose_services import OnlyComposeServices
from deploytasks.agent.docker.pulled_images import PulledImages
from deploytasks.agent.docker.shipped_image import ShippedImage
from deploytasks.agent.engine.engine import Engine
from deploytasks.agent.engine.events import Outcome
from deploytasks.agent.engine.journal import Journal
from deploytasks.agent.engine.plan import Plan, Step
from deploytasks.agent.engine.resource import Change, describe, rebuild
from deploytasks.agent.engine.types import MODULES, type_called
from deploytasks.agent.files.absent import Absent
from deploytasks.agent.files.absent_managed import AbsentManaged
from deploytasks.agent.files.compressed import Compressed
from deploytasks.agent.files.directories import Directories
from deploytasks.agent.files.directory import Directory
from deploytasks.agent.files.empty_if_large import EmptyIfLarge
from deploytasks.agent.files.file import File
from deploytasks.agent.files.first_file import FirstFile
from deploytasks.agent.files.lasting_file import LastingFile
from deploytasks.agent.files.manifest import FILE, Entry, Manifest
from deploytasks.agent.files.only_file import OnlyFile
from deploytasks.agent.files.secret import Secret
from deploytasks.agent.files.secret_file import SecretFile
from deploytasks.agent.files.symlink import Symlink
from deploytasks.agent.files.tree import Tree
from deploytasks.agent.firewall.ufw import Ufw
from deploytasks.agent.firewall.ufw_rule import UfwRule
from deploytasks.agent.firewall.ufw_sources import UfwSources
from deploytasks.agent.packages.locales import Locales
from deploytasks.agent.packages.package import Package
from deploytasks.agent.programs.command import Command
from deploytasks.agent.programs.run import Run
from deploytasks.agent.programs.script import Script
from deploytasks.agent.programs.wait_for import WaitFor
from deploytasks.agent.python.managed_python import ManagedPython
from deploytasks.agent.python.python_venv import PythonVenv
from deploytasks.agent.python.uv import Uv
from deploytasks.agent.release.absent_files import AbsentFiles
from deploytasks.agent.release.claim import Claim
from deploytasks.agent.release.copy_retention import CopyRetention
from deploytasks.agent.release.first_symlink import FirstSymlink
from deploytasks.agent.release.image_retention import ImageRetention
from deploytasks.agent.release.kept_files import KeptFiles
from deploytasks.agent.release.only_ufw_rules import OnlyUfwRules
from deploytasks.agent.release.recorded_plan import RecordedPlan
from deploytasks.agent.release.retention import Retention
from deploytasks.agent.release.runtime.absent_units import AbsentUnits
from deploytasks.agent.release.runtime.fresh_processes import FreshProcesses
from deploytasks.agent.release.runtime.http_check import HttpCheck
from deploytasks.agent.release.runtime.instance import Instance
from deploytasks.agent.release.runtime.only_instance import OnlyInstance
from deploytasks.agent.release.runtime.only_processes import OnlyProcesses
from deploytasks.agent.release.runtime.processes import Processes
from deploytasks.agent.release.runtime.processes_at_boot import ProcessesAtBoot
from deploytasks.agent.release.runtime.release_command import ReleaseCommand
from deploytasks.agent.release.runtime.watch import Watch
from deploytasks.agent.release.runtime.way_in import WayIn
from deploytasks.agent.services.reload import Reload
from deploytasks.agent.services.restart import Restart
from deploytasks.agent.services.run_if_used import RunIfUsed
from deploytasks.agent.services.service import Service
from deploytasks.agent.services.unit import Unit
from deploytasks.agent.web.acme_certificate import AcmeCertificate
from deploytasks.agent.web.apache_reload import ApacheReload
from deploytasks.agent.web.nginx_limits import NginxLimits
from deploytasks.agent.web.nginx_member import NginxMember
from deploytasks.agent.web.nginx_page import NginxPage
from deploytasks.agent.web.nginx_reload import NginxReload
from deploytasks.agent.web.nginx_sites import NginxSites
from deploytasks.agent.web.only_catch_alls import OnlyCatchAlls
from deploytasks.agent.web.pinned_certificate import PinnedCertificate
from deploytasks.agent.web.self_signed_certificate import SelfSignedCertificate
from deploytasks.agent.web.visit import Visit
from tests.agent import contract_of_fetched, contract_of_systems, contract_of_texts
from tests.agent.sites import site_handler

PROGRAM = Path(__file__).parents[2] / "roles/app/templates/deploytasks-certificate.sh"
APP = {"app_name": "shop", "app_root": "/srv/shop", "app_user": "shop", "release": "20261121T101500Z-3f9c2d1"}
SSH_RULE = "### tuple ### limit tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n"
WEB_RULE = "### tuple ### allow tcp 80 {0} any {0} in comment=776562\n"


def absent(host):
    host.write("/etc/x", "old\n", 0o640)
    return Absent("/etc/x")


def absent_link(host):
    host.link("/etc/x", "y")
    return Absent("/etc/x")


def acme_certificate(host):
    site = "/etc/nginx/sites-enabled/shop"
    host.link(site, "../sites-available/shop")
    names = ("shop.test", "www.shop.test")
    return AcmeCertificate(names, "https://acme.test/dir", "/srv/challenges", site, "server {}\n")


def acme_certificate_for_other_names(host):
    other = acme_certificate(host)
    other.apply(host.machine, Change(None, other.desired()))
    return dataclasses.replace(other, names=("shop.test",))


def compose_file(**services):
    labels = {name: {"labels": {"deploytasks.definition": digest}} for name, digest in services.items()}
    return json.dumps({"services": labels, "networks": {"default": {"name": "shop_default"}}})


def compose_services(host):
    host.write("/var/lib/dpkg/status", "Package: docker-compose\n")
    host.path("/srv/shop/compose").mkdir(parents=True)
    content = compose_file(db="1", cache="1")
    return ComposeServices("shop", "/srv/shop/compose/compose.json", content, "/srv/shop/services/*.env")


def compose_services_of_another_release(host):
    before = compose_services(host)
    before.apply(host.machine, Change(None, before.desired()))
    return dataclasses.replace(before, content=compose_file(db="2", proxy="1"))


def no_compose_services(host):
    before = compose_services(host)
    before.apply(host.machine, Change(None, before.desired()))
    return dataclasses.replace(before, content=None)


def only_compose_services(host):
    before = compose_services(host)
    before.apply(host.machine, Change(None, before.desired()))
    host.write(before.path, compose_file(db="1"))
    return OnlyComposeServices("shop", before.path)


def copy_retention(host):
    host.write("/srv/shop/releases/%s/copies/1111" % APP["release"], "")
    for name in ("1111/nginx.conf", "2222/nginx.conf", "compose.json"):
        host.write("/srv/shop/compose/" + name, "")
    return CopyRetention("/srv/shop/compose", "/srv/shop/releases")


def directory(host):
    return Directory("/srv/x", "0750", host.user, host.group)


def directory_mode(host):
    host.path("/srv/x").mkdir(0o700)
    return directory(host)


def directories(host):
    """One that is missing with one in it, one of another mode, and one whose mode is of no concern."""
    host.path("/srv/y").mkdir(0o700)
    host.path("/srv/z").mkdir(0o711)
    places = [Directory(path, "0750", host.user, host.group) for path in ("/srv/x", "/srv/x/below", "/srv/y")]
    return Directories((*places, Directory("/srv/z", "0750", host.user, host.group, keeps_mode=True)))


def docker_engine(host):
    host.write("/var/lib/apt/lists/debian_Packages", "docker.io\n")
    return DockerEngine(("docker.io",))


def docker_engine_with_compose(host):
    host.write("/var/lib/apt/lists/debian_Packages", "docker.io\ndocker-compose\n")
    return DockerEngine(("docker.io",), ("docker-compose",))


def absent_build_cache(host):
    host.write("/var/lib/buildkit", "what builds have left\n")
    return AbsentBuildCache()


def docker_image(host):
    host.write("/var/lib/docker/python:3", "")
    return DockerImage("shop:new", "/srv", "Dockerfile", "shop", "shop", ("python:3",))


def locales(host):
    host.write(
        "/etc/locale.gen", "# de_DE.UTF-8 UTF-8\n# de_DE ISO-8859-1\n# en_US.UTF-8 UTF-8\nfr_FR.UTF-8 UTF-8\n"
    )
    host.write("/var/lib/locales", "fr_FR.utf8\n")
    return Locales(("de_DE.UTF-8", "en_US.UTF-8"))


def image_accounts(host):
    host.write("/etc/passwd", "shop:x:950:951::/srv/shop:/usr/sbin/nologin\n")
    host.path("/srv/shop/release").mkdir(parents=True)
    return ImageAccounts("shop:new", "shop", "/srv/shop/release")


def file(host):
    return File("/etc/x", "new\n", "0600", host.user, host.group)


def file_content(host):
    host.write("/etc/x", "old\n", 0o640)
    return file(host)


def file_by_digest(host):
    host.path("/etc/x").write_bytes(b"not UTF-8: \xff")
    return File("/etc/x", None, "0644", host.user, host.group, host.blob(b"new"))


def processes_of_before(host):
    """Web began when the machine did, and its environment was written today."""
    host.write("/srv/shop/releases/one/env", "A=1\n")
    host.write("/run/active/shop@one.service", "")
    host.write("/run/began/shop@one.service", "1")
    return FreshProcesses("shop", "/srv/shop", "shop", "one")


def http_check(host):
    """An instance that is not ready for the first request."""
    host.write("/run/active/shop@new.service", "")
    answers = iter([503])

    class App(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(next(answers, 200))
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    return HttpCheck("shop@new.service", host.serve(App))


def site_that_comes_up(host):
    seen = []

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if seen else 503)
            self.end_headers()
            seen.append(self.path)

        def log_message(self, *_):
            pass

    return WaitFor(url=f"http://127.0.0.1:{host.serve(Site)}/")


def script_of_a_user(host):
    host.write("/etc/passwd", f"{host.user}:x:{os.getuid()}:{os.getgid()}::/home/ann:/bin/sh\n")
    return Script("#!/bin/sh -e\ntouch x\n", unless=("test", "-e", "x"), cwd="/srv", user=host.user)


def visit(host):
    """A site that is not there yet for the first visitor."""
    return Visit("shop", "nginx", int(host.serve(site_handler("shop", iter([404])))), "shop.test", tells=True)


def image_retention(host):
    host.write("/var/lib/docker/shop:old", "deploytasks.app=shop")
    host.write("/var/lib/docker/python:3", "")
    return ImageRetention("shop", "/srv/shop/releases")


def instance_without_socket(_):
    return Instance("shop@new.service", "", "/run/new.sock")


def absent_files(host):
    """A directory with something in it, a link that leads nowhere, and what is not meant."""
    host.write("/srv/shop/releases/one/app.py", "")
    host.link("/srv/shop/current", "releases/two")
    host.write("/srv/shop/shared/upload", "precious")
    return AbsentFiles(("/srv/shop/releases", "/srv/shop/curr*", "/etc/nothing*"))


def absent_units(host):
    """An instance, a worker, and what is called like the app alone or begins like it."""
    for unit in ("shop@one.service", "shop.worker.one@1.service", "shop.service", "shopping@one.service"):
        host.write("/run/active/" + unit, "")
    return AbsentUnits(("shop@*.service", "shop.*.service"))


def absent_user(host):
    host.write("/etc/passwd", "shop:x:950:950::/srv/shop:/usr/sbin/nologin\n")
    return AbsentUser("shop")


def only_catch_alls(host):
    """Port 80 is left, port 8080 is in use."""
    for port in ("80", "8080"):
        host.write("/etc/nginx/conf.d/catch-all-%s.conf" % port, "listen %s;\n" % port)
    host.write("/etc/nginx/sites-enabled/shop", "server {\n    listen 8080;\n}\n")
    return OnlyCatchAlls("/etc/nginx/conf.d/catch-all-%s.conf", "/etc/nginx/sites-enabled/*", "listen %s;")


def only_instance(host):
    host.write("/run/active/shop@old.service", "")
    host.link("/etc/systemd/system/multi-user.target.wants/shop@old.service", "x")
    return OnlyInstance(**APP)


def only_instance_of_a_container(host):
    host.write("/srv/shop/releases/old/bin/container", "")
    return only_instance(host)


def processes(host):
    """A worker too few, and a beat of an old release."""
    host.write("/run/active/shop.worker.%s@1.service" % APP["release"], "")
    host.write("/run/active/shop.beat.20260101T000000Z-1111111@1.service", "")
    host.write("/run/active/shop.tidy.timer", "")
    return Processes(counts=(("beat", 1), ("worker", 2)), timers=("tidy",), **APP)


def processes_of_no_release(host):
    host.write("/run/active/shop.tidy.timer", "")
    return Processes(**APP)


def processes_by_hand(host):
    host.write("/srv/shop/scale.json", '{"worker": 3}')
    return Processes(counts=(("worker", 1),), **APP)


def processes_at_boot(host):
    old, units = "shop.worker.old@1.service", "/etc/systemd/system"
    host.link("%s/multi-user.target.wants/%s" % (units, old), "%s/%s" % (units, old))
    host.write("/srv/shop/scale.json", '{"worker": 2}')
    return ProcessesAtBoot(counts=(("worker", 1),), **APP)


def only_ufw_rules(host):
    UfwRule("allow", 80, app="shop").apply(host.machine, Change(None, UfwRule("allow", 80).desired()))
    return OnlyUfwRules("shop", (("443", "tcp"),))


def only_processes(host):
    unit = "shop.worker.%s@.service" % APP["release"]
    for name in (unit, "shop.worker.old@.service", "shop.tidy.timer", "shop@.service", "shopping.x.timer"):
        host.write("/etc/systemd/system/%s" % name, "")
    return OnlyProcesses("shop", "/srv/shop", "shop", (unit,))


def venv_by_uv(host):
    files = (("requirements.txt", "-r more/flask.txt\n"), ("more/flask.txt", "flask\n"))
    return PythonVenv("/srv/venv", files, uv="/usr/bin/uv", index_url=host.serve_index())


def venv_by_pip(host):
    files = (("requirements.txt", "flask\n"),)
    return PythonVenv("/srv/venv", files, installer="pip", extra=("gunicorn",), index_url=host.serve_index())


def pulled_images(host):
    host.write("/var/lib/docker/redis:7", "\n")
    return PulledImages(("redis:7", "postgres:16"))


def recorded_plan(host):
    host.path("/srv/shop/releases/" + APP["release"]).mkdir(parents=True)
    return RecordedPlan(digest="3f9c2d1", **APP)


def retention(host):
    for name in ("20260101T000000Z-1111111", "20260201T000000Z-2222222"):
        host.write("/srv/shop/releases/%s/code/app.py" % name, "")
    return Retention(keep=1, **APP)


def self_signed_certificate(host):
    program = "/usr/local/sbin/deploytasks-certificate"
    host.write(program, PROGRAM.read_text(), 0o755)
    return SelfSignedCertificate("/etc/ssl/deploytasks", "shop", ("shop.test", "*.shop.test"), program)


def self_signed_certificate_of_another_authority(host):
    made = self_signed_certificate(host)
    made.apply(host.machine, Change(None, made.desired()))
    host.path("/etc/ssl/deploytasks/authority.pem").unlink()
    return made


def stopped_service(host):
    host.write("/run/active/apache2.service", "")
    return Service("apache2.service", running=False, enabled=None)


def symlink_elsewhere(host):
    host.link("/srv/current", "old")
    return Symlink("/srv/current", "new")


def tree(host):
    files = [Entry(FILE, host.blob(b"print()\n"), b"lib/app.py"), Entry(FILE, host.blob(b""), b"x")]
    return Tree("/srv/code", "/srv/manifest", host.blob(Manifest.of(files).encode()))


def ufw(host):
    host.write("/etc/ufw/user.rules", SSH_RULE)
    return Ufw()


def ufw_off(host):
    host.write("/etc/ufw/user.rules", SSH_RULE)
    host.write("/etc/ufw/ufw.conf", "ENABLED=yes\n")
    host.write("/run/ufw-loaded", "")
    return Ufw(enabled=False)


def ufw_sources(host):
    """One of them may come already, one may not any more, and one was let in by somebody else."""
    line = "### tuple ### allow tcp 5432 {} any {} in comment={}\n"
    ours, theirs = "hosts of shop".encode().hex(), b"mine".hex()
    there = [("10.0.0.4", theirs), ("10.0.0.1", ours), ("10.0.0.3", ours)]
    host.write("/etc/ufw/user.rules", "".join(line.format("0.0.0.0/0", *rule) for rule in there))
    host.write("/etc/ufw/user6.rules", "")
    return UfwSources(5432, ("10.0.0.1", "10.0.0.2", "fd00::2"), "hosts of shop")


def ufw_rule_turned(host):
    host.write("/etc/ufw/user.rules", WEB_RULE.format("0.0.0.0/0"))
    host.write("/etc/ufw/user6.rules", WEB_RULE.format("::/0"))
    return UfwRule("deny", 80, comment="shut")


def unit_of_another_runtime(host):
    host.write("/etc/systemd/system/shop@.socket", "[Socket]\n")
    return Unit("shop@.socket", None)


def pinned_certificate(host):
    names = ("db1.test", "10.0.0.10")
    return PinnedCertificate("/etc/db.pem", "/etc/db-key.pem", names, host.group, host.user)


def pinned_certificate_for_another_name(host):
    made = dataclasses.replace(pinned_certificate(host), names=("db2.test",))
    made.apply(host.machine, Change(None, made.desired()))
    return pinned_certificate(host)


def access(host):
    host.write("/etc/postgresql/pg_hba.conf", "local all postgres peer\n", 0o640)
    host.path("/var/lib/postgresql").mkdir(parents=True, exist_ok=True)
    return PostgresAccess("shop", "shop", ("10.0.0.2", "fd00::2"), "/etc/db.pem", "/etc/db-key.pem")


def access_of_others(host):
    wanted = access(host)
    earlier = dataclasses.replace(wanted, sources=("10.0.0.3", "10.0.0.2"))
    earlier.apply(host.machine, Change(None, earlier.desired()))
    return wanted


def access_of_nobody(host):
    wanted = access_of_others(host)
    return dataclasses.replace(wanted, sources=())


def database(host):
    host.write("/srv/secret", "open sesame")
    host.write("/var/lib/postgresql/extensions", "plpgsql\n")
    return PostgresDatabase("shop", "shop", "/srv/secret", extensions=("citext",))


def database_of_another(host):
    wanted = database(host)
    host.write("/var/lib/postgresql/owner", "somebody\n")
    host.write("/var/lib/postgresql/verifier", "md5d41d8cd98f00b204e9800998ecf8427e\n")
    return wanted


def secret_file(host):
    host.write("/srv/secret", "open sesame")
    return SecretFile("/etc/x", "password={secret}\n", "/srv/secret", owner=host.user, group=host.group)


def secret_file_with_another_secret(host):
    host.write("/etc/x", "password=friend\n", 0o640)
    return secret_file(host)


def user_settings(host):
    host.write("/etc/passwd", "shop:x:950:4::/nonexistent:/usr/sbin/nologin\n")
    host.write("/etc/group", "adm:x:4:\nshop:x:950:\nstaff:x:50:shop\nwww-data:x:33:shop\n")
    return User("shop", home="/srv/shop", shell="/bin/sh", groups=("adm", "www-data"))


def absent_managed(host):
    host.write("/etc/nginx/sites-available/shop", "# shop. Managed by deploytasks.\nserver {}\n", 0o640)
    host.link("/etc/nginx/sites-enabled/shop", "/etc/nginx/sites-available/shop")
    others = ("/etc/nginx/sites-enabled/shop", "/etc/nginx/sites-enabled/missing")
    return AbsentManaged("/etc/nginx/sites-available/shop", others)


def only_file(host):
    for site in ("blog", "old", "shop"):
        host.write(f"/etc/nginx/guests/{site}/cart.conf", f"of {site}\n", 0o640)
    return OnlyFile("/etc/nginx/guests/*/cart.conf", "/etc/nginx/guests/shop/cart.conf")


def compressed(host):
    host.write("/srv/code/static/css/style.css", "body {}\n" * 500)
    return Compressed(("/srv/code/static/", "/srv/code/missing/"))


def kept_files(host):
    for release, name in (
        ("old", "app.aaa.js"),
        ("old", "both.js"),
        ("new", "both.js"),
        ("new", "app.bbb.js"),
    ):
        host.write(f"/srv/shop/releases/{release}/code/static/{name}", name)
    host.write("/srv/shop/kept/s/app.bbb.js", "has come back")
    host.link("/srv/shop/current", "releases/old")
    served = (("/s/", "static/"),)
    return KeptFiles("/srv/shop/kept", "/srv/shop/current", "/srv/shop/releases/new/code", served, 60)


def claim_that_was_another(host):
    host.write("/var/lib/deploytasks/shop/owner.json", OWNER)
    return Claim("shop", "/srv/shop", "shop")


def member(host):
    host.write("/etc/group", "www-data:x:33:\nshop:x:950:\n")
    return Member("www-data", "shop")


def nginx_org(host):
    host.write("/etc/nginx/nginx.conf", "user nginx;\nhttp { include /etc/nginx/conf.d/*.conf; }\n")
    for place in ("available", "enabled"):
        host.write("/etc/nginx/sites-%s/.keep" % place, "")
    host.write("/etc/nginx/conf.d/.keep", "")
    host.write("/etc/passwd", "nginx:x:101:101::/nonexistent:/bin/false\n")
    return NginxSites("/etc/nginx/sites-enabled/shop")


def nginx_member(host):
    nginx_org(host)
    return NginxMember("www-data")


def directory_of_any_mode(host):
    return Directory("/srv/x", "0750", host.user, host.group, keeps_mode=True)


NGINX_CONF = "user www-data;\nevents {\n\tworker_connections 768;\n\t# multi_accept on;\n}\n"


def nginx_limits(host):
    host.write("/etc/nginx/nginx.conf", NGINX_CONF)
    return NginxLimits(4096)


def nginx_limits_with_files(host):
    host.write("/etc/nginx/nginx.conf", "worker_rlimit_nofile 100000;\n" + NGINX_CONF)
    return NginxLimits(4096)


def nginx_limits_with_names(host):
    host.write("/etc/nginx/nginx.conf", NGINX_CONF + "http {\n\tgzip on;\n}\n")
    return NginxLimits(512, 100)


def nginx_limits_with_longer_names(host):
    text = NGINX_CONF + "http {\n\tgzip on;\n\tserver_names_hash_bucket_size 64;\n}\n"
    host.write("/etc/nginx/nginx.conf", text)
    return NginxLimits(512, 100)


OWNER = '{"app": "shop", "root": "/srv/old", "user": "shop", "project": "", "adopted": []}'

CASES = [
    (Absent, absent),
    (Absent, absent_link),
    (AbsentBuildCache, absent_build_cache),
    (AbsentFiles, absent_files),
    (AbsentManaged, absent_managed),
    (AbsentUnits, absent_units),
    (AbsentUser, absent_user),
    (AcmeCertificate, acme_certificate),
    (AcmeCertificate, acme_certificate_for_other_names),
    (Claim, lambda _: Claim("shop", "/srv/shop", "shop")),
    (Claim, claim_that_was_another),
    (Command, lambda host: Command(("touch", str(host.path("/srv/x"))), creates="/srv/x")),
    (Command, lambda _: Command(("touch", "x"), unless=("test", "-e", "x"), cwd="/srv", user="shop")),
    (ComposeServices, compose_services),
    (ComposeServices, compose_services_of_another_release),
    (ComposeServices, no_compose_services),
    (Compressed, compressed),
    (CopyRetention, copy_retention),
    (Directories, directories),
    (Directory, directory),
    (Directory, directory_mode),
    (Directory, directory_of_any_mode),
    (DockerEngine, docker_engine),
    (DockerEngine, docker_engine_with_compose),
    (DockerImage, docker_image),
    (ImageAccounts, image_accounts),
    (File, file),
    (File, file_content),
    (File, file_by_digest),
    (FirstSymlink, lambda _: FirstSymlink("/srv/current", "new")),
    (FreshProcesses, processes_of_before),
    (Group, lambda _: Group("shop")),
    (HttpCheck, http_check),
    (ImageRetention, image_retention),
    (Instance, lambda _: Instance("shop@new.service", "shop@new.socket", "/run/new.sock")),
    (Instance, instance_without_socket),
    (FirstFile, lambda host: FirstFile("/etc/x", "new\n", "0600", host.user, host.group)),
    (KeptFiles, kept_files),
    (LastingFile, lambda host: LastingFile("/etc/x", "new\n", "0600", host.user, host.group)),
    (Locales, locales),
    (ManagedPython, lambda _: ManagedPython("3.13", "/usr/bin/uv")),
    (Member, member),
    (NginxMember, nginx_member),
    (NginxSites, nginx_org),
    (NginxLimits, nginx_limits),
    (NginxLimits, nginx_limits_with_files),
    (NginxLimits, nginx_limits_with_names),
    (NginxLimits, nginx_limits_with_longer_names),
    (OnlyCatchAlls, only_catch_alls),
    (OnlyComposeServices, only_compose_services),
    (OnlyFile, only_file),
    (OnlyInstance, only_instance),
    (OnlyInstance, only_instance_of_a_container),
    (OnlyProcesses, only_processes),
    (OnlyUfwRules, only_ufw_rules),
    (Package, lambda _: Package(("nginx", "ufw"))),
    (PinnedCertificate, pinned_certificate),
    (PinnedCertificate, pinned_certificate_for_another_name),
    (PostgresAccess, access),
    (PostgresAccess, access_of_others),
    (PostgresAccess, access_of_nobody),
    (PostgresDatabase, database),
    (PostgresDatabase, database_of_another),
    (Processes, processes),
    (Processes, processes_of_no_release),
    (Processes, processes_by_hand),
    (ProcessesAtBoot, processes_at_boot),
    (PythonVenv, venv_by_uv),
    (PythonVenv, venv_by_pip),
    (PulledImages, pulled_images),
    (RecordedPlan, recorded_plan),
    (Retention, retention),
    (Secret, lambda _: Secret("/srv/secret")),
    (SecretFile, secret_file),
    (SecretFile, secret_file_with_another_secret),
    (Script, lambda host: Script("touch $1\n", (str(host.path("/srv/x")),), creates="/srv/x")),
    (Script, script_of_a_user),
    (SelfSignedCertificate, self_signed_certificate),
    (SelfSignedCertificate, self_signed_certificate_of_another_authority),
    (Service, lambda _: Service("nginx")),
    (Service, stopped_service),
    (ShippedImage, lambda host: ShippedImage("shop:new", digest=host.blob(b"shop:new\n"))),
    (Symlink, lambda _: Symlink("/srv/current", "new")),
    (Symlink, symlink_elsewhere),
    (Tree, tree),
    (Ufw, ufw),
    (Ufw, ufw_off),
    (UfwRule, lambda _: UfwRule("limit", 22, comment="SSH in use")),
    (UfwRule, ufw_rule_turned),
    (UfwSources, ufw_sources),
    (UfwRule, lambda _: UfwRule("allow", "8000:8100", "udp", source="10.0.0.0/8")),
    (Unit, lambda _: Unit("shop.service", "[Service]\n")),
    (Unit, unit_of_another_runtime),
    (User, lambda _: User("shop", groups=("adm", "www-data"))),
    (User, user_settings),
    (Uv, lambda host: Uv("0.13.8", index_url=host.serve_index())),
    (Visit, visit),
    (WaitFor, site_that_comes_up),
    *contract_of_systems.CASES,
    *contract_of_texts.CASES,
    *contract_of_fetched.CASES,
]
"""A type, and a function that makes a host differ and returns what is wanted of it."""

ACTIONS = [
    ApacheReload(),
    EmptyIfLarge("/var/cache/deploytasks", 1024),
    NginxPage("shop", "/etc/nginx/maintenance/shop.con[f]"),
    NginxReload(("shop.test",)),
    ReleaseCommand(("systemd-run", "true"), "shop.release.x.service"),
    Reload("nginx", check=("nginx", "-t")),
    Restart("nginx"),
    Run(("true",), env=(("A", "b"),)),
    RunIfUsed("nginx", ("/etc/nginx/sites-enabled/*",)),
    Watch("shop@new.service", "/run/new.sock", 5.0, visit=Visit("shop", "nginx", 80)),
    WayIn(80),
]


BY_ROOT = (*contract_of_systems.CASES, *contract_of_texts.CASES, *contract_of_fetched.CASES)
ROOTS = {Unit, *(kind for kind, _ in BY_ROOT)}


def cases(*, reversible=(True, False)):
    """The table, or its part with types that can undo."""
    needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a unit file belongs to root")
    rows = [(kind, make) for kind, make in CASES if kind.reversible in reversible]
    params = [
        pytest.param(make, id=kind.__name__, marks=[needs_root] if kind in ROOTS else [])
        for kind, make in rows
    ]
    return pytest.mark.parametrize("make", params)


@cases()
def test_check_touches_nothing_and_says_what_would_change(make, host, tmp_path):
    step = Step("try it", make(host))
    before = host.snapshot()
    engine = Engine(host.machine, Journal(str(tmp_path / "journal")), lambda event: None, check=True)
    ended = engine.carry_out(Plan((step,)))
    assert (ended.outcome, ended.changed) == (Outcome.CHANGED, 1)
    assert host.snapshot() == before
    assert not (tmp_path / "journal").exists()


@cases()
def test_apply_converges(make, host):
    resource, machine = make(host), host.machine
    change = Change(resource.inspect(machine), resource.desired())
    assert change
    resource.apply(machine, change)
    assert not Change(resource.inspect(machine), resource.desired())


@cases(reversible=(True,))
def test_undo_brings_back_what_was_there(make, host):
    resource, machine, files = make(host), host.machine, host.snapshot(directories=False)
    before = resource.inspect(machine)
    resource.apply(machine, Change(before, resource.desired()))
    resource.apply(machine, Change(resource.inspect(machine), before))
    assert not Change(resource.inspect(machine), before)
    assert host.snapshot(directories=False) == files


@cases()
def test_a_machine_without_files_and_programs_can_be_inspected(make, host, bare_machine):
    state = make(host).inspect(bare_machine)
    assert state is None or json.dumps(state)


@cases()
def test_a_resource_travels_unchanged(make, host):
    resource = make(host)
    travelled = rebuild(json.loads(json.dumps(describe(resource))))
    assert travelled == resource
    assert travelled.desired() == resource.desired()


@cases()
def test_states_are_json_and_survive_the_journal(make, host):
    resource = make(host)
    for state in (resource.desired(), resource.inspect(host.machine)):
        assert json.loads(json.dumps(state)) == state


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: type(action).__name__)
def test_an_action_travels_unchanged(action):
    assert rebuild(json.loads(json.dumps(describe(action)))) == action


def test_every_type_is_in_a_table():
    shipped = {type_called(name) for name in MODULES}
    assert shipped == {kind for kind, _ in CASES} | {type(action) for action in ACTIONS}
