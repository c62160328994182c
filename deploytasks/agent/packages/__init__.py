"""Packages of the distribution: apt and dpkg, and the types."""
