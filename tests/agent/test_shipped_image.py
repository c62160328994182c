"""An image comes along only where it is wanted, and what it is for stays as long as the release does."""

from __future__ import annotations

import pytest

from deploytasks.agent.docker.shipped_image import ShippedImage
from deploytasks.agent.engine.resource import Change
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.image_retention import ImageRetention

IMAGE, DIGEST = "shop:dependencies-1", "1" * 64
SHIPPED = ShippedImage(IMAGE, instead="shop:new", digest=DIGEST)


@pytest.fixture
def engine_holds(host):
    """The engine of the host holds an image of the app."""

    def hold(name: str) -> None:
        host.write(f"/var/lib/docker/{name}", "deploytasks.app=shop\n")

    return hold


def test_the_archive_is_asked_for_where_the_image_is_not(host):
    assert SHIPPED.lacks(host.machine) == (DIGEST,)


@pytest.mark.parametrize("name", [IMAGE, "shop:new"])
def test_nothing_is_asked_for_where_it_is_or_what_was_built_on_it(host, engine_holds, name):
    engine_holds(name)
    assert SHIPPED.lacks(host.machine) == ()
    assert not Change(SHIPPED.inspect(host.machine), SHIPPED.desired())


def test_an_archive_that_did_not_come_is_told(host):
    with pytest.raises(StepError, match="did not come along; deploy again"):
        SHIPPED.apply(host.machine, Change(None, SHIPPED.desired()))


def test_its_recipe_travels_apart_from_the_plan(host):
    sealed, contents = ShippedImage(IMAGE, recipe="hunter2").sealed()
    assert list(contents.values()) == [b"hunter2"]
    assert (sealed.recipe, sealed.lacks(host.machine)) == ("", tuple(contents))


def test_an_image_that_the_next_release_needs_is_not_pruned(host, engine_holds):
    for name in (IMAGE, "shop:dependencies-0", "shop:old"):
        engine_holds(name)
    kept = ImageRetention("shop", "/srv/shop/releases", (IMAGE,))
    assert kept.inspect(host.machine) == {"surplus": ["shop:dependencies-0", "shop:old"]}
