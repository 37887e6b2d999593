"""Python's collector of cycles, so that it stops the bot neither often nor for long."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from core.engine.engine import Engine

# The last number decides: a full collection looks at every object of every live job, which takes
# a second at two thousand. What is younger is looked at 2,500 and 20,000 objects at a time; when
# the latter were 200,000, it took 350 ms. It costs no more, since each is looked at once.
_THRESHOLDS = (2_500, 8, 500)
# With so few jobs a full collection takes less than a frame's time on anybody's screen.
_CALM_JOBS = 20
_PAUSE_SECONDS = 60.0


@asynccontextmanager
async def unhurried_collector(
    engine: Engine, pause_seconds: float = _PAUSE_SECONDS
) -> AsyncGenerator[None]:
    """Collect what is old when there is little to do, and never look at what is there already.

    A bot that never rests collects it all the same, after ten million new objects.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    collecting = asyncio.create_task(_collect_when_calm(engine, pause_seconds))
    try:
        yield
    finally:
        collecting.cancel()
        gc.set_threshold(*before)
        gc.unfreeze()


async def _collect_when_calm(engine: Engine, pause_seconds: float) -> None:
    while True:
        await asyncio.sleep(pause_seconds)
        if engine.open_jobs <= _CALM_JOBS:
            gc.collect()
