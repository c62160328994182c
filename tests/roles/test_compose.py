"""What of a compose file is kept, what its variables become, and what is refused with what to do."""

from __future__ import annotations

import json
import subprocess

import pytest

from deploytasks.errors import VariableError
from deploytasks.roles.compose.environment import settings
from deploytasks.roles.compose.interpolation import for_compose, for_shell, resolved, resolved_in_part
from tests.roles.rendered import plan_with, rendered

WEB = "services: {web: {build: .}, db: {image: postgres:16}}\n"
REFUSED = {
    "no web, but something like it": (
        "services:\n  wep: {build: .}\n",
        'prod1: compose.yaml: services: no web, the one that serves the app (compose_web); did you mean "wep"?',
    ),
    "a key of the file that there is not": (
        "services:\n  web: {build: .}\nvolume: {data: }\n",
        'prod1: compose.yaml:3: unknown key volume; did you mean "volumes"?',
    ),
    "no YAML": ("services: [\n", "prod1: compose.yaml:2: no YAML: "),
    "include": (
        "include: [db.yaml]\n" + WEB,
        "compose.yaml:1: include is not followed; write what it includes",
    ),
    "extends of web": (
        "services: {web: {build: ., extends: base}}",
        "services: web: extends cannot be kept, as its containers change with each release; leave it out",
    ),
    "extends of another": (
        "services: {web: {build: .}, db: {image: x, extends: {service: y}}}",
        "services: db: extends is not followed; write out what it extends",
    ),
    "a worker": (
        "services: {web: {build: .}, worker: {build: ., command: work}}",
        "worker is built as web is, so it changes with each release; make it a process of the app, such as ",
    ),
    "a build without a Dockerfile": (
        "services: {web: {build: nginx}}",
        "services: web: build: there is no nginx/Dockerfile in the app's source",
    ),
    "a service without an image": ("services: {web: {build: .}, db: {}}", "db: has neither image nor build"),
    "a bind that is not there": (
        "services: {web: {build: .}, db: {image: x, volumes: ['./data:/data']}}",
        "db: there is no data in the app's source; what is written belongs into a named volume, or app_shared",
    ),
    "a bind that leads out": (
        "services: {web: {build: ., volumes: ['../data:/data']}}",
        "web: ../data is not in the app's source",
    ),
    "a volume that is not declared": (
        "services: {web: {build: ., volumes: ['data:/data']}}",
        "web: volumes: data is not among the file's volumes; add it there",
    ),
    "an address for two releases": (
        "services: {web: {build: ., networks: {front: {ipv4_address: 10.0.0.2}}}}\nnetworks: {front: }",
        "web: networks: front: ipv4_address cannot be that of two releases at once",
    ),
    "a volume that nobody makes": (
        "services: {web: {build: ., volumes: ['media:/media']}}\nvolumes: {media: {driver_opts: {type: nfs}}}",
        "web: volumes: media has a driver_opts, and no other service that has it made; make it with `docker volume",
    ),
    "a link under another name": (
        "services: {web: {build: ., links: ['db:database']}, db: {image: x}}",
        "web: links: db:database: give db the alias database in its networks instead",
    ),
    "two ports": (
        "services: {web: {build: ., ports: ['80:8000', '81:8001']}}",
        "web: ports: which of 8000, 8001 is the app's? say it with docker_port",
    ),
    "the host's network": (
        "services: {web: {build: ., ports: ['80:8000'], network_mode: host}}",
        "web: network_mode: host: two releases cannot both listen on port 8000",
    ),
    "a variable that nobody set": (
        "services: {web: {image: 'shop:${TAG}'}}",
        "services: web: image: TAG is not set; set it with app_env",
    ),
    "an image that is none": ("services: {web: {image: 'x\\nRUN evil'}}", "web: image: "),
    "a secret that is no file": (
        "services: {web: {build: ., secrets: [key]}}\nsecrets: {key: {external: true}}",
        "web: secrets: key is no file of the source; give it one",
    ),
    "an env_file that stays here": (
        "services: {web: {build: ., env_file: .env}}",
        "web: env_file: .env is not in the app's source; name it with app_env_file, or use app_env",
    ),
    "the client's own environment": (
        "services: {web: {build: ., environment: {PATH: /x}}}",
        "web: PATH cannot be handed on by Docker's client, which heeds it itself; set it in the image",
    ),
    "the client's address": (
        "services: {web: {build: ., environment: {DOCKER_HOST: tcp://x}}}",
        "web: DOCKER_HOST cannot be handed on",
    ),
    "the shell's own separators": (
        "services: {web: {build: ., environment: {IFS: x}}}",
        "web: IFS cannot be",
    ),
    "the client's own environment in a build": (
        "services: {web: {build: {context: ., args: [DOCKER_CONFIG=/x]}}}",
        "web: DOCKER_CONFIG cannot be handed on",
    ),
    "an argument that is none": (
        "services: {web: {build: {context: ., args: {'A=B': c}}}}",
        "web: build: args: 'A=B' is no name of an argument",
    ),
    "a name that ends a word": (
        "services: {web: {build: .}, 'db; reboot': {image: x}}",
        "compose.yaml: services: 'db; reboot' is no name; expected letters, digits and ._-",
    ),
    "a volume without a name that cannot be written": (
        "services: {web: {build: ., volumes: [{type: volume, target: /data, read_only: true}]}}",
        "web: volumes: /data has no source that could be ro; name a volume",
    ),
    "limits that are none": ("services: {web: {build: ., ulimits: 5}}", "web: ulimits: expected a mapping"),
    "half a limit": (
        "services: {web: {build: ., ulimits: {nofile: {soft: 3}}}}",
        "web: ulimits: nofile: expected a number, or soft and hard",
    ),
    "a deploy that is none": ("services: {web: {build: ., deploy: x}}", "web: deploy: expected a mapping"),
    "resources that are none": (
        "services: {web: {build: ., deploy: {resources: {limits: 5}}}}",
        "web: deploy: resources: limits: expected a mapping instead of 5",
    ),
    "a mode that is a list": ("services: {web: {build: ., network_mode: [a]}}", "web: expected a text"),
    "a condition that is a list": (
        "services: {web: {build: ., depends_on: {db: [1]}}, db: {image: x}}",
        "services: web: depends_on: db: expected a mapping instead of [1]",
    ),
    "a condition that is a text, of another service": (
        "services: {web: {build: .}, db: {image: x}, job: {image: x, depends_on: {db: service_healthy}}}",
        "services: job: depends_on: db: expected a mapping instead of 'service_healthy'",
    ),
    "a tmpfs that is a text": (
        "services: {web: {build: .}, db: {image: x, volumes: [{type: tmpfs, target: /x, tmpfs: abc}]}}",
        "services: db: volumes: tmpfs: expected a mapping instead of 'abc'",
    ),
    "networks that are a number, of another service": (
        "services: {web: {build: .}, db: {image: x, networks: 5}}",
        "services: db: networks: expected names instead of 5",
    ),
    "a service that it depends on": (
        "services: {web: {build: ., depends_on: [dbb]}, db: {image: x}}",
        'web: depends_on: there is no service dbb; did you mean "db"?',
    ),
}


@pytest.fixture
def source(tmp_path):
    """An app with a Dockerfile."""
    (tmp_path / "app.py").write_text("def app(environ, start_response): ...\n")
    (tmp_path / "requirements.txt").write_text("flask\n")
    (tmp_path / "Dockerfile").write_text("FROM python:3\n")
    return tmp_path


@pytest.fixture
def variables(source):
    return {
        "app_name": "shop",
        "app_runtime": "compose",
        "app_callable": "app:app",
        "app_source": str(source),
    }


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_kept_is_refused(source, variables, text, message):
    (source / "compose.yaml").write_text(text)
    with pytest.raises(VariableError) as error:
        rendered(variables)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["command: serve $KEY", "entrypoint: [/x, '${KEY}']", "labels: {k: '${KEY}'}", "mem_limit: '${KEY:-1g}'"],
)
def test_a_secret_is_in_no_argument_of_web(source, variables, text):
    (source / "compose.yaml").write_text(f"services: {{web: {{build: ., {text}}}}}")
    with pytest.raises(VariableError) as error:
        rendered({**variables, "app_env": {"KEY": "hunter2"}})
    assert str(error.value) == (
        f"prod1: compose.yaml: services: web: {text.partition(':')[0]}: KEY is of app_env, and all users "
        "of the host could read it there; read it from the environment"
    )


def test_a_variable_with_a_default_may_be_an_argument_of_web(source, variables):
    (source / "compose.yaml").write_text("services: {web: {build: ., mem_limit: '${MEMORY:-1g}'}}")
    assert "--memory=1g" in rendered(variables)["/srv/shop/releases/RELEASE/bin/container"]


@pytest.mark.parametrize("args", ["[KEY]", "{KEY: }", "{TOKEN: '$KEY'}"])
def test_a_secret_of_a_build_is_in_no_plan(source, variables, args):
    build = f"{{context: ., args: {args}"
    (source / "compose.yaml").write_text(
        f"services: {{web: {{build: {build}}}}}, db: {{build: {build}, target: db}}}}}}"
    )
    plan = plan_with({**variables, "app_env": {"KEY": "hunter2"}})
    assert "hunter2" not in plan.encode()
    name = "TOKEN" if "TOKEN" in args else "KEY"
    assert json.dumps({name: "hunter2"}).encode() in plan.contents.values()


def test_a_variable_of_dockers_client_is_refused_for_a_container(variables):
    for runtime in ("docker", "compose"):
        with pytest.raises(VariableError, match="prod1: app_env: DOCKER_HOST cannot be handed on by Docker"):
            rendered({**variables, "app_runtime": runtime, "app_env": {"DOCKER_HOST": "tcp://x"}})


@pytest.mark.parametrize(
    "section", ["networks: {default: {internal: true}}", "volumes: {data: {name: other}}"]
)
def test_a_service_with_another_network_or_volume_is_another_one(source, variables, section):
    text = "services: {web: {build: .}, db: {image: x, volumes: ['data:/data']}}\n"
    (source / "compose.yaml").write_text(f"{text}volumes: {{data: }}\n")
    before = labels(variables)
    (source / "compose.yaml").write_text(
        text + section + ("\nvolumes: {data: }" if "volumes" not in section else "")
    )
    assert labels(variables) != before


def test_services_of_the_inventory_may_be_short(variables):
    db = {"image": "x", "networks": "back", "volumes": "data:/data"}
    found = services(rendered({**variables, "compose_services": {"db": db}}))
    assert (found["db"]["networks"], found["db"]["volumes"]) == ("back", ["data:/data"])


@pytest.mark.parametrize(
    ("key", "why"), [("networks", "networks: expected names instead of 5"), ("volumes", "5")]
)
def test_services_of_the_inventory_are_checked(variables, key, why):
    with pytest.raises(VariableError) as error:
        rendered({**variables, "compose_services": {"db": {"image": "x", key: 5}}})
    assert str(error.value).startswith("prod1: compose_services: services: db: ")
    assert why in str(error.value)


def test_an_image_of_somebody_elses_is_built_of_nothing(source, variables):
    (source / "compose.yaml").write_text("services: {web: {image: x}}")
    texts = rendered(variables)
    assert texts["/srv/shop/releases/RELEASE/.dockerignore"] == "*\n"
    assert texts["/srv/shop/releases/RELEASE/Dockerfile"] == "FROM x\n"


def test_a_tmpfs_of_another_service_has_no_variables(source, variables):
    (source / "compose.yaml").write_text("services: {web: {build: .}, db: {image: x, tmpfs: '/a$$b'}}")
    assert services(rendered(variables))["db"]["tmpfs"] == ["/a$$b"]


def test_no_variable_of_a_list_sees_another(tmp_path):
    texts = {
        name: resolved_in_part(text, {}) for name, text in {"A": "1", "B": "${A:-2}", "name": "it"}.items()
    }
    script = settings(texts) + 'echo "$A $B $name $*"'
    argv = ["sh", "-eu", "-c", script]
    said = subprocess.run(argv, env={}, capture_output=True, text=True, check=True).stdout
    assert said == "1 2 it --env name --env B --env A\n"


def test_services_are_in_the_file_or_in_the_inventory(source, variables):
    (source / "compose.yaml").write_text(WEB)
    with pytest.raises(VariableError, match="compose_services: there is compose.yaml in the source"):
        rendered({**variables, "compose_services": {"db": {"image": "x"}}})


def test_a_worker_that_is_a_process_may_stay_in_the_file(source, variables):
    (source / "compose.yaml").write_text("services: {web: {build: .}, worker: {build: .}}")
    assert services(rendered({**variables, "app_processes": {"worker": "work"}})) == {}


def test_without_services_there_is_no_compose(variables):
    steps = rendered(variables)["steps"]
    assert "pull the services' images" not in steps
    assert services(rendered(variables)) == {}


def test_a_service_keeps_its_label_while_its_definition_and_files_are_the_same(source, variables):
    (source / "compose.yaml").write_text(
        "services: {web: {build: .}, proxy: {image: nginx, volumes: ['./requirements.txt:/x']}, db: {image: x}}"
    )
    before = labels(variables)
    (source / "app.py").write_text("def app(environ, start_response): return []\n")
    assert labels(variables) == before
    (source / "requirements.txt").write_text("flask>2\n")
    after = labels(variables)
    assert (after["db"] == before["db"], after["proxy"] == before["proxy"]) == (True, False)


def test_a_containers_port_is_the_one_of_the_file(source, variables):
    (source / "compose.yaml").write_text("services: {web: {build: ., ports: ['127.0.0.1:8080:8000/tcp']}}")
    texts = rendered(variables)
    assert "--env=PORT=8000" in texts["/srv/shop/releases/RELEASE/bin/container"]
    assert "8080" not in "".join(texts.values())


def test_secrets_are_in_files_of_root_alone(source, variables):
    (source / "compose.yaml").write_text(
        "services:\n"
        "  web: {build: ., environment: {URL: 'db://${KEY}'}}\n"
        "  db: {image: x, environment: {KEY: '${KEY}'}}\n"
    )
    plan = plan_with({**variables, "app_env": {"KEY": "hunter2"}})
    assert "hunter2" not in plan.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$SET-$$x", "here-$x"),
        ("${SET}", "here"),
        ("${EMPTY-other}|${EMPTY:-other}", "|other"),
        ("${UNSET:-${SET}!}", "here!"),
        ("${SET:+yes}${UNSET+no}", "yes"),
        ("${SET:?needed}", "here"),
    ],
)
def test_variables_have_values(text, expected):
    known = {"SET": "here", "EMPTY": ""}
    assert resolved(text, known) == expected
    assert shell(for_shell(resolved_in_part(text, {})), known) == expected
    assert shell(for_shell(resolved_in_part(text, known)), {}) == expected


@pytest.mark.parametrize("value", ['a"b', "a`id`", "$HOME", "a\\b", "it's", "line\nline", "%s"])
def test_a_value_is_never_a_program(value):
    assert shell(for_shell(resolved_in_part("<$X>", {"X": value})), {}) == f"<{value}>"
    assert for_compose(resolved_in_part("<$X>", {"X": value})) == f"<{value}>".replace("$", "$$")


def test_a_brace_of_a_value_does_not_end_the_variable_around_it():
    parts = resolved_in_part("<${OTHER:-$BR}>", {"BR": "a}b"})
    assert shell(for_shell(parts), {}) == "<a}b>"
    assert shell(for_shell(parts), {"OTHER": "x"}) == "<x>"
    assert shell(for_shell(resolved_in_part("$BR}", {"BR": "a}b"})), {}) == "a}b}"
    with pytest.raises(ValueError, match="OTHER:-...} holds a }, which would end it; set OTHER with app_env"):
        for_compose(parts)


@pytest.mark.parametrize("text", ["${SET", "$1", "100$", "${}", "${SET!x}"])
def test_what_is_no_variable_is_refused(text):
    with pytest.raises(ValueError, match=r"\$"):
        resolved(text, {"SET": "here"})


def shell(word, env):
    argv = ["sh", "-c", f"printf %s {word}"]
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout


def services(texts):
    """The services of the host's compose file, by name."""
    found = [text for path, text in texts.items() if "/sealed/" in path and '"services"' in text]
    return json.loads(found[0])["services"] if found else {}


def labels(variables):
    found = services(rendered(variables))
    return {name: definition["labels"]["deploytasks.definition"] for name, definition in found.items()}


def test_an_image_alone_needs_no_source(tmp_path):
    (tmp_path / "compose.yaml").write_text(
        "services: {web: {image: 'registry.test/shop:1.0', ports: ['80:8000']}}\n"
    )
    plan = plan_with({"app_name": "shop", "app_source": str(tmp_path), "app_runtime": "compose"})
    assert any("registry.test/shop:1.0" in str(step.resource) for step in plan.steps)
