"""OpenAI's video format."""
