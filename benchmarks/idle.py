"""Nothing happens: what thousands of jobs cost that only wait."""

import asyncio
import time

from benchmarks.bare_client import open_http
from benchmarks.progress import Tally
from benchmarks.sandbox_process import open_gateway
from benchmarks.tables import print_head, print_row, verdict
from benchmarks.whole_path import open_engine, order
from core.limits import Limits

WAITING = (0, 2_000)
SECONDS = 15.0
AIM_PERCENT = 1.0
# Of the one that runs, so that the others wait; it tells nothing before it ends.
_STREAM_SECONDS = 600.0
_LIMITS = Limits(writes=100_000, window_seconds=60, edit_seconds=3.0, text_chars=4096)


async def watch() -> float:
    """The share of a core that this process takes, in percent."""
    began = time.process_time()
    await asyncio.sleep(SECONDS)
    return (time.process_time() - began) / SECONDS * 100


async def whole(root: str, waiting: int) -> float:
    """So many wait for one that runs."""
    async with (
        open_http() as http,
        open_engine(root, http, _LIMITS, Tally(waiting), 1) as engine,
    ):
        for number in range(waiting + 1):
            await engine.submit(order(f"s{number}", 1))
        await asyncio.sleep(1)  # what was moved by the last order has been told
        return await watch()


def main() -> None:
    """Measure and print the table."""
    print_head("", f"of a core, in {SECONDS:g} s", "aim")
    print_row("bare asyncio", f"{asyncio.run(watch()):.2f} %", "")
    with open_gateway(_STREAM_SECONDS) as root:
        for waiting in WAITING:
            percent = asyncio.run(whole(root, waiting))
            aim = f"< {AIM_PERCENT:g} %: {verdict(is_met=percent < AIM_PERCENT)}"
            print_row(f"{waiting:,} waiting, one running", f"{percent:.2f} %", aim)


if __name__ == "__main__":
    main()
