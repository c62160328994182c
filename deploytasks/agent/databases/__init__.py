"""Databases that a host has of its own."""
