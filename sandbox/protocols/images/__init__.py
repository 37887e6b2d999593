"""The images API, and Gemini's."""
