"""App servers of this project's own."""
