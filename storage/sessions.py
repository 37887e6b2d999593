"""Sessions of browsers on SQL, found by the digests of their secrets."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, delete, insert, select, update

from core.people.sessions import Area, WebSession
from core.platform import ConversationRef, Party, User
from storage.database import Database
from storage.tables import web_sessions as sessions

_ROW = "a session"


@cache
def _place() -> TypeAdapter[ConversationRef]:
    return TypeAdapter(ConversationRef)


class SqlSessionStore:
    """See `core.people.sessions.SessionStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_link(self, link: WebSession) -> None:
        party = link.user.party
        earlier = delete(sessions).where(
            _is_of(party), sessions.c.area == link.area, sessions.c.opened.is_(False)
        )

        def add(connection: Connection) -> None:
            connection.execute(earlier)
            connection.execute(insert(sessions), _row(link))

        await self._database.run(_ROW, add)

    async def add(self, session: WebSession) -> None:
        row = _row(session)
        await self._database.run(_ROW, lambda c: c.execute(insert(sessions), row))

    async def open(self, digest: str, opened: str, now: float, until: float) -> WebSession | None:
        # One statement: of two who open it at once, one finds it.
        becomes = (
            update(sessions)
            .where(
                sessions.c.digest == digest,
                sessions.c.opened.is_(False),
                sessions.c.until > now,
            )
            .values(digest=opened, opened=True, until=until)
            .returning(*sessions.c)
        )

        def open_(connection: Connection) -> WebSession | None:
            row = connection.execute(becomes).first()
            return _session(row) if row else None

        return await self._database.run(_ROW, open_)

    async def find(self, digest: str) -> WebSession | None:
        query = select(sessions).where(sessions.c.digest == digest)

        def read(connection: Connection) -> WebSession | None:
            row = connection.execute(query).first()
            return _session(row) if row else None

        return await self._database.run(_ROW, read)

    async def end(self, digest: str) -> None:
        gone = delete(sessions).where(sessions.c.digest == digest)
        await self._database.run(_ROW, lambda c: c.execute(gone))

    async def end_all(self, user: Party) -> int:
        gone = delete(sessions).where(_is_of(user))
        return await self._database.run(_ROW, lambda c: c.execute(gone).rowcount)

    async def prune(self, now: float) -> int:
        old = delete(sessions).where(sessions.c.until <= now)
        return await self._database.run(_ROW, lambda c: c.execute(old).rowcount)


def _is_of(user: Party) -> Any:
    return (sessions.c.platform == user.platform) & (sessions.c.user == user.id)


def _row(session: WebSession) -> dict[str, object]:
    return {
        "digest": session.digest,
        "area": session.area,
        "platform": session.user.platform,
        "user": session.user.id,
        "locale": session.user.locale,
        "place": _place().dump_python(session.place, mode="json"),
        "until": session.until,
        "opened": session.opened,
    }


def _session(row: Row[Any]) -> WebSession:
    return WebSession(
        digest=row.digest,
        area=Area(row.area),
        user=User(platform=row.platform, id=row.user, locale=row.locale),
        place=_place().validate_python(row.place),
        until=row.until,
        opened=row.opened,
    )
