"""The pages of debuggers that people use, as they are today, are told in ten lines."""

from __future__ import annotations

from flask import Flask
from werkzeug.debug import DebuggedApplication
from werkzeug.test import Client

from deploytasks.agent.protocols.error_page import MOST_LINES, lines_of


def view() -> str:
    return str(1 / 0)


def test_of_werkzeugs_debugger_the_end_of_the_traceback_is_told():
    app = Flask("shop")
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.add_url_rule("/", view_func=view)
    answer = Client(DebuggedApplication(app)).get("/")
    told = lines_of(answer.data)
    assert answer.status_code == 500
    assert told[0] == "ZeroDivisionError: division by zero // Werkzeug Debugger"
    assert told[1] == "Traceback (most recent call last):"
    assert told[-2] == "    return str(1 / 0)"
    assert told[-1] == "ZeroDivisionError: division by zero"
    assert len(told) <= MOST_LINES
