"""What runs of a release: instances, processes and workers, from their start to their end."""
