"""What an app needs installed, in each form in which its author may have written it."""
