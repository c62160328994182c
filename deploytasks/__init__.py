"""deploytasks: Invoke and Fabric tasks that take a WSGI app from a laptop to real hosts."""

__version__ = "0.1.0"
