"""The websocket of the sandbox's ComfyUI: heard by a client of its own, and by the bot's."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from core.media import Event, MediaRequest, Rendering
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.core.dialects.scripted_gateway import CALM, client, endpoint, generation_of
from tests.core.dialects.scripts import dialect_of, script_of

WORKFLOW: dict[str, Any] = {
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a pig"}},
    "11": {"class_type": "SaveVideo", "inputs": {}},
}
LIMIT_SECONDS = 60


def options(folder: Path, speed: float) -> SandboxOptions:
    return SandboxOptions(state_dir=folder, speed=speed, short_side=32, fps=1)


async def test_a_client_hears_the_steps_of_its_job_until_nothing_executes(tmp_path: Path) -> None:
    task, mine = str(uuid4()), str(uuid4())
    body = {"prompt": WORKFLOW, "prompt_id": task, "client_id": mine}
    heard: list[Any] = []
    previews = 0

    async with (
        serve(options(tmp_path, speed=50)) as root,
        aiohttp.ClientSession(root) as http,
        asyncio.timeout(LIMIT_SECONDS),
    ):
        # It is left with its session: the sandbox does not listen, and answers no farewell.
        socket = await http.ws_connect(f"/ws?clientId={mine}")
        await (await http.post("/prompt", json=body)).read()
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                previews += 1
                continue
            heard.append(json.loads(message.data))
            if heard[-1]["type"] == "executing":
                break

    *steps, end = heard
    done: list[int] = [step["data"]["value"] for step in steps]
    assert {step["type"] for step in steps} == {"progress"}
    assert done == sorted(done)
    assert end["data"] == {"prompt_id": task, "node": None}
    assert previews == len(steps) > 0


async def test_the_bot_tells_how_far_a_job_is(tmp_path: Path) -> None:
    told = asyncio.Event()

    async def report(event: Event) -> None:
        if isinstance(event, Rendering) and event.fraction:
            told.set()

    request = script_of("comfyui").model.complete(MediaRequest(prompt="a pig #slow"))
    async with (
        serve(options(tmp_path, speed=5)) as root,
        client() as http,
        asyncio.timeout(LIMIT_SECONDS),
    ):
        dialect = dialect_of("comfyui")(endpoint(root, pace=CALM), http)
        work = asyncio.create_task(
            dialect.generate(generation_of("comfyui", request, report=report))
        )
        await told.wait()
        work.cancel()

    assert told.is_set()


@pytest.mark.parametrize("word", ["steps-torn", ""])
async def test_a_clip_comes_whatever_becomes_of_the_socket(tmp_path: Path, word: str) -> None:
    request = script_of("comfyui").model.complete(MediaRequest(prompt=f"a pig #{word}"))

    async with serve(options(tmp_path, speed=30)) as root, client() as http:
        dialect = dialect_of("comfyui")(endpoint(root, pace=CALM), http)
        (asset,) = await dialect.generate(generation_of("comfyui", request))

    assert asset.urls[0].startswith(f"{root}/view?")


async def test_who_asks_for_it_without_a_websocket_is_refused(tmp_path: Path) -> None:
    async with serve(options(tmp_path, speed=50)) as root, client() as http:
        assert (await http.get(f"{root}/ws?clientId=x")).status_code == 400
