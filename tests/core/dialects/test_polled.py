"""The one polled flow asks a dialect's own readers, and nobody else."""

import asyncio
import time
from dataclasses import replace

import httpx
import pytest

from core.dialects import Endpoint, Generation
from core.dialects._http import Creation, Wire
from core.dialects._json import Json, dig, text
from core.dialects._poll import at, poll
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import Status, TaskReply
from core.errors import FaultKind, JobError
from core.media import Accepted, Event, Named, RemoteAsset, Rendering, TaskRef
from tests.core.dialects.http_answers import KEY, as_json
from tests.core.dialects.scripted_gateway import (
    CALM,
    HASTY,
    LIMIT_SECONDS,
    DialectRun,
    client,
    endpoint,
    generation_of,
)
from tests.core.dialects.scripts import MODELS
from tests.fakes.raw_server import raw_server, replies

A = "https://h/a.mp4"
MODEL = MODELS["whatai/sora-2"]
CREATED = as_json({"job": {"number": "n/1"}, "id": "of the request, not of the task"})
DONE = as_json({"phase": "ready", "film": A})


def _read_id(body: Json) -> str:
    return text(dig(body, "job.number"))


def _read(body: Json) -> TaskReply:
    """Here `status` is how the account is, `code` is how much is left, `phase` is the task's."""
    phases = {"ready": Status.SUCCEEDED, "burnt": Status.FAILED, "cooking": Status.RUNNING}
    film = text(body.get("film"))
    status = phases.get(text(body.get("phase")), Status.UNKNOWN)
    return TaskReply(status=status, urls=(film,) if film else (), reason=text(body.get("why")))


class Kitchen:
    """A protocol that calls nothing as others do; `named`: a creation may have a name of ours."""

    def __init__(self, account: Endpoint, http: httpx.AsyncClient, named: str) -> None:
        self._wire = Wire(account, http)
        self._name = TaskRef(id=named) if named else None

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=self._creation, read_id=_read_id, looks=self._looks
        )

    async def _creation(self, generation: Generation) -> Creation:
        body = {"wish": generation.request.prompt}
        return Creation(path="/kitchen", body=body, task=self._name)

    def _looks(self, task: TaskRef) -> Looks:
        return Looks(ask=at(f"/kitchen/{in_path(task)}"), read=_read)


async def cook(
    *answers: bytes, task: str = "", hasty: bool = False, named: str = ""
) -> DialectRun:
    told = DialectRun()

    async def keep(event: Event) -> None:
        told.events.append(event)

    async with raw_server(replies(*answers)) as server, client() as http:
        kitchen = Kitchen(endpoint(server.url, pace=HASTY if hasty else CALM), http, named)
        begun = TaskRef(id=task) if task else None
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                told.assets = await kitchen.generate(generation_of(MODEL, report=keep, task=begun))
        except JobError as error:
            told.fault = error.fault
        told.requests = server.requests
    return told


async def test_an_id_is_found_by_the_dialects_own_reader() -> None:
    told = await cook(CREATED, DONE)

    assert told.urls == [(A,)]
    assert told.events == [Accepted(task=TaskRef(id="n/1"))]
    assert told.lines == ["POST /kitchen HTTP/1.1", "GET /kitchen/n%2F1 HTTP/1.1"]


async def test_an_id_that_only_others_would_find_is_none() -> None:
    told = await cook(as_json({"id": "x", "task_id": "x"}))

    assert told.fault is not None
    assert (told.fault.kind, told.fault.maybe_billed) == (FaultKind.AMBIGUOUS, True)
    assert told.posts == len(told.requests) == 1


@pytest.mark.parametrize(
    "look",
    [
        {"phase": "cooking", "status": "failed"},
        {"phase": "cooking", "status": "completed", "video_url": "https://h/advertisement.mp4"},
        {"phase": "cooking", "code": 4711},
        {"phase": "cooking", "success": False},
        {"phase": "cooking", "error": "none so far"},
        {"phase": "a word of tomorrow", "code": 4711},
    ],
    ids=str,
)
async def test_how_a_task_is_says_the_dialects_own_reader(look: dict[str, object]) -> None:
    told = await cook(*[as_json(look)] * 10, DONE, task="n/1", hasty=True)

    assert told.urls == [(A,)]
    assert len(told.requests) == 11


async def test_a_failure_that_only_the_dialect_can_read_ends_it() -> None:
    told = await cook(as_json({"phase": "burnt", "why": "too hot", "status": "ok"}), task="n/1")

    assert told.fault is not None
    assert (told.fault.kind, told.fault.reason) == (FaultKind.UPSTREAM, "too hot")


NAMED = Named(task=TaskRef(id="ours"))


async def test_a_name_is_told_before_anything_is_sent_under_it() -> None:
    told = await cook(CREATED, DONE, named="ours")

    assert told.events == [NAMED, Accepted(task=TaskRef(id="n/1"))]
    assert told.urls == [(A,)]


async def test_what_was_sent_under_a_name_is_asked_for_when_its_answer_is_lost() -> None:
    told = await cook(b"", DONE, named="ours")

    assert told.urls == [(A,)]
    assert told.events == [NAMED, Accepted(task=NAMED.task)]
    assert told.lines == ["POST /kitchen HTTP/1.1", "GET /kitchen/ours HTTP/1.1"]


async def test_what_was_refused_under_a_name_is_not_asked_for() -> None:
    told = await cook(
        as_json({"error": {"message": "insufficient balance"}}, status=402), named="ours"
    )

    assert told.fault is not None
    assert not told.fault.maybe_billed
    assert told.lines == ["POST /kitchen HTTP/1.1"]


async def test_a_line_of_the_gateways_is_told_clean_and_short() -> None:
    def read(body: Json) -> TaskReply:
        return replace(_read(body), note=text(body.get("log")))

    logs = f"<b>step 3</b>\n@all {KEY} " + "x" * 300
    cooking = as_json({"phase": "cooking", "log": logs})
    told: list[Event] = []

    async def keep(event: Event) -> None:
        told.append(event)

    async with raw_server(replies(cooking, DONE)) as server, client() as http:
        wire = Wire(endpoint(server.url, pace=CALM), http)
        generation = generation_of(MODEL, report=keep, task=TaskRef(id="n"))
        await poll(wire, generation, at("/kitchen/n"), read)

    (rendering,) = told
    assert isinstance(rendering, Rendering)
    assert rendering.note.startswith("step 3 @\u200ball sk-*** x")
    assert len(rendering.note) <= 100


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [(1.0, FaultKind.MODERATION_PROMPT), (90.0, FaultKind.MODERATION_OUTPUT)],
)
@pytest.mark.parametrize(
    "answer",
    [
        as_json({"detail": [{"loc": ["body"], "type": "content_policy_violation"}]}, status=422),
        as_json({"phase": "burnt", "why": "it violates our policies"}),
    ],
)
async def test_how_long_it_took_tells_which_filter_it_was(
    seconds: float, kind: FaultKind, answer: bytes
) -> None:
    async def keep(_: Event) -> None:
        pass

    async with raw_server(replies(answer)) as server, client() as http:
        wire = Wire(endpoint(server.url, pace=CALM), http)
        generation = replace(
            generation_of(MODEL, report=keep, task=TaskRef(id="n")),
            started_at=time.time() - seconds,
        )
        with pytest.raises(JobError) as error:
            await poll(wire, generation, at("/kitchen/n"), _read)

    assert error.value.fault.kind is kind
