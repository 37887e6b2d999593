"""A Seedance job from the order to the chat, and one that nobody wants any more."""

import asyncio
from pathlib import Path

from core.engine.engine import Engine
from core.jobs import JobState
from tests.core.dialects.http_answers import as_json
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.raw_server import raw_server

SEEDANCE = "sandbox/sandbox-seedance"


async def test_a_seedance_video_comes_into_the_chat(
    harness: EngineHarness, engine: Engine
) -> None:
    job = await engine.submit(harness.order("a cat --dur 12", model=SEEDANCE))
    await engine.idle()

    row = await stored(engine, job.id)
    (asset,) = row.assets
    assert row.state is JobState.DONE
    assert (row.request.seconds, row.request.resolution) == (5, "720p")
    assert asset.seconds == 5
    assert len(harness.chat.of("deliver")) == harness.paid == 1


async def test_a_queued_task_is_taken_back_at_the_gateway(tmp_path: Path) -> None:
    looked_at, taken_back = asyncio.Event(), asyncio.Event()

    async def serve(asked: bytes, writer: asyncio.StreamWriter) -> None:
        if asked.startswith(b"POST "):
            writer.write(as_json({"id": "cgt-1"}))
        elif asked.startswith(b"GET "):
            looked_at.set()
            writer.write(as_json({"id": "cgt-1", "status": "queued"}))
        else:
            taken_back.set()
            writer.write(as_json({}))

    async with raw_server(serve) as server:
        harness = EngineHarness(folder=tmp_path, root=server.url)
        async with harness.engine() as engine:
            job = await engine.submit(harness.order(model=SEEDANCE))
            await looked_at.wait()
            await engine.cancel(job.id)
            await asyncio.wait_for(taken_back.wait(), 90)
            row = await stored(engine, job.id)

    assert row.state is JobState.CANCELLED
    assert any(b"/contents/generations/tasks/cgt-1 " in asked for asked in server.requests)
