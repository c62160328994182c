"""What a run says to people and to scripts while it works."""

from __future__ import annotations

from deploytasks.report.jsonlines import JsonReporter, one_document
from deploytasks.report.outlet import Outlet
from deploytasks.report.recap import HostRecap, Recap
from deploytasks.report.reporter import QuietReporter, Reporter, reporter_for, reporter_of_program
from deploytasks.report.sending import Sending
from deploytasks.report.several import SeveralReporters

__all__ = [
    "HostRecap",
    "JsonReporter",
    "Outlet",
    "QuietReporter",
    "Recap",
    "Reporter",
    "Sending",
    "SeveralReporters",
    "one_document",
    "reporter_for",
    "reporter_of_program",
]
