"""What an instance may speak on its socket: one protocol per file, each with ``request`` and ``response``."""
