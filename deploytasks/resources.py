"""The resource types and actions for the authors of roles."""

from deploytasks.agent.resources.absent import Absent
from deploytasks.agent.resources.command import Command
from deploytasks.agent.resources.directory import Directory
from deploytasks.agent.resources.file import File
from deploytasks.agent.resources.group import Group
from deploytasks.agent.resources.http_check import HttpCheck
from deploytasks.agent.resources.instance import Instance
from deploytasks.agent.resources.only_instance import OnlyInstance
from deploytasks.agent.resources.package import Package
from deploytasks.agent.resources.python_venv import PythonVenv
from deploytasks.agent.resources.reload import Reload
from deploytasks.agent.resources.restart import Restart
from deploytasks.agent.resources.retention import Retention
from deploytasks.agent.resources.run import Run
from deploytasks.agent.resources.service import Service
from deploytasks.agent.resources.symlink import Symlink
from deploytasks.agent.resources.tree import Tree
from deploytasks.agent.resources.ufw import Ufw
from deploytasks.agent.resources.ufw_rule import UfwRule
from deploytasks.agent.resources.unit import Unit
from deploytasks.agent.resources.user import User
from deploytasks.agent.resources.uv import Uv
from deploytasks.agent.resources.watch import Watch

__all__ = [
    "Absent",
    "Command",
    "Directory",
    "File",
    "Group",
    "HttpCheck",
    "Instance",
    "OnlyInstance",
    "Package",
    "PythonVenv",
    "Reload",
    "Restart",
    "Retention",
    "Run",
    "Service",
    "Symlink",
    "Tree",
    "Ufw",
    "UfwRule",
    "Unit",
    "User",
    "Uv",
    "Watch",
]
