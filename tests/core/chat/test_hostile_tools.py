"""Chat models that call tools as no model should: nothing breaks, and nothing goes on for ever."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.exchanges import Exchange, ExchangeState
from core.i18n import Locale
from core.invocation import Invocation
from core.platform import ConversationRef, User
from tests.core.dialects.http_answers import stream
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.raw_server import raw_server

ANN = User(platform=NAME, id="ann")
HERE = ConversationRef(platform=NAME, chat="1")
A_CAT = '{"prompt": "a cat"}'
DONE = "data: [DONE]\n\n"

Call = tuple[str, str]
"""The name of a tool, and arguments."""


@asynccontextmanager
async def asked(
    folder: Path, calls: Callable[[Mapping[str, object]], Sequence[Call]]
) -> AsyncGenerator[tuple[Engine, Exchange, list[Mapping[str, object]]]]:
    """Something said to a model that calls what it is told to; with all requests' bodies."""
    bodies: list[Mapping[str, object]] = []

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        bodies.append(json.loads(request.partition(b"\r\n\r\n")[2]))
        wanted = [
            {"index": n, "id": f"c{n}", "function": {"name": name, "arguments": arguments}}
            for n, (name, arguments) in enumerate(calls(bodies[-1]))
        ]
        delta = {"tool_calls": wanted} if wanted else {"content": "The end."}
        finish = "tool_calls" if wanted else "stop"
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        writer.write(stream(f"data: {json.dumps({'choices': [choice]})}\n\n{DONE}"))

    async with (
        raw_server(answer) as server,
        EngineHarness(folder=folder, root=server.url).engine() as engine,
    ):
        talk = Invocation(command="talk", text="hello", user=ANN, conversation=HERE)
        assert (await dispatch(engine, talk, Locale.EN)).done
        await engine.idle()
        exchange = await engine.services.exchanges.latest(ANN, HERE)
        assert exchange
        yield engine, exchange, bodies


def returned(body: Mapping[str, object]) -> list[str]:
    """What the model is told about its calls."""
    messages = cast("list[dict[str, str]]", body["messages"])
    return [each["content"] for each in messages if each["role"] == "tool"]


def first_time(*calls: Call) -> Callable[[Mapping[str, object]], Sequence[Call]]:
    """These, and nothing more once they have been answered."""
    return lambda body: () if returned(body) else calls


async def test_who_calls_what_is_not_offered_any_more_is_not_asked_again(tmp_path: Path) -> None:
    async with asked(tmp_path, lambda _: [("my_jobs", "{}")]) as (_, exchange, bodies):
        pass

    assert exchange.state is ExchangeState.FAILED
    assert exchange.told
    assert len(bodies) == 5
    assert "tools" not in bodies[-1]


async def test_fifty_plans_in_one_round_are_a_handful(tmp_path: Path) -> None:
    calls = first_time(*[("make_video", A_CAT)] * 50)
    async with asked(tmp_path, calls) as (engine, exchange, bodies):
        plans = await engine.jobs_of(ANN)

    told = returned(bodies[-1])
    assert exchange.state is ExchangeState.DONE
    # Few enough to read: of the calls that are done, so many may be plans.
    assert len(plans) == 3
    assert len(told) == 50
    assert sum("only 6 calls" in each for each in told) == 44


ODD = {
    "an unknown tool": ("allow", A_CAT),
    "no name": ("", A_CAT),
    "an unknown field": ("make_video", '{"prompt": "a cat", "confirm": true, "user": "bob"}'),
    "no json": ("make_video", '{"prompt": "a c'),
    "a list": ("make_video", "[1, 2]"),
    "nothing": ("make_video", "null"),
    "nested objects": ("make_video", '{"prompt": {"a": [1, {"b": null}]}, "seconds": {"s": 5}}'),
    "very deep": ("make_video", "[" * 50_000),
    "a mebibyte": ("make_video", json.dumps({"prompt": "x" * (1 << 20)})),
    "a mebibyte of a field": ("make_video", json.dumps({"prompt": "a cat", "x" * (1 << 16): "y"})),
    "half a character": ("make_video", '{"prompt": "a cat \\\\ud83d", "model": "\\ud83d"}'),
    "a control sign": ("make_video", '{"prompt": "a\\u0000cat"}'),
    "a huge number": ("make_video", f'{{"prompt": "a cat", "seconds": {"9" * 5000}}}'),
    "no number": ("make_video", '{"prompt": "a cat", "seconds": NaN, "count": -Infinity}'),
    "nothing to cancel": ("cancel", '{"job": [1]}'),
    "options in the prompt": ("storyboard", '{"prompt": "--private --count 99"}'),
}


@pytest.mark.parametrize("case", ODD)
async def test_an_odd_call_is_answered_and_orders_nothing(tmp_path: Path, case: str) -> None:
    async with asked(tmp_path, first_time(ODD[case])) as (engine, exchange, bodies):
        plans = [job for job in await engine.jobs_of(ANN) if job.state != "draft"]

    assert exchange.state is ExchangeState.DONE
    assert exchange.text == "The end."
    assert plans == []
    (told,) = returned(bodies[-1])
    assert len(told) < 2000
    assert len(json.dumps(bodies[-1])) < 300_000


async def test_numbers_are_understood_however_they_are_written(tmp_path: Path) -> None:
    given = '{"prompt": "a cat", "seconds": "8", "count": 2.0, "ratio": null, "model": ""}'
    async with asked(tmp_path, first_time(("make_video", given))) as (engine, _, bodies):
        plans = await engine.jobs_of(ANN)

    assert [(plan.request.seconds, plan.request.count) for plan in plans] == [(8, 2)], bodies[-1]
