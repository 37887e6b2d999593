"""A process to be killed: `python -m tests.fakes.doomed_process FOLDER ROOT [ORDER [MOMENT]]`.

It takes up what FOLDER's database holds, makes ORDER at the gateway ROOT, writes the video to
FOLDER/out.mp4 and dies at MOMENT: "<state>" just after that state was stored, "accepted" when the
gateway has taken the request and that was not stored yet, "asked" and "ordered" just before and
after the order itself was stored. ORDER is the same message each time; where it is the path of a
WAV, that is said aloud. A folder of ComfyUI workflows behind MOMENT has the example among them
ordered.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bots.attachments import LocalFile
from bots.console.file import FilePlatform
from bots.console.ids import FILE
from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.events import Event
from core.i18n import Locale
from core.invocation import Invocation, Voice
from core.jobs import Job, JobState
from core.people.audit import Act
from core.platform import ConversationRef, User
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

    async def add(self, job: Job, event: Event | None = None) -> None:
        """Die before the order is stored, or as soon as it is."""
        if self.moment == "asked":
            os.kill(os.getpid(), signal.SIGKILL)
        await super().add(job, event)
        if self.moment == "ordered":
            os.kill(os.getpid(), signal.SIGKILL)

    async def save(self, job: Job, act: Act | None = None) -> None:
        """Store it and die, or die before."""
        reached = self.moment in REACHED and REACHED[self.moment](job)
        if reached and self.moment == "accepted":
            os.kill(os.getpid(), signal.SIGKILL)
        await super().save(job, act)
        if reached:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(
    folder: Path, root: str, prompt: str = "", moment: str = "", workflows: str = ""
) -> None:
    """Run until all is done, or SIGTERM comes."""
    task = asyncio.current_task()
    assert task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    DoomedStore.moment = moment
    harness = EngineHarness(folder=folder, root=root, store_type=DoomedStore)
    harness.platforms = {FILE: FilePlatform(_say)}
    if workflows:
        harness.workflows, harness.gone = Path(workflows), frozenset()
    with suppress(asyncio.CancelledError):
        async with harness.engine() as engine:
            if prompt:
                await _order(harness, engine, prompt)
            await engine.idle()


def _say(text: str) -> None:
    sys.stdout.write(f"{text.splitlines()[0]}\n")
    sys.stdout.flush()


async def _order(harness: EngineHarness, engine: Engine, prompt: str) -> None:
    """Every process is told the same message."""
    here = ConversationRef(platform=FILE, chat=str(harness.folder / "out.mp4"))
    ann = User(platform=FILE, id="ann")
    model = "wan22-5b" if harness.workflows else "sandbox-video"
    text = f"--model {model} 1s {prompt}"
    told = Invocation(command="video", text=text, user=ann, conversation=here, event="1")
    if prompt.endswith(".wav"):
        voice = Voice(attachment=LocalFile(path=Path(prompt)), seconds=0, is_own=True)
        told = replace(told, command="hear", text="", voice=voice)
    await dispatch(engine, told, Locale.EN)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
