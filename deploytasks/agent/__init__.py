"""What travels to the host: standard library only, Python 3.8 and later, imports nothing above itself."""
