"""A process to be killed: `python -m tests.fakes.doomed_process FOLDER ROOT [ORDER [MOMENT]]`.

It takes up what FOLDER's database holds, makes ORDER at the gateway ROOT, writes the video to
FOLDER/out.mp4 and dies at MOMENT: "<state>" just after that state was stored, "accepted" when the
gateway has taken the request and that was not stored yet.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bots.console.file import NAME, FilePlatform
from core.engine.engine import Engine
from core.events import Event
from core.jobs import Job, JobState
from core.platform import ConversationRef
from storage.jobs import SqlJobStore
from tests.fakes.engine_harness import EngineHarness

REACHED: dict[str, Callable[[Job], bool]] = {
    "accepted": lambda job: job.state is JobState.RUNNING,
    "submitting": lambda job: job.state is JobState.SUBMITTING,
    "running": lambda job: job.task is not None,
    "posting": lambda job: job.posting,
}


class DoomedStore(SqlJobStore):
    """The real store in a process that dies at a moment of a job's life."""

    moment = ""

    async def save(self, job: Job, event: Event | None = None) -> None:
        """Store it and die, or die before."""
        reached = self.moment and REACHED[self.moment](job)
        if reached and self.moment == "accepted":
            os.kill(os.getpid(), signal.SIGKILL)
        await super().save(job, event)
        if reached:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(folder: Path, root: str, prompt: str = "", moment: str = "") -> None:
    """Run until all is done, or SIGTERM comes."""
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    DoomedStore.moment = moment
    harness = EngineHarness(folder=folder, root=root, store_type=DoomedStore)
    harness.platforms = {NAME: FilePlatform(_say)}
    with suppress(asyncio.CancelledError):
        async with harness.engine() as engine:
            if prompt:
                await _order(harness, engine, prompt)
            await engine.idle()


def _say(text: str) -> None:
    sys.stdout.write(f"{text.splitlines()[0]}\n")
    sys.stdout.flush()


async def _order(harness: EngineHarness, engine: Engine, prompt: str) -> None:
    here = ConversationRef(platform=NAME, chat=str(harness.folder / "out.mp4"))
    order = harness.order(prompt)
    user = replace(order.user, platform=NAME)
    await engine.submit(replace(order, conversation=here, user=user))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
