"""Pythons of the machine, and where their packages come from."""

CACHE = "/var/cache/deploytasks"
"""Where installers keep what they have fetched."""
