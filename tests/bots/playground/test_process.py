"""`cliprelay chat --web` as a whole: an order from its page, and an end that waits for nobody."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bots.playground.ids import NAME
from tests.fakes.cli import run, terminal
from tests.fakes.playground_driver import opened_page

pytestmark = pytest.mark.slow


async def test_the_page_works_beside_the_terminal_and_ends_with_it(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    async with terminal(tmp_path, "chat", "--web", variables=gateway) as (screen, process):
        await screen.wait_for("\n>")
        found = re.search(r"http://127\.0\.0\.1:\d+/\?key=\S+", screen.text.replace("\n", ""))
        assert found
        async with opened_page(found[0].rstrip(">")) as page:
            await page.send("order/video", {"prompt": "a cat"})
            await page.changed.until(lambda: bool(page.files), 90)
            screen.type("/status\r")
            await screen.wait_for("You have no jobs running or waiting.\n>")
            screen.type("\x04")
            async with asyncio.timeout(90):
                assert await process.wait() == 0

    (post,) = page.files.values()
    assert post[4:8] == b"ftyp"
    log = (tmp_path / "data" / "cliprelay.log").read_text(encoding="utf-8")
    assert found[0].partition("key=")[2] not in log


async def test_without_the_flag_there_is_no_page(tmp_path: Path, gateway: dict[str, str]) -> None:
    done = await run(tmp_path, "chat", said="/status\n", variables=gateway)

    assert (done.code, "key=" in done.out) == (0, False)


async def test_what_was_ordered_on_the_page_waits_until_there_is_one_again(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    await run(tmp_path, "chat", said="/video a cat\n", variables=gateway)
    with closing(
        sqlite3.connect(tmp_path / "data" / "cliprelay.db", isolation_level=None)
    ) as rows:
        # As an order from the page is left by a process that ends.
        left = """UPDATE jobs SET platform = ?1, state = 'running', told = 0,
            conversation = json_set(conversation, '$.platform', ?1)"""
        rows.execute(left, [NAME])
        done = await run(tmp_path, "chat", said="/status\n", variables=gateway)
        (state,) = rows.execute("SELECT state FROM jobs").fetchone()

    assert (done.code, state) == (0, "running")
