"""What of a compose file is kept, what its variables become, and what is refused with what to do."""

from __future__ import annotations

import json
import subprocess

import pytest

from deploytasks.errors import VariableError
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
        "web: environment: PATH cannot be set for web; set it in its image",
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


def test_services_are_in_the_file_or_in_the_inventory(source, variables):
    (source / "compose.yaml").write_text(WEB)
    with pytest.raises(VariableError, match="compose_services: there is compose.yaml in the source"):
        rendered({**variables, "compose_services": {"db": {"image": "x"}}})


def test_a_worker_that_is_a_process_may_stay_in_the_file(source, variables):
    (source / "compose.yaml").write_text("services: {web: {build: .}, worker: {build: .}}")
    assert services(rendered({**variables, "app_processes": {"worker": "work"}})) == {}


def test_without_services_there_is_no_compose(variables):
    steps = rendered(variables)["steps"]
    assert "have the services' images" not in steps
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
