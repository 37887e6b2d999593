"""A test that stands still ends, and shows where all that it has begun stands."""

import asyncio
import functools
import sys
from collections.abc import Callable, Coroutine
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def ended_after(
    seconds: float, test: Callable[P, Coroutine[None, None, R]]
) -> Callable[P, Coroutine[None, None, R]]:
    """The same test, which fails after so long with the stacks of all tasks in its output."""

    @functools.wraps(test)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        # Before it is cancelled: then nothing stands any more where it stood.
        telling = asyncio.get_running_loop().call_later(seconds, _tell_tasks)
        try:
            async with asyncio.timeout(seconds):
                return await test(*args, **kwargs)
        finally:
            telling.cancel()

    return run


def _tell_tasks() -> None:
    for task in asyncio.all_tasks():
        task.print_stack(file=sys.stderr)
