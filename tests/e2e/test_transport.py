"""The connection to a host, against a real sshd, sudo and login shells of many kinds."""

from __future__ import annotations

import bz2
import fcntl
import hmac
import os
import pickle
import pty
import select
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from deploytasks.errors import HostError, HostKeyError, LoginRefused, NoPython, SudoRefused, Unreachable
from deploytasks.inventory.connection import ConnectionSettings
from deploytasks.inventory.host import Host
from deploytasks.inventory.ssh_options import SshOptions
from deploytasks.targets import Target
from deploytasks.transport import PasswordNeeded, Pipe, begin, transport_for
from deploytasks.transport.hostkeys import KnownHosts
from deploytasks.transport.sudo import AGAIN, PROMPT
from tests.e2e.converged import up_converged
from tests.e2e.packages import install
from tests.inv import INV

ECHO = b"""
import os, sys
def converse(nonce, question, digest):
    sys.stdout.write(" ".join([nonce, str(os.getuid()), *sys.argv[1:]]) + "\\n")
    sys.stdout.flush()
    while True:
        data = os.read(0, 65536)
        if not data:
            return 0
        while data:
            data = data[os.write(1, data):]
"""

SUDOERS = """
asked,other ALL=(ALL) ALL
some ALL=(ALL) NOPASSWD: /usr/bin/systemctl
Defaults:terminal requiretty
terminal ALL=(ALL) NOPASSWD: ALL
fish,tcsh,dash,zsh,rbash,nologin,noisy,leaves,forced,sftponly,single,coded,keyless ALL=(ALL) NOPASSWD: ALL
"""

SSHD = """
PermitRootLogin prohibit-password
Match User forced
    ForceCommand /bin/echo only this
Match User sftponly
    ForceCommand internal-sftp
Match User single
    MaxSessions 1
Match User coded
    KbdInteractiveAuthentication yes
    AuthenticationMethods publickey,keyboard-interactive
Match User keyless
    KbdInteractiveAuthentication yes
    PasswordAuthentication no
    AuthenticationMethods keyboard-interactive
"""
CODES = """
auth [success=1 default=ignore] pam_succeed_if.so quiet user notin coded
auth [success=done default=die] pam_oath.so usersfile=/etc/users.oath digits=6 window=3
"""
CODE_KEY = b"twenty bytes, secret"
"""Of the one-time codes of the user ``coded`` (RFC 4226)."""
CODE_QUESTION = "One-time password (OATH) for `coded':"

SHELLS = {
    "fish": "/usr/bin/fish",
    "tcsh": "/usr/bin/tcsh",
    "zsh": "/usr/bin/zsh",
    "dash": "/bin/dash",
    "rbash": "/bin/rbash",
    "nologin": "/usr/sbin/nologin",
}
USERS = [
    "asked",
    "other",
    "nosudo",
    "some",
    "terminal",
    "noisy",
    "leaves",
    "forced",
    "sftponly",
    "single",
    "coded",
    "keyless",
    *SHELLS,
]
PASSWORD, OTHER_PASSWORD, PASSPHRASE = "correct horse", "another horse", "battery staple"
number = count()


@dataclass(frozen=True)
class Lab:
    """A target with users of all kinds, and hosts that lead to them."""

    target: Target

    def host(self, user: str = "deploy", ssh: SshOptions | None = None, **settings: Any) -> Host:
        known = SshOptions(known_hosts_file=str(self.target.known_hosts))
        connection = ConnectionSettings(
            self.target.host,
            port=self.target.ssh_port,
            user=user,
            key_file=str(self.target.key_file),
            ssh=ssh or known,
        )
        return Host("lab", {}, {}, (), replace(connection, **settings))


@pytest.fixture(scope="module")
def lab(target_state: Path) -> Lab:
    target = up_converged("transport", "debian12", target_state)
    target.run(["ufw", "--force", "disable"])
    furnish(target)
    return Lab(target)


def furnish(target: Target) -> None:
    install(target, "fish", "tcsh", "zsh", "libpam-oath")
    public_key = target.key_file.with_name("id_ed25519.pub").read_text()
    for user in USERS:
        target.run(["useradd", "-m", "-s", SHELLS.get(user, "/bin/bash"), user])
    target.put(PurePosixPath("/root/key.pub"), public_key.encode())
    target.put(PurePosixPath("/etc/sudoers.d/lab"), SUDOERS.encode(), mode=0o440)
    target.put(PurePosixPath("/etc/ssh/sshd_config.d/00-lab.conf"), SSHD.encode())
    target.put(PurePosixPath("/home/noisy/.bashrc"), b"echo NOISE; echo NOISE >&2; umask 077\n")
    target.put(PurePosixPath("/home/leaves/.bashrc"), b"echo 'I am off'; exit 3\n")
    script = f"""
    for user in root {" ".join(USERS)}; do
        home=$(getent passwd $user | cut -d: -f6)
        install -d -m 700 -o $user $home/.ssh
        install -m 600 -o $user /root/key.pub $home/.ssh/authorized_keys
    done
    printf '%s\\n' 'asked:{PASSWORD}' 'other:{OTHER_PASSWORD}' 'keyless:{PASSWORD}' | chpasswd
    printf '%s\\n' 'HOTP coded - {CODE_KEY.hex()}' > /etc/users.oath
    chmod 600 /etc/users.oath
    printf '%s' "{CODES}" | cat - /etc/pam.d/sshd > /root/pam && cp /root/pam /etc/pam.d/sshd
    systemctl restart ssh
    """
    target.run(["sh", "-ec", script])
    target.wait_until_up()


def agent_of(program: bytes) -> bytes:
    files = {
        "deploytasks/__init__.py": b"",
        "deploytasks/agent/__init__.py": b"",
        "deploytasks/agent/__main__.py": program,
    }
    return bz2.compress(
        b"\0".join(part for name, source in files.items() for part in (name.encode(), source))
    )


def greet(pipe: Pipe) -> list[str] | None:
    """The words of the echoing agent's first line after the noise."""
    agent = agent_of(ECHO)
    pipe.send(b"DEPLOYTASKS nonce echo 0\n%d\n" % len(agent) + agent)
    line = b"\n"
    while line.endswith(b"\n") and not line.startswith(b"nonce "):
        line = b""
        while not line.endswith(b"\n") and (byte := pipe.read(1)):
            line += byte
    return line.decode().split() if line else None


def nobody(_prompt: str) -> None:
    return None


def conversation(host: Host, ask: Callable[[str], str | None] = nobody) -> list[str]:
    """What the echoing agent on *host* says first."""
    transport = transport_for(host, ask)
    try:
        transport.open()
        pipe, words = begin(transport, greet)
        pipe.close_input()
        assert (pipe.read(1), pipe.wait(5)) == (b"", 0)
        return words
    finally:
        transport.close()


def refusal_of(host: Host, kind: type[HostError], ask: Callable[[str], str | None] = nobody) -> str:
    with pytest.raises(kind) as caught:
        conversation(host, ask)
    assert caught.value.host == "lab"
    assert type(caught.value.__context__) is not AssertionError
    return str(caught.value)


def new_key(path: Path, passphrase: bytes | None = None) -> Path:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    private = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption)
    path.write_bytes(private)
    path.chmod(0o600)
    return path


@pytest.mark.fault(86)
def test_the_agent_runs_as_root_and_knows_the_port_of_sshd(lab: Lab) -> None:
    nonce, uid, marker, *connection = conversation(lab.host())

    assert (nonce, uid, marker) == ("nonce", "0", "deploytasks-agent")
    assert connection[3] == "22"


@pytest.mark.fault(52)
def test_root_needs_no_sudo(lab: Lab) -> None:
    assert conversation(lab.host("root"))[1] == "0"


def test_without_become_the_agent_is_the_login_user(lab: Lab) -> None:
    assert conversation(lab.host("nosudo", become=False))[1] != "0"


@pytest.mark.fault(65)
@pytest.mark.parametrize("shell", ["fish", "tcsh", "zsh", "dash"])
def test_login_shells_of_all_kinds_start_the_agent(lab: Lab, shell: str) -> None:
    assert conversation(lab.host(shell))[1] == "0"


@pytest.mark.fault(66)
def test_a_noisy_bashrc_is_skipped(lab: Lab) -> None:
    assert conversation(lab.host("noisy"))[1] == "0"


@pytest.mark.fault(4)
def test_fifty_megabytes_go_both_ways_at_once_without_anybody_reading_meanwhile(lab: Lab) -> None:
    transport = transport_for(lab.host(), nobody)
    transport.open()
    pipe, _ = begin(transport, greet)
    sent = os.urandom(1 << 20) * 50

    pipe.send(sent)
    received = pipe.read(len(sent))
    transport.close()

    assert received == sent


def test_bytes_sent_are_counted(lab: Lab) -> None:
    transport = transport_for(lab.host(), nobody)
    transport.open()
    pipe, _ = begin(transport, greet)
    before = pipe.sent_bytes

    pipe.send(b"x" * 1000)
    transport.close()

    assert pipe.sent_bytes - before == 1000


@pytest.mark.fault(53)
def test_an_unknown_host_key_is_refused_with_its_fingerprint_and_the_command_that_adds_it(
    lab: Lab, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"

    message = refusal_of(lab.host(ssh=SshOptions(known_hosts_file=str(known))), HostKeyError)

    assert "is not known: ssh-ed25519 SHA256:" in message
    assert message.splitlines()[-1] == f"ssh-keyscan -t ed25519 -p {lab.target.ssh_port} 127.0.0.1 >> {known}"
    assert not known.exists()


@pytest.mark.fault(53)
def test_accept_new_adds_an_unknown_key_and_verifies_it_from_then_on(lab: Lab, tmp_path: Path) -> None:
    known = tmp_path / "dir" / "known_hosts"
    strict = SshOptions(known_hosts_file=str(known))

    conversation(lab.host(ssh=replace(strict, strict_host_key_checking="accept-new")))

    assert KnownHosts((known,)).types_for(f"[127.0.0.1]:{lab.target.ssh_port}") == ["ssh-ed25519"]
    assert conversation(lab.host(ssh=strict))[1] == "0"


@pytest.mark.fault(54)
@pytest.mark.parametrize("strict", ["yes", "accept-new", "no"])
def test_a_changed_host_key_is_always_refused(lab: Lab, tmp_path: Path, strict: str) -> None:
    known = tmp_path / "known_hosts"
    other = "AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43
    known.write_text(f"# mine\n[127.0.0.1]:{lab.target.ssh_port} ssh-ed25519 {other}\n")
    before = known.read_text()

    ssh = SshOptions(known_hosts_file=str(known), strict_host_key_checking=strict)
    message = refusal_of(lab.host(ssh=ssh), HostKeyError)

    assert "has CHANGED" in message
    assert f"{known}:2" in message
    assert message.splitlines()[-1] == f"ssh-keygen -R '[127.0.0.1]:{lab.target.ssh_port}' -f {known}"
    assert known.read_text() == before


def test_a_host_known_by_its_rsa_key_only_is_asked_for_that(lab: Lab, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    lines = lab.target.known_hosts.read_text().splitlines()
    known.write_text("".join(f"{line}\n" for line in lines if " ssh-rsa " in line))

    assert conversation(lab.host(ssh=SshOptions(known_hosts_file=str(known))))[1] == "0"


def test_a_jump_host_leads_on_and_is_verified_itself(lab: Lab, tmp_path: Path) -> None:
    hop = f"deploy@127.0.0.1:{lab.target.ssh_port}"
    keys = [line.split(maxsplit=1) for line in lab.target.known_hosts.read_text().splitlines()]
    known = tmp_path / "known_hosts"
    inner = "".join(f"127.0.0.1 {key}\n" for _, key in keys)
    jump = SshOptions(known_hosts_file=str(known), proxy_jump=hop)
    host = lab.host(port=22, ssh=jump)

    known.write_text(inner + lab.target.known_hosts.read_text())
    assert conversation(host)[1] == "0"

    known.write_text(inner)
    assert f"[127.0.0.1]:{lab.target.ssh_port} is not known" in refusal_of(host, HostKeyError)

    known.write_text(lab.target.known_hosts.read_text())
    assert "the host key of 127.0.0.1 is not known" in refusal_of(host, HostKeyError)


def test_a_proxy_command_carries_the_connection(lab: Lab, tmp_path: Path) -> None:
    relay = tmp_path / "relay.py"
    relay.write_text(RELAY)
    known = str(lab.target.known_hosts)
    ssh = SshOptions(known_hosts_file=known, proxy_command=f"python3 {relay} %h %p")

    assert conversation(lab.host(ssh=ssh))[1] == "0"


def test_a_failing_proxy_command_is_quoted(lab: Lab) -> None:
    message = refusal_of(lab.host(ssh=SshOptions(proxy_command="echo no way >&2; exit 1")), Unreachable)

    assert "the ProxyCommand led to no sshd: no way" in message


RELAY = """
import os, select, socket, sys
there = socket.create_connection((sys.argv[1], int(sys.argv[2])))
while True:
    for ready in select.select([0, there], [], [])[0]:
        data = os.read(0, 65536) if ready == 0 else there.recv(65536)
        if not data:
            sys.exit()
        there.sendall(data) if ready == 0 else os.write(1, data)
"""


@pytest.mark.fault(55)
def test_a_wrong_key_is_refused_with_what_was_tried(lab: Lab, tmp_path: Path) -> None:
    key = new_key(tmp_path / "id")

    message = refusal_of(lab.host(key_file=str(key)), LoginRefused)

    assert f"refused: key file {key} (SHA256:" in message
    assert message.splitlines()[-1].endswith(
        f"ssh-copy-id -i {key}.pub -p {lab.target.ssh_port} deploy@127.0.0.1"
    )


@pytest.mark.fault(55)
def test_a_locked_key_is_said_to_need_its_passphrase(lab: Lab, tmp_path: Path) -> None:
    key = new_key(tmp_path / "id", b"secret")

    assert f"{key} needs its passphrase; run ssh-add {key}" in refusal_of(
        lab.host(key_file=str(key)), LoginRefused
    )


def test_a_locked_key_opens_with_the_passphrase_that_a_person_gives(lab: Lab, tmp_path: Path) -> None:
    key = new_key(tmp_path / "id", b"secret")
    prompts: list[str] = []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return "secret"

    # The host does not know this key, and so it is offered and refused, which shows that it was opened.
    assert f"refused: key file {key}" in refusal_of(lab.host(key_file=str(key)), LoginRefused, ask)
    assert prompts == [f"Passphrase of {key}: "]


def test_a_locked_key_works_through_the_agent(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "id"
    key.write_bytes(lab.target.key_file.read_bytes())
    key.chmod(0o600)
    with ssh_agent(tmp_path / "agent") as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", path)
        subprocess.run(["ssh-add", "-q", str(key)], check=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-p", "-N", "secret", "-f", str(key)], check=True, capture_output=True
        )

        prompts: list[str] = []
        assert conversation(lab.host(key_file=str(key)), prompts.append)[1] == "0"
    assert prompts == []


@contextmanager
def ssh_agent(path: Path) -> Iterator[str]:
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.PIPE) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        try:
            yield str(path)
        finally:
            agent.terminate()


@pytest.mark.fault(55)
def test_a_missing_key_file_is_named(lab: Lab, tmp_path: Path) -> None:
    message = refusal_of(lab.host(key_file=str(tmp_path / "none")), LoginRefused)

    assert f"{tmp_path / 'none'} does not exist" in message


@pytest.mark.fault(55)
def test_a_key_file_that_others_may_read_is_not_used(lab: Lab, tmp_path: Path) -> None:
    key = tmp_path / "id"
    key.write_bytes(lab.target.key_file.read_bytes())
    key.chmod(0o644)

    message = refusal_of(lab.host(key_file=str(key)), LoginRefused)

    assert f"{key} is readable by others (mode 0644); chmod 600 {key}" in message


def next_code() -> str:
    """The next one-time code (RFC 4226, 5.3)."""
    digest = hmac.digest(CODE_KEY, struct.pack(">Q", next(number)), "sha1")
    (found,) = struct.unpack_from(">L", digest, digest[-1] & 15)
    return f"{(found & 0x7FFFFFFF) % 1_000_000:06}"


def test_a_one_time_code_is_asked_for_once_per_connection(lab: Lab) -> None:
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return next_code()

    for _ in range(2):
        assert conversation(lab.host("coded"), ask)[1] == "0"
    assert questions == [f"coded@{lab.target.host}:{lab.target.ssh_port}: {CODE_QUESTION} "] * 2


def test_a_code_that_nobody_types_is_told_with_what_to_do(lab: Lab) -> None:
    message = refusal_of(lab.host("coded"), LoginRefused)
    assert f'the host asks "{CODE_QUESTION}", and nobody is here to answer' in message
    assert "Match User coded, and below it AuthenticationMethods publickey" in message.splitlines()[-1]
    assert "ssh-copy-id" not in message


def test_a_wrong_code_is_told_and_not_asked_for_again(lab: Lab) -> None:
    answers = ["000000"]
    assert "refused: what was answered" in refusal_of(
        lab.host("coded"), LoginRefused, lambda _: answers.pop()
    )


def test_a_code_is_typed_at_a_terminal(lab: Lab, tmp_path: Path) -> None:
    known = f"ansible_ssh_common_args='-o UserKnownHostsFile={lab.target.known_hosts}'"
    way = f"ansible_host={lab.target.host} ansible_port={lab.target.ssh_port} ansible_user=coded"
    key = f"ansible_private_key_file={lab.target.key_file}"
    (tmp_path / "tasks.py").write_text("from deploytasks.tasks import ns\n")
    (tmp_path / "inventory.ini").write_text(f"lab {way} {known} {key} app_name=one\n")
    question = f"coded@{lab.target.host}:{lab.target.ssh_port}: {CODE_QUESTION} "
    shown, code = typed_at_a_terminal(["status"], tmp_path, {question: next_code()})
    assert code == 0, shown


def test_a_host_that_takes_no_key_asks_for_the_password_that_is_known(lab: Lab) -> None:
    assert conversation(lab.host("keyless", password=PASSWORD))[1] == "0"
    assert conversation(lab.host("keyless"), lambda _: PASSWORD)[1] == "0"


def test_a_login_password_is_used(lab: Lab, tmp_path: Path) -> None:
    key = str(new_key(tmp_path / "id"))

    assert (
        conversation(lab.host("asked", key_file=key, password=PASSWORD, become_password=PASSWORD))[1] == "0"
    )


@pytest.mark.fault(49)
def test_sudo_takes_the_password_of_the_inventory(lab: Lab) -> None:
    assert conversation(lab.host("asked", become_password=PASSWORD))[1] == "0"


def test_a_password_that_sudo_does_not_want_does_no_harm(lab: Lab) -> None:
    assert conversation(lab.host("deploy", become_password="needless"))[1] == "0"


def test_a_person_is_asked_for_the_sudo_password_only_when_it_is_wanted(lab: Lab) -> None:
    prompts: list[str] = []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return PASSWORD

    assert conversation(lab.host("deploy"), ask)[1] == "0"
    assert prompts == []
    assert conversation(lab.host("asked"), ask)[1] == "0"
    assert len(prompts) == 1


def test_a_host_whose_sudo_has_another_password_is_asked_about(lab: Lab) -> None:
    host = lab.host("asked")
    answers = {PROMPT: "that of the others", AGAIN % host.name: PASSWORD}
    assert conversation(host, answers.get)[1] == "0"
    assert refusal_of(lab.host("asked"), SudoRefused, {PROMPT: "wrong"}.get)


@pytest.fixture
def locked_key(lab: Lab, tmp_path: Path) -> Path:
    """The key that the target knows, with a passphrase."""
    key = tmp_path / "id"
    key.write_bytes(lab.target.key_file.read_bytes())
    key.chmod(0o600)
    argv = ["ssh-keygen", "-q", "-p", "-N", PASSPHRASE, "-f", str(key)]
    subprocess.run(argv, check=True, capture_output=True)
    return key


@pytest.mark.fault(49)
def test_a_person_at_a_terminal_answers_each_question_for_what_asked_it(
    lab: Lab, locked_key: Path, tmp_path: Path
) -> None:
    way = f"ansible_host={lab.target.host} ansible_port={lab.target.ssh_port}"
    known = f"ansible_ssh_common_args='-o UserKnownHostsFile={lab.target.known_hosts}'"
    (tmp_path / "tasks.py").write_text("from deploytasks.tasks import ns\n")
    (tmp_path / "inventory.ini").write_text(
        f"first {way} {known} ansible_user=asked app_name=one ansible_private_key_file={locked_key}\n"
        f"second {way} {known} ansible_user=other app_name=two ansible_private_key_file={locked_key}\n"
    )
    answers = {
        f"Passphrase of {locked_key}: ": PASSPHRASE,
        PROMPT: PASSWORD,
        AGAIN % "second": OTHER_PASSWORD,
    }
    shown, code = typed_at_a_terminal(["status", "--forks", "1"], tmp_path, answers)
    assert code == 0, shown
    assert "nothing of one is deployed here" in shown
    assert "nothing of two is deployed here" in shown
    assert {question: shown.count(question) for question in answers} == dict.fromkeys(answers, 1)


def typed_at_a_terminal(words: list[str], place: Path, answers: dict[str, str]) -> tuple[str, int]:
    """What ``inv`` shows somebody who gives these *answers* to its questions, each once, and its exit code."""
    environment = {name: value for name, value in os.environ.items() if name != "SSH_AUTH_SOCK"}
    waiting = dict(answers)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["setsid", "--ctty", "--wait", str(INV), *words],
        cwd=place,
        env={**environment, "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown = ""
        while piece := piece_of(ours):
            shown += piece
            for question in [question for question in waiting if shown.endswith(question)]:
                os.write(ours, waiting.pop(question).encode() + b"\n")
        code = process.wait(30)
    os.close(ours)
    return shown, code


def piece_of(terminal: int) -> str:
    """What comes next; empty when the program has ended, or has said nothing for half a minute."""
    ready, _, _ = select.select([terminal], [], [], 30)
    try:
        return os.read(terminal, 4096).decode(errors="replace") if ready else ""
    except OSError:
        return ""


@pytest.mark.fault(48, 49)
def test_sudo_that_wants_a_password_is_refused_naming_both_causes(lab: Lab) -> None:
    message = refusal_of(lab.host("asked"), PasswordNeeded)

    assert "wants a password, or asked may not use sudo at all" in message


@pytest.mark.fault(49)
def test_a_wrong_sudo_password_is_tried_once(lab: Lab) -> None:
    message = refusal_of(lab.host("asked", become_password="wrong"), SudoRefused)

    assert "sudo refused the password of asked; it was tried once" in message
    log = lab.target.run(["journalctl", "-q", "-t", "sudo", "--no-pager"]).stdout
    assert "asked : 1 incorrect password attempt ;" in log
    assert "3 incorrect password attempts" not in log


@pytest.mark.fault(50, 51, 59, 65, 66)
@pytest.mark.parametrize(
    ("user", "kind", "words"),
    [
        ("nosudo", SudoRefused, "may not use sudo at all"),
        ("some", SudoRefused, "may not use sudo at all"),
        ("terminal", SudoRefused, 'add "Defaults:terminal !requiretty"'),
        ("rbash", LoginRefused, "restricted"),
        ("nologin", LoginRefused, "chsh -s /bin/bash nologin"),
        ("leaves", LoginRefused, "ended with exit 3 before our command; it printed 'I am off\\n'"),
        ("forced", LoginRefused, "it printed 'only this\\n'"),
        ("sftponly", LoginRefused, "ForceCommand"),
    ],
)
def test_a_host_that_does_not_start_the_agent_is_explained(
    lab: Lab, user: str, kind: type[HostError], words: str
) -> None:
    assert words in refusal_of(lab.host(user), kind)


@pytest.mark.fault(48)
def test_sudo_with_a_password_refuses_who_is_not_in_sudoers(lab: Lab) -> None:
    message = refusal_of(lab.host("nosudo", become_password="any"), SudoRefused)

    assert "nosudo" in message


@pytest.mark.fault(64)
def test_a_missing_python_is_named(lab: Lab) -> None:
    message = refusal_of(lab.host(python="python3.99"), NoPython)

    assert "there is no python3.99 on the host; expected Python 3.8 or newer" in message


@pytest.mark.fault(64)
def test_an_old_python_is_named_with_its_version(lab: Lab) -> None:
    fake = "#!/bin/sh\necho deploytasks-python 3.4 >&2; exit 96\n"
    lab.target.put(PurePosixPath("/usr/local/bin/oldpython"), fake.encode(), mode=0o755)

    assert "oldpython is Python 3.4; expected Python 3.8" in refusal_of(
        lab.host(python="oldpython"), NoPython
    )


@pytest.mark.fault(59)
def test_one_session_is_enough_and_a_second_is_refused_with_its_cause(lab: Lab) -> None:
    transport = transport_for(lab.host("single"), nobody)
    transport.open()
    begin(transport, greet)

    with pytest.raises(Unreachable, match="MaxSessions"):
        transport.start_agent()
    transport.close()


@pytest.mark.fault(56)
def test_a_closed_port_is_unreachable_at_once(lab: Lab) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        message = refusal_of(lab.host(port=unused.getsockname()[1]), Unreachable)

    assert "refused the connection" in message


@pytest.mark.fault(56)
def test_a_port_that_never_speaks_is_given_up_in_time(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        message = refusal_of(lab.host(port=silent.getsockname()[1], timeout_s=2), Unreachable)

    assert "did not finish the SSH handshake within 2 s" in message
    assert time.monotonic() - began < 3


def test_a_server_of_something_else_is_told_apart(lab: Lab) -> None:
    message = refusal_of(lab.host(port=lab.target.http_port), Unreachable)

    assert "sshd" in message


@pytest.mark.fault(7)
def test_a_frozen_host_is_noticed_within_ten_seconds(lab: Lab) -> None:
    transport = transport_for(lab.host(), nobody)
    transport.open()
    pipe, _ = begin(transport, greet)
    lab.target.container.pause()
    began = time.monotonic()
    try:
        with pytest.raises(Unreachable, match="stopped answering"):
            pipe.read(1)
        assert time.monotonic() - began < 10
    finally:
        lab.target.container.unpause()
        transport.close()


def test_a_frozen_host_is_noticed_while_sending_too(lab: Lab) -> None:
    transport = transport_for(lab.host(), nobody)
    transport.open()
    pipe, _ = begin(transport, greet)
    lab.target.container.pause()
    began = time.monotonic()
    try:
        with pytest.raises(Unreachable, match="stopped answering"):
            pipe.send(bytes(50 << 20))
        assert time.monotonic() - began < 10
    finally:
        lab.target.container.unpause()
        transport.close()


def test_a_killed_sshd_is_told_as_a_broken_connection(lab: Lab) -> None:
    transport = transport_for(lab.host(), nobody)
    transport.open()
    pipe, _ = begin(transport, greet)
    lab.target.run(["pkill", "-9", "-f", "sshd: deploy@notty"])

    with pytest.raises(Unreachable, match="the connection broke off"):
        pipe.read(1)
    transport.close()


def test_an_idle_host_stays_connected(lab: Lab) -> None:
    options = SshOptions(known_hosts_file=str(lab.target.known_hosts), server_alive_interval_s=1)
    transport = transport_for(lab.host(ssh=options), nobody)
    transport.open()
    pipe, _ = begin(transport, greet)
    lab.target.run(["sleep", "5"])

    pipe.send(b"still there?")

    assert pipe.read(12) == b"still there?"
    transport.close()


def test_a_connection_of_fabric_is_used_as_it_is(lab: Lab) -> None:
    fabric = pytest.importorskip("fabric")
    connection = fabric.Connection(
        lab.target.host, user="deploy", port=lab.target.ssh_port,
        connect_kwargs={"key_filename": str(lab.target.key_file)},
    )  # fmt: skip
    transport = transport_for(Host.from_connection(connection), nobody)
    transport.open()
    _, words = begin(transport, greet)
    transport.close()

    assert words[1] == "0"


ON_A_TERMINAL = """
import pickle, sys
from deploytasks.transport import transport_for
transport = transport_for(pickle.load(open(sys.argv[1], "rb")), lambda prompt: None)
transport.open()
sys.exit(transport.interactive(["sh", "-c", "stty size; read line; echo you said $line; exit 7"]))
"""


def test_a_session_has_the_size_of_this_terminal_and_its_exit_status(lab: Lab, tmp_path: Path) -> None:
    host = tmp_path / "host.pickle"
    host.write_bytes(pickle.dumps(lab.host()))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 31, 97, 0, 0))
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "12", "LINES": "3"}
    argv = [sys.executable, "-c", ON_A_TERMINAL, str(host)]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, env=environment) as session:
        os.close(theirs)
        shown = read_until(ours, b"31 97")
        os.write(ours, b"hello\r")
        shown += read_until(ours, b"you said hello")
        assert session.wait(10) == 7
    os.close(ours)
    assert b"you said hello" in shown


def read_until(terminal: int, words: bytes) -> bytes:
    shown = b""
    while words not in shown:
        ready, _, _ = select.select([terminal], [], [], 10)
        assert ready, shown
        shown += os.read(terminal, 1024)
    return shown
