"""Files, directories, links and trees: how they are laid out, and their types."""
