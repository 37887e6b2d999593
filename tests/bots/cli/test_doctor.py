"""The tokens of the chat platforms, as `cliprelay doctor` finds them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.port import open_port
from bots.server import serve_web
from tests.core.dialects.http_answers import as_json
from tests.fakes.cli import run
from tests.fakes.discord.server import DiscordServer
from tests.fakes.raw_server import raw_server, replies
from tests.fakes.telegram.server import telegram_server
from tests.fakes.tls import TLS

pytestmark = pytest.mark.slow

WRONG = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


async def test_good_tokens_tell_who_the_bot_is(tmp_path: Path) -> None:
    async with telegram_server() as telegram, DiscordServer() as discord:
        variables = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "DISCORD_BOT_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api,
        }
        done = await run(tmp_path, "doctor", variables=variables)

    assert done.code == 0
    assert "ok    telegram: token accepted; the bot is @" in done.out
    assert "ok    discord: token accepted; the bot is @" in done.out
    assert telegram.token not in done.out + done.err
    assert discord.token not in done.out + done.err


async def test_wrong_tokens_and_wrong_places_are_told_apart_and_not_shown(tmp_path: Path) -> None:
    async with telegram_server() as telegram, DiscordServer() as discord:
        wrong = {"TELEGRAM_BOT_TOKEN": WRONG, "DISCORD_BOT_TOKEN": WRONG}
        refused = await run(
            tmp_path,
            "doctor",
            variables={
                **wrong,
                "TELEGRAM_API_URL": telegram.url,
                "DISCORD_API_URL": discord.api,
            },
        )
        nowhere = {"TELEGRAM_API_URL": "http://127.0.0.1:9", "DISCORD_API_URL": telegram.url}
        lost = await run(tmp_path, "doctor", variables={**wrong, **nowhere})

    assert (refused.code, lost.code) == (1, 1)
    assert "TELEGRAM_BOT_TOKEN is not accepted" in refused.out
    assert "DISCORD_BOT_TOKEN is not accepted" in refused.out
    assert "telegram: cannot be reached (ConnectError)" in lost.out
    assert "wrong discord:" in lost.out
    said = refused.out + refused.err + lost.out + lost.err
    assert WRONG not in said
    assert "Traceback" not in said


async def test_without_a_token_it_says_what_to_set(tmp_path: Path) -> None:
    done = await run(tmp_path, "doctor")

    assert done.code == 0
    assert "set TELEGRAM_BOT_TOKEN or DISCORD_BOT_TOKEN" in done.out


async def test_what_its_provider_ends_is_told_two_weeks_before(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    days = {"grok-imagine-video": 20, "grok-imagine-video-1.5": 13, "grok-imagine-reference": -1}
    ends = {name: today + timedelta(days=number) for name, number in days.items()}
    stanzas = (
        f'[[model]]\ngateway = "xai"\nname = "{name}"\nuntil = {until}\n'
        for name, until in ends.items()
    )
    (tmp_path / "mine.toml").write_text("".join(stanzas))
    async with raw_server(replies(as_json({"models": [{"id": "x"}]}))) as server:
        variables = {
            "XAI_API_KEY": "sk-x",
            "XAI_BASE_URL": server.url,
            "CATALOG_FILES": "mine.toml",
            "COLUMNS": "300",
        }
        done = await run(tmp_path, "doctor", variables=variables)
        listed = await run(tmp_path, "models", variables=variables)

    told = [line for line in done.out.splitlines() if " xai/" in line]
    soon, over = ends["grok-imagine-video-1.5"], ends["grok-imagine-reference"]
    assert told == [
        f"-     xai/grok-imagine-video-1.5: is going to end on {soon}",
        f"-     xai/grok-imagine-reference: was to end on {over}; others are used first",
    ]
    assert f"ended on {over} (still usable by name)" in listed.out
    assert f"ended on {soon}" not in listed.out


@pytest.mark.parametrize("marks", [True, False])
async def test_a_proxy_that_shows_the_numbers_to_the_world_is_wrong(
    tmp_path: Path, *, marks: bool
) -> None:
    with open_port(0, "127.0.0.1") as probe:
        port = probe.getsockname()[1]

    async def pass_on(request: Request) -> Response:
        headers = {"X-Forwarded-For": "203.0.113.7"} if marks else {}
        address = f"http://127.0.0.1:{port}{request.url.path}"
        async with httpx.AsyncClient(trust_env=False, timeout=90, verify=TLS) as client:
            answer = await client.request(request.method, address, headers=headers)
        return Response(status_code=answer.status_code)

    everything = Route("/{path:path}", pass_on, methods=["GET", "POST"])
    async with serve_web([everything], 0, "127.0.0.2") as outside:
        variables = {"PUBLIC_URL": f"http://127.0.0.2:{outside}", "HTTP_PORT": str(port)}
        done = await run(tmp_path, "doctor", variables=variables)

    assert "ok    HTTP_PORT" in done.out
    if marks:
        assert "ok    PUBLIC_URL: leads here" in done.out
    else:
        assert "wrong PUBLIC_URL: leads to /metrics, too" in done.out
    assert done.code == (0 if marks else 1)


async def test_a_port_that_only_we_look_at_may_be_taken_or_not_wanted(tmp_path: Path) -> None:
    with open_port(0, "127.0.0.1") as taken:
        port = str(taken.getsockname()[1])
        done = await run(tmp_path, "doctor", variables={"HTTP_PORT": port})
    none = await run(tmp_path, "doctor", variables={"HTTP_PORT": "0"})

    assert f"-     HTTP_PORT: 127.0.0.1 with {port} cannot be used: Address" in done.out
    assert done.code == 0
    assert "HTTP_PORT" not in none.out


async def test_what_is_no_address_of_this_machine_is_not_called_a_taken_port(
    tmp_path: Path,
) -> None:
    variables = {"HTTP_HOST": "[::1]", "HTTP_PORT": "1"}
    done = await run(tmp_path, "doctor", variables=variables)
    asked = await run(tmp_path, "health", variables=variables)

    assert "-     HTTP_PORT: [::1] with 1 cannot be used: " in done.out
    assert "taken" not in done.out
    assert (asked.code, asked.err.count("\n")) == (1, 1)


async def test_a_disk_on_which_nothing_would_be_ordered_is_wrong_before_the_first_start(
    tmp_path: Path,
) -> None:
    variables = {"MIN_FREE_MB": "999999999"}
    full = await run(tmp_path, "doctor", variables=variables)
    fine = await run(tmp_path, "doctor", variables={"MIN_FREE_MB": "0"})

    assert "wrong MIN_FREE_MB: less than 999,999,999 MB (MIN_FREE_MB) are free in " in full.out
    assert full.code == 1
    assert "ok    MIN_FREE_MB: enough is free" in fine.out
