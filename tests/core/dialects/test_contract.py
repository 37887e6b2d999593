"""What every dialect keeps to, whatever its wire looks like. A new one adds its answers here."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from core.dialects import Endpoint
from core.errors import FaultKind, JobError
from core.media import Accepted, Event, Named, Rendering, TaskRef
from tests.core.dialects.http_answers import KEY, RESET, as_html, as_json, broken, stream
from tests.core.dialects.scripted_gateway import (
    CALM,
    HASTY,
    LIMIT_SECONDS,
    at_origin,
    client,
    endpoint,
    generation_of,
    impatient,
    speaker,
    talk,
)
from tests.core.dialects.scripts import NAMES, SCRIPTS, dialect_of, script_of
from tests.fakes.ports import free_port
from tests.fakes.raw_server import raw_server, reply

NOW = {"Retry-After": "0"}
LATER = as_json(
    {"error": {"message": "您已达到请求数限制：1分钟内最多请求3次"}}, status=429, headers=NOW
)
BUSY = as_json(
    {"error": {"message": "当前分组上游负载已饱和，请稍后再试"}}, status=429, headers=NOW
)
# new-api says it of the first channel that it tries and of the next, after one has failed.
NOTHING_FREE = as_json({"error": {"code": "channel:no_available_key"}}, status=503)

UNCLEAR = (FaultKind.AMBIGUOUS, FaultKind.OVERLOADED, FaultKind.TIMEOUT, FaultKind.UPSTREAM)

each_dialect = pytest.mark.parametrize("name", NAMES)
each_with_tasks = pytest.mark.parametrize("name", [n for n, s in SCRIPTS.items() if s.task])
each_that_polls = pytest.mark.parametrize(
    "name", [n for n, s in SCRIPTS.items() if s.task and not s.at_once]
)
each_unnamed = pytest.mark.parametrize(
    "name", [n for n in NAMES if n not in SCRIPTS or not SCRIPTS[n].named]
)
each_named = pytest.mark.parametrize("name", [n for n, s in SCRIPTS.items() if s.named])
each_unnamed_that_polls = pytest.mark.parametrize(
    "name", [n for n, s in SCRIPTS.items() if s.task and not s.at_once and not s.named]
)
each_without = pytest.mark.parametrize("name", [n for n, s in SCRIPTS.items() if not s.task])


@each_dialect
def test_every_dialect_has_its_answers_here(name: str) -> None:
    script = script_of(name)

    assert dialect_of(name)
    assert script.model.dialect == name
    assert not script.missing, f"in the answers of {name} are missing: {script.missing}"


@each_dialect
async def test_what_was_made_is_returned_after_one_creation(name: str) -> None:
    script = script_of(name)

    spoken = await talk(
        name, creation=[script.created], looks=[script.running, *script.end], pace=CALM
    )

    assert spoken.links == [(script.url,)]
    assert spoken.posts == 1
    # Who answers only when all is done is rendering from the start, and can tell no number.
    events = [event for event in spoken.events if not isinstance(event, Named)]
    first = next(event for event in events if event != Rendering())
    assert isinstance(first, Accepted)
    assert tuple(spoken.fractions) == script.fractions


@each_with_tasks
async def test_resuming_never_creates_a_second_task(name: str) -> None:
    script = script_of(name)

    spoken = await talk(name, looks=[script.running, *script.end], task=script.task, pace=CALM)

    assert spoken.links == [(script.url,)]
    assert spoken.posts == 0
    assert len(spoken.requests) == 1 + len(script.end)


@each_without
async def test_what_has_no_task_is_never_taken_up_by_asking_again(name: str) -> None:
    spoken = await talk(name, task="t1")

    assert spoken.fault is not None
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (FaultKind.INTERRUPTED, True)
    assert spoken.requests == []


NOTHING = [
    as_json(""),
    as_json({}),
    as_json(" \n"),
    as_json("\ufeff{ }"),
    reply(b"", status=204),
    stream(b""),
]


@each_with_tasks
async def test_a_look_that_says_nothing_is_no_error(name: str) -> None:
    script = script_of(name)

    spoken = await talk(
        name, looks=[*NOTHING, *NOTHING, *script.end], task=script.task, pace=HASTY
    )

    assert spoken.links == [(script.url,)]


@each_with_tasks
async def test_a_look_that_breaks_off_before_it_says_anything_is_an_error(name: str) -> None:
    spoken = await talk(name, looks=[broken(b"")], task=script_of(name).task, pace=HASTY)

    assert spoken.fault is not None
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (FaultKind.NETWORK, True)


@each_unnamed_that_polls
@pytest.mark.parametrize("nothing", NOTHING)
async def test_a_creation_that_is_answered_with_nothing_may_have_been_accepted(
    name: str, nothing: bytes
) -> None:
    spoken = await talk(name, creation=[nothing], pace=CALM)

    assert spoken.fault is not None
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (FaultKind.AMBIGUOUS, True)
    assert spoken.posts == len(spoken.requests) == 1


@each_with_tasks
async def test_resuming_a_task_that_cannot_be_reached_never_creates_another(name: str) -> None:
    spoken = await talk(name, looks=[RESET], task=script_of(name).task, pace=HASTY)

    assert spoken.fault is not None
    assert spoken.fault.kind is FaultKind.NETWORK
    assert spoken.fault.maybe_billed
    assert spoken.posts == 0


@each_dialect
async def test_acceptance_is_reported_before_the_next_byte_is_read(name: str) -> None:
    script = script_of(name)
    end = list(script.end)
    reported = asyncio.Event()

    async def serve(asked: bytes, writer: asyncio.StreamWriter) -> None:
        if asked.startswith(b"POST ") and script.at_once:
            head, _, rest = script.created.partition(b"\r\n\r\n")
            writer.write(head + b"\r\n\r\n")
            await reported.wait()
            writer.write(rest)
        elif asked.startswith(b"POST "):
            writer.write(script.created)
        else:
            assert reported.is_set()
            writer.write(end.pop(0))

    async def report(event: Event) -> None:
        if isinstance(event, Accepted):
            reported.set()

    async with speaker(name, serve) as (dialect, server):
        assets = await dialect.generate(generation_of(name, report=report))

    assert at_origin(assets[0].urls, server.url) == (script.url,)


@each_dialect
@pytest.mark.parametrize("refusal", [LATER, BUSY])
async def test_what_was_not_accepted_is_sent_again(name: str, refusal: bytes) -> None:
    script = script_of(name)

    spoken = await talk(
        name,
        creation=[refusal, refusal, script.created],
        looks=[*script.end],
        pace=CALM,
    )

    assert spoken.links == [(script.url,)]
    assert spoken.posts == 3


@each_dialect
@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (LATER, FaultKind.RATE_LIMITED),
        (BUSY, FaultKind.OVERLOADED),
    ],
)
async def test_what_is_never_accepted_is_sent_three_times(
    name: str, refusal: bytes, kind: FaultKind
) -> None:
    spoken = await talk(name, creation=[refusal], pace=CALM)

    assert spoken.fault is not None
    assert spoken.fault.kind is kind
    assert not spoken.fault.maybe_billed
    assert spoken.posts == len(spoken.requests) == 3


@each_dialect
async def test_a_gateway_that_cannot_be_reached_has_billed_nothing(name: str) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    dialed: list[str] = []

    async def count(request: httpx.Request) -> None:
        dialed.append(request.method)

    async with client() as http, asyncio.timeout(LIMIT_SECONDS):
        http.event_hooks = {"request": [count], "response": []}
        dialect = dialect_of(name)(endpoint(url, pace=CALM), http)
        with pytest.raises(JobError) as caught:
            await dialect.generate(generation_of(name))

    assert caught.value.fault.kind is FaultKind.NETWORK
    assert not caught.value.fault.maybe_billed
    assert dialed == ["POST"] * 3


each_unclear_answer = pytest.mark.parametrize(
    "answer",
    [
        *(as_json({"error": {"message": "oops"}}, status=code) for code in (500, 502, 503, 504)),
        NOTHING_FREE,
        as_html("<html><title>524: A timeout occurred</title>", status=524),
        as_json("", status=408),
        RESET,
        b"HTTP/1.1 garbage\r\n\r\n",
    ],
    ids=["500", "502", "503", "504", "pool", "524", "408", "reset", "garbage"],
)


@each_named
@each_unclear_answer
async def test_what_has_a_name_is_asked_for_by_it_and_never_sent_again(
    name: str, answer: bytes
) -> None:
    script = script_of(name)

    spoken = await talk(name, creation=[answer], looks=[script.finished], pace=CALM)

    assert spoken.links == [(script.url,)]
    assert spoken.posts == 1
    told, held = spoken.events
    assert isinstance(told, Named)
    assert held == Accepted(task=told.task)  # for all we know: nobody else is asked
    assert told.task.id in spoken.lines[-1]


@each_unnamed
@each_unclear_answer
async def test_a_creation_that_may_have_been_accepted_is_never_repeated(
    name: str, answer: bytes
) -> None:
    spoken = await talk(name, creation=[answer], pace=CALM)

    assert spoken.fault is not None
    assert spoken.fault.maybe_billed
    assert spoken.fault.kind in UNCLEAR
    assert spoken.posts == len(spoken.requests) == 1


@each_unnamed
async def test_a_gateway_that_is_silent_for_too_long_may_have_accepted(name: str) -> None:
    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        del writer
        await asyncio.Event().wait()

    async with speaker(name, serve, http=impatient) as (dialect, server):
        with pytest.raises(JobError) as caught:
            await dialect.generate(generation_of(name))

    assert caught.value.fault.kind is FaultKind.TIMEOUT
    assert caught.value.fault.maybe_billed
    assert len(server.requests) == 1


@each_dialect
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (as_json({"error": {"message": f"Invalid token {KEY}"}}, status=401), FaultKind.AUTH),
        (as_json({"error": {"message": f"违反 {KEY}"}}, status=429), FaultKind.MODERATION_PROMPT),
        (as_json({"error": f"x Authorization: Bearer {KEY}"}, status=400), FaultKind.BAD_REQUEST),
        (as_html(f"<html>{KEY}"), FaultKind.MISCONFIGURED),
    ],
)
async def test_a_refusal_is_told_without_the_key(
    name: str, answer: bytes, kind: FaultKind | None
) -> None:
    spoken = await talk(name, creation=[answer], pace=CALM)

    assert spoken.fault is not None
    assert kind is None or spoken.fault.kind is kind
    assert KEY not in f"{spoken.fault!r} {spoken.error}"
    assert spoken.posts == len(spoken.requests) == 1


@each_unnamed
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (as_json({"success": False, "message": f"bad {KEY}"}), FaultKind.UPSTREAM),
        (stream(f"garbage {KEY}"), None),
        (broken(f"{KEY}"), None),
    ],
)
async def test_an_unclear_refusal_is_told_without_the_key(
    name: str, answer: bytes, kind: FaultKind | None
) -> None:
    await test_a_refusal_is_told_without_the_key(name, answer, kind)


@each_dialect
@pytest.mark.parametrize("key", ["3f0c6a52-5b1e-4df0-a8b1-2f9d8c7e6b5a", "Bearer plainsecret"])
async def test_a_key_of_any_form_is_taken_out_of_what_a_gateway_quotes(
    name: str, key: str
) -> None:
    bare = key.removeprefix("Bearer ")
    answer = as_json({"error": {"message": f"nobody knows {bare}"}}, status=401)

    spoken = await talk(name, creation=[answer], pace=CALM, key=key)

    assert spoken.fault
    assert spoken.fault.reason == "nobody knows ***"
    assert bare not in spoken.error


@each_with_tasks
async def test_the_failure_of_a_task_is_told_without_the_key(name: str) -> None:
    script = script_of(name)

    spoken = await talk(name, looks=[script.failed], task=script.task, pace=CALM)

    assert spoken.fault is not None
    assert spoken.fault.reason == "上游 sk-*** 坏了"
    assert KEY not in spoken.error


@each_dialect
async def test_cancelling_in_the_middle_closes_the_connection(name: str) -> None:
    script = script_of(name)
    closed = asyncio.Event()
    under_way = asyncio.Event()

    async def serve(asked: bytes, writer: asyncio.StreamWriter) -> None:
        if asked.startswith(b"POST ") and not script.at_once:
            writer.write(script.begun)
            return
        writer.write(script.begun if script.at_once else b"HTTP/1.1 200 OK\r\n")
        await writer.drain()
        under_way.set()
        try:
            # Only a connection that the other side has closed refuses to be written to.
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0)
        finally:
            closed.set()

    async with speaker(name, serve) as (dialect, _):
        job = asyncio.ensure_future(dialect.generate(generation_of(name)))
        await under_way.wait()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        await closed.wait()


@each_dialect
@pytest.mark.parametrize(
    ("auth", "key", "header"),
    [
        ("bearer", KEY, f"Bearer {KEY}"),
        ("raw", KEY, KEY),
        ("bearer", f" bearer {KEY}\n", f"Bearer {KEY}"),
        ("bearer", f"\u200b{KEY}…\ufeff", f"Bearer {KEY}"),
    ],
)
async def test_every_request_carries_the_key_in_the_gateways_form(
    name: str, auth: str, key: str, header: str
) -> None:
    script = script_of(name)
    answers = [script.created, *script.end]

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop(0))

    async with raw_server(serve) as server, client() as http, asyncio.timeout(LIMIT_SECONDS):
        account = replace(endpoint(server.url, pace=CALM), auth=auth, key=SecretStr(key))
        await dialect_of(name)(account, http).generate(generation_of(name))

    for request in server.requests:
        assert f"\r\nAuthorization: {header}\r\n".encode() in request
        assert b"\r\nAccept: application/json\r\n" in request
        assert b"\r\nAccept-Encoding: identity\r\n" in request


@each_dialect
async def test_giving_up_a_task_costs_nothing_and_raises_nothing(name: str) -> None:
    async with client() as http, asyncio.timeout(LIMIT_SECONDS):
        dialect = dialect_of(name)(endpoint("http://127.0.0.1:1"), http)

        await dialect.cancel(TaskRef(id="t1"))


async def test_a_gateway_that_names_a_time_is_waited_for_no_longer_than_sensible() -> None:
    waits: list[str] = ["nan", "-1", "inf", "Wed, 21 Oct 2026 07:28:00 GMT", "0"]
    refusals = [
        as_json({"error": "slow"}, status=429, headers={"Retry-After": wait}) for wait in waits
    ]

    script = script_of("video_tasks")

    for refusal in refusals:
        spoken = await talk(
            "video_tasks", creation=[refusal, script.created], looks=[script.finished], pace=CALM
        )

        assert spoken.links == [(script.url,)]
        assert spoken.posts == 2


def test_an_endpoint_does_not_show_its_key() -> None:
    account = Endpoint(gateway="g", root="https://h", key=SecretStr(KEY))

    assert KEY not in repr(account)
