"""The resource types and actions for the authors of roles; each is imported when it is first used (PEP 562)."""

from typing import TYPE_CHECKING, Any

from deploytasks.agent.engine.types import type_called

if TYPE_CHECKING:
    from deploytasks.agent.accounts.absent_user import AbsentUser
    from deploytasks.agent.accounts.group import Group
    from deploytasks.agent.accounts.member import Member
    from deploytasks.agent.accounts.user import User
    from deploytasks.agent.databases.postgres_access import PostgresAccess
    from deploytasks.agent.databases.postgres_database import PostgresDatabase
    from deploytasks.agent.docker.compose_services import ComposeServices
    from deploytasks.agent.docker.docker_engine import DockerEngine
    from deploytasks.agent.docker.docker_image import DockerImage
    from deploytasks.agent.docker.image_accounts import ImageAccounts
    from deploytasks.agent.docker.only_compose_services import OnlyComposeServices
    from deploytasks.agent.docker.pulled_images import PulledImages
    from deploytasks.agent.docker.shipped_image import ShippedImage
    from deploytasks.agent.files.absent import Absent
    from deploytasks.agent.files.absent_managed import AbsentManaged
    from deploytasks.agent.files.compressed import Compressed
    from deploytasks.agent.files.directories import Directories
    from deploytasks.agent.files.directory import Directory
    from deploytasks.agent.files.empty_if_large import EmptyIfLarge
    from deploytasks.agent.files.file import File
    from deploytasks.agent.files.first_file import FirstFile
    from deploytasks.agent.files.lasting_file import LastingFile
    from deploytasks.agent.files.only_file import OnlyFile
    from deploytasks.agent.files.secret import Secret
    from deploytasks.agent.files.secret_file import SecretFile
    from deploytasks.agent.files.symlink import Symlink
    from deploytasks.agent.files.tree import Tree
    from deploytasks.agent.firewall.ufw import Ufw
    from deploytasks.agent.firewall.ufw_rule import UfwRule
    from deploytasks.agent.firewall.ufw_sources import UfwSources
    from deploytasks.agent.packages.locales import Locales
    from deploytasks.agent.packages.package import Package
    from deploytasks.agent.programs.command import Command
    from deploytasks.agent.programs.run import Run
    from deploytasks.agent.python.managed_python import ManagedPython
    from deploytasks.agent.python.python_venv import PythonVenv
    from deploytasks.agent.python.uv import Uv
    from deploytasks.agent.release.absent_files import AbsentFiles
    from deploytasks.agent.release.claim import Claim
    from deploytasks.agent.release.copy_retention import CopyRetention
    from deploytasks.agent.release.first_symlink import FirstSymlink
    from deploytasks.agent.release.image_retention import ImageRetention
    from deploytasks.agent.release.kept_files import KeptFiles
    from deploytasks.agent.release.only_ufw_rules import OnlyUfwRules
    from deploytasks.agent.release.retention import Retention
    from deploytasks.agent.release.runtime.absent_units import AbsentUnits
    from deploytasks.agent.release.runtime.fresh_processes import FreshProcesses
    from deploytasks.agent.release.runtime.http_check import HttpCheck
    from deploytasks.agent.release.runtime.instance import Instance
    from deploytasks.agent.release.runtime.only_instance import OnlyInstance
    from deploytasks.agent.release.runtime.only_processes import OnlyProcesses
    from deploytasks.agent.release.runtime.processes import Processes
    from deploytasks.agent.release.runtime.processes_at_boot import ProcessesAtBoot
    from deploytasks.agent.release.runtime.release_command import ReleaseCommand
    from deploytasks.agent.release.runtime.watch import Watch
    from deploytasks.agent.release.runtime.way_in import WayIn
    from deploytasks.agent.services.reload import Reload
    from deploytasks.agent.services.restart import Restart
    from deploytasks.agent.services.run_if_used import RunIfUsed
    from deploytasks.agent.services.service import Service
    from deploytasks.agent.services.unit import Unit
    from deploytasks.agent.web.acme_certificate import AcmeCertificate
    from deploytasks.agent.web.apache_reload import ApacheReload
    from deploytasks.agent.web.nginx_limits import NginxLimits
    from deploytasks.agent.web.nginx_member import NginxMember
    from deploytasks.agent.web.nginx_page import NginxPage
    from deploytasks.agent.web.nginx_reload import NginxReload
    from deploytasks.agent.web.nginx_sites import NginxSites
    from deploytasks.agent.web.only_catch_alls import OnlyCatchAlls
    from deploytasks.agent.web.pinned_certificate import PinnedCertificate
    from deploytasks.agent.web.self_signed_certificate import SelfSignedCertificate
    from deploytasks.agent.web.visit import Visit

__all__ = [
    "Absent",
    "AbsentFiles",
    "AbsentManaged",
    "AbsentUnits",
    "AbsentUser",
    "AcmeCertificate",
    "ApacheReload",
    "Claim",
    "Command",
    "ComposeServices",
    "Compressed",
    "CopyRetention",
    "Directories",
    "Directory",
    "DockerEngine",
    "DockerImage",
    "EmptyIfLarge",
    "File",
    "FirstFile",
    "FirstSymlink",
    "FreshProcesses",
    "Group",
    "HttpCheck",
    "ImageAccounts",
    "ImageRetention",
    "Instance",
    "KeptFiles",
    "LastingFile",
    "Locales",
    "ManagedPython",
    "Member",
    "NginxLimits",
    "NginxMember",
    "NginxPage",
    "NginxReload",
    "NginxSites",
    "OnlyCatchAlls",
    "OnlyComposeServices",
    "OnlyFile",
    "OnlyInstance",
    "OnlyProcesses",
    "OnlyUfwRules",
    "Package",
    "PinnedCertificate",
    "PostgresAccess",
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
    "UfwSources",
    "Unit",
    "User",
    "Uv",
    "Visit",
    "Watch",
    "WayIn",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = type_called(name)
    return globals()[name]
