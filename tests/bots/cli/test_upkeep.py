"""`cliprelay backup` and `cliprelay health`, beside a running bot and without one."""

import json
from pathlib import Path

import pytest

from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.fakes.cli import run, running
from tests.fakes.raw_server import raw_server, replies, reply
from tests.fakes.telegram.server import telegram_server

pytestmark = pytest.mark.slow


async def test_a_bot_goes_on_from_a_backup_that_was_taken_beside_it(tmp_path: Path) -> None:
    options = SandboxOptions(state_dir=tmp_path / "gateway", speed=4, short_side=96, fps=8)
    (here := tmp_path / "here").mkdir()
    (there := tmp_path / "there").mkdir()
    async with serve(options) as root, telegram_server() as telegram:
        variables = {
            "WHATAI_API_KEY": "sk-secret-key",
            "WHATAI_BASE_URL": f"{root}/v1",
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
        }
        ada = telegram.user(7)
        chat = telegram.private(ada)
        async with running(here, "run", variables=variables) as process:
            telegram.say(chat, ada, "/video --model sora-2 a cat")
            await telegram.until(
                lambda: [post for post in telegram.answers(chat) if "rendering" in post.text]
            )
            backup = await run(here, "backup", "../there/copy.db", variables=variables)
            again = await run(here, "backup", "../there/copy.db", variables=variables)
            process.kill()
            await process.wait()
        restored = variables | {"DATABASE_URL": "sqlite:///copy.db"}
        async with running(there, "run", variables=restored):
            await telegram.until(lambda: [p for p in telegram.answers(chat) if p.file])

    assert (backup.code, backup.err) == (0, "")
    assert backup.out.endswith("MB, jobs in it: 1\n")
    assert (again.code, again.err) == (
        2,
        "cliprelay: ../there/copy.db is there already; --force replaces it\n",
    )
    assert len(read_ledger(options.state_dir)) == 1


async def test_a_backup_of_nothing_is_one_sentence(tmp_path: Path) -> None:
    done = await run(tmp_path, "backup", "copy.db")

    assert done.code == 2
    assert done.err == (
        f"cliprelay: There is no database at {tmp_path}/data/cliprelay.db yet; "
        "the first start makes it\n"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - where it is asked
async def test_health_is_what_the_bot_itself_says(tmp_path: Path, host: str) -> None:
    well, ill = reply(b"ok"), reply(json.dumps({"ready": False}).encode(), status=503)
    async with raw_server(replies(well, ill)) as server:
        port = server.url.rpartition(":")[2]
        variables = {"HTTP_HOST": host, "HTTP_PORT": port}
        first, second = [await run(tmp_path, "health", variables=variables) for _ in range(2)]

    assert (first.code, first.out) == (0, "The bot lives\n")
    assert (second.code, second.err) == (1, f"{server.url}/healthz answers with HTTP 503\n")
    assert all(request.startswith(b"GET /healthz ") for request in server.requests)


async def test_nobody_there_is_sick_and_nobody_to_be_asked_is_not(tmp_path: Path) -> None:
    gone = await run(tmp_path, "health", variables={"HTTP_PORT": "1"})
    off = await run(tmp_path, "health", variables={"HTTP_PORT": "0"})

    assert gone.code == 1
    assert "does not answer (ConnectError)" in gone.err
    assert (off.code, off.out) == (0, "HTTP_PORT is 0, so nobody can be asked\n")
