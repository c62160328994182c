"""Secrets where people keep them: values that name one in place of being one, and who is asked for it.

``env:NAME`` or ``op://vault/item/field`` in the place of a password is a `Reference`; the part before the colon names
a source, a module of three functions over its vendor's own command line. `Secrets` asks all of them at once, once in a
run, and keeps what they say in memory alone.
"""

from deploytasks.secrets.reference import Reference, begins_alike, reference_in
from deploytasks.secrets.secrets import Answer, Secrets
from deploytasks.secrets.source import SecretSource
from deploytasks.secrets.unanswered import Unanswered

__all__ = ["Answer", "Reference", "SecretSource", "Secrets", "Unanswered", "begins_alike", "reference_in"]
