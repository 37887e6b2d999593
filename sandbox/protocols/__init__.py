"""The wire protocols that the sandbox speaks."""
