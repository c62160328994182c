"""Who may log in over SSH, who this host knows, and how sshd is set."""
