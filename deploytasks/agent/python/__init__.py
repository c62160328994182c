"""Pythons of the machine, and where their packages come from."""
