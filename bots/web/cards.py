"""A result as it stands in the gallery. All pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from unicodedata import east_asian_width

from bots.web.rendering import day
from bots.web.result import Medium, media_of
from core.i18n import Locale
from core.jobs import Job
from core.media import MediaKind
from core.messages.wording import told

# A page of many stays light.
_PROMPT_COLUMNS = 180
_LINES = 4
_WIDE = frozenset({"F", "W"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One result.

    Attributes:
        prompt: as much of the words as it shows; `has_more` where that is not all.
        media: what can be seen; none where the files are gone.
        day, time: when it was ordered, in UTC.
        price: in words; "" where it has cost nothing.
        is_covered: whether it is seen only when somebody wants to.
        is_whole: whether it stands alone, with all of its words and its pictures at full size.
    """

    id: str
    kind: MediaKind
    prompt: str
    has_more: bool
    media: list[Medium]
    model: str
    price: str
    day: str
    time: str
    is_private: bool
    is_covered: bool
    is_whole: bool
    is_shared: bool


def card_of(  # noqa: PLR0913 - all that a card shows
    job: Job,
    locale: Locale,
    *,
    there: Collection[Path],
    price: str,
    is_shared: bool,
    whole: bool,
) -> Card:
    """A result of which these files are there; `whole` as it stands alone."""
    words = "\n".join(told(job))
    cut = words if whole else _beginning(words)
    return Card(
        id=job.id,
        kind=job.request.kind,
        prompt=cut,
        has_more=cut != words,
        media=media_of(job, locale, there),
        model=job.model_name,
        price=price,
        day=day(job.created_at),
        time=datetime.fromtimestamp(job.created_at, UTC).isoformat(timespec="seconds"),
        is_private=job.request.private,
        is_covered=job.request.spoiler,
        is_whole=whole,
        is_shared=is_shared,
    )


def _beginning(words: str) -> str:
    """As much as takes about the same room in every script."""
    lines = "\n".join(words.splitlines()[:_LINES])
    ends = accumulate(2 if east_asian_width(each) in _WIDE else 1 for each in lines)
    return lines[: sum(end <= _PROMPT_COLUMNS for end in ends)]
