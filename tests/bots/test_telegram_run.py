"""`cliprelay run` as an operator runs it: polling, a webhook, no token, a wrong one, a kill."""

import asyncio
import socket
from pathlib import Path

import httpx

from tests.fakes.cli import run, running
from tests.fakes.telegram import Telegram, telegram_server

VIDEO = "/video --model veo-3.1 a cat"


def settings(telegram: Telegram, gateway: dict[str, str]) -> dict[str, str]:
    return {
        **gateway,
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_without_a_token_it_says_what_to_set(tmp_path: Path) -> None:
    done = await run(tmp_path, "run")

    assert done.code == 2
    assert "TELEGRAM_BOT_TOKEN" in done.err
    assert "Traceback" not in done.err


async def test_a_wrong_token_is_said_and_not_shown(tmp_path: Path) -> None:
    async with telegram_server() as telegram:
        wrong = "110201543:AAwrongwrongwrongwrongwrongwrongwro"
        variables = {"TELEGRAM_BOT_TOKEN": wrong, "TELEGRAM_API_URL": telegram.url}
        done = await run(tmp_path, "run", variables=variables)

    assert done.code == 2
    assert "TELEGRAM_BOT_TOKEN: Telegram does not accept it" in done.err
    assert wrong not in done.err + done.out


async def test_a_command_becomes_a_video_and_sigterm_ends_it_soon(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram:
        ada = telegram.user(7)
        chat = telegram.private(ada)
        async with running(tmp_path, "run", variables=settings(telegram, gateway)) as process:
            telegram.say(chat, ada, VIDEO)
            await telegram.until(lambda: any("Done in" in p.text for p in telegram.answers(chat)))
            began = asyncio.get_running_loop().time()
            process.terminate()
            code = await process.wait()

        assert code == 0
        assert asyncio.get_running_loop().time() - began < 5
        assert telegram.violations == []


async def test_killed_in_mid_job_it_goes_on_after_the_next_start(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram:
        ada = telegram.user(7)
        chat = telegram.private(ada)
        variables = settings(telegram, gateway)
        held = telegram.hold("sendVideo")
        async with running(tmp_path, "run", variables=variables) as process:
            telegram.say(chat, ada, VIDEO)
            await held.reached.wait()
            process.kill()
            await process.wait()
        async with running(tmp_path, "run", variables=variables):
            await telegram.until(lambda: telegram.called("editMessageMedia"))

        assert len(telegram.called("sendVideo")) == 1
        assert telegram.violations == []


async def test_a_webhook_takes_updates_only_with_the_secret(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram:
        url = f"http://127.0.0.1:{(port := free_port())}/hook"
        ada = telegram.user(7)
        chat = telegram.private(ada)
        variables = {
            **settings(telegram, gateway),
            "TELEGRAM_WEBHOOK_URL": url,
            "TELEGRAM_WEBHOOK_SECRET": "open-sesame",
            "HTTP_PORT": str(port),
        }
        async with running(tmp_path, "run", variables=variables):
            telegram.say(chat, ada, "/status")
            await telegram.until(lambda: telegram.answers(chat))
            async with httpx.AsyncClient(trust_env=False) as client:
                forged = await client.post(url, json={"update_id": 1})

        assert forged.status_code == 403
        assert telegram.called("getUpdates") == []
        assert telegram.violations == []
