"""A lease by itself: at no time do two listen, whoever cannot reach the database included."""

import asyncio
from dataclasses import dataclass, field

import pytest

from storage.database import Database, open_database
from storage.fleet.calls import Calls
from storage.fleet.lease import LeasedListening, LeaseTerms
from storage.fleet.members import Membership, Patience
from tests.fakes.change_signal import ChangeSignal
from tests.fakes.postgres import PostgresServer
from tests.fakes.relay import Relay

pytestmark = pytest.mark.fleet

TERMS = LeaseTerms(lasts=9.0, renews=0.5, margin=4.0)
PLATFORM = "telegram"


@dataclass(slots=True)
class Diary:
    """Who begins and ends to listen, in order."""

    lines: list[str] = field(default_factory=list[str])
    changed: ChangeSignal = field(default_factory=ChangeSignal)

    def note(self, line: str) -> None:
        self.lines.append(line)
        self.changed.notify()

    async def until(self, *lines: str) -> None:
        await self.changed.until(lambda: self.lines == list(lines), 90)


def listening(database: Database, name: str, diary: Diary) -> asyncio.Task[None]:
    """Have one take its turns."""
    member = Membership(database, Patience())
    leased = LeasedListening(database, member, Calls(database, "", {}), TERMS)

    async def listen() -> None:
        diary.note(f"{name} begins")
        try:
            await asyncio.Event().wait()
        finally:
            diary.note(f"{name} ends")

    return asyncio.create_task(leased.listen(PLATFORM, listen, lambda: None))


async def test_who_cannot_reach_the_database_stops_before_another_begins(
    server: PostgresServer,
) -> None:
    url, diary = server.new_database(), Diary()
    async with (
        Relay(url) as relay,
        open_database(relay.url) as far,
        open_database(url) as near,
    ):
        first = listening(far, "first", diary)
        await diary.until("first begins")
        second = listening(near, "second", diary)

        relay.freeze()
        try:
            await diary.until("first begins", "first ends", "second begins")
        finally:
            relay.thaw()
        second.cancel()
        await asyncio.wait([second])
        await diary.changed.until(lambda: diary.lines[-1] == "first begins", 90)
        first.cancel()
        await asyncio.wait([first])

    assert diary.lines[3:] == ["second ends", "first begins", "first ends"]


async def test_whose_listening_breaks_gives_the_lease_up(server: PostgresServer) -> None:
    diary = Diary()
    async with open_database(server.new_database()) as database:
        member = Membership(database, Patience())
        for_long = LeaseTerms(lasts=3600.0)
        broken = LeasedListening(database, member, Calls(database, "", {}), for_long)

        async def listen() -> None:
            raise OSError("it broke")

        with pytest.raises(OSError, match="it broke"):
            await broken.listen(PLATFORM, listen, lambda: None)
        # One that nobody had given up would be waited for.
        second = listening(database, "second", diary)
        await diary.changed.until(lambda: diary.lines, 90)
        second.cancel()
        await asyncio.wait([second])
    assert not member.listens
