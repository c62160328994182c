"""What a run says to people and to scripts while it works."""

from __future__ import annotations

from deploytasks.report.choice import reporter_for, reporter_of_program
from deploytasks.report.jsonlines import JsonReporter, one_document
from deploytasks.report.mood import DIFFERS, DONE, WOULD, Mood
from deploytasks.report.outlet import Outlet
from deploytasks.report.reading import Reading, reading_for, unseen
from deploytasks.report.recap import HostRecap, Recap
from deploytasks.report.reporter import QuietReporter, Reporter
from deploytasks.report.sending import Sending
from deploytasks.report.several import SeveralReporters

__all__ = [
    "DIFFERS",
    "DONE",
    "WOULD",
    "HostRecap",
    "JsonReporter",
    "Mood",
    "Outlet",
    "QuietReporter",
    "Reading",
    "Recap",
    "Reporter",
    "Sending",
    "SeveralReporters",
    "one_document",
    "reading_for",
    "reporter_for",
    "reporter_of_program",
    "unseen",
]
