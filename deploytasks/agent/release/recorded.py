"""A release's recorded plan, read back so that it can be carried out again."""

from __future__ import annotations

import json

from deploytasks.agent.disk.directory_handle import reading_roots
from deploytasks.agent.engine.format import require_known
from deploytasks.agent.engine.machine import Machine
from deploytasks.agent.engine.plan import Plan
from deploytasks.agent.engine.shipped import import_shipped
from deploytasks.agent.errors import StepError
from deploytasks.agent.release.layout import Release


def recorded_plan(machine: Machine, release: Release) -> Plan:
    """The plan of *release*; raises ``StepError`` when it cannot be read."""
    try:
        with reading_roots(machine.path(release.plan)) as file:
            document = json.load(file)
        require_known(document, "the recorded plan of %s" % release.name)
        import_shipped(document["modules"])
        return Plan.from_json(document["plan"])
    except (OSError, ValueError, LookupError, TypeError, ImportError, AttributeError, SyntaxError) as error:
        reason = "the recorded plan of %s cannot be read: %s; deploy instead" % (release.name, error)
        raise StepError(reason) from error
