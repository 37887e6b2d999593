"""When cycles are collected in a process that serves."""

import asyncio
import gc
import weakref
from pathlib import Path

from bots.cli.garbage import unhurried_collector
from tests.fakes.engine_harness import EngineHarness


class Knot:
    """Refers to itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


async def test_what_is_there_at_the_start_is_not_looked_at_again(tmp_path: Path) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:1")
    before = gc.get_threshold()
    async with harness.engine() as engine:
        async with unhurried_collector(engine):
            assert gc.get_freeze_count() > 0
            assert gc.get_threshold() > before

        assert (gc.get_freeze_count(), gc.get_threshold()) == (0, before)


async def test_old_cycles_are_collected_while_there_is_nothing_to_do(tmp_path: Path) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:1")
    freed = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with harness.engine() as engine, unhurried_collector(engine, pause_seconds=0.01):
        knot = Knot()
        gc.collect(1)  # it is of the middle age now, which nothing here collects by itself
        weakref.finalize(knot, loop.call_soon_threadsafe, freed.set)
        del knot

        async with asyncio.timeout(90):
            await freed.wait()


async def test_what_is_new_is_looked_at_while_it_is_little(tmp_path: Path) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:1")
    many, collected = 50_000, asyncio.Event()

    def note(phase: str, _: object) -> None:
        if phase == "stop":
            collected.set()

    async with harness.engine() as engine, unhurried_collector(engine, young_seconds=0.01):
        kept = [[number] for number in range(many)]
        gc.collect(1)
        gc.callbacks.append(note)
        try:
            # Each takes the place of one that was there, which Python does not count.
            for number in range(many):
                kept[number] = [number]
            async with asyncio.timeout(90):
                while len(gc.get_objects(generation=0)) > many / 2:
                    collected.clear()
                    await collected.wait()
        finally:
            gc.callbacks.remove(note)
