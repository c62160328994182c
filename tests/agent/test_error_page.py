"""What a page of an app that fails tells who has to mend it, in ten lines."""

from __future__ import annotations

import http.server

from deploytasks.agent.protocols.error_page import MOST_LINES, lines_of
from deploytasks.agent.protocols.probe import Probe

PLAIN_500 = b"""<!doctype html>
<html lang=en>
<title>500 Internal Server Error</title>
<h1>Internal Server Error</h1>
<p>The server encountered an internal error &amp; was unable to complete your request.</p>
"""
FRAME = '  File "/srv/shop/code/app.py", line %d, in f\n    f(&lt;x&gt;)\n    ^^^^^^\n'
FRAMES = "".join(FRAME % number for number in range(30))
DJANGO = """<!DOCTYPE html>
<html><head><title>ValueError
          at /</title><style>body { color: red }</style>
<script>function toggle() { return "<b>"; }</script></head>
<body><div id="summary"><h1>ValueError at /</h1><pre class="exception_value">boom &lt;1&gt;</pre></div>
<h2>Traceback <span>Switch to copy-and-paste view</span></h2>
<table><tr><td>SECRET_KEY</td><td>'canary'</td></tr></table>
<textarea id="traceback_area" cols="140" rows="25">
Environment:

Request Method: GET

Traceback (most recent call last):
%s
Exception Type: ValueError at /
Exception Value: boom &lt;1&gt;
</textarea>
<table><tr><td>DATABASES</td><td>canary</td></tr></table></body></html>
""" % FRAMES  # fmt: skip


def test_a_page_without_a_traceback_is_its_words():
    assert lines_of(PLAIN_500) == [
        "500 Internal Server Error",
        "Internal Server Error",
        "The server encountered an internal error & was unable to complete your request.",
    ]


def test_of_djangos_page_its_title_and_the_end_of_the_traceback_remain():
    told = lines_of(DJANGO.encode())
    assert told[:2] == ["ValueError at /", "Traceback (most recent call last):"]
    assert told[-2:] == ["Exception Type: ValueError at /", "Exception Value: boom <1>"]
    assert len(told) == MOST_LINES
    assert not any("canary" in line or "^^^" in line for line in told)


def test_what_is_no_page_is_its_first_lines():
    assert lines_of(b'{"error": "no database"}') == ['{"error": "no database"}']
    assert lines_of(b"\n".join([b"x" * 300] * 50)) == ["x" * 199 + "…"] * MOST_LINES
    assert lines_of(b"") == []


class Failing(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = DJANGO.replace("Environment:", "x" * 200_000).encode() if self.path == "/" else b""
        self.send_response(500)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        """Say nothing."""


def test_a_probe_tells_the_status_and_what_matters_of_a_long_page(host):
    port = host.serve(Failing)
    told = Probe(port).ask(10, lambda: None)
    assert told.splitlines()[0] == "GET / answered 500 instead of 200-399: ValueError at /"
    assert told.splitlines()[-1] == "Exception Value: boom <1>"
    assert Probe(port, "/empty").ask(10, lambda: None) == "GET /empty answered 500 instead of 200-399"
