"""What an answer looks like in a chat. All pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from core.exchanges import Exchange, ExchangeState
from core.i18n import Locale, explain_fault, translate
from core.limits import Limits
from core.messages.pages import closed, pages, units
from core.platform import Button, View
from core.talk import Source

# Thoughts are for a glance; the answer is what was asked for.
_ASIDE_SHARE = 4
MOST_MESSAGES = 4


def answer_views(
    exchange: Exchange, limits: Limits, *, sandboxed: bool = False, whole: bool = False
) -> tuple[View, ...]:
    """An answer as far as it is known, in messages that a chat of these limits takes.

    Those under which it can be stopped, gone on with or asked for again have buttons. An answer
    that is too long for a few messages is cut, unless the `whole` is wanted.
    """
    if exchange.request:
        return (_suggestion_view(exchange),)
    limit = limits.answer_chars
    aside = _aside(exchange, limit // _ASIDE_SHARE)
    # Room for the aside on every page, so that no page moves when it comes.
    room = limit - limit // _ASIDE_SHARE if aside else limit
    if is_long(exchange, limits) and not whole:
        parts = _first_pages(exchange, limits, room, sandboxed=sandboxed)
    else:
        shown = _joined(_answer(exchange), *_notes(exchange, sandboxed=sandboxed))
        parts = pages(limits.written(shown or _said(exchange, "answer-thinking")), room)
    *others, last = [View(text=part, is_markdown=True) for part in parts]
    ended = View(text=last.text, is_markdown=True, buttons=_buttons(exchange))
    first, *behind = [*others, ended]
    return View(text=first.text, is_markdown=True, buttons=first.buttons, aside=aside), *behind


def known_views(
    exchange: Exchange, limits: Limits, *, sandboxed: bool = False, whole: bool = False
) -> tuple[View, ...]:
    """What stands in the messages that are known, where one more may be in the chat.

    The last of them offers to post what is missing.
    """
    views = answer_views(exchange, limits, sandboxed=sandboxed, whole=whole)
    known = views[: len(exchange.messages)]
    if exchange.stand_in:
        known = (*known, View(text=_said(exchange, "answer-perhaps-below")))
    *others, last = known
    label = translate(Locale(exchange.locale), "button-show-rest")
    rest = Button(label=label, command="show", given={"of": exchange.id}, style="primary")
    return (*others, replace(last, buttons=(*last.buttons, rest)))


def elsewhere_view(exchange: Exchange) -> View:
    """What a message shows that an answer was begun in, and that its row does not know."""
    return View(text=_said(exchange, "answer-elsewhere"))


def is_long(exchange: Exchange, limits: Limits) -> bool:
    """Whether it takes more than a few messages."""
    if exchange.request:
        return False
    limit = limits.answer_chars
    answer = _answer(exchange)
    # A page may have room for the half only, and there are thoughts beside it.
    if len(answer) * 2 < limit:
        return False
    room = limit - limit // _ASIDE_SHARE if _aside(exchange, limit // _ASIDE_SHARE) else limit
    return len(pages(limits.written(answer), room)) > MOST_MESSAGES


def answer_text(exchange: Exchange) -> str:
    """All of an answer, as Markdown."""
    return _joined(exchange.text.strip(), _numbered(exchange.sources)) + "\n"


def _first_pages(exchange: Exchange, limits: Limits, room: int, *, sandboxed: bool) -> list[str]:
    """As many as are shown; the last of them says where the others are."""
    ended = exchange.is_ended
    note = _slanted(_said(exchange, "answer-in-file" if ended else "answer-goes-on"))
    rest = limits.written(_joined(note, *_notes(exchange, sandboxed=sandboxed)))
    *others, last = pages(limits.written(_answer(exchange)), room)[:MOST_MESSAGES]
    shortened, *_ = pages(last, room - units(rest) - len("\n\n"))
    return [*others, _joined(shortened, rest)]


def _answer(exchange: Exchange) -> str:
    """What the model has said, with the end of a block of code that is open; its sources last."""
    sources = _numbered(exchange.sources) if exchange.is_ended else ""
    return _joined(closed(exchange.text.strip()) if exchange.has_words else "", sources)


def _joined(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _said(exchange: Exchange, key: str) -> str:
    return translate(Locale(exchange.locale), key, model=exchange.model_name)


def _suggestion_view(exchange: Exchange) -> View:
    """What is shown until the draft is there, or where none comes of it."""
    locale, name = Locale(exchange.locale), exchange.model_name
    match exchange.state:
        case ExchangeState.ASKING | ExchangeState.DONE:
            lines = [translate(locale, "suggestion-thinking", model=name)]
        case ExchangeState.STOPPED:
            lines = [translate(locale, "answer-stopped")]
        case ExchangeState.BROKEN | ExchangeState.FAILED:
            lines = [translate(locale, "suggestion-failed", model=name)]
            lines += explain_fault(locale, exchange.fault, "answer") if exchange.fault else []
    lines += filter(None, [exchange.paid])
    buttons = (_again(exchange),) if exchange.is_ended else _buttons(exchange)
    return View(text="\n".join(lines), buttons=buttons)


def _again(exchange: Exchange) -> Button:
    label = translate(Locale(exchange.locale), "button-suggest-again")
    return Button(label=label, command="suggest", given={"of": exchange.id}, style="primary")


def _aside(exchange: Exchange, limit: int) -> str:
    """The thoughts; while only they come, the newest."""
    thought = exchange.thought.strip() if exchange.shows_thoughts else ""
    if len(thought) <= limit:
        return thought
    thinking = not exchange.is_ended and not exchange.text
    return "…" + thought[1 - limit :] if thinking else thought[: limit - 1] + "…"


def _notes(exchange: Exchange, *, sandboxed: bool) -> Iterator[str]:
    locale = Locale(exchange.locale)
    if not exchange.is_ended:
        return
    if exchange.note:
        yield _slanted(exchange.note)
    match exchange.state:
        case ExchangeState.STOPPED:
            yield _slanted(translate(locale, "answer-stopped"))
        case ExchangeState.BROKEN | ExchangeState.FAILED if exchange.fault:
            told = "answer-broken" if exchange.has_words else "answer-failed"
            yield _escaped(translate(locale, told, model=exchange.model_name))
            yield "\n".join(map(_escaped, explain_fault(locale, exchange.fault, "answer")))
        case _ if exchange.is_cut:
            yield _slanted(translate(locale, "answer-cut"))
        case _:
            pass
    if exchange.paid:
        yield _slanted(exchange.paid)
    if sandboxed:
        yield _slanted(translate(locale, "note-sandbox", kind="answer"))


def _numbered(sources: Sequence[Source]) -> str:
    return "\n".join(
        f"{number}. [{_escaped(source.title or source.url)}]({_address(source.url)})"
        for number, source in enumerate(sources, 1)
    )


def _address(url: str) -> str:
    return quote(url, safe=":/?#@!$&'*+,;=%[]~")


def _escaped(text: str) -> str:
    """Words of ours, or of a page, that mean no formatting."""
    return "".join(f"\\{letter}" if letter in r"\`*_[]<>|~#" else letter for letter in text)


def _slanted(text: str) -> str:
    return f"*{_escaped(text)}*"


def _buttons(exchange: Exchange) -> tuple[Button, ...]:
    locale, given = Locale(exchange.locale), {"of": exchange.id}
    if not exchange.is_ended:
        stop = translate(locale, "button-stop")
        return (Button(label=stop, command="stop", given=given, style="danger"),)
    if exchange.state is ExchangeState.FAILED:
        # What was only said aloud has to be said again.
        if not exchange.prompt:
            return ()
        retry = translate(locale, "button-ask-again")
        return (Button(label=retry, command="reask", given=given, style="primary"),)
    if exchange.is_complete:
        return exchange.offers
    go_on = translate(locale, "button-continue")
    return (Button(label=go_on, command="continue", given=given, style="primary"),)
