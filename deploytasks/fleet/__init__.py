"""Many hosts at once: a visit to each, in batches, and in step where they share an app."""
