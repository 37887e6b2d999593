"""Jobs from the order to the end."""
