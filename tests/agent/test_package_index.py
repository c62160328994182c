"""Package indexes: HTML and JSON, logins, lies about contents."""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import json

import pytest

from deploytasks.agent.errors import StepError
from deploytasks.agent.python.package_index import IndexFile, PackageIndex

SHA = hashlib.sha256(b"wheel").hexdigest()


@pytest.fixture
def serve(host):
    """Starts a server of *pages* that notes the headers of each request in ``serve.asked``."""

    def start(pages, kind="text/html"):
        class Pages(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, dict(self.headers)))
                status, body = pages.get(self.path, (404, b""))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                if 300 <= status < 400:
                    self.send_header("Location", body)
                self.end_headers()
                if status == 200 and self.command == "GET":
                    self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, *_):
                """Say nothing."""

        return "http://127.0.0.1:" + host.serve(Pages)

    asked = start.asked = []
    return start


def test_html_is_understood(serve):
    page = '<a data-x="1" href="../../f/uv-1.whl#sha256=%s">uv</a><a href="/f/a&amp;b.zip#md5=0">' % SHA
    base = serve({"/simple/uv/": (200, page.encode())})
    assert list(PackageIndex(base + "/simple").files("uv")) == [
        IndexFile("uv-1.whl", base + "/f/uv-1.whl", SHA),
        IndexFile("a&b.zip", base + "/f/a&b.zip", ""),
    ]


def test_json_is_understood(serve):
    files = [
        {"url": "../../f/uv-1.whl", "hashes": {"sha256": SHA}},
        {"url": "https://files.test/b.whl", "hashes": {}},
    ]
    body = json.dumps({"files": files}).encode()
    base = serve({"/simple/uv/": (200, body)}, "application/vnd.pypi.simple.v1+json")
    assert list(PackageIndex(base + "/simple/").files("uv")) == [
        IndexFile("uv-1.whl", base + "/f/uv-1.whl", SHA),
        IndexFile("b.whl", "https://files.test/b.whl", ""),
    ]


def test_a_content_with_another_hash_is_refused(serve):
    base = serve({"/uv.whl": (200, b"something else")})
    with pytest.raises(StepError, match="uv.whl from .* has not the SHA-256 that the index tells"):
        PackageIndex(base).download(IndexFile("uv.whl", base + "/uv.whl", SHA), io.BytesIO())


def test_a_content_is_written_as_it_came(serve):
    base = serve({"/uv.whl": (200, b"wheel")})
    to = io.BytesIO()
    PackageIndex(base).download(IndexFile("uv.whl", base + "/uv.whl", SHA), to)
    assert to.getvalue() == b"wheel"


def test_the_login_goes_to_the_index_and_into_no_message(serve):
    base = serve({})
    index = PackageIndex(base.replace("//", "//ann:p%40ss@") + "/simple")
    with pytest.raises(StepError, match=r"^http://127\.0\.0\.1:\d+/simple/uv/ answers 404 Not Found$"):
        index.files("uv")
    assert serve.asked[0][1]["Authorization"] == "Basic " + base64.b64encode(b"ann:p@ss").decode()
    assert "ann" not in index.name


def test_the_login_is_not_sent_on_to_another_host(serve):
    other = serve({"/simple/uv/": (200, b"")}).replace("127.0.0.1", "localhost")
    base = serve({"/simple/uv/": (302, (other + "/simple/uv/").encode().decode())})
    list(PackageIndex(base.replace("//", "//ann:secret@") + "/simple").files("uv"))
    first, second = (headers for _, headers in serve.asked)
    assert "Authorization" in first
    assert "Authorization" not in second


def test_any_answer_means_that_the_index_is_there(serve):
    assert PackageIndex(serve({}) + "/simple").trouble() == ""


def test_a_broken_index_is_told(serve):
    base = serve({"/simple/pip/": (503, b"")})
    assert PackageIndex(base + "/simple").trouble() == "it answers 503 Service Unavailable"


def test_no_answer_is_told():
    assert PackageIndex("http://127.0.0.1:9/simple").trouble() == "Connection refused"


def test_what_is_no_address_is_told():
    assert (
        PackageIndex("file:///etc").trouble()
        == "'file:///etc/pip/' is no address of a package index; expected https://…"
    )
