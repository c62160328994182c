"""The resource types and actions for the authors of roles; each is imported when it is first used (PEP 562)."""

from typing import TYPE_CHECKING, Any

from deploytasks.agent.types import type_called

if TYPE_CHECKING:
    from deploytasks.agent.resources.absent import Absent
    from deploytasks.agent.resources.acme_certificate import AcmeCertificate
    from deploytasks.agent.resources.apache_reload import ApacheReload
    from deploytasks.agent.resources.claim import Claim
    from deploytasks.agent.resources.command import Command
    from deploytasks.agent.resources.compose_services import ComposeServices
    from deploytasks.agent.resources.copy_retention import CopyRetention
    from deploytasks.agent.resources.directory import Directory
    from deploytasks.agent.resources.docker_engine import DockerEngine
    from deploytasks.agent.resources.docker_image import DockerImage
    from deploytasks.agent.resources.file import File
    from deploytasks.agent.resources.first_symlink import FirstSymlink
    from deploytasks.agent.resources.fresh_processes import FreshProcesses
    from deploytasks.agent.resources.group import Group
    from deploytasks.agent.resources.http_check import HttpCheck
    from deploytasks.agent.resources.image_retention import ImageRetention
    from deploytasks.agent.resources.instance import Instance
    from deploytasks.agent.resources.lasting_file import LastingFile
    from deploytasks.agent.resources.member import Member
    from deploytasks.agent.resources.nginx_limits import NginxLimits
    from deploytasks.agent.resources.nginx_page import NginxPage
    from deploytasks.agent.resources.nginx_reload import NginxReload
    from deploytasks.agent.resources.no_files import NoFiles
    from deploytasks.agent.resources.no_units import NoUnits
    from deploytasks.agent.resources.no_user import NoUser
    from deploytasks.agent.resources.only_catch_alls import OnlyCatchAlls
    from deploytasks.agent.resources.only_compose_services import OnlyComposeServices
    from deploytasks.agent.resources.only_instance import OnlyInstance
    from deploytasks.agent.resources.only_processes import OnlyProcesses
    from deploytasks.agent.resources.package import Package
    from deploytasks.agent.resources.postgres_database import PostgresDatabase
    from deploytasks.agent.resources.processes import Processes
    from deploytasks.agent.resources.processes_at_boot import ProcessesAtBoot
    from deploytasks.agent.resources.pulled_images import PulledImages
    from deploytasks.agent.resources.python_venv import PythonVenv
    from deploytasks.agent.resources.release_command import ReleaseCommand
    from deploytasks.agent.resources.reload import Reload
    from deploytasks.agent.resources.restart import Restart
    from deploytasks.agent.resources.retention import Retention
    from deploytasks.agent.resources.run import Run
    from deploytasks.agent.resources.run_if_used import RunIfUsed
    from deploytasks.agent.resources.secret import Secret
    from deploytasks.agent.resources.secret_file import SecretFile
    from deploytasks.agent.resources.self_signed_certificate import SelfSignedCertificate
    from deploytasks.agent.resources.service import Service
    from deploytasks.agent.resources.shipped_image import ShippedImage
    from deploytasks.agent.resources.symlink import Symlink
    from deploytasks.agent.resources.tree import Tree
    from deploytasks.agent.resources.ufw import Ufw
    from deploytasks.agent.resources.ufw_rule import UfwRule
    from deploytasks.agent.resources.unit import Unit
    from deploytasks.agent.resources.user import User
    from deploytasks.agent.resources.uv import Uv
    from deploytasks.agent.resources.watch import Watch
    from deploytasks.agent.resources.withdrawn import Withdrawn

__all__ = [
    "Absent",
    "AcmeCertificate",
    "ApacheReload",
    "Claim",
    "Command",
    "ComposeServices",
    "CopyRetention",
    "Directory",
    "DockerEngine",
    "DockerImage",
    "File",
    "FirstSymlink",
    "FreshProcesses",
    "Group",
    "HttpCheck",
    "ImageRetention",
    "Instance",
    "LastingFile",
    "Member",
    "NginxLimits",
    "NginxPage",
    "NginxReload",
    "NoFiles",
    "NoUnits",
    "NoUser",
    "OnlyCatchAlls",
    "OnlyComposeServices",
    "OnlyInstance",
    "OnlyProcesses",
    "Package",
    "PostgresDatabase",
    "Processes",
    "ProcessesAtBoot",
    "PulledImages",
    "PythonVenv",
    "ReleaseCommand",
    "Reload",
    "Restart",
    "Retention",
    "Run",
    "RunIfUsed",
    "Secret",
    "SecretFile",
    "SelfSignedCertificate",
    "Service",
    "ShippedImage",
    "Symlink",
    "Tree",
    "Ufw",
    "UfwRule",
    "Unit",
    "User",
    "Uv",
    "Watch",
    "Withdrawn",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = type_called(name)
    return globals()[name]
