"""Python read as text: the modules of a source, none of which is run here."""
