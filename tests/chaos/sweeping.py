"""What lies around when all is over, and is not gone after a night."""

import time
from collections.abc import Iterator
from pathlib import Path

from core.files.claims import NAME as CLAIMS
from core.keeper import Keeper
from tests.chaos.rows import Rows
from tests.fakes.engine_harness import EngineHarness

_DAYS = 2


async def orphans(folder: Path) -> list[str]:
    """Files of nobody, after the bot's own keeper has swept at a later time; the bot is gone."""
    harness = EngineHarness(folder=folder, root="http://127.0.0.1:9")
    async with harness.engine() as engine:
        later = time.time() + _DAYS * 24 * 3600
        await Keeper(engine.services, engine.drafts.end_old, now=lambda: later).sweep()
    return list(_strays(folder / "media", Rows(folder / "jobs.db").ids()))


def _strays(media: Path, known: set[str]) -> Iterator[str]:
    for place in media.iterdir() if media.exists() else ():
        if place.name not in {*known, CLAIMS}:
            yield f"files of nobody: {place.name}"
        for file in place.iterdir() if place.is_dir() else ():
            if file.suffix == ".part":
                yield f"an unfinished file: {place.name}/{file.name}"
