"""What of a site's own directives nginx would read as staying inside the site."""

from __future__ import annotations

import pytest

from deploytasks.roles.nginx.snippet import require_whole

WHOLE = [
    "",
    "  \n",
    "# a comment with } and {\n",
    "deny all;",
    "location = /a { return 200 'a } b'; }",
    'location ~ "^/a{2}/" { return 404; }',
    "location /a { if ($arg_x) { return 403; } }",
    "add_header X-A ${arg_a}b; # end",
    "add_header X-A a}b;",
    r"rewrite ^/a\;b /c;",
    "return 200 a'b\";",
    "set $a 'x';set $b \"}\";",
]
BROKEN = [
    "}",
    ";",
    "deny all; }",
    "deny all; } server {",
    "deny all; }; {",
    "location /a { deny all; }}",
    "location /a { deny all }",
    "{ deny all; }",
    "a 'b",
    'a "b\\";',
    'a "b"c;',
    "a \\",
    'a\u00a0" ;} server { listen 81; } x { y "z;',
]


@pytest.mark.parametrize("snippet", WHOLE)
def test_whole(snippet):
    require_whole(snippet, "snippet")


@pytest.mark.parametrize("snippet", BROKEN)
def test_broken(snippet):
    with pytest.raises(ValueError, match="^snippet: "):
        require_whole(snippet, "snippet")
