"""What a person reads when a chat model says what no model should."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.core.dialects.http_answers import stream
from tests.fakes.driver import said, until_said
from tests.fakes.drivers import PLATFORMS, driver_on
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.raw_server import raw_server

NONE = "No answer from sandbox-chat"
EYE, SMILE = "👩‍👩‍👧", "😀"
CUT_OFF = "The answer ended here."


def chunk(delta: Mapping[str, object], finish: str | None = None) -> str:
    # Escaped: halves of characters stand in JSON only so.
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice]})}\n\n"


def words(*pieces: str, finish: str = "stop") -> str:
    end = chunk({}, finish) + "data: [DONE]\n\n"
    return "".join(chunk({"content": piece}) for piece in pieces) + end


def sources(*urls: str) -> str:
    notes = [{"type": "url_citation", "url_citation": {"url": url, "title": "T"}} for url in urls]
    return chunk({"content": "So. The end.", "annotations": notes}) + words()


ANSWERS = {
    "an emoji in two halves": (words("\ud83d", "\ude00 The end."), f"{SMILE} The end."),
    "half of an emoji": (words("a\ud83d b", " The end."), "The end."),
    "a family in pieces": (words(*EYE, " The end."), f"{EYE} The end."),
    "control signs": (words("\x1b[2J\x00\x07", "\x9bThe end."), "The end."),
    "marks of direction": (words("\u202e\u200fשלום\u202c The end."), "The end."),
    "only blanks": (words(" \n", "\t \n"), NONE),
    "only what cannot be seen": (words("\u200b\u2060", "\ufeff\u200e"), NONE),
    "only thoughts": (chunk({"reasoning_content": "hm"}) + words(), NONE),
    "empty pieces": (words("", "The ", "", "end.", ""), "The end."),
    "an open fence": (words("Look:\n```py\nprint('The end.')"), "print('The end.')"),
    "thousands of quotation marks": (words(">" * 3000 + " The end."), "The end."),
    "quotes with gaps": (words(">  " * 3000 + " The end."), "The end."),
    "empty lines": (words("One", "\n" * 5000, "The end."), "The end."),
    "a fence with a long name": (words("```" + "x" * 3000 + "\nThe end."), "The end."),
    "a word without an end": (words("x" * 50_000), "x" * 1000),
    "cut at its limit": (words("Half. The end.", finish="length"), "greatest length"),
    "an error inside": (
        chunk({"content": "Half."}) + 'data: {"error": {"message": "boom", "code": 500}}\n\n',
        CUT_OFF,
    ),
    "a long line": (words("The end.") + f": {'x' * 1_000_000}\n\n", "The end."),
    "a page": ("<!doctype html><html>no</html>", NONE),
    "odd pages": (sources("javascript:alert(1)", f"https://a.example/{'x' * 5000}"), "The end."),
    "half of a page": (sources("https://a.example/\ud83d"), "The end."),
    "thousands of pages": (sources(*(f"https://a.example/{n}" for n in range(3000))), "The end."),
}


# Each is quick, but there are many.
@pytest.mark.slow
@pytest.mark.parametrize("case", ANSWERS)
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_an_odd_answer_is_read_and_ends(tmp_path: Path, platform: str, case: str) -> None:
    told, expected = ANSWERS[case]

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(told))

    async with (
        raw_server(answer) as server,
        driver_on(platform, EngineHarness(folder=tmp_path, root=server.url)) as driver,
        driver.bot() as engine,
    ):
        await driver.say("/ask --model sandbox-chat tell me")
        await until_said(driver, expected)
        await engine.idle()
        shown = said(driver)
        (left,) = [await engine.services.exchanges.take_up(engine.services.platforms)]

    assert not left
    assert "javascript:" not in shown
    assert "unexpected error" not in shown
    assert len(server.requests) == 1
