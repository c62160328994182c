"""A certificate of an ACME directory, such as Let's Encrypt's."""

from __future__ import annotations

import os
import re
from typing import ClassVar, Dict, List, Tuple

from deploytasks.agent.disk.directory_handle import reading
from deploytasks.agent.disk.entry import read_entry, remove_entry, write_entry
from deploytasks.agent.engine.machine import Completed, Machine
from deploytasks.agent.engine.resource import Change, Resource, State
from deploytasks.agent.errors import StepError
from deploytasks.agent.frozen import frozen
from deploytasks.agent.regex import regex
from deploytasks.agent.services import systemd
from deploytasks.agent.web.certificate import read_certificate
from deploytasks.agent.web.nginx_reload import NginxReload

LINEAGES = "/etc/letsencrypt"
RELOAD = " ".join((*systemd.RELOAD, "nginx"))
SETTING = regex(r"^(\w+) = (.*?),?$", re.MULTILINE)
LOG = "/var/log/letsencrypt/letsencrypt.log"
UNPRINTED = "can't set attribute"
REJECTED_NONCE = "urn:ietf:params:acme:error:badNonce"
ANSWER = regex(r"^acme\.messages\.Error: (.*)$", re.MULTILINE)
ISSUED_WITHIN_S = 300
ATTEMPTS = 4
KEPT_LINES = 20


@frozen
class AcmeCertificate(Resource):
    """certbot(1) keeps a certificate for *names* and renews it.

    It comes from the ACME *directory*.

    The directory wants to see a proof at port 80 of each name (RFC 8555, 8.3), which certbot puts into
    *webroot*. While a certificate is asked for, *challenge_site* serves it in the place of whatever is
    at *site*, a file that nginx includes. A renewal ends with nginx reading its configuration again.

    *ca_bundle* is a file on the host with the authorities that the directory itself is trusted by; without
    one they are the system's. Where there is no *email*, the directory's account has none.
    """

    reversible: ClassVar[bool] = False
    rolls_back: ClassVar[bool] = False
    names: Tuple[str, ...]
    directory: str
    webroot: str
    site: str
    challenge_site: str
    email: str = ""
    ca_bundle: str = ""

    @property
    def lineage(self) -> str:
        """What certbot calls it."""
        return self.names[0]

    @property
    def paths(self) -> Tuple[str, str]:
        """The chain, the site's own certificate first, and its key."""
        place = "%s/live/%s" % (LINEAGES, self.lineage)
        return place + "/fullchain.pem", place + "/privkey.pem"

    def desired(self) -> State:
        renewal = {"server": self.directory, "webroot_path": self.webroot, "renew_hook": RELOAD}
        return {"names": sorted(self.names), "lasts": True, "challenges": "directory", **renewal}

    def inspect(self, machine: Machine) -> State:
        found = read_certificate(machine, self.paths[0])
        challenges = (read_entry(machine.path(self.webroot)) or {}).get("kind")
        return {**found, "challenges": challenges, **self._renewal(machine)} if found else None

    def apply(self, machine: Machine, change: Change) -> None:
        del change
        # Not a step of its own: what certbot leaves in it would keep an undo from removing it.
        write_entry(machine.path(self.webroot), {"kind": "directory", "mode": "0755"})
        place = machine.path(self.site)
        before = read_entry(place)
        _put(place, {"kind": "file", "content": self.challenge_site, "mode": "0644"})
        try:
            NginxReload(self.names).run(machine)
            systemd.let_start(machine, ["nginx"])
            self._issue(machine)
        finally:
            _put(place, before)
            systemd.try_reload(machine, "nginx")

    def _renewal(self, machine: Machine) -> Dict[str, str]:
        """What certbot has written down for the renewals."""
        entry = read_entry(machine.path("%s/renewal/%s.conf" % (LINEAGES, self.lineage)))
        settings = dict(SETTING.findall((entry or {}).get("content", "")))
        return {name: settings.get(name, "") for name in ("server", "webroot_path", "renew_hook")}

    def _issue(self, machine: Machine) -> None:
        done, answer = self._ask(machine)
        attempts = 1
        # RFC 8555, 6.5: a client shall try again; certbot does so once in each request.
        while not done.ok and REJECTED_NONCE in answer and attempts < ATTEMPTS:
            done, answer = self._ask(machine)
            attempts += 1
        if not done.ok:
            reason = "certbot got no certificate for %s from %s" % (", ".join(self.names), self.directory)
            # An answer is an exception to which Python 3.11 adds where it arose, which its class forbids.
            said = "%s\n%s" % (done.output, answer) if UNPRINTED in done.output else done.output
            raise StepError(reason, "\n".join(said.splitlines()[-KEPT_LINES:]))

    def _ask(self, machine: Machine) -> Tuple[Completed, str]:
        """How certbot ended, and the last error that the directory answered with."""
        trust = {"REQUESTS_CA_BUNDLE": machine.path(self.ca_bundle)} if self.ca_bundle else {}
        before = _log(machine)
        done = machine.ask(self._command(machine), trust, ISSUED_WITHIN_S)
        log = _log(machine)
        # Debian lets certbot append to its log (max-log-backups), elsewhere it begins a new one at each run.
        said = log[len(before) :] if log.startswith(before) else log
        return done, "".join(ANSWER.findall(said)[-1:])

    def _command(self, machine: Machine) -> List[str]:
        account = ["--email", self.email] if self.email else ["--register-unsafely-without-email"]
        names = [word for name in self.names for word in ("--domain", name)]
        return [
            *("certbot", "certonly", "--non-interactive", "--agree-tos", *account),
            *("--server", self.directory, "--cert-name", self.lineage, "--key-type", "ecdsa"),
            *("--webroot", "--webroot-path", machine.path(self.webroot), "--deploy-hook", RELOAD),
            *("--renew-with-new-domains", "--force-renewal", *names),
        ]


def _put(place: str, state: State) -> None:
    """What is at *place* is *state*, whatever kind of thing was there; nginx looks when it is reloaded."""
    remove_entry(place)
    write_entry(place, state)


def _log(machine: Machine) -> str:
    """What certbot has written down; an answer has its type there (RFC 8555, 6.7), printed it may be a description."""
    if not os.path.exists(machine.path(LOG)):
        return ""
    with reading(machine.path(LOG), errors="replace") as log:
        return log.read()
