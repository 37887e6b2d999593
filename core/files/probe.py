"""Has files looked into in a child process, where a hostile one hurts nobody else."""

import asyncio
from pathlib import Path

from pydantic import TypeAdapter

from core.errors import Fault, JobError
from core.files import media_info
from core.files.child import Turns, run_child
from core.files.media_info import not_media
from core.media import Asset, MediaKind

_turns = Turns(2)
_ANSWER = TypeAdapter[Asset | Fault](Asset | Fault)


async def probe(path: Path, kind: MediaKind, *, timeout_seconds: float = 60) -> Asset:
    """Look into a file, never at more than two at once; a video gets a thumbnail `<stem>.jpg`.

    Raises JobError: OVERSIZED for too many pixels, NOT_MEDIA for all else that cannot be shown.
    """
    async with _turns.turn():
        found = _ANSWER.validate_json(await _ask_child(path, timeout_seconds))
    if isinstance(found, Fault):
        raise JobError(found)
    if found.kind is not kind:
        raise not_media(f"{found.mime} instead of {kind}")
    return found


async def _ask_child(path: Path, timeout_seconds: float) -> bytes:
    try:
        async with asyncio.timeout(timeout_seconds):
            return await run_child(media_info.__name__, path)
    except TimeoutError as error:
        raise not_media("looking into the file takes too long") from error
    except ChildProcessError as error:
        raise not_media(str(error)) from error
