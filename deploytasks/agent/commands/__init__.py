"""What a controller can ask of the agent, one command per file.

Each is a function of the session that says its events and returns how it ended.
"""

from __future__ import annotations

from typing import Callable, Dict

from deploytasks.agent.commands.allow import allow
from deploytasks.agent.commands.converge import converge
from deploytasks.agent.commands.history import history
from deploytasks.agent.commands.logs import logs
from deploytasks.agent.commands.openings import openings
from deploytasks.agent.commands.processes import processes
from deploytasks.agent.commands.releases import releases
from deploytasks.agent.commands.rollback import rollback
from deploytasks.agent.commands.run_command import run
from deploytasks.agent.commands.scale import scale
from deploytasks.agent.commands.status import status
from deploytasks.agent.events import Ended
from deploytasks.agent.session import Session

COMMANDS: Dict[str, Callable[[Session], Ended]] = {
    command.__name__: command
    for command in (
        converge,
        rollback,
        status,
        releases,
        history,
        logs,
        processes,
        scale,
        run,
        allow,
        openings,
    )
}
