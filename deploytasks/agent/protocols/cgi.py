"""The variables of a request as CGI has them (RFC 3875, section 4.1)."""

from __future__ import annotations

from typing import Dict


def variables(path: str, headers: Dict[str, str]) -> Dict[str, str]:
    """A ``GET`` of *path* with *headers*, as a web server that people reach over their scheme would ask."""
    place, _, query = path.partition("?")
    secure = headers.get("X-Forwarded-Proto") == "https"
    return {
        "REQUEST_METHOD": "GET",
        "REQUEST_URI": path,
        "SCRIPT_NAME": "",
        "PATH_INFO": place,
        "QUERY_STRING": query,
        "CONTENT_TYPE": "",
        "CONTENT_LENGTH": "",
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": headers["Host"],
        "SERVER_PORT": "443" if secure else "80",
        "REMOTE_ADDR": "127.0.0.1",
        "REQUEST_SCHEME": "https" if secure else "http",
        **({"HTTPS": "on"} if secure else {}),
        **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()},
    }
