"""The app's directory on the controller: its files, what kind of app it is, what it needs installed."""

from deploytasks.source.app.detection import detect_callable
from deploytasks.source.app.static import collected_static, detect_static, manage_py
from deploytasks.source.code.app_ref import AppRef, parse_callable
from deploytasks.source.look import Tell
from deploytasks.source.processes.procfile import parse_procfile, read_procfile
from deploytasks.source.requirements.lockfile import find_requirements
from deploytasks.source.requirements.requirements import Requirements
from deploytasks.source.tree import Source, to_nobody

__all__ = [
    "AppRef",
    "Requirements",
    "Source",
    "Tell",
    "collected_static",
    "detect_callable",
    "detect_static",
    "find_requirements",
    "manage_py",
    "parse_callable",
    "parse_procfile",
    "read_procfile",
    "to_nobody",
]
