"""Users and groups: what the host knows of them, and their types."""
