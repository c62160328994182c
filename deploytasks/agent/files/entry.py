"""What a resource type of one's own may do to files; it travels as its module is, so these names stay here."""

from deploytasks.agent.disk.entry import (
    append,
    beside,
    give_rights,
    is_bare,
    is_directory,
    make_directories,
    make_directory,
    read_directory,
    read_entry,
    remove_entry,
    remove_whole,
    take_whole,
    user_name,
    write_entry,
    write_file,
    writing,
)

__all__ = [
    "append",
    "beside",
    "give_rights",
    "is_bare",
    "is_directory",
    "make_directories",
    "make_directory",
    "read_directory",
    "read_entry",
    "remove_entry",
    "remove_whole",
    "take_whole",
    "user_name",
    "write_entry",
    "write_file",
    "writing",
]
