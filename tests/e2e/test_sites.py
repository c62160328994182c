"""Sites as visitors find them: names that lead elsewhere, a password, an app below a path of another's site."""

from __future__ import annotations

import gzip
import http.client
import json
import os
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import pytest

from deploytasks.targets import Target
from tests.e2e.converged import up_converged
from tests.e2e.project import REQUEST_TIMEOUT_S, Project

PASSWORD = "let me, see"
LOGIN = {"Authorization": "Basic " + b64encode(f"staging:{PASSWORD}".encode()).decode()}
OF_ONE = ("app.aaa.js", "app.3f9c2d1ab4e5.js")
"""Files that a later release does not have any more."""
LARGE = "body { color: black }\n" * 1000
ASKED = "/a%20b/%2Fc//d?e=%26&f"
"""What a web server that decodes and encodes again would change."""
WEB_SERVERS = ("nginx", "apache", "caddy")
TRIED = WEB_SERVERS if os.environ.get("MATRIX") == "all" else WEB_SERVERS[:1]
"""All of them are for `make test-matrix`."""
SAYS_ITS_PATH = """

plain = app


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    said = json.loads(b"".join(plain(environ, lambda *head: None)))
    said["path"] = [environ["SCRIPT_NAME"], environ["PATH_INFO"]]
    return [json.dumps(said).encode()]
"""


@dataclass(frozen=True)
class Page:
    """What a visitor got."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@pytest.fixture(scope="module")
def target(target_state) -> Target:
    return up_converged("sites", "debian12", target_state)


@pytest.fixture(scope="module")
def shop(target, tmp_path_factory) -> Project:
    """An app with a site."""
    served = {"app_static": {"/static": "static"}, "app_keep_static": "1d"}
    project = Project.make("shop", tmp_path_factory.mktemp("shop"), target, **served)
    project.code("one", SAYS_ITS_PATH)
    for name in ("style.css", *OF_ONE):
        project.write(f"app/static/{name}", "body {}\n")
    project.write("app/static/large.css", LARGE)
    return project


@pytest.fixture(scope="module")
def cart(target, tmp_path_factory) -> Project:
    """An app on the site of the shop."""
    site = {f"{web_server}_server_name": "shop.test" for web_server in WEB_SERVERS}
    project = Project.make(
        "cart",
        tmp_path_factory.mktemp("cart"),
        target,
        app_site="shop",
        app_mount="/cart",
        app_static={"/static": "static"},
    )
    project.configure(**site)
    project.code("one", SAYS_ITS_PATH)
    project.write("app/static/style.css", "cart {}\n")
    return project


def get(project: Project, path: str = "/", host: str = "shop.test", **headers: str) -> Page:
    """The answer to exactly that *path*."""
    target = project.target
    connection = http.client.HTTPConnection(target.host, target.http_port, timeout=REQUEST_TIMEOUT_S)
    try:
        connection.request("GET", path, headers={"Host": host, **headers})
        answer = connection.getresponse()
        return Page(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def guarded(web_server: str) -> dict[str, Any]:
    return {
        "app_web_server": web_server,
        f"{web_server}_redirect_names": ["www.shop.test"],
        f"{web_server}_basic_auth": {"staging": PASSWORD},
        f"{web_server}_health_path": "/healthz",
    }


def require_redirects(project: Project) -> None:
    """Another name leads to the first, by the port that was typed, to what was asked for."""
    for port in ("", ":8080"):
        page = get(project, ASKED, f"www.shop.test{port}")
        assert (page.status, page.headers["Location"]) == (301, f"http://shop.test{port}{ASKED}")


def require_password(project: Project) -> None:
    """Nothing is to be had without it but the path of health, and the app does not see it."""
    strangers = [{}, {"Authorization": "Basic " + b64encode(b"staging:wrong").decode()}]
    for headers in strangers:
        assert [get(project, path, **headers).status for path in ("/", "/static/style.css")] == [401, 401]
    assert get(project, **strangers[0]).headers["WWW-Authenticate"].startswith('Basic realm="shop"')
    assert get(project, "/static/style.css", **LOGIN).body == b"body {}\n"
    assert b"Basic" not in get(project, **LOGIN).body
    assert [get(project, "/healthz", host).status for host in ("shop.test", "10.1.2.3")] == [200, 200]


def require_guest(project: Project) -> None:
    """The app below /cart is told so, and its files are there; what is beside it is not its."""
    paths = [said(project, path)["path"] for path in ("/cart", "/cart/", "/cart/a/b?c=d", "/cartoon")]
    assert paths == [["/cart", ""], ["/cart", "/"], ["/cart", "/a/b"], ["", "/cartoon"]]
    assert get(project, "/cart/static/style.css", **LOGIN).body == b"cart {}\n"
    assert get(project, "/cart/").status == 401


def kept_by_browsers(project: Project, name: str) -> bool:
    """Whether the file is served, and browsers are to ask for it no more."""
    page = get(project, f"/static/{name}", **LOGIN)
    assert page.status == 200, name
    return "immutable" in ", ".join(page.headers.get_all("Cache-Control", []))


def require_compressed(project: Project) -> None:
    """The file that was compressed by the deploy is what is sent."""
    lies = project.target.run(["stat", "--format=%s", "/srv/shop/current/code/static/large.css.gz"]).stdout
    page = get(project, "/static/large.css", **LOGIN, **{"Accept-Encoding": "gzip"})
    assert (page.headers["Content-Encoding"], page.headers["Content-Length"]) == ("gzip", lies.strip())
    assert "Accept-Encoding" in page.headers["Vary"]
    assert page.headers["Content-Type"].startswith("text/css")
    assert (
        gzip.decompress(page.body).decode()
        == get(project, "/static/large.css", **LOGIN).body.decode()
        == LARGE
    )


def said(project: Project, path: str) -> dict[str, Any]:
    """What the app says that answers there to those who know the password."""
    found: dict[str, Any] = json.loads(get(project, path, **LOGIN).body)
    return found


@pytest.mark.parametrize("web_server", TRIED)
def test_a_site_with_other_names_a_password_and_a_guest(shop, cart, web_server):
    shop.configure(**guarded(web_server))
    shop.deploy()
    require_redirects(shop)
    require_password(shop)
    assert [kept_by_browsers(shop, name) for name in ("style.css", *OF_ONE)] == [False, False, True]
    require_compressed(shop)
    cart.configure(app_web_server=web_server)
    cart.deploy()
    require_guest(shop)
    assert shop.deploy().changed == cart.deploy().changed == []
    assert shop.inv("verify").exit_code == cart.inv("verify").exit_code == 0


def test_a_guest_that_goes_takes_its_part_of_the_site_along(shop, cart):
    assert cart.inv("destroy", "--yes").exit_code == 0
    assert said(shop, "/cart/a")["path"] == ["", "/cart/a"]


def test_files_of_the_release_before_are_served_for_a_while(shop):
    for name in OF_ONE:
        (shop.directory / "app/static" / name).unlink()
    shop.write("app/static/app.bbb.js", "new\n")
    shop.deploy()
    assert [kept_by_browsers(shop, name) for name in ("app.bbb.js", *OF_ONE)] == [False, False, True]
    assert get(shop, "/static/app.ccc.js", **LOGIN).status == 404
    shop.configure(app_keep_static=False)
    shop.deploy()
    assert [get(shop, f"/static/{name}", **LOGIN).status for name in OF_ONE] == [404, 404]
