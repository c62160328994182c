"""What a program gets that is run beside an app's own processes: user, directory, variables and limits."""

from __future__ import annotations

from typing import List

from deploytasks.agent.release.layout import App, Release


def in_app_environment(app: App, release: Release, *options: str) -> List[str]:
    """The argv of systemd-run(1) that gives a program what the app's own processes get."""
    properties = (
        "User=" + app.user,
        "Group=" + app.user,
        "WorkingDirectory=" + release.code,
        "EnvironmentFile=-" + app.services_env,
        "EnvironmentFile=" + release.env,
        "ProtectSystem=full",
        "NoNewPrivileges=yes",
    )
    path = "PATH=%s/bin:/usr/local/bin:/usr/bin:/bin" % release.venv
    settings = [word for setting in properties for word in ("-p", setting)]
    return [
        "systemd-run",
        "--quiet",
        "--collect",
        *options,
        *settings,
        "-E",
        path,
        "-E",
        "VIRTUAL_ENV=" + release.venv,
        "--",
    ]
