"""What an app needs of the distribution."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploytasks.errors import VariableError
from deploytasks.planning.plan import plan_for
from deploytasks.planning.standard import standard_roles
from tests.roles.rendered import DEFAULT, FACTS, NOW, host_with, rendered

BY_NAME = {"debian": ["ffmpeg"], "debian12": ["libtiff6"], "ubuntu24.04": ["libtiff6t64"], "debian13": []}


def packages(distribution: str, version: str, **variables: object) -> tuple[str, ...]:
    host = replace(
        host_with({**DEFAULT, **variables}), facts=replace(FACTS, distribution=distribution, version=version)
    )
    steps = plan_for(host, standard_roles(host), now=NOW).steps
    return next((step.resource.names for step in steps if step.name == "install the packages of the app"), ())


@pytest.mark.parametrize(
    ("distribution", "version", "expected"),
    [
        ("debian", "12", ("ffmpeg", "libtiff6")),
        ("debian", "13", ("ffmpeg",)),
        ("ubuntu", "24.04", ("libtiff6t64",)),
    ],
)
def test_a_host_gets_the_packages_of_its_own_distribution(
    distribution: str, version: str, expected: tuple[str, ...]
) -> None:
    assert packages(distribution, version, app_packages=BY_NAME) == expected
    assert packages(distribution, version, app_packages=["ffmpeg"]) == ("ffmpeg",)


def test_a_distribution_that_is_not_named_is_told() -> None:
    with pytest.raises(
        VariableError, match=r"all.json:1: app_packages: .* for debian, .*, and none for ubuntu22"
    ):
        packages("ubuntu", "22.04", app_packages=BY_NAME)


def test_an_image_has_those_of_the_distribution_that_it_is_of_and_the_locales() -> None:
    texts = rendered(
        {**DEFAULT, "app_runtime": "docker", "app_packages": BY_NAME, "app_locales": ["de_DE.UTF-8"]}
    )
    dockerfile = next(text for path, text in texts.items() if path.endswith("/Dockerfile"))
    assert "ffmpeg libtiff6 locales" in dockerfile
    assert "for name in de_DE.UTF-8; do" in dockerfile


def test_locales_are_made_before_the_app_is_installed() -> None:
    steps = rendered({**DEFAULT, "app_locales": ["de_DE.UTF-8", "en_US.UTF-8"]})["steps"]
    assert steps.index("app: make the locales of the app") < steps.index("app: install the dependencies")
