"""Words that earlier versions wrote on hosts, and what each is called now. None of them is ever taken away."""

from __future__ import annotations

TYPES = {
    "NoFiles": "AbsentFiles",
    "NoUnits": "AbsentUnits",
    "NoUser": "AbsentUser",
    "Withdrawn": "AbsentManaged",
}
