"""From a gateway's links to files on our disk that were looked into."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.delivery.download import download
from core.dialects import Endpoint
from core.errors import FaultKind, JobError
from core.files.probe import probe
from core.media import Asset, RemoteAsset

# Bytes that came whole and are no media may be a viewer page: a person can still open that.
_PAGE_FAULTS = frozenset({FaultKind.NOT_MEDIA, FaultKind.LINK_DEAD, FaultKind.NO_MEDIA})


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What is on our disk now, and pages that could only be handed on."""

    assets: tuple[Asset, ...] = ()
    pages: tuple[str, ...] = ()


async def collect(results: Sequence[RemoteAsset], folder: Path, endpoint: Endpoint) -> Collected:
    """Fetch all results into `folder` and look into each.

    One that cannot be fetched does not cost the others.

    Raises:
        JobError: none could be fetched; says why the first could not.
    """
    assets: list[Asset] = []
    pages: list[str] = []
    failures: list[JobError] = []
    for number, result in enumerate(results, 1):
        try:
            path = await _bring(result, folder, str(number), endpoint)
            assets.append(await probe(path, result.kind))
        except JobError as error:
            failures.append(error)
            if result.page and error.fault.kind in _PAGE_FAULTS:
                pages.append(result.page)
    if failures and not assets and not pages:
        raise failures[0]
    return Collected(assets=tuple(assets), pages=tuple(pages))


async def _bring(result: RemoteAsset, folder: Path, name: str, endpoint: Endpoint) -> Path:
    if result.file and result.file.exists():
        return result.file
    return await download(
        result, folder, name=name, origin=endpoint.root, headers=endpoint.headers
    )
