"""What a web server serves from the disk lies where no app can exchange it for a link to somebody else's."""

from __future__ import annotations

import pytest

from tests.roles.rendered import DEFAULT, rendered

SITES = {
    "nginx": ("/etc/nginx/sites-available/hello", "disable_symlinks if_not_owner from=/srv/hello/shared/;"),
    "apache": ("/etc/apache2/sites-available/hello.conf", '<Directory "/srv/hello/shared">'),
}
SHARED = {"app_shared": ["data/"]}


@pytest.fixture(params=SITES)
def web_server(request) -> str:
    return request.param


def site(web_server: str, **variables) -> str:
    return rendered({**DEFAULT, "app_web_server": web_server, **variables})[SITES[web_server][0]]


@pytest.mark.parametrize("static", [{"/media": "data"}, {"/media": "data/photos"}, {"/": "data"}])
def test_what_is_shared_is_served_by_its_own_name_and_no_link_there_is_trusted(web_server, static):
    text = site(web_server, **SHARED, app_static=static)
    assert SITES[web_server][1] in text
    assert "/srv/hello/shared/data" in text
    assert "/code/data" not in text


def test_what_is_shared_below_a_directory_of_the_release_is_one_of_its_own(web_server):
    text = site(web_server, app_shared=["static/uploads/"], app_static={"/static": "static"})
    assert SITES[web_server][1] in text
    assert "/srv/hello/current/code/static/" in text
    assert "/srv/hello/shared/static/uploads/" in text


def test_where_nothing_is_shared_links_are_trusted_as_far_as_the_release_goes(web_server):
    text = site(web_server, app_static={"/static": "static"}, **SHARED)
    assert SITES[web_server][1] not in text
    assert "/srv/hello/current/code/static/" in text
