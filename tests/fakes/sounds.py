"""Real, small sound files."""

import wave
from io import BytesIO

RATE = 8000


def sound(seconds: float = 2.0) -> bytes:
    """A WAV of silence."""
    file = BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(RATE)
        written.writeframes(b"\x80" * round(RATE * seconds))
    return file.getvalue()
