"""What happens when a gateway cannot do it now and another one could."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.commands.models import readiness
from core.engine.order import promised
from core.errors import FaultKind, UserError
from core.i18n import Locale, translate
from core.jobs import Job, JobState
from core.media import MediaRequest, TaskRef
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.raw_server import RawServer, raw_server, replies, reply

FIRST, SECOND = "apiyi/veo-3.1", "eronmind/veo_3_1"
GONE = {"code": "model_not_found", "message": "分组 default 下模型 veo-3.1 无可用渠道"}
BUSY = {"message": "当前分组上游负载已饱和，请稍后再试", "type": "one_api_error"}
BLOCKED = {"code": "prompt_blocked", "message": "sensitive_words_detected"}
NOBODY = "http://127.0.0.1:9"


def refusal(error: dict[str, str], status: int) -> bytes:
    return reply(
        json.dumps({"error": error}).encode(), status=status, headers={"Retry-After": "0"}
    )


@pytest.fixture
async def broken(harness: EngineHarness) -> AsyncIterator[RawServer]:
    """The first gateway, without the model."""
    async with raw_server(replies(refusal(GONE, 503))) as server:
        harness.roots = {"apiyi": server.url}
        yield server


async def made(harness: EngineHarness, model: str = "veo-3.1") -> Job:
    async with harness.engine() as engine:
        job = await engine.submit(harness.order(model=model))
        await engine.idle()
        return await stored(engine, job.id)


async def test_a_model_that_is_gone_is_made_by_the_next_gateway_and_shown(
    harness: EngineHarness, broken: RawServer
) -> None:
    row = await made(harness)

    assert (row.state, row.model, row.route) == (JobState.DONE, SECOND, (FIRST, SECOND))
    # The second is dearer; but nobody pays more than they were told.
    assert (len(broken.requests), harness.paid, row.credits) == (1, 1, 25)
    moved = translate(Locale.EN, "note-moved", passed="apiyi", now="eronmind")
    assert any(moved in write.text for write in harness.chat.writes)


@pytest.mark.parametrize(("error", "status", "asked"), [(BUSY, 429, 3), (GONE, 404, 1)])
async def test_what_was_surely_not_taken_is_asked_of_the_next(
    harness: EngineHarness, error: dict[str, str], status: int, asked: int
) -> None:
    async with raw_server(replies(refusal(error, status))) as server:
        harness.roots = {"apiyi": server.url}
        row = await made(harness)

    assert (row.state, row.model, len(server.requests)) == (JobState.DONE, SECOND, asked)


async def test_a_gateway_that_cannot_be_reached_is_passed(harness: EngineHarness) -> None:
    harness.roots = {"apiyi": NOBODY}

    row = await made(harness)

    assert (row.state, row.model, harness.paid) == (JobState.DONE, SECOND, 1)


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        ({"message": "upstream error"}, 502, FaultKind.UPSTREAM),
        (BLOCKED, 400, FaultKind.MODERATION_PROMPT),
    ],
)
async def test_what_may_have_been_taken_or_is_refused_everywhere_is_not_asked_again(
    harness: EngineHarness, error: dict[str, str], status: int, kind: FaultKind
) -> None:
    async with raw_server(replies(refusal(error, status))) as server:
        harness.roots = {"apiyi": server.url}
        row = await made(harness)

    assert row.fault
    assert (row.state, row.model, row.fault.kind) == (JobState.FAILED, FIRST, kind)
    assert (len(server.requests), harness.paid) == (1, 0)


async def test_a_task_that_was_taken_is_never_made_elsewhere(harness: EngineHarness) -> None:
    created = reply(json.dumps({"task_id": "t"}).encode())
    async with raw_server(replies(created, refusal(GONE, 503))) as server:
        harness.roots = {"sandbox": server.url}
        async with harness.engine() as engine:
            job = await engine.submit(harness.order())
            await engine.idle()
            row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind, harness.paid) == (JobState.FAILED, FaultKind.MODEL_GONE, 0)
    assert len(server.requests) == 2


async def test_who_names_the_gateway_gets_no_other(
    harness: EngineHarness, broken: RawServer
) -> None:
    row = await made(harness, FIRST)

    assert row.fault
    assert (row.state, row.fault.kind, row.route) == (
        JobState.FAILED,
        FaultKind.MODEL_GONE,
        (FIRST,),
    )
    assert (len(broken.requests), harness.paid) == (1, 0)


async def test_a_failure_everywhere_is_told_once_and_paid_nowhere(
    harness: EngineHarness, broken: RawServer
) -> None:
    harness.roots = dict.fromkeys(("apiyi", "eronmind"), broken.url)

    row = await made(harness)

    assert row.fault
    assert (row.state, row.fault.kind, row.model) == (
        JobState.FAILED,
        FaultKind.MODEL_GONE,
        SECOND,
    )
    assert (len(broken.requests), harness.paid, row.credits) == (2, 0, 0)


async def test_a_restart_goes_on_with_the_next_gateway(
    harness: EngineHarness, broken: RawServer
) -> None:
    left = replace(harness.job(model=SECOND), route=(FIRST, SECOND), state=JobState.WAITING)
    await harness.leave(left)

    async with harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, left.id)

    assert (row.state, broken.requests, harness.paid) == (JobState.DONE, [], 1)


async def test_a_model_that_is_gone_is_set_aside_and_listed_so(
    harness: EngineHarness, broken: RawServer
) -> None:
    async with harness.engine() as engine:
        await engine.submit(harness.order(model="veo-3.1"))
        await engine.idle()
        catalog = engine.services.catalog
        model = catalog.get(FIRST)
        assert model

        told = readiness(Locale.EN, catalog, model)
        unnamed = catalog.choose(MediaRequest(prompt="a cat", ratio="9:16", seconds=8))
        named = catalog.choose(MediaRequest(prompt="a cat", model="veo-3.1"))

    assert "next try in 60 min" in told
    assert unnamed.key != FIRST
    assert named.key == FIRST
    assert len(broken.requests) == 1


def test_the_operators_order_counts_more_than_the_price(tmp_path: Path) -> None:
    catalog = replace(EngineHarness(folder=tmp_path, root=NOBODY).catalog, order=("eronmind",))
    request = MediaRequest(prompt="a cat", ratio="9:16", seconds=8)

    assert catalog.choose(request).gateway == "eronmind"
    assert replace(catalog, order=()).choose(request).gateway == "apiyi"


def test_only_what_does_exactly_the_same_is_asked_instead(tmp_path: Path) -> None:
    catalog = EngineHarness(folder=tmp_path, root=NOBODY).catalog

    named = catalog.route(MediaRequest(prompt="a cat", model="veo-3.1"))
    four = catalog.route(MediaRequest(prompt="a cat", model="veo-3.1", count=4))
    with pytest.raises(UserError, match="refuse-ratio"):
        catalog.route(MediaRequest(prompt="a cat", model="veo-3.1", ratio="1:1"))

    assert [model.key for model in named] == [FIRST, SECOND]
    assert [model.key for model in four] == [FIRST]


async def test_what_an_earlier_process_may_have_sent_under_a_name_goes_to_nobody_else(
    harness: EngineHarness,
) -> None:
    failed = {"status": "failed", "error_message": BUSY["message"]}
    async with raw_server(replies(reply(json.dumps(failed).encode()))) as server:
        left = replace(
            harness.job(),
            model=FIRST,
            route=(FIRST, SECOND),
            state=JobState.SUBMITTING,
            task=TaskRef(id=f"{server.url}/source/t1"),
        )
        await harness.leave(left)
        async with harness.engine() as engine:
            await engine.idle()
            row = await stored(engine, left.id)

    assert row.fault
    assert (row.state, row.fault.kind, row.model) == (JobState.FAILED, FaultKind.OVERLOADED, FIRST)
    assert (harness.paid, len(server.requests)) == (0, 1)


def test_nobody_pays_more_than_the_model_that_they_were_shown(harness: EngineHarness) -> None:
    catalog, job = harness.catalog, replace(harness.job(), route=(FIRST, SECOND))
    cheap, dear = catalog.get(FIRST), catalog.get(SECOND)
    assert cheap
    assert dear
    prices = [each.credits_for(job.request) for each in (cheap, dear)]

    assert prices[0] < prices[1]
    assert promised(catalog, job, dear) == promised(catalog, job, cheap) == prices[0]
    assert promised(catalog, replace(job, route=()), dear) == prices[1]


@pytest.mark.parametrize("other", ["xai/grok-imagine-video-1.5-lite", "openrouter/veo-3.1-fast"])
async def test_the_next_model_is_asked_for_all_that_it_needs_to_be_told(
    harness: EngineHarness, other: str
) -> None:
    gateway = other.partition("/")[0]
    harness.gone = frozenset(harness.catalog.data.gateways) - {"sandbox", gateway}
    # As the first model has completed it, which is told nothing about the sound.
    waiting = harness.job()
    await harness.leave(replace(waiting, route=(waiting.model, other)))
    async with (
        raw_server(replies(refusal(GONE, 503))) as gone,
        raw_server(replies(refusal(BLOCKED, 400))) as server,
    ):
        harness.roots = {"sandbox": gone.url, gateway: server.url}
        async with harness.engine() as engine:
            await engine.idle()
            row = await stored(engine, waiting.id)

    body = json.loads(server.requests[0].partition(b"\r\n\r\n")[2])
    assert (row.model, waiting.request.sound) == (other, None)
    assert body["generate_audio"] is True
    assert body["resolution"]
