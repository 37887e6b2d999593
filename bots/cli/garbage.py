"""Python's collector of cycles, so that it stops the bot neither often nor for long."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import cycle

from core.engine.engine import Engine

# The last number decides: a full collection looks at every object of every live job, which takes
# a second at two thousand. What is younger is looked at after 2,500 and 20,000 new ones; when the
# latter were 200,000, it took 350 ms. It costs no more, since each is looked at once.
_THRESHOLDS = (2_500, 8, 2_000)
# With so few jobs a full collection takes less than a frame's time on anybody's screen.
_CALM_JOBS = 20
_PAUSE_SECONDS = 60.0
_YOUNG_SECONDS = 0.25
# What has lived through the first is looked at once more, soon: of thousands of jobs, two seconds
# make so much that it took 100 ms.
_GENERATIONS = (0, 1)


@asynccontextmanager
async def unhurried_collector(
    engine: Engine,
    pause_seconds: float = _PAUSE_SECONDS,
    young_seconds: float = _YOUNG_SECONDS,
) -> AsyncGenerator[None]:
    """Collect what is young often, what is old when there is little to do, what is here never.

    A bot that never rests collects it all the same, after ten million new objects.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    collecting = (
        asyncio.create_task(_collect_when_calm(engine, pause_seconds)),
        asyncio.create_task(_collect_young(young_seconds)),
    )
    try:
        yield
    finally:
        for task in collecting:
            task.cancel()
        gc.set_threshold(*before)
        gc.unfreeze()


async def _collect_when_calm(engine: Engine, pause_seconds: float) -> None:
    while True:
        await asyncio.sleep(pause_seconds)
        if engine.open_jobs <= _CALM_JOBS:
            gc.collect()


async def _collect_young(pause_seconds: float) -> None:
    """Look at what is new while it is little.

    Python counts what is made less what is deleted. Where the new takes the place of the old, as
    with thousands of jobs that go on, it would look only when there are hundreds of thousands.
    """
    for generation in cycle(_GENERATIONS):
        await asyncio.sleep(pause_seconds)
        gc.collect(generation)
