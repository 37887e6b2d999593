"""What a test can do to the requests that come to the Discord stand-in.

Patterns are like "POST /channels/*/messages": method and path, as fnmatch reads them.
"""

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from aiohttp import web
from simcord.backend.errors import BackendError

from tests.fakes.discord.limits import FloodError
from tests.fakes.discord.wire import DiscordCall


@dataclass(slots=True)
class HeldRequest:
    """Stops one request: before it is done, or when it is done but not answered."""

    pattern: str
    done: bool = False
    drops: bool = False
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self, *, drop: bool = False) -> None:
        """Let it go on, or end its connection instead."""
        self.drops = drop
        self.released.set()


@dataclass(slots=True)
class _Refusal:
    pattern: str
    error: BackendError
    times: int
    done: bool = False


class RequestFaults:
    """Holds and refusals, each for the next request that fits."""

    def __init__(self) -> None:
        self._holds: list[HeldRequest] = []
        self._refusals: list[_Refusal] = []
        self._garbled: list[str] = []

    def hold(self, pattern: str, *, done: bool = False) -> HeldRequest:
        """Stop the next such request; `done` means that it is done, but not yet answered."""
        self._holds.append(hold := HeldRequest(pattern, done))
        return hold

    def lose_request(self, pattern: str) -> None:
        """End the connection of the next such request, and do nothing."""
        self.hold(pattern).release(drop=True)

    def lose_answer(self, pattern: str) -> None:
        """Do what the next such request wants, and end its connection without an answer."""
        self.hold(pattern, done=True).release(drop=True)

    def refuse(
        self,
        pattern: str,
        status: int,
        code: int,
        message: str,
        times: int = 1,
        *,
        done: bool = False,
    ) -> None:
        """Answer the next such requests with an error; `done` means that they are done before."""
        error = BackendError(status, code, message)
        self._refusals.append(_Refusal(pattern, error, times, done))

    def garble(self, pattern: str) -> None:
        """Do what the next such request wants, and answer with a page that is no JSON."""
        self._garbled.append(pattern)

    def is_garbled(self, call: DiscordCall) -> bool:
        """Whether the test wants such a page now."""
        found = next((each for each in self._garbled if fnmatchcase(call.line, each)), None)
        if found:
            self._garbled.remove(found)
        return found is not None

    def flood(
        self,
        pattern: str,
        retry_after: float,
        times: int = 1,
        *,
        code: int = 0,
        everywhere: bool = False,
    ) -> None:
        """Answer the next such requests with 429; `everywhere` means that all have to wait."""
        text = "You are being rate limited."
        error = FloodError(code, text, retry_after, everywhere=everywhere)
        self._refusals.append(_Refusal(pattern, error, times))

    def release_all(self) -> None:
        """Let nobody wait any more."""
        for hold in self._holds:
            hold.released.set()

    async def stop(self, request: web.Request, call: DiscordCall, *, done: bool) -> bool:
        """Keep a request as the test wants it; True when its connection was ended."""
        fits = (each for each in self._holds if fnmatchcase(call.line, each.pattern))
        hold = next(
            (each for each in fits if each.done is done and not each.reached.is_set()), None
        )
        if hold is None:
            return False
        hold.reached.set()
        await hold.released.wait()
        if hold.drops and request.transport:
            request.transport.abort()
        return hold.drops

    def trip(self, call: DiscordCall, *, done: bool = False) -> None:
        """Refuse what the test wants to be refused, before or after it is done."""
        for refusal in self._refusals:
            if refusal.done is done and fnmatchcase(call.line, refusal.pattern):
                refusal.times -= 1
                if not refusal.times:
                    self._refusals.remove(refusal)
                raise refusal.error
