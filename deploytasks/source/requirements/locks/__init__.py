"""The lock files of the tools for projects, turned into requirement lines."""
