"""The resource types and actions for the authors of roles; each is imported when it is first used (PEP 562)."""

from typing import TYPE_CHECKING, Any

from deploytasks.agent.engine.types import type_called

if TYPE_CHECKING:
    from deploytasks.agent.accounts.absent_user import AbsentUser
    from deploytasks.agent.accounts.group import Group
    from deploytasks.agent.accounts.member import Member
    from deploytasks.agent.accounts.sudoers import Sudoers
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
    from deploytasks.agent.fetched.archive import Archive
    from deploytasks.agent.fetched.download import Download
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
    from deploytasks.agent.firewall.fail2ban_jail import Fail2banJail
    from deploytasks.agent.firewall.ufw import Ufw
    from deploytasks.agent.firewall.ufw_rule import UfwRule
    from deploytasks.agent.firewall.ufw_sources import UfwSources
    from deploytasks.agent.packages.apt_index import AptIndex
    from deploytasks.agent.packages.apt_repository import AptRepository
    from deploytasks.agent.packages.debconf import Debconf
    from deploytasks.agent.packages.locales import Locales
    from deploytasks.agent.packages.package import Package
    from deploytasks.agent.packages.pip import Pip
    from deploytasks.agent.packages.upgrade import Upgrade
    from deploytasks.agent.programs.command import Command
    from deploytasks.agent.programs.run import Run
    from deploytasks.agent.programs.script import Script
    from deploytasks.agent.programs.wait_for import WaitFor
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
    from deploytasks.agent.services.drop_in import DropIn
    from deploytasks.agent.services.journald import Journald
    from deploytasks.agent.services.reload import Reload
    from deploytasks.agent.services.restart import Restart
    from deploytasks.agent.services.run_if_used import RunIfUsed
    from deploytasks.agent.services.service import Service
    from deploytasks.agent.services.timer import Timer
    from deploytasks.agent.services.unit import Unit
    from deploytasks.agent.ssh.authorized_key import AuthorizedKey
    from deploytasks.agent.ssh.authorized_keys import AuthorizedKeys
    from deploytasks.agent.ssh.known_host import KnownHost
    from deploytasks.agent.ssh.sshd_setting import SshdSetting
    from deploytasks.agent.system.cron_job import CronJob
    from deploytasks.agent.system.hostname import Hostname
    from deploytasks.agent.system.hosts_entry import HostsEntry
    from deploytasks.agent.system.locale import Locale
    from deploytasks.agent.system.logrotate import Logrotate
    from deploytasks.agent.system.mount import Mount
    from deploytasks.agent.system.swap import Swap
    from deploytasks.agent.system.sysctl import Sysctl
    from deploytasks.agent.system.timezone import Timezone
    from deploytasks.agent.text.block import Block
    from deploytasks.agent.text.ini_setting import IniSetting
    from deploytasks.agent.text.line import Line
    from deploytasks.agent.text.replace import Replace
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
    "AptIndex",
    "AptRepository",
    "Archive",
    "AuthorizedKey",
    "AuthorizedKeys",
    "Block",
    "Claim",
    "Command",
    "ComposeServices",
    "Compressed",
    "CopyRetention",
    "CronJob",
    "Debconf",
    "Directories",
    "Directory",
    "DockerEngine",
    "DockerImage",
    "Download",
    "DropIn",
    "EmptyIfLarge",
    "Fail2banJail",
    "File",
    "FirstFile",
    "FirstSymlink",
    "FreshProcesses",
    "Group",
    "Hostname",
    "HostsEntry",
    "HttpCheck",
    "ImageAccounts",
    "ImageRetention",
    "IniSetting",
    "Instance",
    "Journald",
    "KeptFiles",
    "KnownHost",
    "LastingFile",
    "Line",
    "Locale",
    "Locales",
    "Logrotate",
    "ManagedPython",
    "Member",
    "Mount",
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
    "Pip",
    "PostgresAccess",
    "PostgresDatabase",
    "Processes",
    "ProcessesAtBoot",
    "PulledImages",
    "PythonVenv",
    "ReleaseCommand",
    "Reload",
    "Replace",
    "Restart",
    "Retention",
    "Run",
    "RunIfUsed",
    "Script",
    "Secret",
    "SecretFile",
    "SelfSignedCertificate",
    "Service",
    "ShippedImage",
    "SshdSetting",
    "Sudoers",
    "Swap",
    "Symlink",
    "Sysctl",
    "Timer",
    "Timezone",
    "Tree",
    "Ufw",
    "UfwRule",
    "UfwSources",
    "Unit",
    "Upgrade",
    "User",
    "Uv",
    "Visit",
    "WaitFor",
    "Watch",
    "WayIn",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = type_called(name)
    return globals()[name]
