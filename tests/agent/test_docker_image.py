"""An image is built from what its host has; what is missing is named, and secrets stay secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploytasks.agent.docker.docker_image import DockerImage
from deploytasks.agent.docker.image_accounts import ImageAccounts
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError

IMAGE = DockerImage("shop:new", "/srv", "Dockerfile", "shop", "shop", ("python:3",))
BUILD_LOG = """\
#5 [2/2] RUN make nothing
#5 0.355 make: no rule for nothing

#5 ERROR: exit code: 1
"""


@pytest.fixture
def build(host):
    """Builds an image on the host, whose engine has python:3."""
    host.write("/var/lib/docker/python:3", "\n")
    host.write("/etc/passwd", "shop:x:950:951::/srv/shop:/usr/sbin/nologin\n")

    def act(image: DockerImage) -> None:
        image.apply(host.machine, Change(None, image.desired()))

    return act


def test_the_build_knows_the_numbers_of_user_and_group(build, host):
    build(IMAGE)
    call = next(call for call in host.calls if " build " in call)
    assert {"--build-arg=UID=950", "--build-arg=GID=951", "--label=deploytasks.app=shop"} <= set(call.split())


def test_a_login_of_the_index_is_in_no_argument(build, host):
    build(replace(IMAGE, index_url="https://somebody:hunter2@example.org/simple"))
    assert "hunter2" not in "\n".join(host.calls)


def test_a_value_of_an_argument_is_in_no_argument_of_a_process(build, host):
    sealed, contents = replace(IMAGE, arguments=(("TOKEN", "hunter2"),)).sealed()
    assert sealed.lacks(host.machine) == tuple(contents)
    for content in contents.values():
        host.blob(content)
    build(sealed)
    assert "--build-arg=TOKEN" in next(call for call in host.calls if " build " in call).split()
    assert "hunter2" not in "\n".join(host.calls)
    assert (host.home / "environment").read_text() == "hunter2"


def test_a_base_image_that_is_there_is_not_pulled(build, host):
    build(IMAGE)
    assert not any("pull" in call for call in host.calls)


def test_a_base_image_that_cannot_be_had_is_named_with_what_to_do(build, host):
    host.write("/var/lib/docker/shop:old", "deploytasks.app=shop\n")
    with pytest.raises(StepError) as error:
        build(replace(IMAGE, bases=("python:9",)))
    assert "the image python:9 is not on this host and cannot be pulled" in error.value.reason
    assert "`docker save python:9 | ssh HOST sudo docker load`" in error.value.reason
    assert error.value.reason.endswith("on this host are: python:3")
    assert "pulling python:9" in host.said


def test_a_build_that_fails_ends_with_the_builds_own_words(build, host):
    (host.home / "builds-fail").write_text(BUILD_LOG)
    with pytest.raises(StepError) as error:
        build(IMAGE)
    assert error.value.reason == "the image shop:new could not be built"
    assert error.value.output.splitlines() == [
        "[2/2] RUN make nothing",
        "make: no rule for nothing",
        "ERROR: exit code: 1",
    ]


def test_a_client_without_buildkit_is_told_what_to_install(build, host):
    (host.home / "builds-fail").write_text("ERROR: BuildKit is enabled but the buildx component is missing\n")
    with pytest.raises(StepError, match="docker-buildx"):
        build(IMAGE)


def test_a_container_has_the_accounts_of_its_image_and_that_of_the_app(host):
    host.write("/etc/passwd", "shop:x:950:951::/srv/shop:/usr/sbin/nologin\n")
    host.path("/srv/shop/release").mkdir(parents=True)
    (host.home / "image-passwd").write_text("root:x:0:0:root:/root:/bin/sh")
    accounts = ImageAccounts("shop:new", "shop", "/srv/shop/release")
    accounts.apply(host.machine, Change(None, accounts.desired()))
    assert host.path("/srv/shop/release/passwd").read_text() == (
        "root:x:0:0:root:/root:/bin/sh\nshop:x:950:951::/srv/shop:/usr/sbin/nologin\n"
    )
    assert host.path("/srv/shop/release/group").read_text() == "shop:x:951:\n"
