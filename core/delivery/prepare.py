"""The forms in which a result reaches a chat: as it plays, made to fit, as a file, as a link."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import httpx

from core.dialects import Endpoint
from core.files.transcode import needs_conversion, transcode
from core.limits import Limits
from core.media import Asset, MediaKind, RemoteAsset
from core.messages.withheld import Withheld
from core.public_http import is_public
from core.redact import redact

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
class Prepared:
    """What a chat can take.

    Attributes:
        assets: what is posted, originals and such as were made again.
        as_documents: True when one of them could not be made to play in the chat.
        withheld: what is too large, however it is made.
        part: which of several posts this is; "" for the only or the first one.
        wordless: whether the words stand with another of them.
        original: the address of a page with what was made again, as it was before; "" without.
    """

    assets: tuple[Asset, ...] = ()
    as_documents: bool = False
    withheld: tuple[Withheld, ...] = ()
    part: str = ""
    wordless: bool = False
    original: str = ""

    def cut(self, limits: Limits, *, in_place: bool) -> list["Prepared"]:
        """What one post holds each; `in_place`, the first takes the place of a message."""
        whole = len(self.assets)
        most = limits.album or max(whole, 1)
        ends = range((limits.in_place if in_place else None) or most, whole, most)
        return [
            replace(self, assets=self.assets[start:end], part=f"from-{start}" if start else "")
            for start, end in pairwise((0, *ends, whole))
        ]

    def apart(self) -> list["Prepared"]:
        """Each asset by itself."""
        return [replace(self, assets=(asset,), part=asset.path.stem) for asset in self.assets]


def lower(
    ready: Prepared, results: Sequence[RemoteAsset], endpoint: Endpoint, page: str = ""
) -> Prepared | None:
    """The form to try where a chat has refused one: as files, then as links; None after that.

    `page` is the address of a page of our own, which goes before those at a gateway.
    """
    if not ready.as_documents:
        return replace(ready, as_documents=True)
    refused = [
        Withheld(link=page or _link_of(each, results, endpoint), on_page=bool(page))
        for each in ready.assets
    ]
    if not any(each.link for each in refused):
        return None
    withheld = (*ready.withheld, *refused)
    return replace(ready, assets=(), as_documents=False, withheld=withheld, original="")


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
    """A public link to an asset: the file, else a page; "" if there is none."""
    # `collect` named the file after its place among the results, and what was made of it likewise.
    name = asset.path.stem.partition("-")[0]
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
