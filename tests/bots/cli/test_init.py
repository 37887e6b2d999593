"""`cliprelay init`, as an operator answers it: from a pipe, and on a terminal."""

import asyncio
import signal
import stat
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path

import pytest
from dotenv import dotenv_values

from core.catalog import load
from core.dialects import DIALECTS
from tests.fakes.cli import ROOT, run, running, terminal
from tests.fakes.discord.server import DiscordServer
from tests.fakes.telegram.server import TelegramServer, telegram_server

pytestmark = pytest.mark.slow

WRONG = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
ALL_SKIPPED = "\n\n\n"


def places(gateway: Mapping[str, str]) -> dict[str, str]:
    """Where the stand-in is, without the key."""
    return {name: value for name, value in gateway.items() if name.endswith("_URL")}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


async def said_until(process: Process, words: str) -> str:
    """All that it says up to these words."""
    said = ""
    assert process.stdout
    while words not in said:
        piece = (await process.stdout.read(4096)).decode()
        assert piece, f"it ended: {said}"
        said += piece
    return said


async def test_all_can_be_skipped_and_then_nothing_is_written(tmp_path: Path) -> None:
    done = await run(tmp_path, "init", said=ALL_SKIPPED)

    assert done.code == 0
    assert "There is nothing to write." in done.out
    assert "cliprelay chat" in done.out
    assert files(tmp_path) == {}


async def test_a_wrong_key_and_token_are_told_and_asked_for_again_and_never_shown(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with telegram_server() as telegram, DiscordServer() as discord:
        variables = {
            **places(gateway),
            "TELEGRAM_API_URL": telegram.url,
            "DISCORD_API_URL": discord.api,
        }
        secrets = (gateway["APIYI_API_KEY"], telegram.token, discord.token)
        key, telegram_token, discord_token = secrets
        answers = (
            *("nobody", "99", "2", "wrong", key, ""),
            *("two words", WRONG, telegram_token, "x", "4711"),
            *(WRONG, discord_token, "4712"),
        )
        done = await run(tmp_path, "init", said="\n".join((*answers, "")), variables=variables)

    assert done.code == 0, done.out + done.err
    assert dotenv_values(tmp_path / ".env") == {
        "APIYI_API_KEY": key,
        "TELEGRAM_BOT_TOKEN": telegram_token,
        "DISCORD_BOT_TOKEN": discord_token,
        "ADMINS": "telegram:4711,discord:4712",
    }
    assert done.out.count("There is no such gateway") == 2
    for told in ("APIYI_API_KEY", "TELEGRAM_BOT_TOKEN", "DISCORD_BOT_TOKEN"):
        assert f"wrong: {told} is not accepted" in done.out
    assert done.out.count("the bot is @") == 2
    assert "Start the bot with: cliprelay run" in done.out
    assert not [each for each in (*secrets, WRONG) if each in done.out + done.err]


async def test_the_file_is_for_its_owner_alone_and_keeps_what_nobody_agreed_to_change(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    old = "# mine\nAPIYI_API_KEY=old-key-of-mine\n#LOG_LEVEL=DEBUG\nexport JOBS_PER_USER=3"
    (tmp_path / ".env").write_text(f"\ufeff{old}")
    (tmp_path / ".env").chmod(0o644)
    key = gateway["APIYI_API_KEY"]

    kept = await run(tmp_path, "init", said="apiyi\n\n\n\n\n", variables=places(gateway))
    untouched = (tmp_path / ".env").read_text(encoding="utf-8-sig")
    changed = await run(
        tmp_path, "init", said=f"apiyi\ny\n{key}\n\n\n\n", variables=places(gateway)
    )

    assert (kept.code, changed.code) == (0, 0), kept.err + changed.err
    assert untouched == old
    file = tmp_path / ".env"
    assert file.read_text(encoding="utf-8") == old.replace("old-key-of-mine", key)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(files(tmp_path)) == [file.name]


async def test_what_the_environment_sets_is_not_asked_for(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "init", said="apiyi\n\n\n\n", variables=gateway)

    assert done.code == 0
    assert "APIYI_API_KEY is set in the environment" in done.out
    assert files(tmp_path) == {}


@pytest.mark.parametrize("answers", ["", "apiyi\n", "apiyi\nsk-secret-key\n\n"])
async def test_an_input_that_ends_leaves_the_file_as_it_was(
    tmp_path: Path, gateway: dict[str, str], answers: str
) -> None:
    (tmp_path / ".env").write_text("# mine\n")

    done = await run(tmp_path, "init", said=answers, variables=places(gateway))

    assert done.code == 1
    assert "nothing was written" in done.err
    assert files(tmp_path) == {".env": b"# mine\n"}


async def test_a_file_that_cannot_be_read_is_said_at_once_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")

    done = await run(tmp_path, "init")

    assert (done.code, done.out) == (2, "")
    assert done.err == "cliprelay: .env cannot be read: it is not UTF-8 text\n"
    assert files(tmp_path) == {".env": b"\xff\xfe\x00"}


async def test_a_key_that_cannot_be_checked_is_kept_if_it_is_typed_again(tmp_path: Path) -> None:
    variables = {"APIYI_BASE_URL": "http://127.0.0.1:1"}
    said = "apiyi\nsk-secret-key\nsk-secret-key\n\n\n\n"

    done = await run(tmp_path, "init", said=said, variables=variables)

    assert "cannot be reached" in done.out
    assert dotenv_values(tmp_path / ".env") == {"APIYI_API_KEY": "sk-secret-key"}


async def test_an_address_that_is_none_costs_no_answer(tmp_path: Path) -> None:
    variables = {"APIYI_BASE_URL": "nowhere"}
    said = "apiyi\nsk-secret-key\nnewapi\nhttp://127.0.0.1:1\n\n\n\n\n"

    done = await run(tmp_path, "init", said=said, variables=variables)

    assert "APIYI_BASE_URL: must be an address" in done.out, done.out + done.err
    assert dotenv_values(tmp_path / ".env") == {"NEWAPI_BASE_URL": "http://127.0.0.1:1"}


async def test_a_server_of_ones_own_is_asked_for_by_its_address(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    root = gateway["APIYI_BASE_URL"]
    said = f"newapi\nnowhere\n{root} # mine\n{root}\nsk-secret-key\n\n\n\n"

    done = await run(tmp_path, "init", said=said)

    assert "key accepted" in done.out, done.out
    assert dotenv_values(tmp_path / ".env") == {
        "NEWAPI_BASE_URL": root,
        "NEWAPI_API_KEY": "sk-secret-key",
    }


async def id_from_telegram(folder: Path, telegram: TelegramServer, *, stranger: bool) -> str:
    """What is written when the operator sends the code, after a stranger's plain /start."""
    ada, eve = telegram.user(7), telegram.user(66)
    if stranger:
        telegram.say(telegram.private(eve), eve, "/start")
    variables = {"TELEGRAM_API_URL": telegram.url}
    async with running(folder, "init", variables=variables) as process:
        assert process.stdin
        process.stdin.write(f"\n{telegram.token}\n".encode())
        said = await said_until(process, "type your id")
        order = said.partition("in a private chat: ")[2].splitlines()[0]
        telegram.say(telegram.private(ada), ada, order)
        process.stdin.write(b"\n\n")
        await said_until(process, "Start the bot")
        assert await process.wait() == 0
    return dotenv_values(folder / ".env")["ADMINS"] or ""


async def test_the_operators_id_is_read_and_every_update_is_left_for_the_bot(
    tmp_path: Path,
) -> None:
    async with telegram_server() as telegram:
        admins = await id_from_telegram(tmp_path, telegram, stranger=True)
        waiting = [update["message"]["from"]["id"] for update in telegram.inbox.pending]

        assert admins == "telegram:7"
        assert waiting == [66, 7]
        assert telegram.inbox.allowed is None


async def test_where_a_webhook_has_the_updates_the_id_can_be_typed(tmp_path: Path) -> None:
    async with telegram_server() as telegram:
        telegram.refuse("getUpdates", "Conflict: can't use getUpdates method", 409)
        said = f"\n{telegram.token}\n\nada\n7\n\n"
        done = await run(tmp_path, "init", said=said, variables={"TELEGRAM_API_URL": telegram.url})

    assert "It has not come" in done.out, done.out + done.err
    assert dotenv_values(tmp_path / ".env")["ADMINS"] == "telegram:7"


async def test_on_a_terminal_a_secret_is_not_shown_and_ctrl_c_writes_nothing(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with terminal(tmp_path, "init", variables=places(gateway)) as (screen, process):
        await screen.wait_for("Which gateway?")
        screen.type("apiyi\r")
        await screen.wait_for("Key for apiyi")
        await screen.wait_for_hidden()
        screen.type(f"{gateway['APIYI_API_KEY']}\r")
        await screen.wait_for("key accepted")
        shown = screen.text
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(120):
            code = await process.wait()

    assert gateway["APIYI_API_KEY"] not in shown
    assert code == 1
    assert files(tmp_path) == {}


def test_the_pages_that_give_keys_are_those_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## Which gateway should I take?")[2].partition("\n## ")[0]
    pages = {each.key_page for each in load((), tuple(DIALECTS)).gateways.values()} - {""}

    assert len(pages) > 8
    assert [page for page in pages if page not in table] == []
