"""Whom a creation goes to: the status and the connection of an answer decide, never its words."""

import asyncio
import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import product

from core.engine.engine import Engine
from core.engine.order import Order
from core.errors import Fault
from core.jobs import JobState
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.raw_server import Handler, raw_server, reply

MODEL = "veo-3.1"
WORDS = (
    "",
    "the upstream is overloaded, heavy_load",
    "rate limit reached for this model",
    "this model is not supported",
    "model_not_found: 无可用渠道",
    "当前分组上游负载已饱和，请稍后再试",
    "该令牌额度已用尽",
    "没有可用的Token进行视频生成",
)
HTML = "<html><title>overloaded, rate limit</title></html>"
OPEN = (408, 500, 502, 504, 520, 524)
# What these refuse was not taken, whatever they say; whether another is asked is up to the words.
CLOSED = (400, 401, 403, 404, 429)
CUT, GARBAGE = "cut", "garbage"


@dataclass(frozen=True, slots=True)
class Case:
    """One answer of the first gateway; transport is how it ends where it has no status."""

    status: int = 0
    words: str = ""
    transport: str = ""
    echoes: bool = False

    def answer(self, prompt: str) -> bytes:
        said = f"cannot do “{prompt}”" if self.echoes else self.words
        body = said if said == HTML else json.dumps({"error": {"message": said, "code": None}})
        return reply(body.encode(), status=self.status, headers={"Retry-After": "0"})


OPEN_CASES = [
    *(Case(status, words) for status, words in product(OPEN, (*WORDS, HTML))),
    *(Case(status, echoes=True) for status in OPEN),
    Case(503, "oops"),
    Case(503, HTML),
    Case(transport=CUT),
    Case(transport=GARBAGE),
]
CLOSED_CASES = [Case(status, words) for status, words in product(CLOSED, WORDS)]
# 503 has two meanings; the gateway's own words, and never the prompt's, say that it is a refusal.
REFUSED_503 = [Case(503, words) for words in WORDS[1:]]


def told_by(cases: list[Case], asked: Counter[int]) -> Handler:
    """The gateway that finds the number of its case in the prompt, and counts."""

    async def handle(request: bytes, writer: asyncio.StreamWriter) -> None:
        body = json.loads(request.partition(b"\r\n\r\n")[2])
        prompt = body["messages"][0]["content"]
        number = int(re.findall(r"case (\d+)", prompt)[0])
        asked[number] += 1
        case = cases[number]
        if case.transport == CUT:
            writer.transport.abort()
        elif case.transport == GARBAGE:
            writer.write(b"overloaded\r\n\r\n")
        else:
            writer.write(case.answer(prompt))

    return handle


@dataclass(frozen=True, slots=True)
class BothAsked:
    """How often both gateways were asked, and what its user was told about the money."""

    first: int
    second: int
    warned: bool


async def played(harness: EngineHarness, cases: list[Case], prompt: str) -> dict[Case, BothAsked]:
    """Order each of the cases once, all in one engine."""
    first, second = Counter[int](), Counter[int]()
    harness.concurrency = harness.jobs_per_user = len(cases)
    refusing = told_by([Case(400, "prompt_blocked")] * len(cases), second)
    async with raw_server(told_by(cases, first)) as one, raw_server(refusing) as two:
        harness.roots = {"apiyi": one.url, "eronmind": two.url}
        async with harness.engine() as engine:
            orders = [harness.order(f"{prompt}, case {n}", model=MODEL) for n in range(len(cases))]
            faults = await asyncio.gather(*(_ended(engine, order) for order in orders))
    return {
        case: BothAsked(first[n], second[n], faults[n].maybe_billed)
        for n, case in enumerate(cases)
    }


async def _ended(engine: Engine, order: Order) -> Fault:
    job = await engine.submit(order)
    await engine.idle()
    row = await stored(engine, job.id)
    assert row.state is JobState.FAILED
    assert row.fault
    return row.fault


async def test_what_may_have_been_taken_goes_nowhere_else_whatever_is_said(
    harness: EngineHarness,
) -> None:
    prompt = "a cat that is overloaded, model_not_found, 请稍后再试, rate limit"

    told = await played(harness, OPEN_CASES, prompt)

    wrong = {case: how for case, how in told.items() if how != BothAsked(1, 0, warned=True)}
    assert not wrong


async def test_what_a_status_refuses_was_not_taken_whatever_is_said(
    harness: EngineHarness,
) -> None:
    told = await played(harness, CLOSED_CASES + REFUSED_503, "a cat")

    assert not [case for case, how in told.items() if how.warned]
    # Who may be asked instead is asked once.
    assert {case.words for case, how in told.items() if how.second} == set(WORDS)
    assert max(how.second for how in told.values()) == 1


async def test_a_prompt_that_is_echoed_chooses_neither_the_fault_nor_the_next_gateway(
    harness: EngineHarness,
) -> None:
    prompts = WORDS[1:]
    kinds = set[str]()
    for prompt in prompts:
        async with (
            raw_server(told_by([Case(400, echoes=True)], Counter())) as one,
            raw_server(told_by([Case(400, "prompt_blocked")], (second := Counter[int]()))) as two,
        ):
            harness.roots = {"apiyi": one.url, "eronmind": two.url}
            async with harness.engine() as engine:
                fault = await _ended(engine, harness.order(f"{prompt}, case 0", model=MODEL))
                aside = engine.services.catalog.cooldown.minutes_left(f"apiyi/{MODEL}")
        kinds.add(fault.kind)
        assert (aside, second) == (0, Counter())

    assert kinds == {"bad_request"}
