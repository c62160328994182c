"""Units of systemd: what is asked of it, what is told to it, and the types."""
