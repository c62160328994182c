"""The app in a source: the callable that a server takes, and what its framework says of it."""
