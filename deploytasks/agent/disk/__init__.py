"""The one door to the file system: directories that are open, entries in them, digests of what they hold."""
