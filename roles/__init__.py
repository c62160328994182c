"""The roles that come with deploytasks: what an app, its server, its web server and its firewall need on a host."""
