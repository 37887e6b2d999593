"""Looking jobs up, as their number grows: the post that is replied to, and what is unfinished."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.tables import print_head, print_row, verdict
from core.jobs import Job, JobState
from core.media import MediaRequest
from core.platform import ConversationRef, MessageRef, User
from storage.database import open_database
from storage.jobs import SqlJobStore

ROWS = (1_000, 10_000, 100_000)
LOOKUPS = 200
AIM_MS = 1.0
# As many as may have to be looked for when an album is replied to on Telegram.
_CANDIDATES = 11
_PLACE = ConversationRef(platform="chat", chat="-1001")
_TEMPLATE = Job(
    id="job 0",
    user=User(platform="chat", id="ann"),
    locale="en",
    conversation=_PLACE,
    model="sandbox/sandbox-video",
    request=MediaRequest(prompt="a cat surfing a long wave at sunset " * 5),
    credits=50,
    created_at=1.0,
    state=JobState.DONE,
    told=True,
    delivered=MessageRef(conversation=_PLACE, id="0", files=("video:" + "x" * 70,)),
)
# Every fifth was posted in the chat that is asked in, every thousandth has not ended.
_GROW = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
INSERT INTO jobs ({names})
SELECT {values} FROM jobs, n WHERE id = 'job 0'
"""
_GROWN = {
    "id": "'job ' || i",
    "created_at": "created_at + i",
    "state": "CASE WHEN i % 1000 = 0 THEN 'running' ELSE state END",
    "user_id": "'user ' || (i % 500)",
    "delivered": "json_set(delivered, '$.id', CAST(i AS TEXT))",
    "delivered_chat": "CASE WHEN i % 5 = 0 THEN delivered_chat ELSE i % 97 END",
    "delivered_id": "CAST(i AS TEXT)",
}


async def fill(url: str, path: Path, rows: int) -> None:
    """Make a database with so many jobs."""
    async with open_database(url) as database:
        await SqlJobStore(database).add(_TEMPLATE)
    with closing(sqlite3.connect(path)) as connection, connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(jobs)")]
        values = ", ".join(_GROWN.get(name, f'"{name}"') for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        connection.execute(_GROW.format(names=quoted, values=values), {"rows": rows - 1})


async def timed(look: Callable[[int], Awaitable[object]], times: int) -> float:
    """The median of so many, in milliseconds."""
    took: list[float] = []
    for number in range(times):
        began = time.perf_counter()
        await look(number)
        took.append((time.perf_counter() - began) * 1e3)
    return median(took)


async def measure(rows: int) -> tuple[float, float, float, float]:
    """What SQLite itself takes by primary key, then a post, no post, and what is unfinished."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "jobs.db"
        url = f"sqlite:///{path}"
        await fill(url, path, rows)
        async with open_database(url) as database:
            store = SqlJobStore(database)

            async def find(number: int) -> None:
                ids = range(number * 5 % rows, number * 5 % rows + _CANDIDATES)
                found = await store.posted_as(_PLACE, *map(str, ids))
                if not found:
                    raise SystemExit("a post was not found")

            async def miss(number: int) -> None:
                place = replace(_PLACE, chat=f"strange {number}")
                await store.posted_as(place, *map(str, range(_CANDIDATES)))

            async def resume(_: int) -> None:
                if len(await store.unfinished()) != (rows - 1) // 1000:
                    raise SystemExit("a job was not found")

            with closing(sqlite3.connect(path)) as beside:

                async def bare(number: int) -> None:
                    key = (f"job {number * 5 % rows}",)
                    beside.execute("SELECT * FROM jobs WHERE id = ?", key).fetchall()

                base = await timed(bare, LOOKUPS)
            return (
                base,
                await timed(find, LOOKUPS),
                await timed(miss, LOOKUPS),
                await timed(resume, 5),
            )


async def main() -> None:
    """Print what one look-up takes among more and more jobs."""
    print(f"milliseconds, median of {LOOKUPS} look-ups of {_CANDIDATES} messages at once")
    print_head("jobs", "bare sqlite3, by id", "a post", "no post of ours", "all unfinished", "aim")
    for rows in ROWS:
        base, found, missed, unfinished = await measure(rows)
        slow = max(found, missed)
        aim = f"<= {AIM_MS:g} ms: {verdict(is_met=slow <= AIM_MS)}" if rows == ROWS[-1] else ""
        print_row(
            f"{rows:,}", f"{base:.2f}", f"{found:.2f}", f"{missed:.2f}", f"{unfinished:.1f}", aim
        )


if __name__ == "__main__":
    asyncio.run(main())
