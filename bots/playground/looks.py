"""What a message looks like on the page. Pure but for the templates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from bots.playground.board import Board, Note
from bots.web.rendering import render
from core.i18n import Locale, translate
from core.media import Asset, MediaKind
from core.messages.buttons import pack

# How a job draws how far it is; a page has a bar of its own for that.
_BAR = re.compile(r"[▓░]+ ~?(\d{1,3})%")
_DRAWN = re.compile(r"^[▓░]+ ")
_QUARTER = 25
_SAID_CHARS = 200
# Nothing of a model's is markup, and none of its pictures is fetched: that would tell somebody.
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_markdown.disable("image")
# The parser leaves out what is nested deeper, and says nothing of it.
_DEEPEST = _markdown.options.maxNesting - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """One of the files of a message."""

    number: int
    kind: MediaKind
    mime: str
    width: int
    height: int
    has_poster: bool
    name: str


def shown(board: Board, note: Note, locale: Locale) -> str:
    """A message as HTML, in that language."""
    view, done = note.view, _BAR.match(note.view.text)
    return render(
        "note.html",
        locale,
        note=note,
        percent=int(done[1]) if done else None,
        text=_DRAWN.sub("", view.text),
        markdown=_markup(view.text) if view.is_markdown else None,
        said=_said(note),
        files=list(_files(note.assets, locale)),
        event=board.event_of(note),
        pack=pack,
    )


def _markup(markdown: str) -> Markup | None:
    """The same as HTML; None where it would lose words."""
    tokens = _markdown.parse(markdown)
    if any(token.level >= _DEEPEST for token in tokens):
        return None
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))  # noqa: S704 - made of escaped text


def _said(note: Note) -> str:
    """What is worth reading aloud of it: not each percent."""
    view, done = note.view, _BAR.match(note.view.text)
    if done:
        quarter = int(done[1]) // _QUARTER * _QUARTER
        phase = view.text.partition("% · ")[2].partition(" · ")[0]
        return f"{quarter}% · {phase.splitlines()[0]}" if phase else f"{quarter}%"
    # An answer that is still being given is read by whoever wants to.
    is_growing = view.is_markdown and any(each.style == "danger" for each in view.buttons)
    return "" if is_growing else " ".join(view.text.split())[:_SAID_CHARS]


def _files(assets: tuple[Asset, ...], locale: Locale) -> Iterator[ShownFile]:
    for number, asset in enumerate(assets, 1):
        is_seen = asset.kind is not MediaKind.TEXT
        yield ShownFile(
            number=number,
            kind=asset.kind,
            mime=asset.mime,
            width=asset.width,
            height=asset.height,
            has_poster=asset.thumbnail is not None,
            name=translate(
                locale, "page-medium", kind=asset.kind, number=number, count=len(assets)
            )
            if is_seen
            else asset.path.name,
        )
