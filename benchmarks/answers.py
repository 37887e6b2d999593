"""Answers of chat models: writes, refusals, how late the last word is, and CPU per piece."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from benchmarks.bare_client import frames, open_http
from benchmarks.bot_bench import BotBench, WriteAttempt
from benchmarks.discord_bench import DiscordBench, open_discord_bench
from benchmarks.journal import name_in
from benchmarks.progress import Tally
from benchmarks.sandbox_process import CHAT_MODEL, open_gateway
from benchmarks.tables import print_head, print_row, refused, verdict
from benchmarks.telegram_bench import TelegramBench, open_telegram_bench
from benchmarks.whole_path import exchange, open_engine
from core.platform import Limits, View
from core.talk import Asked, Question
from sandbox.protocols.talk.replies import PIECE_CHARS
from sandbox.protocols.talk.talk import QUICKER

CHUNKS = 120
STREAM_SECONDS = 30.0
LATE_AIM_SECONDS, CPU_AIM = 2.0, 3.0
ROUNDS, STREAMS, ROUND_SECONDS = 5, 16, 4.0
EDIT_SECONDS = 1.0
_LAST = "That is all."
_LONGEST_SECONDS = 120.0
_LOOK_SECONDS = 0.05
_HEADS = (
    "writes",
    "drafts",
    "429s",
    "aim 0",
    "between two that show more: median, most",
    "complete after the stream's end: median, most",
    f"aim <= {LATE_AIM_SECONDS:g} s",
)


def question(stream: str) -> str:
    """What is asked: the sandbox says it again, so that an answer has its name and an end."""
    said = f"You said: {stream} "
    words = ("all work and no play makes a dull answer " * CHUNKS)[
        : CHUNKS * PIECE_CHARS - len(said) - len(_LAST) - 1
    ]
    return f"{stream} {words.rstrip().ljust(len(words), '.')} {_LAST}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was to be seen of some answers in one chat."""

    writes: Sequence[WriteAttempt]
    drafts: Sequence[WriteAttempt] = ()

    @property
    def refused(self) -> int:
        return refused(write.status for write in (*self.writes, *self.drafts))

    def completed(self, stream: str) -> float | None:
        """When all of an answer was in a message for good; None where it is not."""
        whole = [each.at for each in self._of(stream, self.writes) if _LAST in each.text]
        return whole[-1] if whole else None

    def gaps(self, stream: str) -> list[float]:
        """The seconds between two times at which more was to be read."""
        told = sorted(
            (each.at, len(each.text)) for each in self._of(stream, [*self.writes, *self.drafts])
        )
        return [late - soon for (soon, less), (late, more) in pairwise(told) if more > less]

    def _of(self, stream: str, attempts: Sequence[WriteAttempt]) -> list[WriteAttempt]:
        return [each for each in attempts if each.status == 200 and name_in(each.text) == stream]


async def play(bench: BotBench, place: int, streams: Sequence[str], typed: int = 0) -> Shown:
    """Ask all at once, so many of them as typed words, and wait until all answers are there."""
    bench.write_chat_catalog()
    before = bench.connections
    async with bench.bot(), asyncio.timeout(STREAM_SECONDS + _LONGEST_SECONDS):
        await bench.until_connected(before)
        for number, stream in enumerate(streams):
            if number < typed and isinstance(bench, DiscordBench):
                await bench.say(place, f"/ask {question(stream)}", who=stream)
            else:
                bench.command(place, "ask", question(stream), who=stream)
        # Not at every write: the bot is what is measured, not the stand-in.
        while any(shown(bench, place).completed(each) is None for each in streams):  # noqa: ASYNC110 - see above
            await asyncio.sleep(_LOOK_SECONDS)
        await bench.until_quiet()
    return shown(bench, place)


def shown(bench: BotBench, place: int) -> Shown:
    """What a chat has seen so far."""
    drafts = bench.drafts(place) if isinstance(bench, TelegramBench) else ()
    return Shown(writes=bench.writes(place), drafts=drafts)


def describe(name: str, bench: BotBench, found: Shown, streams: Sequence[str]) -> None:
    """Print what came of it."""
    late = [(found.completed(each) or 0.0) - bench.journal.ended[each] for each in streams]
    gaps = [gap for each in streams for gap in found.gaps(each)]
    print_row(
        name,
        str(len(found.writes)),
        str(len(found.drafts)),
        str(found.refused),
        verdict(is_met=found.refused == 0),
        f"{median(gaps):.1f} s, {max(gaps):.1f} s" if gaps else "only the end is shown",
        f"{median(late):.2f} s, {max(late):.2f} s",
        verdict(is_met=max(late) <= LATE_AIM_SECONDS),
    )


async def telegram(name: str, *, shared: bool) -> None:
    """One answer in a Telegram chat."""
    async with open_telegram_bench(STREAM_SECONDS * QUICKER) as bench:
        place = bench.open_place("chat", shared=shared)
        describe(name, bench, await play(bench, place, ["clip0"]), ["clip0"])


async def discord(count: int, *, typed: int = 0) -> None:
    """Several answers at once in a Discord channel, each for somebody else."""
    streams = [f"clip{number}" for number in range(count)]
    async with open_discord_bench(STREAM_SECONDS * QUICKER) as bench:
        place = bench.open_place("chat")
        found = await play(bench, place, streams, typed)
        describe(f"Discord channel, {count} at once, {typed} typed", bench, found, streams)


async def bare(root: str) -> float:
    """Each chunk parsed and thrown away."""
    async with open_http() as http:

        async def read(stream: str) -> None:
            async for _ in frames(http, root, question(stream), CHAT_MODEL):
                pass

        start = time.process_time()
        await asyncio.gather(*(read(f"clip{number}") for number in range(STREAMS)))
        return time.process_time() - start


class Onlooker(Tally):
    """Counts views, and the answers that are there to their end."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = set[str]()

    def shown(self, stream: str, view: View) -> None:
        """Take note of a view."""
        super().shown(stream, view)
        if _LAST in view.text and not view.buttons:
            self.whole.add(stream)


async def whole(root: str) -> tuple[float, int]:
    """Answers from the question to their last word, in chats that take an edit a second."""
    onlooker = Onlooker()
    limits = Limits(writes=100_000, window_seconds=60, edit_seconds=EDIT_SECONDS, text_chars=4096)
    async with open_http() as http, open_engine(root, http, limits, onlooker, STREAMS) as engine:
        start = time.process_time()
        for number in range(STREAMS):
            asked = question(f"clip{number}")
            told = exchange(f"clip{number}", asked)
            await engine.answerer.submit(told, Question(turns=(Asked(text=asked),)))
        await engine.answerer.idle()
        spent = time.process_time() - start
    if len(onlooker.whole) != STREAMS:
        raise SystemExit(f"only {len(onlooker.whole)} of {STREAMS} answers are whole")
    return spent, onlooker.views


@dataclass(slots=True)
class SpentOnChunks:
    """CPU of one way, in microseconds per chunk, round by round."""

    microseconds: list[float] = field(default_factory=list[float])

    async def measure(self, run: Callable[[], Awaitable[float]]) -> None:
        self.microseconds.append(await run() * 1e6 / (STREAMS * CHUNKS))


async def cpu() -> None:
    """Print the CPU time of each chunk: the whole path against a bare loop, in turns."""
    theirs, ours, views = SpentOnChunks(), SpentOnChunks(), list[float]()
    with open_gateway(ROUND_SECONDS * QUICKER) as root:

        async def counted() -> float:
            seconds, count = await whole(root)
            views.append(count / STREAMS)
            return seconds

        for _ in range(ROUNDS):
            await theirs.measure(lambda: bare(root))
            await ours.measure(counted)
    pairs = zip(ours.microseconds, theirs.microseconds, strict=True)
    ratio = median(mine / base for mine, base in pairs)
    print_head(
        f"{STREAMS} at once, {CHUNKS} chunks in {ROUND_SECONDS:g} s, {ROUNDS} rounds",
        "CPU per chunk",
        "ratio",
        "views per answer",
        f"aim <= {CPU_AIM:g}x",
    )
    print_row("bare httpx + json.loads", f"{median(theirs.microseconds):.0f} us", "1.00", "", "")
    met = verdict(is_met=ratio <= CPU_AIM)
    mine = f"{median(ours.microseconds):.0f} us"
    print_row("whole path", mine, f"{ratio:.2f}", f"{median(views):.0f}", met)


async def main() -> None:
    """Measure and print both tables."""
    await cpu()
    print()
    print_head(f"{CHUNKS} chunks in {STREAM_SECONDS:g} s", *_HEADS)
    await telegram("Telegram group", shared=True)
    await telegram("Telegram, private", shared=False)
    for typed in (0, 3, 5):
        await discord(5, typed=typed)


if __name__ == "__main__":
    asyncio.run(main())
