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
# What is written lies in the buffers of both systems before anybody has to read it.
READING_SECONDS = 30.0
_CONNECTIONS = 100
_VIEWERS = 250
SEAT = "cliprelay.seat"
"""What stands in the scope of a request while somebody who has signed in is told what goes on."""
_WHOLE = frozenset({h11.DONE, h11.MUST_CLOSE, h11.CLOSED})


def most_connections() -> int:
    """How many strangers may be connected: a small part of what the system lets us open."""
    return min(_CONNECTIONS, _part_of_files())


def most_viewers() -> int:
    """How many may look on besides, who have signed in and stay."""
    return min(_VIEWERS, _part_of_files())


def _part_of_files() -> int:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return files // 8 if files != resource.RLIM_INFINITY else _VIEWERS


def turn_away_all(state: "ServerState") -> None:
    """Close all connections at once, whatever they are in the middle of."""
    all_: list[Doorkeeper] = [each for each in state.connections if isinstance(each, Doorkeeper)]
    for each in all_:
        each.turn_away()


class Doorkeeper(H11Protocol):
    """One connection. Its requests have to come whole within `REQUEST_SECONDS` each.

    Who reads nothing of an answer for `READING_SECONDS` is turned away as well; a player that was
    paused asks for the rest when it goes on.

    Who looks on has a seat, and is not counted. When there are too many others, the one that has
    waited longest without a whole request is closed, so that whoever is connected without a word
    keeps nobody else out.
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
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, and for it another one out where there is no room."""
        super().connection_made(transport)
        self._watch()
        if len(self.connections) <= most_connections():
            return
        all_: list[Doorkeeper] = [c for c in self.connections if isinstance(c, Doorkeeper)]
        if sum(not each.is_seated for each in all_) > most_connections():
            waiting = (each for each in all_ if each.is_waiting)
            min(waiting, key=lambda each: each.since).turn_away()

    def data_received(self, data: bytes) -> None:
        """Give a request the time that is left; the next one gets as much."""
        super().data_received(data)
        self._watch()

    def pause_writing(self) -> None:
        """Wait until it reads on, but not for ever."""
        super().pause_writing()
        if self._reading is None:
            self._reading = self.loop.call_later(READING_SECONDS, self.turn_away)

    def resume_writing(self) -> None:
        """It has read."""
        self._stop_reading()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_watching()
        self._stop_reading()
        super().connection_lost(exc)

    @property
    def is_seated(self) -> bool:
        """Whether it has a seat, see `SEAT`; whoever has one was let in by the pages."""
        return SEAT in (self.scope or ())

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

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _stop_watching(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class PatientDoorkeeper(Doorkeeper):
    """One connection of somebody who may upload: each part of a request gets `REQUEST_SECONDS`.

    How much may come is limited by whoever reads it.
    """

    def data_received(self, data: bytes) -> None:
        """Give it all the time again."""
        self._stop_watching()
        super().data_received(data)
