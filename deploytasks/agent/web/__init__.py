"""Web servers and their certificates, as far as they need more than files and services."""
