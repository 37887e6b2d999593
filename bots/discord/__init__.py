"""Discord: interactions in, messages and videos out."""
