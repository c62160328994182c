"""The types that a plan can hold, one noun per file."""
