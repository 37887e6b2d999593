"""From a gateway's link into a conversation: fetch, look into, post, confirmed.

The ladder of design.md: native video, else made again to fit, else a document, else a link.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from core.delivery.download import download
from core.dialects import Endpoint
from core.errors import FaultKind, JobError
from core.files.probe import probe
from core.files.transcode import needs_conversion, transcode
from core.media import Asset, MediaKind, RemoteAsset
from core.messages.budget import WriteBudget
from core.messages.views import Withheld
from core.platform import (
    Conversation,
    Limits,
    MediaPost,
    MessageLostError,
    MessageRef,
    SlowDownError,
)
from core.public_http import is_public
from core.redact import redact

# Bytes that came whole and are no media may be a viewer page: a person can still open that.
_PAGE_FAULTS = frozenset({FaultKind.NOT_MEDIA, FaultKind.LINK_DEAD, FaultKind.NO_MEDIA})

# A host that others can look up too: it has a domain, and that is no local one.
_PUBLIC_NAME = re.compile(
    r"(?:[a-z0-9_-]+\.)+(?!(?:corp|home|internal|intranet|lan|local|localdomain|localhost)$)"
    r"[a-z][a-z0-9-]+"
)
# How storages sign one object for some hours; with it a link works, and opens nothing else.
_OBJECT_SIGNATURES = frozenset(
    {
        "sig",
        "signature",
        "x-amz-credential",
        "x-amz-security-token",
        "x-amz-signature",
        "x-tos-credential",
        "x-tos-security-token",
        "x-tos-signature",
    }
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a chat can take.

    Attributes:
        assets: what is posted, originals and such as were made again.
        as_documents: True when one of them could not be made to play in the chat.
        withheld: what is too large, however it is made.
    """

    assets: tuple[Asset, ...] = ()
    as_documents: bool = False
    withheld: tuple[Withheld, ...] = ()


def is_native(asset: Asset, limits: Limits) -> bool:
    """Tell whether a chat takes an asset as it is; one without a limit plays nothing itself."""
    limit = limits.upload_bytes
    if limit is None:
        return True
    shown = not needs_conversion(asset) and _is_shown(asset, limits)
    return asset.size_bytes <= limit and shown


def _is_shown(asset: Asset, limits: Limits) -> bool:
    """Tell whether a picture is one that the chat shows, and does not only hand on."""
    photo = limits.photo
    if photo is None or asset.kind is not MediaKind.IMAGE:
        return True
    short, long = sorted((asset.width, asset.height))
    small = asset.size_bytes <= photo.size_bytes and short + long <= photo.sides
    return small and long <= photo.ratio * short


async def prepare(
    assets: Sequence[Asset], results: Sequence[RemoteAsset], limits: Limits, endpoint: Endpoint
) -> Prepared:
    """Bring the assets into the best form that the chat takes; can be repeated at any time."""
    posted: list[Asset] = []
    withheld: list[Withheld] = []
    as_documents = False
    for asset in assets:
        limit = limits.upload_bytes
        if limit is None or is_native(asset, limits):
            posted.append(asset)
        elif fitted := await transcode(asset, limit):
            posted.append(fitted)
        elif asset.size_bytes <= limit:
            posted.append(asset)
            as_documents = True
        else:
            link = _link_of(asset, results, endpoint)
            withheld.append(Withheld(size_bytes=asset.size_bytes, limit_bytes=limit, link=link))
    return Prepared(assets=tuple(posted), as_documents=as_documents, withheld=tuple(withheld))


def _link_of(asset: Asset, results: Sequence[RemoteAsset], endpoint: Endpoint) -> str:
    """Where anybody can fetch an asset: the bytes, else a page; "" where nobody can."""
    # `collect` named the file after its place among the results.
    name = asset.path.stem
    sources = [result for number, result in enumerate(results, 1) if str(number) == name]
    for source in sources:
        for url in (*(() if source.authorized else source.urls), source.page):
            if is_shareable(url, endpoint):
                return url
    return ""


def is_shareable(url: str, endpoint: Endpoint) -> bool:
    """Tell whether a link leads to a public place and gives no secret away."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    host = parsed.raw_host.decode("ascii").casefold()
    if parsed.scheme not in {"http", "https"} or parsed.userinfo:
        return False
    if not is_public(parsed.host) and not _PUBLIC_NAME.fullmatch(host):
        return False
    rest = str(parsed.copy_with(params=_unsigned(parsed.params)))
    return redact(rest) == rest and endpoint.key.get_secret_value() not in url


def _unsigned(params: httpx.QueryParams) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in params.multi_items()
        if name.casefold() not in _OBJECT_SIGNATURES
    ]


async def post(
    conversation: Conversation,
    budget: WriteBudget,
    media: MediaPost,
    *,
    replacing: MessageRef | None,
) -> MessageRef:
    """Post the media, whatever pauses the platform wants; returns when it has confirmed them.

    A post without any media is a text.

    Raises:
        MessageLostError: the chat takes no messages from us.
        UncertainError: they may be in the chat.
    """
    several = conversation.limits.album_counts and len(media.assets) > 1
    weight = len(media.assets) + 1 if several else 1
    while True:
        try:
            async with budget.final(weight):
                if media.assets:
                    return await conversation.deliver(media, replacing=replacing)
                if replacing is None:
                    return await conversation.send(media.view, replying=media.replying)
                await conversation.edit(replacing, media.view)
        except SlowDownError as error:
            budget.pause(error.retry_after)
        except MessageLostError:
            if media.assets or replacing is None:
                raise
            replacing = None  # somebody has deleted it: then as a message of its own
        else:
            return replacing
