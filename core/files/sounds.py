"""How long something is that somebody has said: what is paid for by the minute."""

from pathlib import Path

from pydantic import TypeAdapter

from core.files import sound_length
from core.files.probe import PICTURES

_ANSWER = TypeAdapter[float | None](float | None)


async def seconds_of(path: Path) -> float | None:
    """How many seconds of sound are in a file; None where it cannot be told."""
    try:
        answer = await PICTURES.run(sound_length.__name__, path)
    except (TimeoutError, ChildProcessError):
        return None
    return _ANSWER.validate_json(answer)
