"""Jobs as short as can be: what an order costs beside a bare request, and how many a second go."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from statistics import median

from benchmarks.bare_client import listen, open_http
from benchmarks.progress import Tally
from benchmarks.sandbox_process import open_gateway
from benchmarks.tables import print_head, print_row, verdict
from benchmarks.whole_path import open_engine, order, prompt
from core.limits import Limits

ROUNDS = 5
JOBS = 400
AT_ONCE = 40
STREAM_SECONDS = 0.1
AIM_RATIO = 2.5
AIM_ORDERS = 150
_LIMITS = Limits(writes=100_000, window_seconds=60, edit_seconds=1.0, text_chars=4096)

Spent = tuple[float, float]
Play = Callable[[str], Coroutine[None, None, Spent]]


async def bare(root: str) -> Spent:
    """Each stream read to its end by httpx and json."""
    waiting = iter(range(JOBS))

    async def client() -> None:
        for number in waiting:
            await listen(http, root, prompt(f"s{number}", 1), lambda _: None)

    async with open_http() as http:
        start, cpu = time.monotonic(), time.process_time()
        await asyncio.gather(*(client() for _ in range(AT_ONCE)))
        return time.process_time() - cpu, time.monotonic() - start


async def whole(root: str) -> Spent:
    """Each an order, stored, shown and followed to the end of its stream."""
    tally = Tally(JOBS)
    waiting = iter(range(JOBS))

    async with open_http() as http, open_engine(root, http, _LIMITS, tally, JOBS) as engine:

        async def people() -> None:
            for number in waiting:
                await engine.submit(order(f"s{number}", 1))

        start, cpu = time.monotonic(), time.process_time()
        await asyncio.gather(*(people() for _ in range(AT_ONCE)))
        await tally.all_ended.wait()
        return time.process_time() - cpu, time.monotonic() - start


def main() -> None:
    """Measure in turns and print the table."""
    spent: dict[str, list[Spent]] = {"bare httpx + json.loads": [], "whole path": []}
    plays: tuple[Play, ...] = (bare, whole)
    with open_gateway(STREAM_SECONDS) as root:
        for _ in range(ROUNDS):
            for rounds, play in zip(spent.values(), plays, strict=True):
                rounds.append(asyncio.run(play(root)))
    print(f"{JOBS} streams of one event, {AT_ONCE} ordered at once, {ROUNDS} rounds")
    print_head("", "CPU per order", "ratio", "orders a second", "aim")
    base = next(iter(spent.values()))
    for name, rounds in spent.items():
        ratio = median(mine[0] / theirs[0] for mine, theirs in zip(rounds, base, strict=True))
        pace = median(JOBS / wall for _, wall in rounds)
        aim = ""
        if rounds is not base:
            aim = f"<= {AIM_RATIO:g}x: {verdict(is_met=ratio <= AIM_RATIO)}; "
            aim += f">= {AIM_ORDERS}: {verdict(is_met=pace >= AIM_ORDERS)}"
        cpu = median(cpu for cpu, _ in rounds) / JOBS * 1e6
        print_row(name, f"{cpu:.0f} us", f"{ratio:.2f}", f"{pace:.0f}", aim)


if __name__ == "__main__":
    main()
