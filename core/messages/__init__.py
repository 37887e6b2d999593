"""What jobs look like in a chat, and how often it may be written to."""
