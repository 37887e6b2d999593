"""The bot's open port under attack: whoever floods it keeps nobody else out."""

import asyncio
import resource
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.bots.telegram.test_run import settings
from tests.fakes.cli import running
from tests.fakes.ports import free_port
from tests.fakes.telegram.server import telegram_server
from tests.fakes.tls import TLS

pytestmark = pytest.mark.chaos

_IDLE = 1500
_FORGERS, _EACH = 30, 50


@asynccontextmanager
async def silent(port: int, number: int) -> AsyncGenerator[None]:
    """Hold so many connections that never say a word."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, number + 2048), hard))
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(number)]
    try:
        yield
    finally:
        for _, writer in held:
            writer.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_idle_connections_and_forged_updates_keep_nobody_out_and_fill_no_log(
    tmp_path: Path,
) -> None:
    async with telegram_server() as telegram, asyncio.timeout(120):
        url = f"http://127.0.0.1:{(port := free_port())}/hook"
        ada = telegram.user(7)
        chat = telegram.private(ada)
        variables = {
            **settings(telegram, {"WHATAI_API_KEY": "sk-any"}),
            "TELEGRAM_WEBHOOK_URL": url,
            "TELEGRAM_WEBHOOK_SECRET": "open-sesame",
            "HTTP_PORT": str(port),
        }
        async with running(tmp_path, "run", variables=variables) as process:
            telegram.say(chat, ada, "/start")
            await telegram.until(lambda: len(telegram.answers(chat)) == 1)
            bot = psutil.Process(process.pid)
            bot.rlimit(resource.RLIMIT_NOFILE, (1024, 1024))
            async with silent(port, _IDLE):
                telegram.say(chat, ada, "/status")
                await telegram.until(lambda: len(telegram.answers(chat)) == 2)
                open_files = bot.num_fds()
                forged = await _forge(url)
                telegram.say(chat, ada, "/models")
                await telegram.until(lambda: len(telegram.answers(chat)) == 3)
            process.terminate()
            _, log = await process.communicate()

    assert forged == {403}
    assert open_files < 300
    assert process.returncode == 0
    assert len(log.splitlines()) < 30


async def _forge(url: str) -> set[int]:
    """Bring updates with no secret, many at a time."""

    async def bring() -> set[int]:
        async with httpx.AsyncClient(trust_env=False, timeout=90, verify=TLS) as client:
            update = {"update_id": 1}
            return {(await client.post(url, json=update)).status_code for _ in range(_EACH)}

    return set[int]().union(*await asyncio.gather(*(bring() for _ in range(_FORGERS))))
