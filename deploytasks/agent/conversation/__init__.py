"""What the agent hears and says, and how it gets through."""
