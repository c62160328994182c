"""The task that tells which secrets are used where, and whether each can be had; never what they are."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from deploytasks.errors import ConfigError
from deploytasks.planning.secret_values import ordinary_values, secret_values
from deploytasks.planning.standard import standard_roles
from deploytasks.report import one_document, tables
from deploytasks.secrets import Secrets

if TYPE_CHECKING:
    from deploytasks.cli.chosen import Chosen
    from deploytasks.inventory import Host
    from deploytasks.planning.answered import Answers
    from deploytasks.planning.secret_values import SecretValue


def show_secrets(chosen: Chosen) -> int:
    """Ask for all secrets of the chosen hosts and print which have an answer; 5 if one has none."""
    values = {host.name: secret_values(host, standard_roles) for host in chosen.named}
    answers = Secrets().ask(value.reference for found in values.values() for value in found)
    document = {host.name: _told(host, values[host.name], answers) for host in chosen.named}
    if chosen.json:
        print(one_document(document))
    else:
        tables.show(tables.secrets(document), sys.stdout, os.environ)
    return ConfigError.exit_code if any(answer.error for answer in answers.values()) else 0


def _told(host: Host, values: list[SecretValue], answers: Answers) -> dict[str, Any]:
    """What *host* uses, and which of its values only begin as if they named a secret."""
    used = [
        {
            "variable": value.name,
            "origin": str(value.place),
            "reference": str(value.reference),
            "resolves": not answers[value.reference].error,
            "error": answers[value.reference].error or None,
        }
        for value in values
    ]
    return {"secrets": used, "as_written": ordinary_values(host, standard_roles)}
