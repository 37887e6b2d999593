"""Addresses at which whoever has them sees a result: made, found, taken back."""

import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

_DAY_SECONDS = 24 * 3600.0
MOST_SHARES = 20
"""Addresses of one result that work at the same time."""
_BYTES = 32
_CHARS = len(secrets.token_urlsafe(_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultShare:
    """One address. Whoever reads what is stored of it cannot tell what it is.

    Attributes:
        digest: of the secret that the address ends with.
        job: the id of the job whose result it shows.
        at, until: when it was made and when it ends, in seconds since 1970.
    """

    digest: str
    job: str
    at: float
    until: float


class ShareStore(Protocol):
    """Where it is kept which addresses there are."""

    async def add(self, share: ResultShare) -> None: ...

    async def find(self, digest: str) -> ResultShare | None:
        """The one of that digest, also when its time is over."""
        ...

    async def end(self, jobs: Collection[str], now: float) -> int:
        """Delete all of these jobs; gives how many of them still had time."""
        ...

    async def living(self, jobs: Collection[str], now: float) -> Collection[str]:
        """Which of these jobs have one whose time is not over."""
        ...

    async def count(self, job: str, now: float) -> int:
        """How many a job has whose time is not over."""
        ...

    async def prune(self, now: float) -> int:
        """Delete those whose time is over; gives how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The addresses of results.

    Args:
        public_url: where the world reaches our own server; "" where it does not, or finds no pages
            there: then no addresses are made.
        days: how long an address works.
        now: the time, in seconds since 1970.
    """

    store: ShareStore
    public_url: str = ""
    days: float = 7.0
    now: Callable[[], float] = time.time

    @property
    def can_be_made(self) -> bool:
        """Whether there are pages that an address could lead to."""
        return bool(self.public_url and self.days)

    async def make(self, job_id: str) -> str:
        """One more address for a result; the secret in it is nowhere else.

        Raises:
            StorageError: it could not be stored, and so there is none.
        """
        secret, now = secrets.token_urlsafe(_BYTES), self.now()
        until = now + self.days * _DAY_SECONDS
        await self.store.add(ResultShare(digest=_digest(secret), job=job_id, at=now, until=until))
        return f"{self.public_url}/v/{secret}"

    async def find(self, secret: str) -> ResultShare | None:
        """What an address that ends so stands for, as long as it works; raises StorageError."""
        # The world may guess: what cannot be ours costs the database nothing.
        if len(secret) != _CHARS or not secret.isascii():
            return None
        share = await self.store.find(_digest(secret))
        return share if share and share.until > self.now() else None

    async def end(self, *jobs: str) -> int:
        """Let all addresses of these jobs end; gives how many worked. Raises StorageError."""
        return await self.store.end(jobs, self.now())

    async def living(self, jobs: Collection[str]) -> Collection[str]:
        """Which of these jobs are at an address that works; raises StorageError."""
        return await self.store.living(jobs, self.now())

    async def are_enough(self, job_id: str) -> bool:
        """Whether a result has as many as one may have; raises StorageError."""
        return await self.store.count(job_id, self.now()) >= MOST_SHARES

    async def prune(self) -> int:
        """Forget those that have ended; raises StorageError."""
        return await self.store.prune(self.now())


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
