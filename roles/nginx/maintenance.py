"""Maintenance: nginx answers everybody with a page and status 503 (RFC 9110, section 15.6.4); the app stays up."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from deploytasks import resources
from deploytasks.agent.web.nginx_page import PAGES, page_of
from deploytasks.planning.plan import Handler, Plan, Step
from deploytasks.planning.template import Templates

if TYPE_CHECKING:
    from deploytasks.agent.release.layout import App

template = Templates(beside=__file__)

RETRY_AFTER_S = 60
NOT_IN_QUOTES = str.maketrans({"$": "&#36;", "\\": "&#92;", "\n": "<br>"})
"""What would mean something to nginx, or end its line."""


def included(app: App) -> str:
    """What the site of *app* includes: a pattern, as nginx would refuse the name of a file that is not there."""
    return f"{page_of(app.name)[:-1]}[f]"


def begin(app: App, message: str) -> Plan:
    """Everybody sees *message*, which is text and not HTML."""
    text = html.escape(message).translate(NOT_IN_QUOTES)
    page = template("maintenance.conf.j2", app=app, message=text, retry_after_s=RETRY_AFTER_S)
    show = Handler("show the maintenance page", resources.NginxPage(app.name, included(app)), role="nginx")
    steps = (
        Step("make the directory of maintenance pages", resources.Directory(PAGES), role="nginx"),
        Step(
            "write the maintenance page", resources.File(page_of(app.name), page), notify=show, role="nginx"
        ),
    )
    return Plan(steps)


def end(app: App) -> Plan:
    """The app is back."""
    reload = Handler("reload nginx", resources.NginxReload(), role="nginx")
    return Plan(
        (
            Step(
                "remove the maintenance page",
                resources.Absent(page_of(app.name)),
                notify=reload,
                role="nginx",
            ),
        )
    )
