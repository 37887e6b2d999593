"""Buttons as Telegram has them."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, WebAppInfo

from core.commands import Commands
from core.messages.buttons import pack
from core.options.options import OptionKind
from core.platform import Button, Opening

_COLUMNS = 3
_DATA_BYTES = 64
_SHARED_CHARS = 8


def keyboard(
    buttons: Sequence[Button],
    commands: Commands,
    *,
    inline: bool,
    opens: Opening | None = None,
) -> InlineKeyboardMarkup | None:
    """Rows of three. `inline`: whether the bot has inline mode, by which a place is chosen.

    Without it a keyboard with such a button would be refused together with its message, as it is
    with a page to open anywhere but in the chat of one person.
    """
    made = [
        _choosing(button, inline=inline) if _asks_place(button, commands) else _sent(button)
        for button in buttons
    ]
    shown = [button for button in made if button]
    if opens and opens.address.startswith("https:"):
        shown.append(InlineKeyboardButton(opens.label, web_app=WebAppInfo(opens.address)))
    rows = [shown[start : start + _COLUMNS] for start in range(0, len(shown), _COLUMNS)]
    return InlineKeyboardMarkup(rows) if rows else None


def _asks_place(button: Button, commands: Commands) -> bool:
    command = commands.get(button.command) if button.asks else None
    asked = command.option(button.asks) if command else None
    return asked is not None and asked.kind is OptionKind.PLACE


def _choosing(button: Button, *, inline: bool) -> InlineKeyboardButton | None:
    """Telegram itself lets one choose a chat, and types there what finds the result."""
    if not inline:
        return None
    found = " ".join(value[:_SHARED_CHARS] for value in button.given.values())
    return InlineKeyboardButton(button.label, switch_inline_query=found)


def _sent(button: Button) -> InlineKeyboardButton:
    data = pack(button)
    if len(data.encode()) > _DATA_BYTES:
        raise ValueError(f"a button has room for {_DATA_BYTES} bytes: {data}")
    return InlineKeyboardButton(button.label, callback_data=data)
