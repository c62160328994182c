"""The controller's side of the conversation with an agent."""
