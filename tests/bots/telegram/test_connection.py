"""How updates come in when Telegram, or what stands in its place, does not answer as it should."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bots.telegram.connection import TelegramAccount, connect
from core.errors import SettingsError
from sandbox.server import serve_app
from tests.fakes.telegram.bot import telegram_bot
from tests.fakes.telegram.server import TOKEN, telegram_server

PAGE = "<html>Bad Gateway</html>"
REFUSALS: Mapping[str, dict[str, Any]] = {
    "another program": {"description": "Conflict: terminated", "code": 409},
    "a flood": {
        "description": "Too Many Requests",
        "code": 429,
        "parameters": {"retry_after": 1},
    },
    "a token that was revoked": {"description": "Unauthorized", "code": 401},
    "a proxy": {"description": "", "code": 502, "page": PAGE},
    "a page": {"description": "", "code": 200, "page": PAGE},
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_updates_are_fetched_again_after(tmp_path: Path, name: str) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("getUpdates", **REFUSALS[name])
        async with here.bot():
            here.telegram.say(here.chat, here.ada, "/characters")
            await here.until_shown("no characters yet")

    assert here.outages.history[:2] == ["fails", "works"]


async def test_what_is_half_right_stops_nothing_and_is_logged_without_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        inbox = here.telegram.inbox
        inbox.put("message", {"message_id": 7, "text": "a secret"})
        inbox.put("callback_query", {"id": "1", "from": "nobody"})
        here.telegram.say(here.chat, here.ada, "/characters")
        await here.until_shown("no characters yet")
        await here.telegram.until(lambda: not inbox.pending)

    ours = "".join(r.getMessage() for r in caplog.records if r.name.startswith("bots."))
    assert "an update (message) cannot be understood" in ours
    assert "an update (callback_query) cannot be understood" in ours
    assert "a secret" not in ours


async def test_a_chat_that_is_stuck_holds_up_no_other(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        eve = here.telegram.user(9, "Eve")
        chat = here.telegram.private(eve)
        held = here.telegram.hold("sendMessage")
        here.telegram.say(here.chat, here.ada, "/characters")
        await held.reached.wait()
        here.telegram.say(chat, eve, "/characters")
        await here.until_shown("no characters yet", chat)
        await here.telegram.until(lambda: not here.telegram.inbox.pending)
        held.release.set()


async def test_an_update_that_is_brought_again_is_answered_once(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        async with here.bot():
            here.telegram.say(here.chat, here.ada, "/characters")
            update = here.telegram.inbox.pending[-1]
            await here.until_shown("no characters yet")
            await here.telegram.until(lambda: not here.telegram.inbox.pending)
        here.telegram.inbox.pending.append(update)
        async with here.bot():
            here.telegram.say(here.chat, here.ada, "/settings")
            await here.until_shown("language")
            await here.telegram.until(lambda: not here.telegram.inbox.pending)

        assert len([p for p in here.written() if "no characters yet" in p.text]) == 1


def _not_found(_: Request) -> Response:
    return JSONResponse({"detail": "Not Found"}, 404)


def _page(_: Request) -> Response:
    return HTMLResponse("<html>Not here</html>", 404)


@pytest.mark.parametrize("answer", [_not_found, _page])
async def test_what_is_no_bot_api_is_not_taken_for_a_wrong_token(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve_app(
        Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])
    ) as root:
        with pytest.raises(SettingsError, match=r"^TELEGRAM_API_URL: what answers there is no"):
            async with connect(TelegramAccount(token=SecretStr(TOKEN), api_url=root)):
                pass
    # The sentence is enough.
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(("description", "code"), [("Not Found", 404), ("Unauthorized", 401)])
async def test_a_token_that_telegram_refuses_is_named(description: str, code: int) -> None:
    async with telegram_server() as telegram:
        telegram.refuse("getMe", description, code)
        with pytest.raises(SettingsError, match=r"^TELEGRAM_BOT_TOKEN: .* does not accept it$"):
            async with connect(TelegramAccount(token=SecretStr(TOKEN), api_url=telegram.url)):
                pass


async def test_a_long_pause_at_the_start_is_kept() -> None:
    async with telegram_server() as telegram:
        telegram.refuse("getMe", "Too Many Requests", 429, parameters={"retry_after": 2})
        async with connect(TelegramAccount(token=SecretStr(TOKEN), api_url=telegram.url)):
            first, second = telegram.called("getMe")

    assert second.at - first.at >= 2
