"""The border to whatever decides which process listens to a platform."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Protocol

Listen = Callable[[], Coroutine[None, None, None]]


class Listening(Protocol):
    """Who listens: several processes may be connected to a platform, but one takes events in."""

    async def listen(self, platform: str, listen: Listen, stands_by: Callable[[], None]) -> None:
        """Do this, until it ends by itself, whenever it is this process's turn.

        Args:
            platform: to whom it is listened.
            listen: is cancelled, and waited for, when it is somebody else's turn.
            stands_by: is called from time to time while it is.
        """
        ...

    async def take_turns(self, errand: str, do: Listen) -> None:
        """Do what one of them does for all, until it ends by itself, when it is our turn.

        It has a name of its own, and is cancelled, and waited for, when it is another's turn.
        """
        ...


class ListensAlone:
    """One process: it is always its turn."""

    async def listen(self, platform: str, listen: Listen, stands_by: Callable[[], None]) -> None:  # noqa: ARG002 - the form of the border
        await listen()

    async def take_turns(self, errand: str, do: Listen) -> None:  # noqa: ARG002 - idem
        await do()


class ListensToNobody:
    """A process that only works: others listen."""

    async def listen(self, platform: str, listen: Listen, stands_by: Callable[[], None]) -> None:  # noqa: ARG002 - idem
        stands_by()
        await asyncio.Event().wait()

    async def take_turns(self, errand: str, do: Listen) -> None:  # noqa: ARG002 - idem
        await asyncio.Event().wait()
