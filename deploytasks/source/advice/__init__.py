"""What a project's files lead one to propose or to warn of."""
