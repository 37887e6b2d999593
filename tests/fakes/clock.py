"""Event loops on whose clocks an hour takes no time: one jumps by itself, one when it is told."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import ParamSpec, TypeVar, TypeVarTuple

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _JumpingSelector(selectors.DefaultSelector):
    """Where a loop would sleep it passes the time on instead; without a timer it really waits.

    So it does while a thread works for the loop, which needs a real while: else the busier the
    machine is, the more hours would have gone by when it is done.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or (self.threads and timeout > 0):
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self.now += max(timeout, 0.0)
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """Starts at 0 seconds."""

    def __init__(self) -> None:
        self._clock = _JumpingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*Ts], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        """Let no time go by until it is done."""
        done = super().run_in_executor(executor, func, *args)
        self._clock.threads += 1
        done.add_done_callback(self._has_ended)
        return done

    def _has_ended(self, _: object) -> None:
        self._clock.threads -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 -- asyncio names it so
        """Join the threads however long it takes: they end in real time, not in this one."""
        del timeout
        await super().shutdown_default_executor()


class SteppedLoop(asyncio.SelectorEventLoop):
    """Its clock goes as all do, and further when it is told to."""

    def __init__(self) -> None:
        self._ahead = 0.0
        super().__init__()

    def time(self) -> float:
        return super().time() + self._ahead

    def pass_on(self, seconds: float) -> None:
        """Let so much time be over at once."""
        self._ahead += seconds


def jumping_clock(
    test: Callable[P, Coroutine[None, None, None]],
) -> Callable[P, None]:
    """Run an asynchronous test on a JumpingLoop."""
    return _run_on(JumpingLoop, test)


def stepped_clock(
    test: Callable[P, Coroutine[None, None, None]],
) -> Callable[P, None]:
    """Run an asynchronous test on a SteppedLoop."""
    return _run_on(SteppedLoop, test)


def _run_on(
    loop: Callable[[], asyncio.AbstractEventLoop], test: Callable[P, Coroutine[None, None, None]]
) -> Callable[P, None]:
    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(test(*args, **kwargs))

    return run
