"""Buttons as Discord has them."""

from collections.abc import Mapping, Sequence

import discord

from core.messages.buttons import pack
from core.platform import Button

_ID_CHARS = 100
_STYLES: Mapping[str, discord.ButtonStyle] = {
    "": discord.ButtonStyle.secondary,
    "danger": discord.ButtonStyle.danger,
    "primary": discord.ButtonStyle.primary,
}
# Where something can be brought: what people write in, and threads.
THREADS = (
    discord.ChannelType.news_thread,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
)
CHANNELS = (discord.ChannelType.text, discord.ChannelType.news, *THREADS)


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


def channel_choice(button: Button) -> discord.ui.View:
    """A choice of channels, which answers what a button asks for."""
    view = discord.ui.View()
    select: discord.ui.ChannelSelect[discord.ui.View] = discord.ui.ChannelSelect(
        custom_id=custom_id(button), channel_types=list(CHANNELS)
    )
    view.add_item(select)
    view.stop()  # as above
    return view


def custom_id(button: Button) -> str:
    """The custom id by which a pressed button is recognized."""
    name = pack(button)
    if len(name) > _ID_CHARS:
        raise ValueError(f"a button has room for {_ID_CHARS} characters: {name}")
    return name


def _button(button: Button) -> discord.ui.Button[discord.ui.View]:
    style = _STYLES[button.style]
    return discord.ui.Button(label=button.label, custom_id=custom_id(button), style=style)
