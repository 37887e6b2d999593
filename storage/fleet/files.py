"""The files that every machine may need, in the database: there all of them come already."""

import asyncio
import logging
import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select

from core.files.disk import disk_errors, unfinished
from core.files.elsewhere import here_of
from storage.database import Database
from storage.job_rows import HAS_ENDED
from storage.tables import exchanges, files, jobs, shares
from storage.upserts import add_if_new

log = logging.getLogger(__name__)

_ROW = "a file"
# No answer that is read holds more, and no picture that is taken.
_MOST_BYTES = 100_000_000
# Files come first, their row follows.
_DAY_SECONDS = 24 * 3600.0


class FleetFiles:
    """See `core.files.elsewhere.Files` for the contract.

    Args:
        database: a connection of its own: what others wait for is not behind a large file.
        media_dir: where they lie on this machine; in the database they are named from there on.
    """

    def __init__(self, database: Database, media_dir: Path) -> None:
        self.database = database
        self._media_dir = media_dir
        # One file at a time is in memory, and who wants the same one finds it there afterwards.
        self._moving = asyncio.Lock()

    async def keep(self, owner: str, paths: Iterable[Path]) -> bool:
        return all([await self._keep_one(owner, path) for path in paths])

    async def fetch(self, paths: Iterable[Path]) -> None:
        for path in paths:
            if path.is_relative_to(self._media_dir) and not await asyncio.to_thread(path.exists):
                await self._fetch_one(path)

    async def had(self, paths: Iterable[Path]) -> Collection[Path]:
        asked = frozenset(paths)
        here = await asyncio.to_thread(here_of, asked)
        missing = (path for path in asked - here if path.is_relative_to(self._media_dir))
        others = {self._name(path): path for path in missing}
        known = select(files.c.name).where(files.c.name.in_(others))
        kept = await self.database.run(_ROW, lambda c: c.scalars(known).all()) if others else ()
        return {*here, *(others[name] for name in kept)}

    async def forget(self, owners: Sequence[str]) -> None:
        await self._delete(files.c.owner.in_(owners))

    async def prune(self, before: float | None) -> int:
        job = select(jobs.c.id).where(jobs.c.id == files.c.owner)
        answer = select(exchanges.c.id).where(exchanges.c.id == files.c.owner)
        is_nobodys = and_(~exists(job), ~exists(answer), files.c.at < time.time() - _DAY_SECONDS)
        if before is None:
            return await self._delete(is_nobodys)
        # Whoever has a link to it may come to any machine.
        link = select(shares.c.digest).where(
            shares.c.job == jobs.c.id, shares.c.until > time.time()
        )
        is_over = job.where(HAS_ENDED, jobs.c.ended_at < before, ~exists(link))
        return await self._delete(or_(is_nobodys, exists(is_over)))

    async def _keep_one(self, owner: str, path: Path) -> bool:
        if not path.is_relative_to(self._media_dir):
            log.warning("other machines cannot have %s: it is not in MEDIA_DIR", path.name)
            return False
        name = self._name(path)
        known = select(files.c.name).where(files.c.name == name)
        async with self._moving:
            if await self.database.run(_ROW, lambda c: c.scalar(known)):
                return True
            if (data := await asyncio.to_thread(self._read, path)) is None:
                return False
            row = {"owner": owner, "name": name, "data": data, "at": time.time()}
            await self.database.run(_ROW, lambda c: add_if_new(c, files, [row]))
            return True

    async def _fetch_one(self, path: Path) -> None:
        query = select(files.c.data).where(files.c.name == self._name(path))
        async with self._moving:
            if await asyncio.to_thread(path.exists):
                return
            if data := await self.database.run(_ROW, lambda c: c.scalar(query)):
                await asyncio.to_thread(_write, path, data)

    async def _delete(self, which: ColumnElement[bool]) -> int:
        return await self.database.run(
            _ROW, lambda c: c.execute(delete(files).where(which)).rowcount
        )

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._media_dir))

    def _read(self, path: Path) -> bytes | None:
        try:
            if path.stat().st_size <= _MOST_BYTES:
                return path.read_bytes()
        except OSError as error:
            log.warning("other machines cannot have %s: %s", path.name, error.strerror)
        else:
            log.warning("other machines cannot have %s: it is too large", path.name)
        return None


def _write(path: Path, data: bytes) -> None:
    # Another process may have the same folder, and may bring the same file.
    name = f"{path.name}.{uuid4().hex[:12]}.part"
    with disk_errors(), unfinished(path.with_name(name)) as part:
        part.write_bytes(data)
        part.replace(path)
