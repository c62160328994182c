"""What a resource type of one's own may do to files; it travels as its module is, so these names stay here."""

from deploytasks.agent.disk.entry import read_entry, remove_entry, write_entry, write_file

__all__ = ["read_entry", "remove_entry", "write_entry", "write_file"]
