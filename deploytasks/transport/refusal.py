"""Why a host did not start the agent, read from its exit status and words."""

from __future__ import annotations

import re
from collections.abc import Callable

from deploytasks.errors import AgentCrashed, HostError, LoginRefused, NoPython, SudoRefused, Unreachable
from deploytasks.transport.launch import NO_PYTHON, NO_SUDO
from deploytasks.transport.pipe import Ending

OLDEST_PYTHON = "3.8"
INPUT_ENDED = 95


class PasswordNeeded(SudoRefused):
    """sudo wants a password that was not given, or refuses the user altogether: it says the same for both."""


def refusal(ending: Ending) -> HostError:
    """The error that tells a person what *ending* was and what to do about it."""
    for words, verdict in BY_WORDS:
        if re.search(words, ending.errors) or re.search(words.encode(), ending.output):
            return verdict(ending)
    return BY_STATUS.get(ending.status, _something_else)(ending)


def _no_python(ending: Ending) -> HostError:
    return NoPython(
        f"{ending.host}: there is no {ending.python} on the host; expected Python {OLDEST_PYTHON} or newer\n"
        "install it (apt-get install python3), or say where it is with ansible_python_interpreter",
        ending.host,
    )


def _no_python_for_root(ending: Ending) -> HostError:
    return NoPython(
        f"{ending.host}: sudo does not find {ending.python} (secure_path in sudoers)\n"
        "set ansible_python_interpreter to its absolute path",
        ending.host,
    )


def _old_python(ending: Ending) -> HostError:
    found = re.search(r"deploytasks-python ([0-9.]+)", ending.errors)
    return NoPython(
        f"{ending.host}: {ending.python} is Python {found[1] if found else '2'}; "
        f"expected Python {OLDEST_PYTHON} or newer\n"
        "name a newer one with ansible_python_interpreter",
        ending.host,
    )


def _no_sudo(ending: Ending) -> HostError:
    return SudoRefused(
        f"{ending.host}: there is no sudo on the host, and {ending.user} is not root\n"
        "install sudo, or log in as root (ansible_user=root)",
        ending.host,
    )


def _no_tty(ending: Ending) -> HostError:
    return SudoRefused(
        f"{ending.host}: sudo demands a terminal (requiretty)\n"
        f'remove the line "Defaults requiretty" with visudo, or add "Defaults:{ending.user} !requiretty"',
        ending.host,
    )


def _no_sudoer(ending: Ending) -> HostError:
    return SudoRefused(
        f"{ending.host}: {ending.user} may not run everything as root: {_last_line(ending.errors)}\n"
        f'add with visudo -f /etc/sudoers.d/{ending.user}: "{ending.user} ALL=(ALL) NOPASSWD: ALL"',
        ending.host,
    )


def _password_needed(ending: Ending) -> HostError:
    return PasswordNeeded(
        f"{ending.host}: sudo wants a password, or {ending.user} may not use sudo at all "
        "(it says the same for both)\n"
        f"set ansible_become_password; or add with visudo -f /etc/sudoers.d/{ending.user}: "
        f'"{ending.user} ALL=(ALL) NOPASSWD: ALL"',
        ending.host,
    )


def _wrong_password(ending: Ending) -> HostError:
    return SudoRefused(
        f"{ending.host}: sudo refused the password of {ending.user}\ncheck ansible_become_password",
        ending.host,
    )


def _other_sudo(ending: Ending) -> HostError:
    return SudoRefused(
        f"{ending.host}: {_last_line(ending.errors)}\n"
        f"make `sudo -n id` work for {ending.user} on the host, then try again",
        ending.host,
    )


def _restricted(ending: Ending) -> HostError:
    return LoginRefused(
        f"{ending.host}: the login shell of {ending.user} is restricted: {_last_line(ending.errors)}\n"
        f"give the user a usual shell: chsh -s /bin/bash {ending.user}",
        ending.host,
    )


def _no_login(ending: Ending) -> HostError:
    return LoginRefused(
        f"{ending.host}: {ending.user} has no login shell{_quoted(ending)}\n"
        f"give the user a usual shell: chsh -s /bin/bash {ending.user}",
        ending.host,
    )


def _sftp_only(ending: Ending) -> HostError:
    return LoginRefused(
        f"{ending.host}: sshd lets {ending.user} use sftp only (ForceCommand in sshd_config)\n"
        "let the user run commands, or log in as another (ansible_user)",
        ending.host,
    )


def _crashed(ending: Ending) -> HostError:
    return AgentCrashed(
        f"{ending.host}: the agent did not start: {_last_line(ending.errors)}\n"
        "nothing was changed; please report this with all of the message above",
        ending.host,
    )


def _input_ended(ending: Ending) -> HostError:
    return Unreachable(
        f"{ending.host}: the connection ended before the agent was sent\ntry again", ending.host
    )


def _something_else(ending: Ending) -> HostError:
    if ending.begun:
        return _crashed(ending)
    how = (
        "did not come so far as to run"
        if ending.status is None
        else f"ended with exit {ending.status} before"
    )
    return LoginRefused(
        f"{ending.host}: the login shell of {ending.user} {how} our command{_quoted(ending)}\n"
        "look for exit or exec in ~/.bashrc on the host, and for ForceCommand in its sshd_config",
        ending.host,
    )


def _quoted(ending: Ending) -> str:
    """What the host printed, with control characters escaped: it may be anything."""
    said = [
        f"{stream} {text!r}"
        for stream, text in (
            ("it printed", ending.output.decode(errors="backslashreplace")),
            ("on standard error", ending.errors[-200:]),
        )
        if text
    ]
    return f"; {', '.join(said)}" if said else ""


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return "".join(char if char.isprintable() else "?" for char in lines[-1]) if lines else "it said nothing"


BY_WORDS: tuple[tuple[str, Callable[[Ending], HostError]], ...] = (
    ("deploytasks-python |Unknown option: -I", _old_python),
    ("you must have a tty", _no_tty),
    ("incorrect password attempt|incorrect authentication attempt", _wrong_password),
    ("(password|interactive authentication|terminal) is required|no password was provided", _password_needed),
    ("not in the sudoers file|is not allowed to (execute|run)|may not run sudo", _no_sudoer),
    (r"sudo: \S+: command not found", _no_python_for_root),
    ("(?m)^sudo(-rs)?: ", _other_sudo),
    ("(?m): restricted$", _restricted),
    ("currently not available", _no_login),
    ("allows sftp connections only", _sftp_only),
    ("Traceback ", _crashed),
)
"""The words of sudo(8), nologin(8), bash(1) and sshd(8) in English; the first that match count."""

BY_STATUS: dict[int | None, Callable[[Ending], HostError]] = {
    NO_PYTHON: _no_python,
    NO_SUDO: _no_sudo,
    INPUT_ENDED: _input_ended,
}
