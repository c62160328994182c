"""Maintenance: nginx answers everybody with a page and status 503 (RFC 9110, section 15.6.4); the app stays up."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from deploytasks.plan import Handler, Plan, Step
from deploytasks.resources import Absent, Directory, File, NginxReload
from deploytasks.template import Templates

if TYPE_CHECKING:
    from deploytasks.agent.app import App

template = Templates(beside=__file__)

DIRECTORY = "/etc/nginx/maintenance"
RETRY_AFTER_S = 60
NOT_IN_QUOTES = str.maketrans({"$": "&#36;", "\\": "&#92;", "\n": "<br>"})
"""What would mean something to nginx, or end its line."""


def place_of(app: App) -> str:
    """What the site of *app* includes while it is there; releases come and go without it."""
    return f"{DIRECTORY}/{app.name}.conf"


def begin(app: App, message: str) -> Plan:
    """Everybody sees *message*, which is text and not HTML."""
    text = html.escape(message).translate(NOT_IN_QUOTES)
    page = template("maintenance.conf.j2", app=app, message=text, retry_after_s=RETRY_AFTER_S)
    steps = (
        Step("make the directory of pages", Directory(DIRECTORY), role="nginx"),
        Step("show the page", File(place_of(app), page), notify=_reload(), role="nginx"),
    )
    return Plan(steps, app)


def end(app: App) -> Plan:
    """The app is back."""
    return Plan((Step("take the page away", Absent(place_of(app)), notify=_reload(), role="nginx"),), app)


def _reload() -> Handler:
    return Handler("reload nginx", NginxReload(), role="nginx")
