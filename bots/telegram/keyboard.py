"""TelegramButtons as Telegram has them."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from core.platform import Button

_COLUMNS = 3
_DATA_BYTES = 64
_SHARED_CHARS = 8


def keyboard(buttons: Sequence[Button], *, inline: bool) -> InlineKeyboardMarkup | None:
    """Rows of three. `inline`: whether the bot has inline mode, without which nothing is shared.

    A keyboard with a share button would otherwise be refused together with its message.
    """
    shown = [_button(b) for b in buttons if inline or b.command != "share"]
    rows = [shown[start : start + _COLUMNS] for start in range(0, len(shown), _COLUMNS)]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    if button.command == "share":
        query = button.argument[:_SHARED_CHARS]
        return InlineKeyboardButton(button.label, switch_inline_query=query)
    data = f"{button.command}:{button.argument}"
    if len(data.encode()) > _DATA_BYTES:
        raise ValueError(f"a button has room for {_DATA_BYTES} bytes: {data}")
    return InlineKeyboardButton(button.label, callback_data=data)


def pressed(data: str) -> tuple[str, str]:
    """The command and the argument of a button."""
    command, _, argument = data.partition(":")
    return command, argument
