"""What goes to a host and how: the conversation with its agent, the agent itself, contents, wheels, images."""
