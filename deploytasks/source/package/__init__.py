"""The app itself as a package, with what an installation would bring beside its modules."""
