"""DiscordButtons as Discord has them."""

from collections.abc import Sequence

import discord

from core.platform import Button

_ID_CHARS = 100
_STYLES = {
    "cancel": discord.ButtonStyle.danger,
    "retry": discord.ButtonStyle.primary,
}


def keyboard(buttons: Sequence[Button]) -> discord.ui.View | None:
    """The buttons in a form that can be sent; whoever presses one is heard elsewhere."""
    if not buttons:
        return None
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(_button(button))
    # Else the library keeps each view that was ever sent, to call it back.
    view.stop()
    return view


def custom_id(button: Button) -> str:
    """By what a button is known when it is pressed."""
    name = f"{button.command}:{button.argument}"
    if len(name) > _ID_CHARS:
        raise ValueError(f"a button has room for {_ID_CHARS} characters: {name}")
    return name


def _button(button: Button) -> discord.ui.Button[discord.ui.View]:
    style = _STYLES.get(button.command, discord.ButtonStyle.secondary)
    return discord.ui.Button(label=button.label, custom_id=custom_id(button), style=style)
