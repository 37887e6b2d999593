"""Many people who order a video each from a fleet, and what has become of every order."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.fakes.fleet import PATIENCE_SECONDS, Fleet, FleetProcess
from tests.fakes.telegram.chat import TelegramChat

# So that nobody waits for anything but a process.
ROOMY = {
    "JOBS_PER_USER": "500",
    "WAITING_PER_USER": "500",
    "PER_MINUTE": "10000",
}
# One that takes any number of jobs at once.
CATALOG = """
[[gateway]]
name = "crowd"
env = "CROWD"
base_url = "http://127.0.0.1:9"
concurrency = 500

[[model]]
gateway = "crowd"
name = "sora-2"
dialect = "video_tasks"
images = { max = 4, roles = ["reference"] }
credits = 0
expected_seconds = 6
deadline_seconds = 600
"""
_WENT_WRONG = "went wrong"
# A busy machine is no failure; what is promised has a limit of its own.
_SECONDS = 180.0
_WORKERS = "SELECT name, jobs, extract(epoch FROM clock_timestamp()) - beat FROM workers"
_QUEUE = "SELECT status, args, queueing_lock FROM procrastinate_jobs"
_ROWS = """
    SELECT request->>'prompt', state, posting, told, coalesce(holder, ''), fault->>'kind'
    FROM jobs
"""


class JobRow(NamedTuple):
    """What the database says of a job; `fault` is what it has failed of."""

    prompt: str
    state: str
    posting: bool
    told: bool
    holder: str
    fault: str | None

    def belongs_to(self, process: FleetProcess) -> bool:
        return f"-{process.process.pid}-" in self.holder

    @property
    def is_ended(self) -> bool:
        """Whether its chat knows how it has ended."""
        return self.told and self.state in {"done", "failed", "cancelled"}


@dataclass(kw_only=True)
class FleetCrowd:
    """The people, and what they may not see.

    Attributes:
        chats: the private chat of whoever has ordered that, by the prompts.
        unsure: what was lost while nobody knew whether it had been taken: it ends as failed.
        twice: what died between a post and its note: its chat may have the video twice.
    """

    fleet: Fleet
    chats: dict[str, TelegramChat] = field(default_factory=dict[str, TelegramChat])
    unsure: set[str] = field(default_factory=set[str])
    twice: set[str] = field(default_factory=set[str])

    def order(
        self, jobs: int, words: str = "#slow", *, photo: bytes | None = None
    ) -> Sequence[str]:
        """Let so many more people order a video each, with a picture; gives the prompts."""
        telegram, prompts = self.fleet.telegram, list[str]()
        for _ in range(jobs):
            number = len(self.chats)
            person = telegram.user(1000 + number)
            chat = telegram.private(person)
            prompts.append(f"{words} cat number {number}")
            self.chats[prompts[-1]] = chat
            said = f"/video --model crowd/sora-2 {prompts[-1]}"
            if photo:
                telegram.say(chat, person, photo=photo, caption=said)
            else:
                telegram.say(chat, person, said)
        return prompts

    def rows(self, which: FleetProcess | None = None) -> Sequence[JobRow]:
        """All jobs, or those that a process has."""
        rows = [JobRow._make(row) for row in self.fleet.rows(_ROWS)]
        return [row for row in rows if which is None or row.belongs_to(which)]

    def row(self, prompt: str) -> JobRow:
        """The job of that order."""
        (found,) = [row for row in self.rows() if row.prompt == prompt]
        return found

    async def until(
        self, count: int, state: str, which: FleetProcess | None = None, *, posting: bool = False
    ) -> None:
        """Wait until so many jobs are there, with one process or all together."""

        def are_there() -> bool:
            rows = [row for row in self.rows(which) if row.state == state]
            return sum(row.posting or not posting for row in rows) >= count

        await self._until(are_there, _SECONDS)

    async def until_begun(self, count: int) -> None:
        """Wait until a gateway has, or had, so many."""
        waits = {"waiting", "submitting"}
        await self._until(
            lambda: sum(row.state not in waits for row in self.rows()) >= count, _SECONDS
        )

    async def order_until_running(self, which: FleetProcess, at_once: int) -> None:
        """Let so many at a time order until one runs some of it: whoever has room takes a job."""
        while not any(row.state == "running" for row in self.rows(which)):
            self.order(at_once)
            await self.until_begun(len(self.chats))

    async def until_amid(self, which: FleetProcess, steps: Collection[tuple[str, bool]]) -> None:
        """Wait until one has jobs at all these steps at once: their state, and whether posting."""
        await self._until(
            lambda: {(row.state, row.posting) for row in self.rows(which)}.issuperset(steps),
            _SECONDS,
        )

    def left_by(self, victim: FleetProcess) -> Sequence[JobRow]:
        """What one has left that was killed; what of it nobody can know is noted."""
        left = self.rows(victim)
        self.unsure |= {row.prompt for row in left if row.state == "submitting"}
        self.twice |= {row.prompt for row in left if row.posting}
        return left

    async def until_taken_over(self, victim: FleetProcess) -> None:
        """Wait until others have what one has left: so long nobody may have to wait."""
        await self._until(lambda: not self.rows(victim), PATIENCE_SECONDS)

    async def until_all_ended(self, seconds: float = _SECONDS) -> None:
        """Wait until every chat knows how its job has ended."""
        await self._until(
            lambda: sum(row.is_ended for row in self.rows()) >= len(self.chats), seconds
        )

    async def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not holds():  # noqa: ASYNC110 - other processes have no events of ours
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            error.add_note("\n".join(str(row) for row in self.rows() if not row.is_ended))
            error.add_note(str(self.fleet.rows(_WORKERS)))
            error.add_note(str(self.fleet.rows(_QUEUE)))
            raise

    def verdict(self) -> list[str]:
        """What went otherwise than it may."""
        return [*self._lost(), *self._paid_wrongly(), *self._shown_wrongly()]

    def _lost(self) -> list[str]:
        rows = {row.prompt: row for row in self.rows()}
        wrong = [f"{prompt!r} is lost" for prompt in self.chats if prompt not in rows]
        for prompt, row in rows.items():
            is_unsure = row.state == "failed" and row.fault in {"interrupted", "timeout"}
            if not (is_unsure if prompt in self.unsure else row.state == "done"):
                wrong.append(str(row))
        return wrong

    def _paid_wrongly(self) -> list[str]:
        paid = Counter(order.prompt for order in self.fleet.paid())
        wrong = [
            f"{prompt!r} was paid {times} times" for prompt, times in paid.items() if times > 1
        ]
        unpaid = self.chats.keys() - paid.keys() - self.unsure
        return wrong + [f"{prompt!r} was not paid" for prompt in unpaid]

    def _shown_wrongly(self) -> list[str]:
        videos = self.videos()
        wrong = [
            f"{prompt!r} has {videos[prompt]} videos"
            for prompt in self.chats
            if videos[prompt] not in self._allowed(prompt)
        ]
        return wrong + [
            f"chat {call.params['chat_id']} read: {call.params['text']}"
            for method in ("sendMessage", "editMessageText")
            for call in self.fleet.telegram.called(method)
            if _WENT_WRONG in str(call.params["text"])
        ]

    def _allowed(self, prompt: str) -> Collection[int]:
        if prompt in self.unsure:
            return (0,)
        return (1, 2) if prompt in self.twice else (1,)

    def videos(self) -> Counter[str]:
        """How many videos stand in the chat of each order."""
        return Counter(
            {
                prompt: sum(post.file is not None for post in self.fleet.telegram.answers(chat))
                for prompt, chat in self.chats.items()
            }
        )


async def three(fleet: Fleet) -> tuple[FleetProcess, FleetProcess, FleetProcess]:
    """Start one that listens, and two that only work."""
    make_roomy(fleet)
    front = await fleet.start()
    await front.until_logged("listening as @")
    workers = [await fleet.start("worker") for _ in range(2)]
    for worker in workers:
        await worker.until_logged("platforms:")
    return front, workers[0], workers[1]


def make_roomy(fleet: Fleet) -> None:
    """Let whoever is started from now on take any number of jobs at once."""
    catalog = fleet.folder / "roomy.toml"
    catalog.write_text(CATALOG)
    fleet.variables |= ROOMY | {
        "CATALOG_FILES": str(catalog),
        "CROWD_API_KEY": "sk-secret-key",
        "CROWD_BASE_URL": fleet.variables["WHATAI_BASE_URL"],
    }
