"""`cliprelay run` as an operator runs it: polling, a webhook, no token, a wrong one, a kill."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.fakes.cli import run, running
from tests.fakes.ports import free_port
from tests.fakes.telegram.server import TelegramServer, telegram_server
from tests.fakes.tls import TLS

pytestmark = pytest.mark.slow

VIDEO = "/video --model veo-3.1 a cat"


def settings(telegram: TelegramServer, gateway: dict[str, str]) -> dict[str, str]:
    return {
        **gateway,
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
    }


async def test_without_a_token_it_says_what_to_set(tmp_path: Path) -> None:
    done = await run(tmp_path, "run")

    assert done.code == 2
    assert "TELEGRAM_BOT_TOKEN" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("wanted", ["", "true"])
async def test_answers_are_rich_where_the_operator_wants_them(tmp_path: Path, wanted: str) -> None:
    async with telegram_server() as telegram:
        ada = telegram.user(7)
        chat = telegram.private(ada)
        # Without a gateway's key the sandbox answers.
        variables = {**settings(telegram, {}), "TELEGRAM_RICH": wanted}
        async with running(tmp_path, "run", variables=variables):
            telegram.say(chat, ada, "/ask #markdown")
            await telegram.until(lambda: any("A heading" in p.text for p in chat.posts.values()))
            (answer,) = [p for p in chat.posts.values() if "A heading" in p.text]

    assert bool(answer.rich) == bool(wanted)


async def test_a_wrong_token_is_said_and_not_shown(tmp_path: Path) -> None:
    async with telegram_server() as telegram:
        wrong = "110201543:AAwrongwrongwrongwrongwrongwrongwro"
        variables = {"TELEGRAM_BOT_TOKEN": wrong, "TELEGRAM_API_URL": telegram.url}
        done = await run(tmp_path, "run", variables=variables)

    assert done.code == 2
    assert "TELEGRAM_BOT_TOKEN: Telegram does not accept it" in done.err
    assert wrong not in done.err + done.out


async def test_a_webhook_that_telegram_refuses_is_named(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram:
        telegram.refuse("setWebhook", "Bad Request: bad webhook: IP address 10.0.0.1 is reserved")
        url = {"TELEGRAM_WEBHOOK_URL": "https://10.0.0.1/hook", "HTTP_PORT": str(free_port())}
        done = await run(tmp_path, "run", variables={**settings(telegram, gateway), **url})

    assert done.code == 2
    assert "TELEGRAM_WEBHOOK_URL: Telegram refuses it: Bad webhook" in done.err


async def test_a_database_that_cannot_be_used_for_a_moment_ends_nothing(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram:
        ada = telegram.user(7)
        chat = telegram.private(ada)
        joining = telegram.hold("getMe")
        variables = settings(telegram, gateway)
        async with running(tmp_path, "run", variables=variables) as process:
            async with asyncio.timeout(120):
                await joining.reached.wait()
            with closing(sqlite3.connect(tmp_path / "data" / "cliprelay.db")) as database:
                database.execute("ALTER TABLE jobs RENAME TO away")
                joining.release.set()
                assert process.stderr
                async for line in process.stderr:
                    if b"set up anew" in line:
                        break
                database.execute("ALTER TABLE away RENAME TO jobs")
            telegram.say(chat, ada, VIDEO)
            await telegram.until(lambda: any("Done in" in p.text for p in telegram.answers(chat)))


async def test_a_command_becomes_a_video_and_sigterm_ends_it_soon(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram:
        ada = telegram.user(7)
        chat = telegram.private(ada)
        async with running(tmp_path, "run", variables=settings(telegram, gateway)) as process:
            telegram.say(chat, ada, VIDEO)
            await telegram.until(lambda: any("Done in" in p.text for p in telegram.answers(chat)))
            process.terminate()
            # Much sooner than what is on its way would be waited for.
            async with asyncio.timeout(90):
                code = await process.wait()

        assert code == 0
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
            async with asyncio.timeout(120):
                await held.reached.wait()
            process.kill()
            await process.wait()
        async with running(tmp_path, "run", variables=variables):
            await telegram.until(lambda: telegram.called("editMessageMedia"))

        assert len(telegram.called("sendVideo")) == 1
        assert telegram.violations == []


async def test_killed_while_the_gateway_renders_it_goes_on_in_the_same_message_and_pays_once(
    tmp_path: Path,
) -> None:
    options = SandboxOptions(state_dir=tmp_path / "gateway", speed=4, short_side=96, fps=8)
    async with serve(options) as root, telegram_server() as telegram:
        ada = telegram.user(7)
        chat = telegram.private(ada)
        account = {"WHATAI_API_KEY": "sk-secret-key", "WHATAI_BASE_URL": f"{root}/v1"}
        variables = settings(telegram, account)
        async with running(tmp_path, "run", variables=variables) as process:
            telegram.say(chat, ada, "/video --model sora-2 a cat")
            (status,) = await telegram.until(
                lambda: [post for post in telegram.answers(chat) if "rendering" in post.text]
            )
            process.kill()
            await process.wait()
        shown = len(status.history)
        async with running(tmp_path, "run", variables=variables):
            await telegram.until(lambda: "Done in" in status.text)

        videos = [post for post in telegram.answers(chat) if post.file]
        assert len(videos) == 1
        assert len(telegram.answers(chat)) == 2
        assert len(status.history) > shown
        assert len(read_ledger(options.state_dir)) == 1
        assert telegram.violations == []


async def test_a_webhook_takes_updates_only_with_the_secret_and_at_its_own_place(
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
            telegram.say(chat, ada, "/start")
            await telegram.until(lambda: len(telegram.answers(chat)) == 2)
            await telegram.until(lambda: len(telegram.called("getMe")) > 1)
            async with httpx.AsyncClient(trust_env=False, timeout=90, verify=TLS) as client:
                update = {"update_id": 1, "message": telegram.messages(chat)[0].describe()}
                secret = {"X-Telegram-Bot-Api-Secret-Token": "open-sesame"}
                wrong = {"X-Telegram-Bot-Api-Secret-Token": "open sesame"}
                forged = [
                    (await client.post(url, json=update, headers=headers)).status_code
                    for headers in ({}, wrong)
                ]
                lost = await client.post(f"{url}/other", json=update, headers=secret)
                taken = await client.post(url, json=update, headers=secret)
                ready = await client.get(f"http://127.0.0.1:{port}/readyz")
                numbers = await client.get(f"http://127.0.0.1:{port}/metrics")
            await telegram.until(lambda: len(telegram.answers(chat)) == 3)

        assert forged == [403, 403]
        assert (lost.status_code, taken.status_code) == (404, 200)
        assert ready.json()["platforms"] == {"telegram": True}
        assert 'cliprelay_platform_up{platform="telegram"} 1.0' in numbers.text
        assert telegram.called("getUpdates") == []
        assert telegram.violations == []
