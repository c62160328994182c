"""Pythons of the machine, and where their packages come from."""

CACHE = "/var/cache/deploytasks"
"""Where installers keep what they have fetched."""
PYTHONS = "/opt/deploytasks/pythons"
"""Where Pythons lie that were brought, a directory for each version that is wanted."""
