"""Words that earlier versions wrote on hosts, and what each is called now. None of them is ever taken away."""

from __future__ import annotations

TYPES = {
    "NoFiles": "AbsentFiles",
    "NoUnits": "AbsentUnits",
    "NoUser": "AbsentUser",
    "Withdrawn": "AbsentManaged",
}
"""Resource types."""

HANDLERS = {
    ("caddy", "approve of the configuration"): "check Caddy's configuration",
    ("nginx", "show the page"): "show the maintenance page",
    ("none", "change the port"): "reopen the app's port",
    ("none", "close the port"): "close the app's port",
}
"""Handlers, each with its role: what an earlier version owes is carried out by its name."""
