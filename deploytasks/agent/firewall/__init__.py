"""The firewall: ufw, who is let in for a while, and the types."""
