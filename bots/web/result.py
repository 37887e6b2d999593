"""What a page shows of a result, and the files that it may ask for. All pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bots.web.files import ServedFile
from core.files.media_info import EXTENSIONS
from core.files.small import needs_small, small_path
from core.files.transcode import fitted_path, needs_conversion
from core.i18n import Locale, translate
from core.jobs import Job
from core.media import Asset, MediaKind
from core.messages.wording import told, wish

_MEGABYTE = 1_000_000
_KNOWN = frozenset(EXTENSIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """One of the media of a page.

    Attributes:
        shown: the name of the file that is played or seen, and its type: what was made again for
            a chat where browsers do not play the original.
        original: the name of the file as the model has made it.
        poster: the name of a picture of it; "" without one.
        small: the name of a small copy, for pages that show many; "" without one.
        name: what it is called where nobody sees it; alt: what is read instead of it.
        facts: its size in pixels, its length, its size in bytes.
    """

    is_video: bool
    shown: str
    mime: str
    original: str
    poster: str
    small: str
    width: int
    height: int
    name: str
    alt: str
    facts: str


def served_of(job: Job) -> Mapping[str, ServedFile]:
    """All files that a page of this job may ask for, by the names under which it does."""
    served: dict[str, ServedFile] = {}
    for asset in job.assets:
        if asset.mime not in _KNOWN:
            continue
        served[asset.path.name] = itself = ServedFile(path=asset.path, mime=asset.mime)
        picture = itself if asset.kind is MediaKind.IMAGE else None
        if asset.thumbnail:
            picture = ServedFile(path=asset.thumbnail, mime="image/jpeg")
            served[asset.thumbnail.name] = picture
        if asset.kind is MediaKind.VIDEO:
            again = fitted_path(asset.path)
            served[again.name] = ServedFile(path=again, mime="video/mp4")
        small = small_path(asset.path)
        # It is on the machine that has made it, and a balancer may lead to another one.
        served[small.name] = ServedFile(path=small, mime="image/webp", otherwise=picture)
    return served


def small_paths(jobs: Iterable[Job]) -> list[Path]:
    """Where the small copies of results are that are better shown so, as far as they are there."""
    return [small_path(each.path) for job in jobs for each in job.assets if needs_small(each)]


def media_of(job: Job, locale: Locale, there: Collection[Path]) -> list[Medium]:
    """What a page shows, in that language, of the files that are there."""
    shown = [asset for asset in job.assets if asset.mime in _KNOWN and asset.path in there]
    return [_medium(job, asset, number, locale, there) for number, asset in enumerate(shown, 1)]


def heading(job: Job, locale: Locale) -> str:
    """What stands above them; of what is private it tells nothing."""
    return translate(locale, "page-heading", kind=job.request.kind, count=len(job.assets))


def title(job: Job, locale: Locale) -> str:
    """What a tab or a chat calls the page."""
    return heading(job, locale) if job.request.private else wish(job) or heading(job, locale)


def prompt(job: Job) -> str:
    """The words that it was made from, unless they are private."""
    return "" if job.request.private else "\n".join(told(job))


def _medium(
    job: Job, asset: Asset, number: int, locale: Locale, there: Collection[Path]
) -> Medium:
    again = fitted_path(asset.path)
    shows_again = needs_conversion(asset) and again in there
    name = translate(locale, "page-medium", kind=asset.kind, number=number, count=len(job.assets))
    poster, small = asset.thumbnail, small_path(asset.path)
    return Medium(
        is_video=asset.kind is MediaKind.VIDEO,
        shown=again.name if shows_again else asset.path.name,
        mime="video/mp4" if shows_again else asset.mime,
        original=asset.path.name,
        poster=poster.name if poster and poster in there else "",
        small=small.name if small in there else "",
        width=asset.width,
        height=asset.height,
        name=name,
        alt=name if job.request.private else f"{name}: {wish(job)}",
        facts=facts_of(asset, locale),
    )


def facts_of(asset: Asset, locale: Locale) -> str:
    """Its size in pixels, its length, its size in bytes."""
    parts = [f"{asset.width} × {asset.height}"]
    if asset.seconds:
        parts.append(translate(locale, "seconds", seconds=f"{asset.seconds:.3g}"))
    parts.append(f"{max(asset.size_bytes / _MEGABYTE, 0.1):.1f} MB")
    return " · ".join(parts)
