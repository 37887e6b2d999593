"""Has files probed in a child process, where a hostile one can do no harm."""

from pathlib import Path

from pydantic import TypeAdapter

from core.errors import Fault, JobError
from core.files import media_info, upright
from core.files.child import Pool
from core.files.media_info import not_media
from core.media import Asset, MediaKind

# What has been paid for never waits for what anybody may send.
RESULTS = Pool(at_once=2, seconds=120, cpu_seconds=40)
PICTURES = Pool(at_once=2, seconds=60, cpu_seconds=15, niceness=5)
_ANSWER = TypeAdapter[Asset | Fault](Asset | Fault)


async def probe(path: Path, kind: MediaKind, pool: Pool = RESULTS) -> Asset:
    """Probe what a gateway has made; a video gets a thumbnail `<stem>.jpg`.

    Raises JobError: OVERSIZED for too many pixels, NOT_MEDIA for all else that cannot be shown.
    """
    found = await _ask(pool, media_info.__name__, path)
    if found.kind is not kind:
        raise not_media(f"{found.mime} instead of {kind}")
    return found


async def probe_upright(path: Path, limit_bytes: int, pool: Pool = PICTURES) -> Asset:
    """Probe a user's picture; one that lies on its side is rotated and written anew.

    Raises JobError as `probe` does, or DISK_FULL.
    """
    return await _ask(pool, upright.__name__, path, limit_bytes)


async def _ask(pool: Pool, module: str, *arguments: Path | int) -> Asset:
    try:
        answer = await pool.run(module, *arguments)
    except TimeoutError as error:
        raise not_media("looking into the file takes too long") from error
    except ChildProcessError as error:
        raise not_media(str(error)) from error
    found = _ANSWER.validate_json(answer)
    if isinstance(found, Fault):
        raise JobError(found)
    return found
