"""A command runs until it is done, or until somebody wants it to stop."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


def run_until_stopped(work: Coroutine[object, object, T], *, stopped: T) -> T:
    """Run until it is done or a signal to stop comes; then everything is closed in order.

    Closing waits for what cannot be picked up again, until a second signal comes.
    """

    async def with_signals() -> T:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # `nohup` asks not to be stopped when the terminal goes.
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            return stopped

    return asyncio.run(with_signals())
