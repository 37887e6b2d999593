"""Long queues: what it costs to order and to end while more and more jobs wait."""

import asyncio
import time
from collections import deque
from statistics import median

from benchmarks.tables import print_head, print_row, verdict
from core.dispatcher import Hands, QueueLimits
from core.engine.scheduler import Scheduler
from core.jobs import Job
from core.media import MediaRequest
from core.platform import ConversationRef, User

WAITING = (250, 500, 1_000, 2_000)
RUNNING = 20
ROUNDS = 3
AIM_SECONDS = 5.0
AIM_STOP_MS = 50.0
_TICK_EVERY = 50


def job(number: int) -> Job:
    """One of many people's, at one gateway."""
    user = User(platform="chat", id=f"user {number % 100}")
    return Job(
        id=str(number),
        user=user,
        locale="en",
        conversation=ConversationRef(platform="chat", chat=user.id),
        model="gateway/model",
        request=MediaRequest(prompt="a cat"),
        credits=1,
        created_at=float(number),
    )


async def bare(jobs: list[Job]) -> float:
    """The least: a queue without a rule, each job a task that ends."""
    queue = deque(jobs)
    began = time.perf_counter()
    while queue:
        queue.popleft()
        await asyncio.create_task(asyncio.sleep(0))
    return time.perf_counter() - began


async def whole(jobs: list[Job]) -> tuple[float, float]:
    """Order all, then let them end one by one; gives seconds and the longest step."""
    ends: deque[asyncio.Event] = deque()
    told = longest = 0.0

    async def run(_: str) -> bool:
        end = asyncio.Event()
        ends.append(end)
        return await end.wait()

    def moved(_: Job, position: int) -> None:
        nonlocal told
        told += position

    async def look() -> None:
        """Nobody else has left anything."""

    limits = QueueLimits(per_user=len(jobs), per_gateway={"gateway": RUNNING})
    scheduler = Scheduler(limits)
    await scheduler.start(
        Hands(
            run=run,
            moved=moved,
            take_up=lambda _: False,
            has=lambda _: True,
            rests=lambda _: None,
            let_go=lambda _: None,
            look=look,
        )
    )
    began = last = time.perf_counter()
    for number, each in enumerate(jobs):
        await scheduler.enqueue(each)
        if number % _TICK_EVERY == 0:
            scheduler.tell_moved()
        last, longest = time.perf_counter(), max(longest, time.perf_counter() - last)
    ended = 0
    while ended < len(jobs):
        await asyncio.sleep(0)
        if ends:
            ends.popleft().set()
            ended += 1
            if ended % _TICK_EVERY == 0:
                scheduler.tell_moved()
        last, longest = time.perf_counter(), max(longest, time.perf_counter() - last)
    await scheduler.idle()
    return time.perf_counter() - began, longest


async def main() -> None:
    """Print what all orders and ends take together, among more and more of them."""
    print(f"{RUNNING} run at once, the others wait; places are told every {_TICK_EVERY} steps")
    print_head("jobs", "bare tasks", "all ordered and ended", "us per job", "longest stop", "aim")
    for count in WAITING:
        jobs = [job(number) for number in range(count)]
        base = median([await bare(jobs) for _ in range(ROUNDS)])
        rounds = [await whole(jobs) for _ in range(ROUNDS)]
        seconds, stop = (median(column) for column in zip(*rounds, strict=True))
        is_met = seconds <= AIM_SECONDS and stop * 1e3 <= AIM_STOP_MS
        aim = f"<= {AIM_SECONDS:g} s, stops <= {AIM_STOP_MS:g} ms: {verdict(is_met=is_met)}"
        print_row(
            f"{count:,}",
            f"{base * 1e3:.0f} ms",
            f"{seconds * 1e3:.0f} ms",
            f"{seconds / count * 1e6:.0f}",
            f"{stop * 1e3:.1f} ms",
            aim if count == WAITING[-1] else "",
        )


if __name__ == "__main__":
    asyncio.run(main())
