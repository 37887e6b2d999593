"""From typed text to a command, the same on every platform where people type. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from unicodedata import normalize

from core.catalog import Catalog
from core.commands import COMMANDS, DEFAULT
from core.commands.ask import TALK
from core.commands.offer import is_offered
from core.i18n import Locale, translate
from core.names import CJK
from core.options.grammar import BLANK, MARKS, begins_with_options

# Behind a Latin name Chinese needs no space; where a Chinese name ends, nobody could tell.
_NAME = rf"[A-Za-z0-9_-]{{1,64}}+(?={CJK})|[\w-]{{1,64}}+"
_BOT = r"[@＠](?P<bot>[A-Za-z0-9_]{1,64})"
# A colon or comma may stand behind the name. ":)" far behind it is prose.
_END = rf"[{BLANK}]*[：，、]|[{BLANK}]*[:,](?![^{BLANK}])|[{BLANK}:,]|(?={CJK})|\Z"
_COMMAND = re.compile(
    rf"[{BLANK}]*[/／][{MARKS}]*(?P<name>{_NAME})(?:{_BOT})?(?:{_END})(?P<text>.*)", re.DOTALL
)
_GAP = rf"[{BLANK}:：,，、]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody has typed to the bot.

    Attributes:
        command: its name; "" where nothing is ordered.
        text: all behind the command's name, or all that was said.
        addressed: whether it is surely for this bot: by its name, or since nobody else is there.
    """

    command: str
    text: str
    addressed: bool


def read_typed(text: str, names: Collection[str] = (), *, alone: bool = False) -> Typed | None:
    """What a text says to the bot; None where it says nothing to it.

    What begins with the bot's name is said to it, and all where nobody else is. Options in front
    of that order a video; what begins with neither options nor a command orders nothing.

    Args:
        text: as it was typed.
        names: what the platform writes for the bot, such as "@clipbot" or "<@42>".
        alone: whether nobody but the bot is spoken to there.
    """
    called = _behind_name(text, names)
    said = text if called is None else called
    command = _COMMAND.fullmatch(said)
    if command and _is_ours(command["bot"], names, called=called is not None):
        addressed = alone or called is not None or bool(command["bot"])
        return Typed(command=_named(command["name"]), text=command["text"], addressed=addressed)
    if called is None and not alone:
        return None
    ordered = not command and begins_with_options(said, COMMANDS[DEFAULT].options)
    return Typed(command=DEFAULT if ordered else "", text=said, addressed=True)


def meant(typed: Typed, catalog: Catalog) -> Typed:
    """What is meant by it here: words that order nothing are for a chat model, if there is one."""
    is_talk = not typed.command and typed.text.strip() and is_offered(catalog, TALK)
    # Plain words have no options, whatever they look like.
    return replace(typed, command=TALK.name, text=f"-- {typed.text}") if is_talk else typed


def _behind_name(text: str, names: Collection[str]) -> str | None:
    """What follows the bot's name; None where the text does not begin with it."""
    for name in names:
        pattern = rf"[{BLANK}]*{re.escape(name)}(?![A-Za-z0-9_]){_GAP}"
        if match := re.match(pattern, text, re.IGNORECASE):
            return text[match.end() :]
    return None


def _is_ours(bot: str | None, names: Collection[str], *, called: bool) -> bool:
    """Whether the bot that is named behind a command can be this one."""
    if bot is None or called or not names:
        return True
    return f"@{bot}".casefold() in {name.casefold() for name in names}


def _named(said: str) -> str:
    """The command that is called so, in whatever language; what nobody knows is left as it is."""
    name = normalize("NFKC", said).casefold()
    return name if name in COMMANDS else _translated().get(name, name)


@cache
def _translated() -> Mapping[str, str]:
    """The commands by their names in all languages."""
    told = ((name, locale) for name in COMMANDS for locale in Locale)
    return {translate(locale, f"name-{name}").casefold(): name for name, locale in told}
