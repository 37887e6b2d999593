"""Markdown as Telegram shows it: a text, and where in it something is bold, code or a link."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from telegram import MessageEntity

from bots.telegram.limits import TEXT_CHARS
from bots.telegram.markdown import tamed
from core.platform import View

log = logging.getLogger(__name__)

# More of them Telegram passes over.
_MOST = 100
_CODE = (MessageEntity.CODE, MessageEntity.PRE)
_QUOTES = (MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE)
# Others it does not make links of.
_SCHEMES = ("http://", "https://", "tg://")
# Kept where there are too many: addresses stand nowhere else, code is unreadable without.
_RANKS = {MessageEntity.TEXT_LINK: 0, MessageEntity.PRE: 1, MessageEntity.BLOCKQUOTE: 1}
_OTHERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FormattedText:
    """What a message shows. Offsets and lengths count UTF-16 units."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


def formatted(view: View) -> FormattedText:
    """A view as it fits into one message; its formatting goes before any of its words does."""
    if not view.is_markdown:
        return FormattedText(text=view.text[:TEXT_CHARS])
    body = _rendered(view.text) or FormattedText(text=_cut(view.text.strip(), TEXT_CHARS))
    room = TEXT_CHARS - units(body.text) - 1
    aside = view.aside if units(view.aside) <= room else _cut(view.aside, room - 1) + "…"
    if not view.aside or room <= 1:
        return body
    quote = MessageEntity(MessageEntity.EXPANDABLE_BLOCKQUOTE, 0, units(aside))
    shifted = MessageEntity.shift_entities(quote.length + 1, body.entities)
    # What is last is passed over.
    return FormattedText(text=f"{aside}\n{body.text}", entities=(quote, *shifted[: _MOST - 1]))


def units(text: str) -> int:
    """How long a text is, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, room: int) -> str:
    return text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore")


def _rendered(markdown: str) -> FormattedText | None:
    """None where it cannot be shown so: the source is what is left."""
    try:
        text, entities = _converted(tamed(markdown))
    except Exception:
        # Whatever it is that cannot be read: it is shown as it was written.
        log.exception("an answer is shown without its formatting")
        return None
    shown = text.strip()
    if not shown or units(shown) > TEXT_CHARS:
        return None
    start = units(text[: len(text) - len(text.lstrip())])
    kept = _kept(_moved(entities, start, units(shown)))
    return None if kept is None else FormattedText(text=shown, entities=tuple(kept))


def _converted(markdown: str) -> tuple[str, list[MessageEntity]]:
    # Not with the module: who formats no answer is spared its 10 MB.
    from telegramify_markdown import convert  # noqa: PLC0415

    text, found = convert(markdown, latex_escape=False, config=_config())
    return text, [
        MessageEntity(each.type, each.offset, each.length, url=each.url, language=each.language)
        for each in found
    ]


@cache
def _config() -> Any:
    from telegramify_markdown import RenderConfig  # noqa: PLC0415 - as above

    config = RenderConfig.isolated()
    signs = config.markdown_symbol
    signs.heading_level_1 = signs.heading_level_2 = ""
    signs.heading_level_3 = signs.heading_level_4 = ""
    signs.unordered_list_item = "•"
    signs.task_completed, signs.task_uncompleted = "☑", "☐"
    # As short as its source, or a full page would have no room for it.
    signs.horizontal_rule = "———"
    # A quote in an answer is part of it: nothing to fold.
    config.cite_expandable = False
    return config


def _moved(entities: Iterable[MessageEntity], start: int, length: int) -> list[MessageEntity]:
    """As they stand in a part of the text, which is as long as that."""
    moved: list[MessageEntity] = []
    for each in entities:
        begin = max(each.offset - start, 0)
        end = min(each.offset + each.length - start, length)
        if begin < end:
            moved.append(_like(each, begin, end))
    return moved


def _like(entity: MessageEntity, begin: int, end: int) -> MessageEntity:
    return MessageEntity(entity.type, begin, end - begin, url=entity.url, language=entity.language)


def _kept(entities: Sequence[MessageEntity]) -> list[MessageEntity] | None:
    """Those that Telegram shows, in order; None where not all addresses would be among them."""
    links = [each for each in entities if each.type == MessageEntity.TEXT_LINK]
    followed = [each for each in links if (each.url or "").startswith(_SCHEMES)]
    if len(followed) > _MOST:
        return None
    shown = [each for each in entities if each not in links and not _is_lost(each, entities)]
    ranked = sorted([*followed, *shown], key=lambda each: _RANKS.get(each.type, _OTHERS))
    return sorted(ranked[:_MOST], key=lambda each: (each.offset, -each.length))


def _is_lost(entity: MessageEntity, entities: Sequence[MessageEntity]) -> bool:
    """Whether it cannot stand where it does: a quote in a quote, code in a link."""
    if entity.type in _QUOTES:
        return any(each.type in _QUOTES and _is_around(each, entity) for each in entities)
    if entity.type in _CODE:
        return any(
            each.type == MessageEntity.TEXT_LINK and _is_around(each, entity) for each in entities
        )
    return False


def _is_around(outer: MessageEntity, inner: MessageEntity) -> bool:
    ends = outer.offset + outer.length, inner.offset + inner.length
    return outer is not inner and outer.offset <= inner.offset and ends[0] >= ends[1]
