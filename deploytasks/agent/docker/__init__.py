"""The Docker engine of the machine, and what is done with it."""
