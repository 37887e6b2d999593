"""Templates become pages: everything that is put into one is text, and never markup."""

from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.i18n import Locale, translate

if TYPE_CHECKING:
    from starlette.requests import Request

_FOLDER = Path(__file__).parent
ASSETS = {
    "page.css": "text/css",
    "dash.css": "text/css",
    "live.css": "text/css",
    "live.js": "text/javascript",
    "live-job.js": "text/javascript",
    "stream.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "inside.js": "text/javascript",
    "play.css": "text/css",
    "play.js": "text/javascript",
    "gallery.css": "text/css",
}
"""What pages are made with, and what each is."""


def render(template: str, locale: Locale, **values: object) -> str:
    """A page in that language."""
    page = _templates().get_template(template)
    return page.render(
        **values,
        language={Locale.ZH: "zh-Hans"}.get(locale, locale.value),
        say=partial(translate, locale),
        version=_version(),
    )


def way_up(request: "Request") -> str:
    """The way from a page to where all pages are, as browsers see it: by what was written."""
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return "../" * (path.count(b"/") - 1)


@cache
def asset(name: str) -> bytes | None:
    """One of `ASSETS`; None where the name is another."""
    return (_FOLDER / "assets" / name).read_bytes() if name in ASSETS else None


def day(seconds: float) -> str:
    """A time since 1970 as its day in UTC, the same in every language."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def moment(seconds: float) -> str:
    """A time since 1970 to the minute, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def clock_time(seconds: float) -> str:
    """The time of day of a moment since 1970, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")


@cache
def _version() -> str:
    """Changes with the assets, so that browsers may keep them for ever."""
    return sha256(b"".join(asset(name) or b"" for name in ASSETS)).hexdigest()[:12]


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
