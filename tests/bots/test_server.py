"""What gateways tell us: that a task has changed, that credit runs low."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bots.admins import Admins
from bots.door import REQUEST_SECONDS, most_connections
from bots.port import open_port
from bots.server import GatewayCalls, serve_at, serve_web
from core.callbacks.hooks import Hooks
from core.dialects.endpoint import Pace
from core.engine.engine import Engine
from core.errors import SettingsError
from core.i18n import Locale
from core.jobs import JobState
from tests.fakes.clock import jumping_clock
from tests.fakes.engine_harness import EngineHarness, stored, stored_when
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway, open_gateway
from tests.fakes.memory_platform import NAME
from tests.fakes.movies import make_movie

SECRET = "s3cret"  # noqa: S105 - a test's own
BEARER = {"Authorization": f"Bearer {SECRET}"}
LOW = json.dumps({"topic": "user_quota_too_low", "data": {"quota": 0.5}}).encode()
EXCEEDED = json.dumps(
    {
        "type": "quota_exceed",
        "title": "low",
        "content": "Only {{value}} of {{value}} left",
        "values": ["2", 100],
        "timestamp": 1739950503,
    }
).encode()


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[ManualGateway]:
    async with open_gateway(make_movie(tmp_path / "film.mp4", 64, 64, 1.0).read_bytes()) as it:
        yield it


@pytest.fixture
def harness(tmp_path: Path, gateway: ManualGateway) -> EngineHarness:
    """Where nobody asks after a task without being called."""
    patient = Pace(least=100_000, longest=100_000)
    return EngineHarness(
        folder=tmp_path, root=gateway.root, pace=patient, hooks=Hooks("http://us")
    )


def calls(
    engine: Engine, secret: str | None = SECRET, clock: Callable[[], float] = time.time
) -> GatewayCalls:
    known = SecretStr(secret) if secret else None
    admins = Admins(engine.services, [f"{NAME}:7", "nowhere:8"], Locale.EN)
    return GatewayCalls(engine.services, admins, known, clock=clock)


async def post(
    port: int, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=90) as client:
        url = f"http://127.0.0.1:{port}{path}"
        return (await client.post(url, content=body, headers=headers)).status_code


async def test_a_call_ends_the_wait_and_a_forged_one_does_not(
    harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(CREATE, LOOK, FETCH)
    async with harness.engine() as engine, serve_web(calls(engine).routes, 0) as port:
        job = await engine.submit(harness.order())
        row = await stored_when(engine, job.id, lambda row: row.task is not None)

        forged = await post(port, "/hooks/" + "x" * len(row.hook))
        asked_before = gateway.asked[LOOK]
        called = await post(port, f"/hooks/{row.hook}", b"anything")
        await engine.idle()
        repeated = await post(port, f"/hooks/{row.hook}")
        ended = await stored(engine, job.id)

    assert (forged, called, repeated) == (204, 204, 204)
    assert (asked_before, gateway.asked[LOOK]) == (0, 1)
    assert (ended.state, len(harness.chat.of("deliver"))) == (JobState.DONE, 1)


async def test_each_job_has_a_secret_of_its_own_that_survives_a_restart(
    harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(CREATE)
    async with harness.engine() as engine:
        jobs = [await engine.submit(harness.order()) for _ in range(2)]
        rows = [
            await stored_when(engine, job.id, lambda row: row.task is not None) for job in jobs
        ]
    assert len({row.hook for row in rows}) == 2
    assert all(len(row.hook) >= 43 for row in rows)

    await gateway.allow(LOOK, FETCH)
    async with harness.engine() as engine, serve_web(calls(engine).routes, 0) as port:
        for row in rows:
            while not engine.services.hooks.call(row.hook):
                await post(port, f"/hooks/{row.hook}")
        await engine.idle()
        ended = [await stored(engine, row.id) for row in rows]

    assert [row.state for row in ended] == [JobState.DONE] * 2


async def test_without_a_public_address_there_is_no_hook(
    harness: EngineHarness, gateway: ManualGateway
) -> None:
    harness.hooks = Hooks()
    harness.pace = Pace().scaled(1 / 200)
    await gateway.allow(CREATE, LOOK, FETCH)
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, row.hook) == (JobState.DONE, "")


@pytest.mark.parametrize(
    ("body", "signed", "said"), [(LOW, False, "0.5"), (EXCEEDED, True, "Only 2 of 100 left")]
)
async def test_the_admins_are_told_once_that_credit_runs_low(
    harness: EngineHarness, body: bytes, *, signed: bool, said: str
) -> None:
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    proof = {"X-Webhook-Signature": mac} if signed else BEARER
    async with harness.engine() as engine, serve_web(calls(engine).routes, 0) as port:
        statuses = [await post(port, "/quota/whatai", body, proof) for _ in range(2)]
        told = await harness.chat.until(lambda write: write.kind == "send")

    assert statuses == [204, 204]
    assert (told.message.conversation.chat, len(harness.chat.writes)) == ("7", 1)
    assert "whatai" in told.text
    assert said in told.text


async def test_the_same_notice_is_told_again_after_a_day(harness: EngineHarness) -> None:
    hours = iter([0, 23, 24, 30, 48, 48])
    stamped = [json.dumps({**json.loads(EXCEEDED), "timestamp": n}).encode() for n in range(5)]
    async with harness.engine() as engine:
        routes = calls(engine, clock=lambda: next(hours) * 3600.0).routes
        async with serve_web(routes, 0) as port:
            for body in stamped:
                await post(port, "/quota/whatai", body, BEARER)
            await post_other(port)
            await harness.chat.until(lambda write: "eronmind" in write.text)

    told = [write.text for write in harness.chat.writes]
    assert len(told) == 4
    assert sum("whatai" in text for text in told) == 3


async def post_other(port: int) -> None:
    """A notice of another gateway: who has told it has told all before it."""
    await post(port, "/quota/eronmind", LOW, BEARER)


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": SECRET},
        {"Authorization": "Bearer"},
        {"X-Webhook-Signature": "0" * 64},
        {"X-Webhook-Signature": hmac.new(b"wrong", LOW, hashlib.sha256).hexdigest()},
    ],
)
async def test_nobody_else_can_speak_of_credit(
    harness: EngineHarness, proof: dict[str, str]
) -> None:
    async with harness.engine() as engine, serve_web(calls(engine).routes, 0) as port:
        status = await post(port, "/quota/whatai", LOW, proof)

    assert (status, harness.chat.writes) == (401, [])


async def test_without_a_secret_of_ours_nobody_is_believed(harness: EngineHarness) -> None:
    async with harness.engine() as engine, serve_web(calls(engine, None).routes, 0) as port:
        status = await post(port, "/quota/whatai", LOW, {"Authorization": "Bearer"})

    assert (status, harness.chat.writes) == (401, [])


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{}", b'{"topic": 5}', b"\xff"])
async def test_other_words_of_a_gateway_are_no_news(harness: EngineHarness, body: bytes) -> None:
    async with harness.engine() as engine, serve_web(calls(engine).routes, 0) as port:
        status = await post(port, "/quota/whatai", body, BEARER)

    assert (status, harness.chat.writes) == (204, [])


async def test_a_notice_that_is_far_too_large_is_not_read(harness: EngineHarness) -> None:
    async with harness.engine() as engine, serve_web(calls(engine).routes, 0) as port:
        status = await post(port, "/quota/whatai", LOW + b" " * 70_000, BEARER)

    assert (status, harness.chat.writes) == (401, [])


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /hooks/x HTTP/1.1\r\nHost: us\r\n",
        b"POST /quota/whatai HTTP/1.1\r\nHost: us\r\nContent-Length: 9\r\n\r\nhalf",
        b"POST /hooks/x HTTP/1.1\r\nHost: us\r\nContent-Length: 0\r\n\r\nPOST /hooks/",
    ],
    ids=["nothing", "half a head", "half a body", "half a second request"],
)
@jumping_clock
async def test_who_sends_no_whole_request_is_turned_away(sent: bytes) -> None:
    clock = asyncio.get_running_loop().time
    async with serve_web([EVERYWHERE], 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began = clock()
        writer.write(sent)
        with suppress(ConnectionError):
            async with asyncio.timeout(3600):
                while await reader.read(65536):
                    pass
        took = clock() - began
        writer.close()

    assert took <= REQUEST_SECONDS + 1


@jumping_clock
async def test_who_uploads_slowly_is_let_finish_and_turned_away_when_nothing_comes() -> None:
    clock = asyncio.get_running_loop().time
    head = b"POST /say HTTP/1.1\r\nHost: us\r\nContent-Length: 5\r\n\r\n"
    listener = open_port(0, "127.0.0.1")
    async with serve_at([EVERYWHERE], listener, uploads=True):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(head)
        for letter in b"slow!":
            await asyncio.sleep(REQUEST_SECONDS - 1)
            writer.write(bytes([letter]))
        answer = await reader.readuntil(b"\r\n\r\n")
        began = clock()
        writer.write(head + b"half")
        with suppress(ConnectionError):
            async with asyncio.timeout(3600):
                while await reader.read(65536):
                    pass
        took = clock() - began
        writer.close()

    assert answer.startswith(b"HTTP/1.1 204")
    assert took <= REQUEST_SECONDS + 1


async def _swallow(request: Request) -> Response:
    await request.body()
    return Response(status_code=204)


EVERYWHERE: BaseRoute = Route("/{path:path}", _swallow, methods=["POST"])


async def test_who_holds_connections_without_a_word_keeps_nobody_else_out() -> None:
    async with serve_web([EVERYWHERE], 0) as port:
        before = psutil.Process().num_fds()
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
        status = await post(port, "/hooks/x")
        ours = psutil.Process().num_fds() - before - len(silent)
        for _, writer in silent:
            writer.close()

    assert status == 204
    assert ours <= most_connections() + 5


async def test_the_port_is_open_to_this_machine_alone_unless_the_operator_says_otherwise() -> None:
    others = "127.0.0.2"  # as good as any other address, and on no network
    async with serve_web([], 0) as port:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(others, port)
    async with serve_web([], 0, "0.0.0.0") as port:  # noqa: S104 - this is the point
        _, writer = await asyncio.open_connection(others, port)
        writer.close()
        await writer.wait_closed()


async def test_a_port_that_is_taken_is_an_operators_matter(harness: EngineHarness) -> None:
    async with harness.engine() as engine, serve_web(calls(engine).routes, 0) as port:
        with pytest.raises(SettingsError, match="HTTP_HOST and HTTP_PORT"):
            async with serve_web([], port):
                pass
