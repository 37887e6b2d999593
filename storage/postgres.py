"""Postgres: a database that several processes work on, and that may be away for a while."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, RootTransaction, create_engine, text
from sqlalchemy.exc import DBAPIError

from core.errors import StorageError
from storage.database import UnknownFateError
from storage.words import fitting

R = TypeVar("R")

_MISSING = "DATABASE_URL: Postgres needs more to be installed: pip install '.[fleet]'"
# Within the time after which another machine takes a job over, so that this one knows it is alone.
_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 30
_LOST_SECONDS = 10
# What another process was in the way of is done again; one of them always gets through.
_ATTEMPTS = 5
_IN_THE_WAY = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock timeout
_TRANSACTION = text("SELECT pg_current_xact_id_if_assigned()::text")
_FATE = text("SELECT pg_xact_status(CAST(CAST(:id AS text) AS xid8))")
# Whoever waits so long is told that it is not known; nobody waits for the database so long.
_FATE_SECONDS = 300.0
_FATE_PAUSE_SECONDS = 0.5


class PostgresConnection:
    """One connection at a time; where it breaks, what was under way is settled over the next.

    Args:
        fate_seconds: how long it is asked for what became of a commit whose answer was lost.
    """

    def __init__(self, url: URL, *, fate_seconds: float = _FATE_SECONDS) -> None:
        self._fate_seconds = fate_seconds
        # What the thread at work has open, for whoever gives it up from another.
        self._in_use: Any = None
        self._is_given_up = threading.Event()
        try:
            self._engine = create_engine(
                url,
                pool_size=1,
                max_overflow=0,
                # An error that gets into the log must not take along what people have written.
                hide_parameters=True,
                json_serializer=_dumped,
                connect_args=connect_options(),
            )
        except ImportError as error:  # psycopg may be there, and the library below it missing
            raise StorageError(_MISSING) from error
        if find_spec("procrastinate") is None:
            raise StorageError(_MISSING)

    def transact(self, work: Callable[[Connection], R]) -> R:
        """See `storage.database.Transactions`."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._once(work)
            except DBAPIError as error:
                # Found dead when it was used, or in somebody's way: nothing of it was done.
                if not error.connection_invalidated and _state(error) not in _IN_THE_WAY:
                    raise
        return self._once(work)

    def close(self) -> None:
        """See `storage.database.Transactions`."""
        self._engine.dispose()

    def give_up(self) -> None:
        """See `storage.database.Transactions`."""
        self._is_given_up.set()
        # Once: the thread at work may be done with it in this very moment.
        if in_use := self._in_use:
            _hang_up(in_use)

    @contextmanager
    def _connected(self) -> Generator[Connection]:
        self._check_not_given_up()
        with self._engine.connect() as connection:
            self._in_use = connection.connection.driver_connection
            try:
                # Whoever has given it up while it was being made had nothing to hang up.
                self._check_not_given_up()
                yield connection
            finally:
                self._in_use = None

    def _check_not_given_up(self) -> None:
        if self._is_given_up.is_set():
            raise StorageError("The database does not answer, and is not asked any more")

    def _once(self, work: Callable[[Connection], R]) -> R:
        with self._connected() as connection:
            transaction = connection.begin()
            try:
                result = work(connection)
                name = connection.scalar(_TRANSACTION)
            except BaseException:
                if not connection.invalidated:
                    transaction.rollback()
                raise
            self._commit(transaction, name)
        return result

    def _commit(self, transaction: RootTransaction, name: str | None) -> None:
        try:
            transaction.commit()
        except DBAPIError as error:
            # The answer is lost. What has written nothing may be done again.
            if name is None or not error.connection_invalidated:
                raise
            if not self._was_committed(name):
                raise

    def _was_committed(self, name: str) -> bool:
        """Find out from the database what has become of a transaction.

        Raises:
            UnknownFateError: nobody knows, since the database stays away.
        """
        until, why = time.monotonic() + self._fate_seconds, "it has no end there"
        while time.monotonic() < until:
            try:
                with self._connected() as connection:
                    fate = connection.scalar(_FATE, {"id": name})
            except DBAPIError as error:
                why = str(error.orig)
            else:
                # The server may not have noticed yet that we have gone.
                if fate in {"committed", "aborted"}:
                    return fate == "committed"
            self._is_given_up.wait(_FATE_PAUSE_SECONDS)
        raise UnknownFateError(f"Nobody knows whether something was stored: {why}")


def connect_options() -> dict[str, Any]:
    """How long is waited for what, as libpq calls it; also for connections that others open."""
    return {
        "connect_timeout": _CONNECT_SECONDS,
        "keepalives_idle": _LOST_SECONDS,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": _LOST_SECONDS * 1000,
        # Who stands still in the middle of a change must not keep the others from theirs.
        "options": f"-c statement_timeout={_STATEMENT_SECONDS * 1000}"
        f" -c idle_in_transaction_session_timeout={_LOST_SECONDS * 1000}",
        "application_name": "cliprelay",
    }


def _hang_up(connection: Any) -> None:
    """Let whoever waits for an answer on a connection of psycopg's find that none will come."""
    from psycopg import Error  # noqa: PLC0415 - may not be installed, see above

    # It may be closed in this very moment.
    with suppress(Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _dumped(value: Any) -> str:
    """As JSON that Postgres can look into: without what it has no characters for."""
    dumped = json.dumps(value)
    return json.dumps(fitting(value)) if "\\u0000" in dumped or "\\ud" in dumped else dumped
