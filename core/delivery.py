"""From a gateway's link into a conversation: fetch, look into, post, confirmed.

The ladder of design.md as far as every platform needs it: native video first, a link only where
nothing else can be had.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.budget import WriteBudget
from core.chat import Conversation, MediaPost, MessageRef, SlowDownError
from core.dialects import Endpoint
from core.download import download
from core.errors import FaultKind, JobError
from core.media import Asset, RemoteAsset
from core.probe import probe

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
            path = await download(
                result,
                folder,
                name=str(number),
                origin=endpoint.root,
                headers=endpoint.headers,
            )
            assets.append(await probe(path, result.kind))
        except JobError as error:
            failures.append(error)
            if result.page and error.fault.kind in _PAGE_FAULTS:
                pages.append(result.page)
    if failures and not assets and not pages:
        raise failures[0]
    return Collected(assets=tuple(assets), pages=tuple(pages))


async def post(
    conversation: Conversation,
    budget: WriteBudget,
    media: MediaPost,
    *,
    replacing: MessageRef | None,
) -> MessageRef:
    """Post the media, whatever pauses the platform wants; returns when it has confirmed them.

    Raises:
        MessageLostError: the chat takes no messages from us.
    """
    while True:
        await budget.final()
        try:
            return await conversation.deliver(media, replacing=replacing)
        except SlowDownError as error:
            budget.pause(error.retry_after)
