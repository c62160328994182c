"""How an app is started elsewhere: the command lines in its files, read whole and never run."""
