"""What forms were answered a moment ago: who presses twice is shown what the first press has done.

A browser drops the answer to the first press and shows that to the second. Only for a moment: a
form that lies about in an old page is not told again what it once was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from bots.web.posted import EVENT

if TYPE_CHECKING:
    from starlette.responses import Response

# Two presses of one finger, on a slow machine.
_MOMENT_SECONDS = 3.0


class _Sent:
    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.answer: Response | None = None
        self.ended_at: float | None = None


class SentForms:
    """See the module.

    Args:
        now: the time in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._all: dict[bytes, _Sent] = {}

    async def once(
        self, form: Mapping[str, str], do: Callable[[], "Awaitable[Response]"], *about: str
    ) -> "Response":
        """Do what a form asks for; the same one again waits for it and has the same answer.

        One that names no event, and so was on no page of ours, is never the same one.

        Args:
            form: what was posted.
            do: gives the answer.
            about: whose it is and what it is for, as far as it does not say so itself.
        """
        if not form.get(EVENT):
            return await do()
        self._forget()
        key = sha256(repr((about, sorted(form.items()))).encode()).digest()
        if sent := self._all.get(key):
            await sent.over.wait()
            # What was broken off has none.
            return sent.answer or await do()
        sent = self._all[key] = _Sent()
        try:
            sent.answer = await do()
        finally:
            sent.ended_at = self._now()
            sent.over.set()
        return sent.answer

    def _forget(self) -> None:
        began = self._now() - _MOMENT_SECONDS
        self._all = {
            form: sent
            for form, sent in self._all.items()
            if sent.ended_at is None or (sent.answer and sent.ended_at > began)
        }
