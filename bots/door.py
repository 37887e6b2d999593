"""HTTP as our own server speaks it: with a few at a time, and with nobody who dawdles."""

import asyncio
import resource
from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

# Gateways and Telegram send small bodies in one go, and no two at the same moment.
REQUEST_SECONDS = 15.0
_CONNECTIONS = 100
_WHOLE = frozenset({h11.DONE, h11.MUST_CLOSE, h11.CLOSED})


def most_connections() -> int:
    """How many strangers may be connected: a small part of what the system lets us open."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(_CONNECTIONS, files // 8) if files != resource.RLIM_INFINITY else _CONNECTIONS


class Doorkeeper(H11Protocol):
    """One connection. Its requests have to come whole within `REQUEST_SECONDS` each.

    When there are too many, the one that has waited longest without a whole request is closed, so
    that whoever is connected without a word keeps nobody else out.
    """

    def __init__(
        self,
        config: "Config",
        server_state: "ServerState",
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.since = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, and for it another one out where there is no room."""
        super().connection_made(transport)
        self._watch()
        if len(self.connections) > most_connections():
            all_: list[Doorkeeper] = [c for c in self.connections if isinstance(c, Doorkeeper)]
            waiting = (each for each in all_ if each.is_waiting)
            min(waiting, key=lambda each: each.since).turn_away()

    def data_received(self, data: bytes) -> None:
        """Give a request the time that is left; the next one gets as much."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_watching()
        super().connection_lost(exc)

    @property
    def is_waiting(self) -> bool:
        """Whether no whole request has come, or none since the last was answered."""
        return self.conn.their_state not in _WHOLE

    def turn_away(self) -> None:
        """Close it at once."""
        self.connections.discard(self)  # it no longer counts, although it ends only in a moment
        self.transport.abort()

    def _watch(self) -> None:
        if not self.is_waiting:
            self._stop_watching()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self.turn_away)

    def _stop_watching(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
