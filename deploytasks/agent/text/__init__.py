"""Parts of text files that somebody else has, and their settings."""
