"""A gateway that calls ends a pause early; it is asked all the same, and nothing else changes."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from bots.sandboxing import sandbox_tables
from core.callbacks.hooks import Hook
from core.catalog import load
from core.dialects import DIALECTS
from core.errors import FaultKind
from core.media import MediaRequest, TaskRef
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.core.dialects.http_answers import as_json
from tests.core.dialects.scripted_gateway import (
    CALM,
    client,
    endpoint,
    generation_of,
    speaker,
    talk,
)
from tests.core.dialects.scripts import SCRIPTS, script_of
from tests.fakes.raw_server import RawServer, raw_server, reply

A = "https://h/a.mp4"
SECRET = "q8Zr3vT0kLmN5xYw"  # noqa: S105 - nobody's
URL = f"https://bot.example/hooks/{SECRET}"
RUNNING = as_json({"status": "running"})
DONE = as_json({"status": "succeeded", "content": {"video_url": A}})
NEVER = replace(CALM, least=1000, longest=1000)
"""Would not look within the patience of any test."""

TASK = TaskRef(id="t1")
CALLING = [name for name, script in SCRIPTS.items() if script.hook]
POLLING = pytest.mark.parametrize("name", [n for n, script in SCRIPTS.items() if script.task])


def called_hook(url: str = URL) -> Hook:
    hook = Hook(url=url)
    hook.called.set()
    return hook


def told_to_call(field: str, creation: bytes) -> object:
    """Where a creation says that we can be called."""
    head, _, body = creation.partition(b"\r\n\r\n")
    if field.startswith("?"):
        return httpx.URL(head.split()[1].decode()).params.get(field[1:])
    return json.loads(body).get(field)


@pytest.mark.parametrize("name", CALLING)
async def test_the_gateway_is_told_where_to_call(name: str) -> None:
    script = script_of(name)
    creation, looks = [script.created], script.end

    with_hook = await talk(name, creation=creation, looks=looks, pace=CALM, hook=Hook(url=URL))
    without = await talk(name, creation=creation, looks=looks, pace=CALM)

    assert told_to_call(script.hook, with_hook.requests[0]) == URL
    assert told_to_call(script.hook, without.requests[0]) is None


@pytest.mark.parametrize("name", sorted(set(SCRIPTS) - set(CALLING)))
async def test_a_protocol_that_cannot_call_is_told_nothing(name: str) -> None:
    refusal = as_json({"error": {"message": "no"}}, status=400)

    spoken = await talk(name, creation=[refusal], pace=CALM, hook=Hook(url=URL))

    assert spoken.posts == 1
    assert SECRET.encode() not in spoken.requests[0]


@POLLING
async def test_a_call_ends_the_pause(name: str) -> None:
    hook, script = called_hook(), script_of(name)

    spoken = await talk(name, looks=script.end, task=script.task, pace=NEVER, hook=hook)

    assert spoken.links == [(script.url,)]
    assert not hook.called.is_set()


@POLLING
async def test_a_call_is_not_believed_but_looked_after(name: str) -> None:
    hook, script = called_hook(), script_of(name)

    spoken = await talk(name, looks=[script.failed], task=script.task, pace=NEVER, hook=hook)

    assert spoken.fault is not None
    assert spoken.fault.reason == "上游 sk-*** 坏了"


async def test_a_repeated_call_makes_one_more_look_and_no_second_task() -> None:
    hook = called_hook()
    looks: list[bytes] = []

    async def serve_task(asked: bytes, writer: asyncio.StreamWriter) -> None:
        looks.append(asked)
        if len(looks) == 1:
            hook.called.set()
        writer.write(RUNNING if len(looks) == 1 else DONE)

    async with speaker("video_tasks", serve_task, pace=NEVER) as (dialect, _):
        assets = await dialect.generate(generation_of("video_tasks", task=TASK, hook=hook))

    assert assets[0].urls == (A,)
    assert [look.split(b" ", 1)[0] for look in looks] == [b"GET", b"GET"]


@POLLING
async def test_without_a_call_the_task_is_asked_for_as_ever(name: str) -> None:
    hook, script = Hook(url=URL), script_of(name)
    looks = [script.running, script.running, *script.end]

    spoken = await talk(name, looks=looks, task=script.task, pace=CALM, hook=hook)

    assert spoken.links == [(script.url,)]
    assert len(spoken.requests) == len(looks)


async def test_a_gateway_that_asks_for_time_gets_it_however_often_it_calls() -> None:
    hook = called_hook()
    asked_at: list[float] = []
    busy = as_json({"error": "busy"}, status=503, headers={"Retry-After": "0.05"})

    async def serve_task(_: bytes, writer: asyncio.StreamWriter) -> None:
        asked_at.append(asyncio.get_running_loop().time())
        hook.called.set()
        writer.write(busy if len(asked_at) < 3 else DONE)

    async with speaker("video_tasks", serve_task) as (dialect, _):
        await dialect.generate(generation_of("video_tasks", task=TASK, hook=hook))

    pauses = [later - earlier for earlier, later in pairwise(asked_at)]
    assert min(pauses) >= 0.04


@pytest.mark.parametrize("name", CALLING)
@pytest.mark.parametrize(
    "answer",
    [
        as_json({"error": {"message": f"notify_hook {URL} is not reachable"}}, status=400),
        as_json(f'{{"error":"bad https:\\/\\/bot.example\\/hooks\\/{SECRET}"}}', status=400),
        as_json(f"no JSON: {URL}", status=400),
        as_json(f"https:\\/\\/bot.example\\/hooks\\/{SECRET}"),
        as_json({"success": False, "message": f"bad {URL}"}),
        as_json({"hello": URL}),
    ],
)
async def test_where_we_are_called_is_never_repeated_in_an_error(name: str, answer: bytes) -> None:
    spoken = await talk(name, creation=[answer], pace=CALM, hook=Hook(url=URL))

    assert spoken.fault is not None
    assert spoken.fault.kind is not FaultKind.NETWORK
    assert SECRET not in f"{spoken.fault!r} {spoken.error}"


def test_a_hook_does_not_show_where_it_is() -> None:
    assert SECRET not in repr(Hook(url=URL))


@asynccontextmanager
async def bell() -> AsyncGenerator[tuple[RawServer, Hook]]:
    """A public address on loopback that rings the hook, as the bot's own does."""

    async def ring(_: bytes, writer: asyncio.StreamWriter) -> None:
        hook.called.set()
        writer.write(reply())

    async with raw_server(ring) as server:
        hook = Hook(url=f"{server.url}/hooks/{SECRET}")
        yield server, hook


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("sandbox/sandbox-video", "SUCCESS"),
        ("sandbox/sandbox-seedance", "succeeded"),
        ("fal/veo-3.1-lite", "OK"),
        ("replicate/veo-3.1-fast", "succeeded"),
        ("openrouter/veo-3.1-fast", "completed"),
    ],
)
async def test_a_task_that_calls_ends_long_before_the_next_look(
    tmp_path: Path, key: str, status: str
) -> None:
    data = load((Path("sandbox/catalog.toml"),), tuple(DIALECTS))
    options = SandboxOptions(
        state_dir=tmp_path, speed=100, short_side=96, fps=8, models=sandbox_tables(data)
    )
    chosen = next(each for each in data.models if each.key == key)
    request = chosen.complete(MediaRequest(prompt="a pig"))

    async with serve(options) as root, bell() as (server, hook), client() as http:
        auth = data.gateways[chosen.gateway].auth
        account = replace(endpoint(root, pace=NEVER), auth=auth)
        dialect = DIALECTS[chosen.dialect](account, http)
        async with asyncio.timeout(60):
            assets = await dialect.generate(generation_of(chosen, request, hook=hook))

    told = json.loads(server.requests[0].partition(b"\r\n\r\n")[2])
    assert len(assets) == 1
    assert server.requests[0].startswith(f"POST /hooks/{SECRET} ".encode())
    assert told["status"] == status
