"""The system itself: its name, time, language, kernel settings, mounts, swap, and what it does at certain times."""
