"""Answers in words: asked once, shown while they come, kept with the conversation around them."""
