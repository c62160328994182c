"""The operating system's own: accounts, packages, units, sockets and the firewall."""
