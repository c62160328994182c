"""How a host upgrades its packages by itself (apt's periodic work, unattended-upgrade(8))."""

from __future__ import annotations

AUTOMATIC = "/etc/apt/apt.conf.d/60deploytasks-upgrades"
"""Read after those of the packages, so it counts (apt.conf(5))."""


def automatic_upgrades(reboot: str) -> str:
    """The configuration; a *reboot* that a package asks for is at that time of day, or left to people."""
    lines = [
        ("APT::Periodic::Update-Package-Lists", "1"),
        ("APT::Periodic::Unattended-Upgrade", "1"),
        ("APT::Periodic::AutocleanInterval", "7"),
        ("Unattended-Upgrade::Automatic-Reboot", "true" if reboot else "false"),
    ]
    if reboot:
        lines.append(("Unattended-Upgrade::Automatic-Reboot-Time", reboot))
    return "// Managed by deploytasks.\n" + "".join(f'{name} "{value}";\n' for name, value in lines)
