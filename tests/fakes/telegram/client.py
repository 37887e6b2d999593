"""The real client of the Telegram stand-in, and what its tests send."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from PIL import Image
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from tests.fakes.telegram.server import TelegramServer

FILM = b"\x00\x00\x00\x18ftypisom" + b"film" * 1000
GROUP = -1001234567890


@asynccontextmanager
async def client(server: TelegramServer) -> AsyncGenerator[Bot]:
    """One more client."""
    bot = Bot(server.token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot")
    async with bot:
        yield bot


def keyboard(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    """Buttons below each other, each a text and its data."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data)] for text, data in buttons]
    )


def picture(width: int, height: int) -> bytes:
    """A JPEG of that size."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, "JPEG")
    return made.getvalue()
