"""Programs that a plan has run, once or as a handler."""
