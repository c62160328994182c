"""Docker SSH targets: whole Debian hosts on this machine, for demos and tests.

Needs the Docker SDK for Python: `pip install 'deploytasks[targets]'`.
"""

from __future__ import annotations

from deploytasks.errors import ConfigError

try:
    from deploytasks.targets.engine import ensure_engine
    from deploytasks.targets.image import SUITES, ensure_image
    from deploytasks.targets.lifecycle import STATE, down, names, up
    from deploytasks.targets.target import Target
except ModuleNotFoundError as error:
    if error.name != "docker":
        raise
    raise ConfigError("targets need the Docker SDK\npip install 'deploytasks[targets]'") from error

__all__ = ["STATE", "SUITES", "Target", "down", "ensure_engine", "ensure_image", "names", "up"]
