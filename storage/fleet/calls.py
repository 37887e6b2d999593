"""What processes call to each other, over the database: at once, and to whoever is there."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from sqlalchemy import text

from storage.database import Database

log = logging.getLogger(__name__)

_CHANNEL = "cliprelay"
_NOTIFY = text("SELECT pg_notify(:channel, :call)")
_PAUSE_SECONDS = 1.0
_CLOSING_SECONDS = 2.0


class Calls:
    """See `core.calls.Intercom` for the contract.

    Args:
        conninfo: where the database is, as libpq has it.
        options: how to connect.
    """

    are_heard = True

    def __init__(self, database: Database, conninfo: str, options: Mapping[str, Any]) -> None:
        self._database = database
        self._conninfo = conninfo
        self._options = options
        self._answers: dict[str, Callable[[str], None]] = {}
        self._begun: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None

    def answer(self, kind: str, answer: Callable[[str], None]) -> None:
        self._answers[kind] = answer

    def whenever_heard_again(self, do: Callable[[], None]) -> None:
        """Do this each time that calls are heard from then on, and may have been missed before."""
        self._begun.append(do)

    def start(self) -> None:
        """Hear from now on."""
        self._task = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Hear no more; a database that hangs is not waited for."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_CLOSING_SECONDS)

    async def call(self, kind: str, about: str) -> None:
        said = {"channel": _CHANNEL, "call": json.dumps({"kind": kind, "about": about})}
        await self._database.run("a call", lambda c: c.execute(_NOTIFY, said))

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except psycopg.OperationalError as error:
                log.warning("other processes are not heard, again soon: %s", error)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _hear(self) -> None:
        async with await psycopg.AsyncConnection.connect(
            self._conninfo, autocommit=True, **self._options
        ) as connection:
            await connection.execute(f"LISTEN {_CHANNEL}".encode())
            for do in self._begun:
                do()
            async for call in connection.notifies():
                said = json.loads(call.payload)
                if answer := self._answers.get(said["kind"]):
                    answer(said["about"])
