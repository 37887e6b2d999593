"""The language of who looks at a page, as their browser says it."""

import re
from collections.abc import Iterator

from core.i18n import Locale, locale_of

_CHARS = 500
_WANTED = re.compile(
    r"\s*([A-Za-z]{1,8})[A-Za-z0-9-]*\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*(?:,|$)"
)


def language_of(accepted: str, default: Locale) -> Locale:
    """The first of our languages that somebody reads, by their Accept-Language."""
    ranked = sorted(_wanted(accepted[:_CHARS]), key=lambda each: -each[1])
    ours = (locale for locale, weight in ranked if locale and weight)
    return next(ours, default)


def _wanted(accepted: str) -> Iterator[tuple[Locale | None, float]]:
    for tag, weight in _WANTED.findall(accepted):
        locale = locale_of(tag, Locale.EN)
        yield (locale if locale == tag.casefold() else None), float(weight or 1)
