"""The page on which a result can be seen by whoever has its address."""

import asyncio
from pathlib import Path

from core.files.elsewhere import paths_of
from core.files.transcode import fitted_path, needs_conversion
from core.jobs import Job
from core.services import Services


def shown_paths(job: Job) -> tuple[Path, ...]:
    """The files that its page shows, as far as they are there."""
    return (*paths_of(job.assets), *_helpful(job))


async def make_page(services: Services, job: Job) -> str:
    """Make one more address of its page, which nobody is told yet.

    "" where the bot has no pages, where not every machine could show this one, or where it has
    enough addresses.

    Raises:
        StorageError: it could not be stored, and so there is none.
    """
    if not services.shares.can_be_made or await services.shares.are_enough(job.id):
        return ""
    # Whichever machine is asked for the page has to have them.
    helpful = await asyncio.to_thread(lambda: [path for path in _helpful(job) if path.exists()])
    if not await services.files.keep(job.id, (*paths_of(job.assets), *helpful)):
        return ""
    return await services.shares.make(job.id)


def _helpful(job: Job) -> tuple[Path, ...]:
    """What it can do without: thumbnails, and what browsers play in place of a result."""
    thumbnails = (asset.thumbnail for asset in job.assets if asset.thumbnail)
    again = (fitted_path(asset.path) for asset in job.assets if needs_conversion(asset))
    return (*thumbnails, *again)
