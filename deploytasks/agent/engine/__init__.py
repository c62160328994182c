"""The ground: steps, plans and their carrying out, on a machine of which it knows only what it is told."""
