"""Tasks that are asked about: how late their videos are, and how often the gateway was asked."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from benchmarks.discord_bench import DiscordBench, discord_bench_at
from benchmarks.tables import print_head, print_row, verdict
from benchmarks.task_gateway import TaskGateway, open_task_gateway
from core.dialects._rhythm import Rhythm
from core.dialects.endpoint import Pace

PACE = Pace()
# By how long a task takes: the aims in seconds, from its end to the video in the chat.
AIMS = {2: 1.5, 10: 2.0, 60: 3.0}
COMMAND_AIM_SECONDS = 3.0
_EACH = 12
_SPREAD = 0.2
_LONGEST_SECONDS = 110.0
_SIMULATED = 2_000
_PATIENT_SECONDS = 10.0

Percentage = Callable[[float], float | None]
Looks = Callable[[float], Iterator[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One job: a stream of its own, a model for each usual length."""

    name: str
    usual: int
    seconds: float


def spread(usual: float, chance: random.Random) -> float:
    """How long a task takes that usually takes so long."""
    return usual * chance.uniform(1 - _SPREAD, 1 + _SPREAD)


def most_in_a_window(looks: Sequence[float]) -> int:
    """The most looks at one task within 150 s."""
    return max(sum(at - PACE.window < each <= at for each in looks) for at in looks)


def percentile_95(values: Sequence[float]) -> float:
    """The slow end of many."""
    return quantiles(values, n=20)[-1]


# Computed: the pauses alone, without a clock.


def ours(learned: bool, told: bool) -> Callable[[float, float], Iterator[float]]:  # noqa: FBT001 - two facts
    """Our looks at a task that usually takes `usual` and now takes `seconds`."""

    def look(usual: float, seconds: float) -> Iterator[float]:
        rhythm = Rhythm(pace=PACE, learned=usual if learned else None, guess=usual)
        now = 0.0
        while True:
            now += max(rhythm.pause(now) * random.uniform(1, 1.2), rhythm.held(now))  # noqa: S311 - as the bot
            yield now
            rhythm.saw(now, now / seconds if told else None)

    return look


def before(usual: float, seconds: float) -> Iterator[float]:
    """The looks up to version 0.1: blind, first after 5 s, then 1.3 times as long up to 15 s."""
    del usual, seconds
    now, pause = 0.0, 5.0
    for factor in chain([1.0], repeat(1.3)):
        now += pause * random.uniform(0.8, 1.2)  # noqa: S311 - as the bot
        yield now
        pause = min(pause * factor, 15.0)


def each_ten(usual: float, seconds: float) -> Iterator[float]:
    """The looks of a peer."""
    del usual, seconds
    now = 0.0
    while True:
        now += _PATIENT_SECONDS
        yield now


COMPUTED = {
    "history and percentages": ours(learned=True, told=True),
    "history alone": ours(learned=True, told=False),
    "percentages alone, catalog right": ours(learned=False, told=True),
    "catalog alone, right": ours(learned=False, told=False),
    "version 0.1": before,
    "each 10 s": each_ten,
}


def compute(look: Callable[[float, float], Iterator[float]], usual: float) -> str:
    """One cell: median, 95th percentile, most looks in a window."""
    chance, late, most = random.Random(1), list[float](), 0  # noqa: S311 - no secret
    for _ in range(_SIMULATED):
        seconds, looks = spread(usual, chance), list[float]()
        for at in look(usual, seconds):
            looks.append(at)
            if at >= seconds:
                break
        late.append(looks[-1] - seconds)
        most = max(most, most_in_a_window(looks))
    return f"{median(late):.1f} s, {percentile_95(late):.1f} s; {most}"


def print_computed() -> None:
    """Print what the pauses alone cost."""
    lengths = (2, 10, 60, 150)
    print_head("from the end to the look: median, p95; most looks in 150 s", *map(str, lengths))
    for name, look in COMPUTED.items():
        print_row(name, *(compute(look, usual) for usual in lengths))


# Measured: the real program between Discord and a gateway.


def write_catalog(bench: DiscordBench) -> None:
    """A model for each usual length, and no history of any."""
    models = "".join(
        f'[[model]]\ngateway = "bench"\nname = "task-{usual}"\ndialect = "video_tasks"\n'
        f"credits = 0\nexpected_seconds = {usual}\n"
        for usual in AIMS
    )
    (bench.folder / "bench.toml").write_text(
        f'[[gateway]]\nname = "bench"\nenv = "BENCH"\nbase_url = "{bench.root}"\n'
        f"concurrency = 100\n{models}",
        encoding="utf-8",
    )


async def play(bench: DiscordBench, tasks: Sequence[Task]) -> dict[str, float]:
    """Order everything, half a second apart; gives how long each file took from its command."""
    asked: dict[str, float] = {}
    async with bench.bot():
        await bench.until_connected(0)
        for task in tasks:
            prompt = f"--model task-{task.usual} {task.name} #takes={task.seconds:.2f}"
            command = bench.command(bench.open_place(task.name), "video", prompt, who=task.name)
            asked[task.name] = bench.discord.asked[command]
            await asyncio.sleep(0.5)
        await bench.until_posted(asked, _LONGEST_SECONDS)
    posted = bench.posted()
    return {name: posted[name] - at for name, at in asked.items()}


def print_measured(
    bench: DiscordBench, gateway: TaskGateway, tasks: Sequence[Task], took: dict[str, float]
) -> None:
    """Print how late the videos were."""
    print_head("tasks of", "end to post: median, p95", "most looks in 150 s", "aim")
    for usual, aim in AIMS.items():
        names = [task.name for task in tasks if task.usual == usual]
        late = [bench.late(name) for name in names]
        most = max(most_in_a_window(gateway.looks[name]) for name in names)
        met = verdict(is_met=median(late) <= aim and most <= PACE.looks)
        times = f"{median(late):.1f} s, {percentile_95(late):.1f} s"
        print_row(f"{usual} s", times, str(most), f"<= {aim} s, <= {PACE.looks} looks, {met}")
    whole = median(took[task.name] for task in tasks if task.usual == 2)
    met = verdict(is_met=whole <= COMMAND_AIM_SECONDS)
    print_row("2 s", f"command to file: {whole:.1f} s", "", f"<= {COMMAND_AIM_SECONDS} s, {met}")


async def main() -> None:
    """Compute and measure; print both tables."""
    print_computed()
    chance = random.Random(2)  # noqa: S311 - no secret
    lengths = [usual for usual in sorted(AIMS, reverse=True) for _ in range(_EACH)]
    tasks = [
        Task(name=f"clip{number}", usual=usual, seconds=spread(usual, chance))
        for number, usual in enumerate(lengths)
    ]
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        gateway = await stack.enter_async_context(open_task_gateway(folder))
        opening = discord_bench_at(gateway.root, gateway.journal, folder)
        bench = await stack.enter_async_context(opening)
        write_catalog(bench)
        print_measured(bench, gateway, tasks, await play(bench, tasks))


if __name__ == "__main__":
    asyncio.run(main())
