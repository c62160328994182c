"""What a host is like, whatever runs on it."""
