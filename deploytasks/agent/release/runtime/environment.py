"""What a program gets that is run beside an app's own processes: user, directory, variables and limits."""

from __future__ import annotations

from typing import List

from deploytasks.agent.release.layout import App, Release
from deploytasks.agent.services.transient import transient

PATIENCE_S = 5
"""What a program leaves behind that wants no end has this long; who waits for the program, waits for that, too."""


def in_app_environment(app: App, release: Release, *options: str) -> List[str]:
    """What gives a program in a unit with *options* what the app's own processes get."""
    properties = (
        "User=" + app.user,
        "Group=" + app.user,
        "WorkingDirectory=" + release.code,
        "EnvironmentFile=-" + app.services_env,
        "EnvironmentFile=" + release.env,
        "ProtectSystem=full",
        "NoNewPrivileges=yes",
        "TimeoutStopSec=%d" % PATIENCE_S,
    )
    path = "%s:%s/bin:/usr/local/bin:/usr/bin:/bin" % (release.own_programs, release.venv)
    return transient(options, properties, {"PATH": path, "VIRTUAL_ENV": release.venv})
