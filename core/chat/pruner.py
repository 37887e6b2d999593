"""Deletes questions and answers with their files: what is old, and what a person wants gone."""

import asyncio
import logging
import shutil
import time
from collections.abc import Sequence

from core.errors import StorageError
from core.platform import Party
from core.services import Services

log = logging.getLogger(__name__)

_DAY_SECONDS = 24 * 3600.0
_PAUSE_SECONDS = 3600.0
# In one transaction, so that nobody waits long for the database.
_AT_ONCE = 100


class AnswerPruner:
    """Deletes answers; those of jobs are `core.keeper`'s.

    Args:
        kept_days: how long questions and answers are kept.
    """

    def __init__(self, services: Services, kept_days: float) -> None:
        self._services = services
        self._kept_days = kept_days
        self._pruning: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Delete what is old, now and from time to time.

        Raises:
            StorageError: it could not be deleted now.
        """
        await self._prune()
        self._pruning = asyncio.create_task(self._prune_often(), name="answers")

    def stop(self) -> None:
        """Leave the rest to the next start."""
        if self._pruning:
            self._pruning.cancel()

    async def forget(self, user: Party) -> None:
        """Delete all that a person has asked and was answered."""
        while gone := await self._services.exchanges.forget(user, limit=_AT_ONCE):
            await self.forget_files(gone)

    async def forget_files(self, ids: Sequence[str]) -> None:
        """Delete the files of questions that have no row any more."""
        for each in ids:
            # A draft has taken over its pictures, and perhaps was ordered.
            if await self._services.store.get(each):
                continue
            await self._services.files.forget([each])
            folder = self._services.folder(each)
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _prune_often(self) -> None:
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            try:
                await self._prune()
            except StorageError as error:
                log.warning("old answers are forgotten later: %s", error)

    async def _prune(self) -> None:
        before = time.time() - self._kept_days * _DAY_SECONDS
        while gone := await self._services.exchanges.prune(before, limit=_AT_ONCE):
            await self.forget_files(gone)
