"""Sessions of browsers: a link that the bot tells one person, and what it becomes when opened.

Nobody has a password. Who can read their own chat with the bot is who they are.
"""

import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from core.platform import ConversationRef, Party, User

LINK_SECONDS = 600.0
SESSION_SECONDS = 12 * 3600.0
_BYTES = 32
_CHARS = len(secrets.token_urlsafe(_BYTES))


class Area(StrEnum):
    """What a session opens, and nothing else; also the folder that its pages are in."""

    GALLERY = "gallery"
    DASHBOARD = "dashboard"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """A link or, once that was opened, a session. Whoever reads what is stored has neither.

    Attributes:
        digest: of the secret: the end of the link, later the cookie.
        user: who it is.
        place: where they asked for it, and nobody else reads along.
        until: when it ends, in seconds since 1970.
        opened: whether the link was opened, and is no link any more.
    """

    digest: str
    area: Area
    user: User
    place: ConversationRef
    until: float
    opened: bool = False


class SessionStore(Protocol):
    """Where it is kept who may see what."""

    async def add_link(self, link: WebSession) -> None:
        """Keep a link; an earlier one of the same person to the same area is none any more."""
        ...

    async def add(self, session: WebSession) -> None:
        """Keep a session that no link has led to."""
        ...

    async def open(self, digest: str, opened: str, now: float, until: float) -> WebSession | None:
        """Let a link become a session with the digest `opened`; None where it is none (any more).

        Of two who open it at once one is given None.
        """
        ...

    async def find(self, digest: str) -> WebSession | None:
        """The session of that digest, also when its time is over."""
        ...

    async def end(self, digest: str) -> None: ...

    async def end_all(self, user: Party) -> int:
        """Delete the links and sessions of a person; gives how many."""
        ...

    async def prune(self, now: float) -> int:
        """Delete those whose time is over; gives how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Who looks at pages of the bot.

    Args:
        public_url: where the world reaches our pages; "" where it does not.
        own_url: where this machine reaches them; "" where there are none.
        now: the time, in seconds since 1970.
    """

    store: SessionStore
    public_url: str = ""
    own_url: str = ""
    now: Callable[[], float] = time.time

    @property
    def areas(self) -> Collection[Area]:
        """Those that have pages."""
        return frozenset(area for area in Area if self.url(area))

    @property
    def are_here_only(self) -> bool:
        """Whether links open on this machine, and nowhere else."""
        return not self.public_url

    def url(self, area: Area) -> str:
        """Where the pages of an area are reached; "" where there are none."""
        # Who runs the bot may look from the machine that it runs on; others have no way there.
        return self.public_url or (self.own_url if area is Area.DASHBOARD else "")

    def inside(self, platform: str) -> str:
        """Where a platform that opens pages inside itself may show the gallery."""
        return f"{self.public_url}/in/{platform}"

    async def link(self, area: Area, user: User, place: ConversationRef) -> str:
        """An address that opens an area once, for whoever has it. Raises StorageError."""
        secret, until = secrets.token_urlsafe(_BYTES), self.now() + LINK_SECONDS
        link = WebSession(digest=_digest(secret), area=area, user=user, place=place, until=until)
        await self.store.add_link(link)
        return f"{self.url(area)}/in/{secret}"

    async def would_open(self, secret: str) -> bool:
        """Whether a link still becomes a session; it stays one. Raises StorageError."""
        link = await self.store.find(_digest(secret)) if _may_be_ours(secret) else None
        return link is not None and not link.opened and link.until > self.now()

    async def open(self, secret: str) -> tuple[str, WebSession] | None:
        """Let a link become a session, for once; gives the secret of that. Raises StorageError."""
        if not _may_be_ours(secret):
            return None
        # Whoever guesses must not keep others from writing: so it is looked for first.
        if await self.store.find(_digest(secret)) is None:
            return None
        new, now = secrets.token_urlsafe(_BYTES), self.now()
        until = now + SESSION_SECONDS
        session = await self.store.open(_digest(secret), _digest(new), now, until)
        return (new, session) if session else None

    async def begin(
        self, area: Area, user: User, place: ConversationRef
    ) -> tuple[str, WebSession]:
        """A session of somebody who has shown otherwise who they are. Raises StorageError."""
        secret, until = secrets.token_urlsafe(_BYTES), self.now() + SESSION_SECONDS
        session = WebSession(
            digest=_digest(secret), area=area, user=user, place=place, until=until, opened=True
        )
        await self.store.add(session)
        return secret, session

    async def find(self, secret: str) -> WebSession | None:
        """The session that a cookie stands for, as long as it lasts; raises StorageError."""
        session = await self.store.find(_digest(secret)) if _may_be_ours(secret) else None
        return session if session and session.opened and session.until > self.now() else None

    async def end(self, secret: str) -> None:
        """Let a session end. Raises StorageError."""
        await self.store.end(_digest(secret))

    async def end_all(self, user: Party) -> int:
        """Let all of a person's end, links too; gives how many. Raises StorageError."""
        return await self.store.end_all(user)

    async def prune(self) -> int:
        """Forget those that have ended; raises StorageError."""
        return await self.store.prune(self.now())


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _may_be_ours(secret: str) -> bool:
    # The world may guess: what cannot be ours costs the database nothing.
    return len(secret) == _CHARS and secret.isascii()
