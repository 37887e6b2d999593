"""From a gateway's links to files on our disk that were looked into."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from core.delivery.download import download
from core.dialects import Endpoint
from core.errors import FaultKind, JobError
from core.files.probe import probe
from core.media import Asset, RemoteAsset

T = TypeVar("T")

# Bytes that came whole and are no media may be a viewer page: a person can still open that.
_PAGE_FAULTS = frozenset({FaultKind.NOT_MEDIA, FaultKind.LINK_DEAD, FaultKind.NO_MEDIA})


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What is on our disk now, and web pages that could only be passed on."""

    assets: tuple[Asset, ...] = ()
    pages: tuple[str, ...] = ()


async def collect(results: Sequence[RemoteAsset], folder: Path, endpoint: Endpoint) -> Collected:
    """Fetch all results into `folder` and look into each.

    One that cannot be fetched, or not yet, does not cost the others.

    Raises:
        JobError: none could be fetched; says why the first could not.
    """
    found = await _together(
        _collected(result, folder, str(number), endpoint)
        for number, result in enumerate(results, 1)
    )
    assets = [each for each in found if isinstance(each, Asset)]
    failures = [each for each in found if isinstance(each, JobError)]
    pages = [
        result.page
        for result, each in zip(results, found, strict=True)
        if isinstance(each, JobError) and result.page and each.fault.kind in _PAGE_FAULTS
    ]
    if failures and not assets and not pages:
        raise failures[0]
    return Collected(assets=tuple(assets), pages=tuple(pages))


async def _together(work: Iterable[Coroutine[None, None, T]]) -> list[T]:
    """Do it all at the same time; what is still under way ends with the first that raises."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _collected(
    result: RemoteAsset, folder: Path, name: str, endpoint: Endpoint
) -> Asset | JobError:
    try:
        return await probe(await _bring(result, folder, name, endpoint), result.kind)
    except JobError as error:
        return error


async def _bring(result: RemoteAsset, folder: Path, name: str, endpoint: Endpoint) -> Path:
    if result.file and result.file.exists():
        return result.file
    return await download(
        result,
        folder,
        name=name,
        origin=endpoint.root,
        media_origins=endpoint.media_origins,
        headers=endpoint.headers,
        backoff_seconds=endpoint.pace.again,
    )
