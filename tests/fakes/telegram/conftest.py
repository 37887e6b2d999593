"""Fixtures for the tests of the Telegram stand-in: a plugin, which they name and never import."""

from collections.abc import AsyncGenerator

import pytest
from telegram import Bot

from tests.fakes.telegram.client import client
from tests.fakes.telegram.server import TelegramServer, telegram_server


@pytest.fixture
async def tg() -> AsyncGenerator[TelegramServer]:
    """A server on which nothing wrong was asked."""
    async with telegram_server() as server:
        yield server


@pytest.fixture
async def lax() -> AsyncGenerator[TelegramServer]:
    """A server for requests that are wrong."""
    async with telegram_server(strict=False) as server:
        yield server


@pytest.fixture
async def bot(tg: TelegramServer) -> AsyncGenerator[Bot]:
    """The real client."""
    async with client(tg) as it:
        yield it
