"""A failure ends with the sentence that helps, where its program says what is wrong."""

import pytest

from deploytasks.agent.engine.events import Ended, Note, Outcome, StepDone
from deploytasks.planning.remedies import remedied, remedy_for

RELEASE = "/srv/shop/releases/20261130T101500Z-0123456/code"


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        (
            f"OSError: [Errno 30] Read-only file system: '{RELEASE}/instance'",
            'a release is read-only: share what the app writes there, with app_shared=["instance/"]',
        ),
        (
            f"OSError: [Errno 30] Read-only file system: '{RELEASE}/logs/shop.log'",
            'a release is read-only: share what the app writes there, with app_shared=["logs/"]',
        ),
        (
            f"OSError: [Errno 30] Read-only file system: '{RELEASE}/shop/static/.cache'",
            'a release is read-only: share what the app writes there, with app_shared=["shop/static/.cache/"]',
        ),
        (
            f"OSError: [Errno 30] Read-only file system: '{RELEASE}/shop/uploads/2026/cat.png'",
            'a release is read-only: share what the app writes there, with app_shared=["shop/uploads/"]',
        ),
        (
            f"OSError: [Errno 30] Read-only file system: '{RELEASE}/shop/shop.db'",
            'a release is read-only: share what the app writes there, with app_shared=["shop/shop.db"]',
        ),
        (
            "OSError: [Errno 30] Read-only file system: 'uploads'",
            'a release is read-only: share what the app writes there, with app_shared=["uploads/"]',
        ),
        (
            "OSError: [Errno 30] Read-only file system: '/mnt/data'",
            "the app may write to what is shared, and not at /mnt/data: see systemd_read_write_paths and app_shared",
        ),
        (
            "sqlite3.OperationalError: unable to open database file",
            'a release is read-only: share the directory of the database, such as app_shared=["instance/"]',
        ),
    ],
)
def test_an_app_that_cannot_write_is_told_what_shares_a_place(output, remedy):
    failed = StepDone(
        "app",
        "check that the new instance answers",
        Outcome.FAILED,
        reason="it is not healthy",
        output=output,
    )
    assert remedied(failed).reason == f"it is not healthy; {remedy}"
    assert remedied(Ended(Outcome.FAILED, error="it is not healthy", output=output)).error.endswith(remedy)


@pytest.mark.parametrize(
    "output",
    [
        "  cause: Because the current Python version (3.11.2) does not satisfy Python>=3.12 and you require x==6",
        "ERROR: Package 'shop' requires a different Python: 3.11.2 not in '>=3.12'",
    ],
)
def test_a_requirement_for_another_python_is_told_what_brings_one(output):
    failed = StepDone(
        "app", "x", Outcome.FAILED, reason="uv could not install the requirements", output=output
    )
    assert "wants a Python >=3.12, and the environment has 3.11.2" in remedied(failed).reason
    assert 'app_python="3.12" with app_python_install=true' in remedied(failed).reason


@pytest.mark.parametrize(
    ("output", "packages"),
    [
        ("ImportError: failed to find libmagic.  Check your installation", '["libmagic1"]'),
        (
            "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
            '["libgl1", "libglib2.0-0"]',
        ),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'ffprobe'", '["ffmpeg"]'),
        (
            "OSError: cannot load library 'libpango-1.0-0': libpango-1.0-0: cannot open shared object file",
            '["libpango-1.0-0", "libpangoft2-1.0-0"]',
        ),
        ("ImportError: no pq wrapper available.", '["libpq5"]'),
    ],
)
def test_an_app_that_misses_a_library_or_a_program_is_told_its_package(output, packages):
    failed = StepDone("app", "check", Outcome.FAILED, reason="it ended with 1", output=output)
    assert remedied(failed).reason.endswith(f"; it wants more of the host: set app_packages={packages}")


@pytest.mark.parametrize(("status", "is_told"), [(404, True), (401, True), (400, False), (500, False)])
def test_an_app_without_a_front_page_is_told_which_variable_names_another(status, is_told):
    reason = (
        f"shop@1.service is not healthy after 30 s: GET / answered {status} instead of 200-399: Not Found"
    )
    told = remedied(StepDone("app", "check", Outcome.FAILED, reason=reason, output="GET /")).reason
    assert ("set app_health_path" in told) == is_told


def test_an_app_in_an_image_of_its_own_is_told_what_lets_a_container_change():
    output = "OSError: [Errno 30] Read-only file system: '/code/log.txt'"
    told = remedied(Ended(Outcome.FAILED, error="it is not healthy", output=output), in_container=True).error
    assert told.startswith("it is not healthy; the container cannot change /code/log.txt: ")
    for name in ("app_shared", "docker_volumes", "docker_read_only=false"):
        assert name in told


@pytest.mark.parametrize(
    ("output", "variable"),
    [
        ("MemoryError: Cannot allocate write+execute memory for ffi.callback().", 'systemd_deny has "jit"'),
        ("LLVM ERROR: Unable to allocate section memory!", 'systemd_deny has "jit"'),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: '/proc/meminfo'",
            'systemd_deny has "proc"',
        ),
        ("OSError: [Errno 97] Address family not supported by protocol", 'systemd_allow=["netlink"]'),
        (
            "[1122/101500.1:FATAL:zygote_host_impl_linux.cc(127)] No usable sandbox!",
            'systemd_allow=["namespaces"]',
        ),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: '/home/ann/m.bin'",
            'systemd_allow=["home"]',
        ),
        (
            "[Errno 2] could not open port /dev/ttyUSB0: [Errno 2] No such file or directory: '/dev/ttyUSB0'",
            'systemd_devices=["/dev/ttyUSB0"]',
        ),
        (
            "PermissionError: [Errno 1] Operation not permitted: '/dev/video0'",
            'systemd_devices=["/dev/video0"]',
        ),
        ("PermissionError: [Errno 13] Permission denied: '/dev/ttyUSB0'", 'app_groups=["dialout"]'),
        ("PermissionError: [Errno 1] Operation not permitted", "systemd_allow"),
    ],
)
def test_an_app_that_meets_a_restriction_is_told_what_lifts_it(output, variable):
    failed = StepDone("app", "ask", Outcome.FAILED, reason="it is not healthy", output=output)
    assert variable in remedied(failed).reason


@pytest.mark.parametrize(
    ("status", "sees"), [(216, "app_groups"), (217, "inv doctor"), (226, "systemd_read_write_paths")]
)
def test_what_systemd_could_not_do_for_a_unit_is_told(status, sees):
    reason = f"shop@1.service did not start: exit-code, exit status {status}"
    assert sees in remedied(StepDone("systemd", "start", Outcome.FAILED, reason=reason)).reason


def test_a_build_that_lacks_something_names_the_packages():
    failed = StepDone(
        "app",
        "install",
        Outcome.FAILED,
        reason="uv could not install the requirements",
        output="pg_config not found",
    )
    assert remedied(failed).reason.endswith('set app_packages=["libpq-dev", "gcc", "python3-dev"]')


def test_what_is_no_failure_and_what_has_no_remedy_stays_as_it_is():
    for event in (
        Note("Read-only file system: 'x'"),
        StepDone("app", "install", Outcome.CHANGED, output="Read-only file system: 'x'"),
        StepDone("app", "install", Outcome.FAILED, reason="no", output="ValueError: no"),
        Ended(Outcome.OK),
    ):
        assert remedied(event) == event


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        (
            'connection to server at "127.0.0.1", port 5432 failed: FATAL: password authentication failed for user "x"',
            "PostgreSQL knows another login",
        ),
        (
            "You're using the staticfiles app without having set the STATIC_ROOT setting",
            "no STATIC_ROOT: have app_env",
        ),
        (
            "ERROR:root:Error 99 connecting to localhost:6379. Cannot assign requested address.",
            'app_services=["redis"]',
        ),
        ("consumer: Cannot connect to redis://localhost:6379//: Error 111", 'app_services=["redis"]'),
        (
            "Warning: Could not create server TCP listening socket 127.0.0.1:6380: bind: Address already in use",
            "something else has port 6380 of this host",
        ),
        (
            'connection to server at "127.0.0.1", port 5432 failed: Connection refused',
            'app_services=["postgres"]',
        ),
        (
            'could not translate host name "db" to address: Temporary failure in name resolution',
            'app_services=["postgres"]',
        ),
        (
            "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)",
            'app_services=["postgres"]',
        ),
        ("sqlite3.OperationalError: no such table: post", 'app_processes={"release": "COMMAND"}'),
        ('psycopg.errors.UndefinedTable: relation "users" does not exist', "then inv run --command COMMAND"),
        (
            "DisallowedHost: Invalid HTTP_HOST header: 'shop.test'. You may need to add 'shop.test'",
            "ALLOWED_HOSTS of its settings has no shop.test: set nginx_server_name",
        ),
        (
            "  File \"<frozen os>\", line 679, in __getitem__\nKeyError: 'SECRET_KEY'",
            'app_env={"SECRET_KEY": "..."}',
        ),
        (
            '  File "/usr/lib/python3.9/os.py", line 679, in __getitem__\n    raise KeyError(key) from None\n'
            "KeyError: 'SECRET_KEY'",
            'app_env={"SECRET_KEY": "..."}',
        ),
        (
            "    SERVER_NAME = os.environ[\"SERVER_NAME\"]\n                  ~~~~~^^^^\nKeyError: 'SERVER_NAME'",
            'app_env={"SERVER_NAME": "..."}',
        ),
        ("decouple.UndefinedValueError: MAIL_HOST not found. Declare it", 'app_env={"MAIL_HOST": "..."}'),
        ("ImproperlyConfigured: Set the DJANGO_KEY environment variable", 'app_env={"DJANGO_KEY": "..."}'),
        ('environs.EnvError: Environment variable "TOKEN" not set', 'app_env={"TOKEN": "..."}'),
    ],
)
def test_an_app_that_misses_something_around_it_is_told_what_brings_it(output, remedy):
    failed = StepDone("app", "watch the new release", Outcome.FAILED, reason="it ended", output=output)
    assert remedy in remedied(failed).reason


@pytest.mark.parametrize(
    "output", ["KeyError: 'SECRET_KEY'", "listens at http://127.0.0.1:8000", "connection closed by peer"]
)
def test_what_says_nothing_of_what_is_missing_has_no_remedy(output):
    assert remedied(StepDone("app", "ask", Outcome.FAILED, reason="no", output=output)).reason == "no"


def test_a_firewall_that_a_container_may_not_have_is_told():
    failed = StepDone("ufw", "turn the firewall on", Outcome.FAILED, reason="ufw --force enable ended with 1")
    assert remedied(failed).reason.endswith("app_firewall=none")


def test_an_apache_without_sites_is_told_what_its_configuration_lacks():
    said = "no listening sockets available, shutting down"
    assert "IncludeOptional sites-enabled/*.conf" in remedy_for("apache2.service did not start", said)
    taken = f"AH00072: make_sock: could not bind to address 0.0.0.0:80\n{said}"
    assert "sites-enabled" not in remedy_for("apache2.service did not start", taken)


def test_a_page_that_only_visitors_do_not_get_is_no_lack_of_the_app():
    assert not remedy_for(
        "visitors of http://shop.test do not get the app: GET / answered 403 instead of 200-399", ""
    )
