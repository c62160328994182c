"""What a project says about itself becomes variables of the lowest precedence, or is told by name and place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploytasks import Host, Inventory
from deploytasks.agent.services.environment_file import decode_env
from deploytasks.errors import SourceError, VariableError
from deploytasks.planning.heard import heard
from deploytasks.planning.standard import standard_roles
from deploytasks.planning.unclaimed import distance, unclaimed
from tests.roles.rendered import FACTS, NOW, plan_for

APP = {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask\n"}
MakeHost = Callable[..., Host]


@pytest.fixture
def host_of(tmp_path: Path) -> MakeHost:
    """The host of an inventory that says some variables, with an app of some files."""

    def made(files: Mapping[str, str], **variables: Any) -> Host:
        source = tmp_path / "shop"
        for name, text in {**APP, **files}.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text)
        (tmp_path / "inventory.ini").write_text("prod1\n")
        (tmp_path / "group_vars").mkdir(exist_ok=True)
        given = {"app_name": "shop", "app_source": str(source), **variables}
        (tmp_path / "group_vars/all.json").write_text(json.dumps(given))
        (host,) = Inventory.load(tmp_path / "inventory.ini").hosts
        return replace(host, facts=FACTS)

    return made


def said(host: Host) -> dict[str, Any]:
    """What the source says, by variable, and the line."""
    return {
        name: (value, str(host.origin(name))) for name, value in host.variables.items() if not host.says(name)
    }


def text_of(host: Host, end: str) -> str:
    """The file of the host's plan whose path ends so."""
    told = heard(host)
    plan = plan_for(told, standard_roles(told), now=NOW)
    texts = [step.resource.content for step in plan.steps if getattr(step.resource, "path", "").endswith(end)]
    return str(texts[0])


def environment(host: Host) -> dict[str, str]:
    """What the host's plan says of the environment of all that runs."""
    told = heard(host)
    plan = plan_for(told, standard_roles(told), now=NOW)
    (file,) = (step.resource for step in plan.steps if step.name == "write the environment variables")
    return decode_env(plan.contents[file.digest].decode())


def test_flags_of_the_web_command_become_variables_with_its_line(host_of: MakeHost) -> None:
    web = "worker: python w.py\nweb: gunicorn app:app --workers 7 -t 120 --worker-class=gthread --threads 4 --preload\n"
    assert said(heard(host_of({"Procfile": web}))) == {
        "app_server": ("gunicorn", "Procfile:2"),
        "gunicorn_workers": ("7", "Procfile:2"),
        "gunicorn_timeout": ("120", "Procfile:2"),
        "gunicorn_worker_class": ("gthread", "Procfile:2"),
        "gunicorn_threads": ("4", "Procfile:2"),
        "gunicorn_preload_app": (True, "Procfile:2"),
    }


def test_they_reach_the_servers_settings_where_the_inventory_is_silent(host_of: MakeHost) -> None:
    host = host_of({"Procfile": "web: gunicorn app:app --workers 7 --timeout 120\n"}, gunicorn_timeout=15)
    text = text_of(host, "gunicorn.conf.py")
    assert "workers = int(os.environ.get" in text
    assert "workers = 7\n" in text
    assert "timeout = 15\n" in text


@pytest.mark.parametrize(
    ("web", "note"),
    [
        ("gunicorn -b :80 app:app", "Procfile:1: not used: bind (the instance gets its socket from systemd)"),
        ("gunicorn --log-file x.log app:app", "Procfile:1: not used: errorlog (it goes to the journal: inv logs)"),
        (
            "gunicorn -w $N app:app",
            "Procfile:1: not used: workers ($N is filled in when it starts; set gunicorn_workers)",
        ),
        ("gunicorn --unheard-of 3 app:app", "Procfile:1: not used: unheard_of (no such setting is known)"),
        (
            "flask db upgrade && gunicorn app:app",
            "Procfile:1: 'flask db upgrade' is not run: write it into the Procfile as release: flask db upgrade",
        ),
        (
            "sh -c 'flask db upgrade; exec gunicorn app:app'",
            "Procfile:1: 'flask db upgrade' is not run: write it into the Procfile as release: flask db upgrade",
        ),
        (
            "flask translate compile; gunicorn app:app",
            "Procfile:1: 'flask translate compile' is not run: app_build=['flask translate compile'] runs it when a "
            "release is made",
        ),
        (
            "bin/start-pgbouncer gunicorn app:app",
            "Procfile:1: 'bin/start-pgbouncer' before gunicorn is not used; app_command_prefix would keep it",
        ),
        ("export A=b; gunicorn app:app", "Procfile:1: A=... before gunicorn is not used; write it into app_env"),
        ("SECRET=x gunicorn app:app", "Procfile:1: SECRET=... before gunicorn is not used; write it into app_env"),
        (
            "daphne app:app",
            "Procfile:1: daphne is none of the servers; app_server=gunicorn serves the app in its place",
        ),
        (
            "python app.py",
            "Procfile:1: 'python app.py' starts no server of ours; app_server=gunicorn serves the app in its place",
        ),
    ],
)  # fmt: skip
def test_what_is_not_used_is_told_with_its_place_and_reason(host_of: MakeHost, web: str, note: str) -> None:
    assert heard(host_of({"Procfile": f"web: {web}\n"})).notes == (note,)


GUNICORN = {
    "app_server": "gunicorn",
    "gunicorn_workers": "3",
}
BUILT = "FROM python:3.12 AS base\nWORKDIR /app\nFROM base\nCOPY . .\n"


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"Dockerfile": BUILT + 'CMD ["gunicorn", \\\n  "-w", "3", "app:app"]\n'}, "Dockerfile:5"),
        ({"Dockerfile": BUILT + "CMD exec gunicorn -w ${WORKERS:-3} app:app\n"}, "Dockerfile:5"),
        ({"Dockerfile": BUILT + 'ENTRYPOINT ["gunicorn"]\nCMD ["-w", "3", "app:app"]\n'}, "Dockerfile:6"),
        (
            {"Dockerfile": BUILT + 'CMD ["/app/boot.sh"]\n',
             "boot.sh": "#!/bin/sh\n# a gunicorn's\nif [ $X ]; then\n  set -e\nfi\nexec gunicorn -w 3 app:app\n"},
            "boot.sh:6",
        ),
        (
            {"Dockerfile": "FROM x\nENTRYPOINT ./start.sh\nCMD web\n",
             "start.sh": 'case "$1" in\n  web) gunicorn -w 3 app:app ;;\nesac\n'},
            "start.sh:2",
        ),
        (
            {"supervisord.conf": "[program:beat]\ncommand=x\n[program:web]\ndirectory=/srv/x\n"
             "command=/srv/x/bin/gunicorn -w 3\n  app:app ; it serves\n"},
            "supervisord.conf:5",
        ),
        (
            {"compose.yaml": "services:\n  db: {image: postgres}\n"
             "  web:\n    build: .\n    command: gunicorn -w 3 app:app\n"},
            "compose.yaml:5",
        ),
        (
            {"compose.yaml": "services:\n  web: {build: ., command: [gunicorn, -w, 3, 'app:app']}\n",
             "Procfile": "worker: x\n", "Dockerfile": BUILT + "CMD python app.py\n"},
            "compose.yaml:2",
        ),
        (
            {"Procfile": "web: ./start.sh\n",
             "start.sh": 'W=${W:-3}\nexport X=y\n\nexec gunicorn --workers "$W" app:app\n'},
            "start.sh:4",
        ),
        ({"Procfile": "web: bash bin/start\n", "bin/start": "gunicorn -w 3 app:app\n"}, "bin/start:1"),
    ],
)  # fmt: skip
def test_without_a_procfile_what_starts_web_elsewhere_is_heard(
    host_of: MakeHost, files: Mapping[str, str], line: str
) -> None:
    assert said(heard(host_of(files))) == {name: (value, line) for name, value in GUNICORN.items()}


def test_a_procfile_goes_before_what_starts_web_in_an_image(host_of: MakeHost) -> None:
    files = {"Dockerfile": BUILT + "CMD gunicorn -w 3 app:app\n", "Procfile": "web: uvicorn app:app\n"}
    assert said(heard(host_of(files))) == {"app_server": ("uvicorn", "Procfile:1")}


def test_of_a_dockerfile_that_starts_web_the_rest_is_told_as_not_used(host_of: MakeHost) -> None:
    files = {"Dockerfile": BUILT + "CMD flask db upgrade && gunicorn -b :80 app:app\n"}
    assert heard(host_of(files)).notes == (
        "Dockerfile:5: 'flask db upgrade' is not run: "
        'app_processes={"release": "flask db upgrade"} runs it before a release serves',
        "Dockerfile:5: not used: bind (the instance gets its socket from systemd)",
        "not used: Dockerfile, but for what starts web (app_runtime=docker builds it)",
    )
    assert heard(host_of(files, app_runtime="docker")).notes == ()


def test_where_an_image_starts_is_the_directory_of_the_source_that_is_copied_there(host_of: MakeHost) -> None:
    app = {"backend/main.py": APP["app.py"], "backend/conf.py": "timeout = 77\n"}
    image = "FROM x\nWORKDIR /code\nCOPY backend/ .\nCMD gunicorn -c python:conf main:app\n"
    text = text_of(host_of({**app, "app.py": "", "Dockerfile": image}), "gunicorn.conf.py")
    assert "/code/backend/conf.py" in text
    assert "/code/backend'\n" in text


@pytest.mark.parametrize(
    "web", ["--chdir backend", "-c conf/of.py --chdir backend", "-c python:conf.of --chdir backend"]
)
def test_a_file_of_gunicorn_is_found_from_where_it_is_started_too(host_of: MakeHost, web: str) -> None:
    """It goes into the directory of --chdir once it has read --config."""
    name = "conf/of.py" if "-c " in web else "backend/gunicorn.conf.py"
    files = {"backend/app.py": APP["app.py"], name: "bind = ':80'\n"}
    host = host_of({**files, "Procfile": f"web: gunicorn {web} app:app\n"})
    assert f"/code/{name}'" in text_of(host, "gunicorn.conf.py")
    assert heard(host).notes == (f"{name}:1: bind is not used: the instance gets its socket from systemd",)


def test_a_file_of_gunicorn_in_an_image_is_that_of_the_source_or_told(host_of: MakeHost) -> None:
    files = {"Dockerfile": "FROM x\nCMD gunicorn -c /app/conf/of.py app:app\n"}
    assert (
        "Dockerfile:2: not used: config (/app/conf/of.py is not in the source)" in heard(host_of(files)).notes
    )
    host = host_of({**files, "conf/of.py": "threads = 9\n"})
    assert "/code/conf/of.py'" in text_of(host, "gunicorn.conf.py")


def test_an_image_that_starts_what_the_source_lacks_says_nothing_of_the_app(host_of: MakeHost) -> None:
    host = heard(host_of({"Dockerfile": "FROM x\nCMD gunicorn -w 3 elsewhere:app\n"}))
    assert plan_for(host, standard_roles(host), now=NOW).release


def test_what_a_flaskenv_says_is_the_environment_of_all_but_for_development(host_of: MakeHost) -> None:
    host = host_of(
        {".flaskenv": "FLASK_ENV=development\nFLASK_RUN_PORT=5001\nMODE='a b'\nKEPT=file\n"},
        app_env={"KEPT": "x"},
    )
    assert heard(host).notes == (
        ".flaskenv:1: FLASK_ENV is not used: it is for development",
        ".flaskenv:2: FLASK_RUN_PORT is not used: it is for development",
    )
    env = environment(host)
    assert (env["MODE"], env["KEPT"], env["FLASK_SKIP_DOTENV"]) == ("a b", "x", "1")
    assert not {"FLASK_ENV", "FLASK_RUN_PORT"} & set(env)


def test_what_an_environment_says_against_a_host_is_told_and_used(host_of: MakeHost, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("FLASK_DEBUG=true\nDEBUG=0\nPOSTGRES_USER=hello\nREDIS_URL=x\n")
    (tmp_path / "env").chmod(0o600)
    pieces = {"POSTGRES_USER": "{user}", "POSTGRES_PASSWORD": "{password}"}
    services = {"app_services": ["postgres"], "postgres_env": pieces}
    host = host_of(
        {}, app_env_file=str(tmp_path / "env"), app_env={"POSTGRES_PASSWORD": "s3cret"}, **services
    )
    told = "which goes before what app_services brings for postgres: leave it out for the one on the host"
    assert heard(host).notes == (
        f"app_env has POSTGRES_PASSWORD, {told}",
        "app_env_file has FLASK_DEBUG on, which is for development: it shows the source to visitors",
        f"app_env_file has POSTGRES_USER, {told}",
    )


def test_what_a_release_command_does_already_is_not_told(host_of: MakeHost) -> None:
    procfile = "release: flask db upgrade\nweb: flask db upgrade && gunicorn app:app\n"
    assert heard(host_of({"Procfile": procfile})).notes == ()


def test_what_the_inventory_runs_or_builds_already_is_not_told(host_of: MakeHost) -> None:
    web = (
        "web: flask db upgrade; flask translate compile; python manage.py collectstatic && gunicorn app:app\n"
    )
    ours = {"app_processes": {"release": "flask db upgrade"}, "app_build": ["flask translate compile"]}
    assert heard(host_of({"Procfile": web}, **ours)).notes == ()


def test_options_of_a_server_that_the_inventory_does_not_want_are_told_once(host_of: MakeHost) -> None:
    host = heard(host_of({"Procfile": "web: gunicorn app:app -w 3\n"}, app_server="waitress"))
    (note,) = host.notes
    assert note.startswith("Procfile:1: what it says to gunicorn is not used: ")
    assert note.endswith("all.json:1 has app_server=waitress")
    assert said(host) == {}


def test_wrappers_stay_before_the_server(host_of: MakeHost) -> None:
    host = host_of({"Procfile": "web: newrelic-admin run-program gunicorn app:app\n"})
    assert said(heard(host))["app_command_prefix"] == (["newrelic-admin", "run-program"], "Procfile:1")
    assert 'exec newrelic-admin run-program /bin/sh -c \'export LISTEN_PID=$$; exec "$0" "$@"\' ' in text_of(
        host, "/bin/web"
    )


@pytest.mark.parametrize(
    "web", ["poetry run gunicorn app:app", "python -m gunicorn app:app", "exec gunicorn app:app"]
)
def test_what_finds_the_server_in_an_environment_is_nothing_to_tell(host_of: MakeHost, web: str) -> None:
    host = heard(host_of({"Procfile": f"web: {web}\n"}))
    assert (host.notes, set(said(host))) == ((), {"app_server"})


def test_an_ini_file_of_uwsgi_is_heard_option_by_option(host_of: MakeHost) -> None:
    ini = "[uwsgi]\nmodule = app:app\nprocesses = 3\nsocket = /tmp/x.sock\nmount = /shop=app:app\nmount = /b=app:app\n"
    host = heard(host_of({"Procfile": "web: uwsgi --ini uwsgi.ini --threads 2\n", "uwsgi.ini": ini}))
    assert said(host) == {
        "app_server": ("uwsgi", "Procfile:1"),
        "uwsgi_processes": ("3", "uwsgi.ini:3"),
        "uwsgi_mount": ({"/shop": "app:app", "/b": "app:app"}, "uwsgi.ini:6"),
        "uwsgi_threads": ("2", "Procfile:1"),
    }
    assert host.notes == ("uwsgi.ini:4: not used: socket (the instance gets its socket from its runtime)",)


def test_a_file_of_gunicorn_is_run_and_what_must_be_ours_goes_before_it(host_of: MakeHost) -> None:
    function = "def post_fork(server, worker):\n    raise SystemExit(7)\n"
    own = f"bind = '0.0.0.0:80'\ntimeout = 300\nworkers = 3\n\n\n{function}"
    host = host_of({"gunicorn.conf.py": own})
    assert heard(host).notes == (
        "gunicorn.conf.py:1: bind is not used: the instance gets its socket from systemd",
    )
    text = text_of(host, "gunicorn.conf.py")
    namespace: dict[str, Any] = {}
    exec(
        text.replace("/srv/shop/releases/", "/nonexistent/").replace(_path_in(text), str(_source(host))),
        namespace,
    )  # noqa: S102
    assert "bind" not in namespace
    assert (namespace["timeout"], namespace["workers"], namespace["proc_name"]) == (300, 3, "shop")
    assert callable(namespace["post_fork"])


def _path_in(text: str) -> str:
    (line,) = (line for line in text.splitlines() if line.startswith("__file__"))
    return line.split("'")[1].replace("/srv/shop/releases/", "/nonexistent/")


def _source(host: Host) -> Path:
    return Path(str(host.variables["app_source"])) / "gunicorn.conf.py"


def test_the_inventory_goes_before_the_file_of_gunicorn(host_of: MakeHost) -> None:
    text = text_of(host_of({"gunicorn.conf.py": "timeout = 300\n"}, gunicorn_timeout=20), "gunicorn.conf.py")
    assert text.index("exec(compile") < text.index("timeout = 20")


def test_a_file_that_the_command_names_is_the_one(host_of: MakeHost) -> None:
    host = host_of({"Procfile": "web: gunicorn -c conf/web.py app:app\n", "conf/web.py": "threads = 9\n"})
    assert said(heard(host))["gunicorn_config_file"] == ("conf/web.py", "Procfile:1")
    assert "/code/conf/web.py'" in text_of(host, "gunicorn.conf.py")


def test_a_file_that_is_named_and_is_not_there_is_an_error(host_of: MakeHost) -> None:
    with pytest.raises(VariableError, match=r"Procfile:1: gunicorn_config_file: 'gone.py' is not in "):
        text_of(host_of({"Procfile": "web: gunicorn -c gone.py app:app\n"}), "gunicorn.conf.py")


def test_an_aptfile_names_packages_of_the_distribution(host_of: MakeHost) -> None:
    host = host_of(
        {"Aptfile": "# build\nlibpq-dev\nffmpeg # for thumbs\n:repo:deb http://x y z\nhttp://x/y.deb\n"}
    )
    assert said(heard(host)) == {"app_packages": (["libpq-dev", "ffmpeg"], "Aptfile:1")}


UV_INDEXES = """\
[[tool.uv.index]]
name = "ours"
url = "https://a.org/simple"

[[tool.uv.index]]
url = "https://b.org/simple"
default = true
"""
PYLOCK = 'lock-version = "1.0"\npackages = [{name = "x", version = "1", index = "https://a.org/simple"}]\n'
PIPFILE_LOCK = """{"_meta": {"sources": [
{"url": "https://b.org/simple"},
{"url": "https://${LOGIN}@a.org/simple"}
]}, "default": {}}"""


@pytest.mark.parametrize(
    ("files", "first", "others"),
    [
        (
            {"uv.lock": "", "pyproject.toml": UV_INDEXES},
            "pyproject.toml:6",
            ("https://ann:pw@a.org/simple", "pyproject.toml:3"),
        ),
        (
            {"Pipfile.lock": PIPFILE_LOCK, "requirements.txt": ""},
            "Pipfile.lock:2",
            ("https://ann:pw@a.org/simple", "Pipfile.lock:3"),
        ),
        ({"pylock.toml": PYLOCK}, "", ("https://a.org/simple", "pylock.toml:2")),
        (
            {
                "requirements.txt": "-i https://b.org/simple\n--extra-index-url https://${LOGIN}@a.org/simple\nflask\n"
            },
            "requirements.txt:1",
            ("https://ann:pw@a.org/simple", "requirements.txt:2"),
        ),
    ],
)
def test_indexes_that_a_project_names_are_heard_with_the_login_of_this_machine(
    host_of: MakeHost,
    monkeypatch: pytest.MonkeyPatch,
    files: Mapping[str, str],
    first: str,
    others: tuple[str, str],
) -> None:
    for name, value in {
        "UV_INDEX_OURS_USERNAME": "ann",
        "UV_INDEX_OURS_PASSWORD": "pw",
        "LOGIN": "ann:pw",
    }.items():
        monkeypatch.setenv(name, value)
    explicit = {"app_requirements": "Pipfile.lock"} if "Pipfile.lock" in files else {}
    found = said(heard(host_of(files, **explicit)))
    assert found.pop("pip_extra_index_urls") == ([others[0]], others[1])
    assert found == ({"pip_index_url": ("https://b.org/simple", first)} if first else {})


def test_a_variable_of_an_index_that_is_not_set_here_is_an_error_with_its_place(host_of: MakeHost) -> None:
    host = host_of({"requirements.txt": "flask\n-i https://u:${NO_SUCH_WORD}@a.org/simple\n"})
    with pytest.raises(SourceError, match=r"requirements.txt:2: NO_SUCH_WORD is not set in the environment"):
        heard(host)


def test_of_several_files_of_requirements_those_that_are_not_used_are_told(host_of: MakeHost) -> None:
    files = {"poetry.lock": "", "Pipfile.lock": "{}", "environment.yml": ""}
    assert heard(host_of(files)).notes == (
        "not used: environment.yml (conda is not used; app_requirements=environment.yml takes what is below its pip:); "
        "requirements.txt (app_requirements=requirements.txt installs from it); "
        "Pipfile.lock (app_requirements=Pipfile.lock installs from it)",
    )
    assert heard(host_of(files, app_requirements="requirements.txt")).notes == ()


def test_a_python_that_the_host_lacks_is_brought_where_that_is_asked_for(host_of: MakeHost) -> None:
    given = {"app_python_install": True, "uv_python_mirror": "https://mirror.example/pythons"}
    told = heard(host_of({".python-version": "3.13\n"}, **given))
    steps = {step.name: step.resource for step in plan_for(told, standard_roles(told), now=NOW).steps}
    brought, venv = steps["bring Python 3.13"], steps["install the dependencies"]
    assert (brought.version, brought.mirror) == ("3.13", "https://mirror.example/pythons")
    assert venv.python == "/opt/deploytasks/pythons/3.13/bin/python3.13"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"installer": "pip"}, "app_python_install: uv brings it; leave installer out"),
        (
            {"uv_python_mirror": "http://mirror.example"},
            "uv_python_mirror: mirror.example is asked without encryption",
        ),
    ],
)
def test_a_python_comes_by_uv_and_from_a_place_that_one_can_trust(
    host_of: MakeHost, variables: Mapping[str, Any], told: str
) -> None:
    host = host_of({}, app_python_install=True, **variables)
    with pytest.raises(VariableError, match=told):
        plan_for(host, standard_roles(host), now=NOW)


OTHERS = dict.fromkeys(
    ("Dockerfile", "docker-compose.yml", "nginx.conf", "supervisord.conf", "uwsgi.ini"), ""
)


def test_files_by_which_others_deploy_it_are_told_with_what_would_use_them(host_of: MakeHost) -> None:
    (note,) = heard(host_of(OTHERS)).notes
    assert note == (
        "not used: Dockerfile (app_runtime=docker builds it); docker-compose.yml (app_runtime=compose reads it); "
        "uwsgi.ini (name it in the Procfile: web: uwsgi --ini uwsgi.ini); nginx.conf (the site is made of nginx_... "
        "variables; nginx_snippet takes directives as they are); supervisord.conf (name its programs in the Procfile, "
        "or in app_processes)"
    )


def test_what_is_used_or_known_is_not_told(host_of: MakeHost) -> None:
    ini = {
        "Procfile": "web: uwsgi --ini uwsgi.ini\n",
        "uwsgi.ini": "[uwsgi]\nmodule = app:app\nthreads = 2\n",
    }
    host = host_of({**OTHERS, **ini}, app_known=["nginx.conf", "supervisord.conf", "docker-compose.yml"])
    assert heard(host.with_variables({"app_runtime": "docker"}, host.origins["app_name"])).notes == (
        "Procfile:1: not used: the image's own command starts web",
        "not used: uwsgi.ini (name it in the Procfile: web: uwsgi --ini uwsgi.ini)",
    )
    assert heard(host).notes == ("not used: Dockerfile (app_runtime=docker builds it)",)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ngnix_tls", "nginx_tls"),
        ("nginx_tsl", None),
        ("app_pyton", None),
        ("wheel_house", "wheelhouse"),
        ("gunicron_workers", "gunicorn_workers"),
        ("pip_indexurl", "pip_index_url"),
    ],
)
def test_a_misspelt_variable_is_an_error_that_names_the_right_one(
    host_of: MakeHost, name: str, meant: str | None
) -> None:
    host = host_of({}, **{name: "x"})
    if meant is None:  # Its role says so itself.
        assert unclaimed(host, standard_roles(host)) == ()
        return
    with pytest.raises(VariableError, match=rf'all\.json:1: no role takes {name}; did you mean "{meant}"\?'):
        unclaimed(host, standard_roles(host))


def test_a_variable_of_somebody_else_is_told(host_of: MakeHost) -> None:
    host = host_of({}, backup_bucket="x", ntp_server="y", api_port="z", install=True, uwsgi_processes=3)
    (note,) = unclaimed(host, standard_roles(host))
    assert note.endswith("all.json: no role here takes backup_bucket, ntp_server, api_port, install")


@pytest.mark.parametrize(
    ("word", "other", "letters"),
    [("ngnix", "nginx", 1), ("app", "app", 0), ("ab", "ba", 1), ("api", "app", 2), ("nginxs", "nginx", 1)],
)
def test_letters_that_are_off(word: str, other: str, letters: int) -> None:
    assert distance(word, other) == letters


def test_imports_may_start_in_a_directory_of_the_source(host_of: MakeHost) -> None:
    files = {
        "backend/main.py": "from flask import Flask\nsite = Flask(__name__)\n",
        "Procfile": "worker: python w.py\n",
    }
    host = host_of(files, app_directory="backend", app_callable="main:site")
    assert "chdir = '/srv/shop/releases/" in text_of(host, "gunicorn.conf.py")
    assert "/code/backend'\n" in text_of(host, "gunicorn.conf.py")
    assert "\ncd /srv/shop/releases/" in text_of(host, "/bin/worker")


def test_commands_of_others_find_the_modules_of_the_app_as_its_server_does(host_of: MakeHost) -> None:
    """Such as alembic(1), which puts no directory of its own first."""
    assert environment(host_of({}))["PYTHONPATH"].endswith("/code")


def test_an_app_with_a_module_called_as_one_of_pythons_own_keeps_that_to_itself(host_of: MakeHost) -> None:
    assert "PYTHONPATH" not in environment(host_of({"calendar.py": ""}))


@pytest.mark.parametrize(
    "image",
    [
        "FROM x\nCMD " + "[" * 100_000,
        "FROM x\nCMD ['a\x1b[2J\n",
        "FROM a AS b\nFROM b AS a\nCMD",
        "CMD gunicorn -c a\x00b app:app",
    ],
)
def test_a_dockerfile_may_be_anything(host_of: MakeHost, image: str) -> None:
    assert heard(host_of({"Dockerfile": image})).notes
