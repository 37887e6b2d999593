"""The media that the sandbox makes, and how downloads of them go wrong."""
