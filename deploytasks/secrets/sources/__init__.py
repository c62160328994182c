"""The shipped secret sources: a module of three functions for each store (see ``SecretSource``)."""
