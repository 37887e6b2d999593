"""Pages as an operator gets them: from `cliprelay run`, where PUBLIC_URL is set."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.fakes.cli import running
from tests.fakes.ports import free_port
from tests.fakes.telegram.server import telegram_server

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
async def test_the_link_that_share_gives_works_in_the_world_and_the_log_does_not_tell_it(
    tmp_path: Path,
) -> None:
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    async with telegram_server() as telegram:
        ada = telegram.user(7)
        chat = telegram.private(ada)
        variables = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "PUBLIC_URL": public,
            "HTTP_PORT": str(port),
            "LOG_LEVEL": "DEBUG",
        }
        async with running(tmp_path, "run", variables=variables) as process:
            telegram.say(chat, ada, "/video 1s a cat surfing")
            await telegram.until(lambda: any("Done in" in p.text for p in telegram.answers(chat)))
            telegram.say(chat, ada, "/share")
            (offer, *_) = await telegram.until(
                lambda: [p for p in telegram.answers(chat) if "/v/" in p.text]
            )
            found = re.search(rf"{re.escape(public)}/v/[\w-]{{43}}", offer.text)
            assert found
            async with httpx.AsyncClient(trust_env=False, timeout=90) as client:
                page = await client.get(found[0])
                film = await client.get(f"{found[0]}/1.mp4", headers={"Range": "bytes=4-7"})
                health = await client.get(f"{public}/healthz")
            process.terminate()
            _, log = await process.communicate()

    assert (page.status_code, health.status_code) == (200, 200)
    assert "a cat surfing" in page.text
    assert (film.status_code, film.content) == (206, b"ftyp")
    assert found[0].rpartition("/")[2] not in log.decode()
    assert f"HTTP: 127.0.0.1, port {port}; PUBLIC_URL: {public}" in log.decode()


def test_without_a_public_address_nothing_of_pages_is_loaded() -> None:
    code = (
        "import sys; import bots.cli.run, bots.app, core.commands, storage.shares; "
        "print(*sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    )
    loaded = set(done.stdout.split())

    assert "bots.app" in loaded
    assert loaded.isdisjoint({"jinja2", "starlette", "bots.web", "bots.web.pages"})
