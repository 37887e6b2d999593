"""Pictures come from Telegram piece by piece, from where it says, and without its secret."""

import logging
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bots.cli.logs import configure_logs
from bots.telegram.attachments import TelegramAttachment
from bots.telegram.connection import TelegramAccount, connect
from bots.telegram.incoming import TelegramFile
from core.errors import UserError
from tests.fakes.telegram.bot import picture
from tests.fakes.telegram.people import Document
from tests.fakes.telegram.server import TelegramServer, telegram_server
from tests.fakes.tls import TLS

THEIRS, ON_DISK = picture(80), picture(90)


@pytest.fixture
async def telegram() -> AsyncGenerator[TelegramServer]:
    async with telegram_server() as server:
        yield server


@pytest.fixture
async def lent(telegram: TelegramServer) -> AsyncGenerator[TelegramAttachment]:
    """A picture that somebody has sent; Telegram says nothing of its size."""
    ada = telegram.user(7)
    sent = Document("cat.jpg", THEIRS, "image/jpeg")
    file = telegram.say(telegram.private(ada), ada, document=sent).file
    assert file
    account = TelegramAccount(token=SecretStr(telegram.token), api_url=telegram.url)
    async with (
        connect(account) as bot,
        httpx.AsyncClient(trust_env=False, verify=TLS) as http,
    ):
        yield TelegramAttachment(
            bot=bot,
            http=http,
            picture=TelegramFile(file_id=file.id, name="cat.jpg"),
            pause_seconds=0,
        )


async def content(lent: TelegramAttachment) -> bytes:
    async with lent.file() as path:
        return path.read_bytes()


async def test_a_picture_is_lent_and_gone_afterwards(lent: TelegramAttachment) -> None:
    async with lent.file() as path:
        assert path.read_bytes() == THEIRS

    assert not path.exists()


async def test_a_download_without_an_end_is_cut_off_at_the_limit(
    telegram: TelegramServer, lent: TelegramAttachment
) -> None:
    telegram.endless = True

    with pytest.raises(UserError) as caught:
        await content(lent)

    assert caught.value.key == "picture-too-large"


async def test_what_passes_by_itself_is_tried_again(
    telegram: TelegramServer, lent: TelegramAttachment
) -> None:
    telegram.refuse("getFile", "Bad Gateway", 502, times=2)

    assert await content(lent) == THEIRS


@pytest.mark.parametrize(
    ("local", "shared_disk", "expected"),
    [(True, True, ON_DISK), (True, False, THEIRS), (False, True, THEIRS)],
)
async def test_only_a_local_server_names_a_file_on_our_disk_and_else_it_is_fetched(
    telegram: TelegramServer,
    lent: TelegramAttachment,
    tmp_path: Path,
    *,
    local: bool,
    shared_disk: bool,
    expected: bytes,
) -> None:
    telegram.world.local_dir = tmp_path
    file = telegram.world.files.find(lent.picture.file_id)
    if shared_disk:
        (tmp_path / file.path).parent.mkdir()
        (tmp_path / file.path).write_bytes(ON_DISK)

    assert await content(replace(lent, local=local)) == expected


@pytest.mark.parametrize(("broken", "why"), [("gone", "HTTP 404"), ("cut", "ReadError")])
async def test_a_download_that_fails_is_told_and_logged_without_the_token(
    telegram: TelegramServer, lent: TelegramAttachment, tmp_path: Path, broken: str, why: str
) -> None:
    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"cut off: {request.url}", request=request)

    log = tmp_path / "bot.log"
    configure_logs("DEBUG", log)
    telegram.world.files.lose(lent.picture.file_id)
    async with httpx.AsyncClient(transport=httpx.MockTransport(cut)) as cutting:
        tried = lent if broken == "gone" else replace(lent, http=cutting)
        with pytest.raises(UserError) as caught:
            await content(tried)
    logging.shutdown()
    logging.basicConfig(handlers=[], force=True)

    assert caught.value.key == "picture-not-fetched"
    said = log.read_text(encoding="utf-8")
    # It is tried three times, and a line that repeats is written once a minute.
    assert said.count(f"cat.jpg was not fetched: {why}") == 1
    assert "/file/bot" not in said
    assert telegram.token not in said
