"""What was asked for and paid, whatever the protocol."""
