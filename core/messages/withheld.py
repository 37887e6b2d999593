"""What a chat does not take: why, and where it can be had instead. All pure."""

import math
from dataclasses import dataclass

from core.i18n import Locale, translate
from core.jobs import Job

_REFUSED = {"page": "refused-page", "link": "refused-link", "kept": "refused-kept"}
_TOO_LARGE = {"page": "too-large-page", "link": "too-large-link", "kept": "too-large-kept"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A result that its chat does not take. `link` is "" where nobody else may fetch it.

    Attributes:
        size_bytes: how large it is, where that is the reason; 0 where the chat has refused it.
        on_page: whether the link leads to a page of our own.
    """

    size_bytes: int = 0
    limit_bytes: int = 0
    link: str = ""
    on_page: bool = False


def withheld_line(job: Job, withheld: Withheld) -> str:
    """The line that says so under what replaces it."""
    sizes = {"size": _megabytes(withheld.size_bytes), "limit": _megabytes(withheld.limit_bytes)}
    locale = Locale(job.locale)
    where = ("page" if withheld.on_page else "link") if withheld.link else "kept"
    if not withheld.size_bytes:
        return translate(locale, _REFUSED[where], link=withheld.link, id=job.id)
    return translate(locale, _TOO_LARGE[where], link=withheld.link, id=job.id, **sizes)


def _megabytes(size_bytes: int) -> str:
    """Rounded up, so that what is too large is never told to be as large as allowed."""
    return f"{math.ceil(size_bytes / 100_000) / 10:g}"
