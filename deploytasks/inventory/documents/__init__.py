"""Texts that people write: YAML, JSON and TOML, every value with its line."""
