"""Whom a creation goes to: status, codes and connection of an answer decide, never its words."""

import asyncio
import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import product

from core.engine.engine import Engine
from core.errors import Fault
from core.jobs import Job, JobState
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
OPEN = (408, 499, 500, 502, 503, 504, 520, 524)
# What these refuse was not taken, whatever they say; whether another is asked is up to the words.
CLOSED = (400, 401, 402, 403, 404, 429, 501)
CUT, GARBAGE, HALF = "cut", "garbage", "half"
BODIES = ("error", "success", "code", "stream")
GONE = "model_not_found"


@dataclass(frozen=True, slots=True)
class Case:
    """One answer of the first gateway; transport is how it ends where it has no status."""

    status: int = 0
    words: str = ""
    transport: str = ""
    echoes: bool = False
    body: str = "error"
    code: str | None = None
    pool_status: int | None = None

    def answer(self, prompt: str) -> bytes:
        said = f"cannot do “{prompt}”" if self.echoes else self.words
        headers = {"Retry-After": "0"}
        if said == HTML:
            return reply(said.encode(), status=self.status, headers=headers)
        error: dict[str, object] = {"message": said, "code": self.code}
        if self.pool_status:
            error |= {"code": "generation_failed", "status_code": self.pool_status}
        bodies = {
            "success": {"success": False, "message": said},
            "code": {"code": "fail_to_fetch_task", "message": said, "data": None},
        }
        body = json.dumps(bodies.get(self.body, {"error": error}))
        if self.body == "stream":
            body = f"data: {body}\n\ndata: [DONE]\n\n"
            headers["Content-Type"] = "text/event-stream"
        return reply(body.encode(), status=self.status, headers=headers)


OPEN_CASES = [
    *(Case(status, words) for status, words in product(OPEN, (*WORDS, HTML))),
    *(Case(status, echoes=True) for status in OPEN),
    # Some resellers bill each 200, whatever is in it.
    *(Case(200, words, body=body) for words, body in product(WORDS, BODIES)),
    *(Case(200, echoes=True, body=body) for body in BODIES),
    *(
        Case(200, words, body="stream", pool_status=status)
        for words, status in product(WORDS, (500, 502, 504))
    ),
    *(Case(words=words, transport=how) for words, how in product(WORDS, (CUT, GARBAGE, HALF))),
]
CLOSED_CASES = [Case(status, words) for status, words in product(CLOSED, WORDS)]
# What gateways and pools say, in a field of its own, before they hand a request on.
CODED_CASES = [
    *(Case(503, words, code=GONE) for words in WORDS),
    *(
        Case(200, words, body=body, code=GONE)
        for words, body in product(WORDS, ("error", "stream"))
    ),
    *(
        Case(200, words, body="stream", pool_status=status)
        for words, status in product(WORDS, (400, 403, 503))
    ),
]


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
            writer.write(f"{case.words}\r\n\r\n".encode())
        elif case.transport == HALF:
            writer.write(Case(200, case.words, body="stream").answer(prompt)[:-60])
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
            jobs = await asyncio.gather(*map(engine.submit, orders))
            await engine.idle()
            faults = [await _fault(engine, job) for job in jobs]
    return {
        case: BothAsked(first[n], second[n], faults[n].maybe_billed)
        for n, case in enumerate(cases)
    }


async def _fault(engine: Engine, job: Job) -> Fault:
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
    told = await played(harness, CLOSED_CASES + CODED_CASES, "a cat")

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
                job = await engine.submit(harness.order(f"{prompt}, case 0", model=MODEL))
                await engine.idle()
                fault = await _fault(engine, job)
                aside = engine.services.catalog.cooldown.minutes_left(f"apiyi/{MODEL}")
        kinds.add(fault.kind)
        assert (aside, second) == (0, Counter())

    assert kinds == {"bad_request"}
