"""The programs that serve apps, and how each one's command line is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from deploytasks.agent.frozen import frozen


@frozen
class ServerProgram:
    """How the command line of a server is read; *role* is the one that runs it, empty where there is none.

    *flags* are the options that take no value. An option ``--a-b`` is the setting ``a_b``, unless *names* calls it
    otherwise; a flag ``--no-a-b`` says that ``a_b`` is off. The app is called *default* where only its module is named.
    """

    role: str
    flags: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)
    default: str = ""

    def setting(self, option: str) -> str:
        """What the setting is called that *option* changes."""
        plain = option.removeprefix("--no-") if self.turns_off(option) else option.lstrip("-")
        return self.names.get(option, plain.replace("-", "_"))

    def turns_off(self, option: str) -> bool:
        """Whether *option* is a flag that says that something is not to be."""
        return option in self.flags and option.startswith("--no-") and option not in self.names


def _flags(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROGRAMS = {
    "gunicorn": ServerProgram(
        "gunicorn",
        _flags(
            """--reload --spew --check-config --print-config --preload --no-sendfile --reuse-port
            -D --daemon --initgroups --disable-redirect-access-to-syslog --capture-output --log-syslog -R
            --enable-stdio-inheritance --enable-backlog-metric --suppress-ragged-eofs --do-handshake-on-connect
            --permit-obsolete-folding --strip-header-spaces --permit-unconventional-http-method
            --permit-unconventional-http-version --casefold-http-method --no-control-socket"""
        ),
        {
            "-D": "daemon",
            "-R": "enable_stdio_inheritance",
            "-b": "bind",
            "-c": "config",
            "-e": "raw_env",
            "-g": "group",
            "-k": "worker_class",
            "-m": "umask",
            "-n": "proc_name",
            "-p": "pidfile",
            "-t": "timeout",
            "-u": "user",
            "-w": "workers",
            "--access-logfile": "accesslog",
            "--access-logformat": "access_log_format",
            "--dirty-app": "dirty_apps",
            "--env": "raw_env",
            "--error-logfile": "errorlog",
            "--keep-alive": "keepalive",
            "--log-config": "logconfig",
            "--log-config-json": "logconfig_json",
            "--log-file": "errorlog",
            "--log-level": "loglevel",
            "--log-syslog": "syslog",
            "--log-syslog-facility": "syslog_facility",
            "--log-syslog-prefix": "syslog_prefix",
            "--log-syslog-to": "syslog_addr",
            "--name": "proc_name",
            "--no-control-socket": "control_socket_disable",
            "--paste-global": "raw_paste_global_conf",
            "--paster": "paste",
            "--pid": "pidfile",
            "--preload": "preload_app",
            "--proxy-allow-from": "proxy_allow_ips",
            "--reload-extra-file": "reload_extra_files",
            "--uwsgi-allow-from": "uwsgi_allow_ips",
        },
        "application",
    ),
    "uvicorn": ServerProgram(
        "uvicorn",
        _flags(
            """--reload --http2 --access-log --no-access-log --use-colors --no-use-colors --proxy-headers
            --no-proxy-headers --server-header --no-server-header --date-header --no-date-header
            --reset-contextvars --factory"""
        ),
    ),
    "hypercorn": ServerProgram(
        "hypercorn",
        _flags("-D --daemon --debug --reload"),
        {
            "-D": "daemon",
            "-b": "bind",
            "-c": "config",
            "-g": "group",
            "-k": "worker_class",
            "-m": "umask",
            "-p": "pid_path",
            "-u": "user",
            "-w": "workers",
            "--access-log": "accesslog",
            "--access-logfile": "accesslog",
            "--access-logformat": "access_log_format",
            "--ca-certs": "ca_certs",
            "--error-log": "errorlog",
            "--error-logfile": "errorlog",
            "--keep-alive": "keep_alive_timeout",
            "--log-config": "logconfig",
            "--log-file": "errorlog",
            "--log-level": "loglevel",
            "--pid": "pid_path",
            "--reload": "use_reloader",
            "--server-name": "server_names",
            "--websocket-ping-interval": "websocket_ping_interval",
        },
        "app",
    ),
    "waitress-serve": ServerProgram(
        "waitress",
        _flags(
            """--call --ipv4 --no-ipv4 --ipv6 --no-ipv6 --log-untrusted-proxy-headers
            --no-log-untrusted-proxy-headers --clear-untrusted-proxy-headers --no-clear-untrusted-proxy-headers
            --log-socket-errors --no-log-socket-errors --expose-tracebacks --no-expose-tracebacks
            --asyncore-use-poll --no-asyncore-use-poll"""
        ),
    ),
    "daphne": ServerProgram("", _flags("--proxy-headers --no-server-name")),
    "uwsgi": ServerProgram(
        "uwsgi",
        _flags(
            "--master -M --http-keepalive --die-on-term --need-app --enable-threads --vacuum --lazy-apps --strict"
        ),
        {
            "-C": "chmod_socket",
            "-H": "home",
            "-L": "disable_logging",
            "-M": "master",
            "-T": "threads",
            "-b": "buffer_size",
            "-d": "daemonize",
            "-p": "processes",
            "-s": "socket",
            "-w": "module",
            "--ini-paste": "ini_paste",
            "--pp": "pythonpath",
            "--wsgi": "module",
        },
        "application",
    ),
}
"""Every program by its own name; ``waitress-serve`` is waitress."""
