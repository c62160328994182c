"""What lies between a typed command line and the library."""
