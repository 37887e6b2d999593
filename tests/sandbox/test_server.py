"""The gateway as a whole: keys, wrong addresses, restarts, and a quick end."""

import asyncio
import os
import re
from pathlib import Path

import httpx
import pytest

from sandbox.lists import ENDPOINT_TYPES
from sandbox.options import SandboxOptions
from sandbox.orders.documented import DOCUMENTED
from sandbox.orders.ledger import read_ledger
from sandbox.server import FAREWELL_SECONDS, serve
from sandbox.words import WORDS, without_words
from tests.fakes.clock import jumping_clock
from tests.fakes.tls import TLS

KEY = {"Authorization": "Bearer sk-any"}
CHAT = "/v1/chat/completions"
TASKS = "/v2/videos/generations"


@pytest.mark.parametrize("header", ["Bearer sk-any", "bearer sk-any", "sk-any"])
async def test_a_key_is_taken_with_and_without_bearer(cdn: httpx.AsyncClient, header: str) -> None:
    reply = await cdn.get("/v1/models", headers={"Authorization": header})

    names = [model["id"] for model in reply.json()["data"]]
    documented = {model.name for model in DOCUMENTED if model.kind in ENDPOINT_TYPES}
    assert documented | {"sandbox-video"} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": ""}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models"),
        ("GET", "/v1/key"),
        ("POST", CHAT),
        ("POST", TASKS),
        ("GET", f"{TASKS}/x"),
    ],
)
async def test_without_a_good_key_nothing_is_told(
    cdn: httpx.AsyncClient, headers: dict[str, str], method: str, path: str
) -> None:
    reply = await cdn.request(method, path, headers=headers)

    assert reply.status_code == 401
    assert reply.json()["error"]["type"] == "new_api_error"
    assert "令牌 (request id: " in reply.json()["error"]["message"]


async def test_a_wrong_path_under_v1_is_an_invalid_url(http: httpx.AsyncClient) -> None:
    reply = await http.post(f"/v1{CHAT}", json={})

    assert reply.status_code == 404
    assert reply.json() == {
        "error": {
            "message": "Invalid URL (POST /v1/v1/chat/completions)",
            "type": "invalid_request_error",
            "param": "",
            "code": "",
        }
    }


async def test_any_other_path_is_the_console(http: httpx.AsyncClient) -> None:
    reply = await http.post("/chat/completions", json={})

    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")


async def test_a_restarted_sandbox_goes_on_with_its_tasks(tmp_path: Path) -> None:
    async with (
        serve(SandboxOptions(state_dir=tmp_path, seconds_per_clip=3600)) as root,
        httpx.AsyncClient(base_url=root, headers=KEY, trust_env=False, verify=TLS) as client,
    ):
        body = {"model": "sandbox-video", "prompt": "a pig", "duration": "1"}
        task = (await client.post(TASKS, json=body)).json()["task_id"]
        before = (await client.get(f"{TASKS}/{task}")).json()

    async with (
        serve(SandboxOptions(state_dir=tmp_path, speed=1e9, short_side=96, fps=8)) as root,
        httpx.AsyncClient(base_url=root, headers=KEY, trust_env=False, verify=TLS) as client,
    ):
        after = (await client.get(f"{TASKS}/{task}")).json()
        async with httpx.AsyncClient(trust_env=False, verify=TLS) as cdn:
            video = await cdn.get(after["data"]["output"])

    assert (before["status"], after["status"]) == ("NOT_START", "SUCCESS")
    assert video.content[4:8] == b"ftyp"
    assert [order.task_id for order in read_ledger(tmp_path)] == [task]


async def test_clips_of_last_week_are_deleted_at_the_start_and_orders_are_not(
    tmp_path: Path,
) -> None:
    for folder in ("media/half", "media", "orders"):
        for name in ("old", "new"):
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
            if name == "old":
                os.utime(path, (1, 1))
    os.utime(tmp_path / "media" / "half", (1, 1))

    async with serve(SandboxOptions(state_dir=tmp_path)):
        pass

    assert [path.name for path in (tmp_path / "media").iterdir()] == ["new"]
    assert sorted(path.name for path in (tmp_path / "orders").iterdir()) == ["new", "old"]


async def test_the_ledger_lists_what_was_paid_in_the_order_of_payment(
    http: httpx.AsyncClient, options: SandboxOptions
) -> None:
    for prompt in ("one", "two #quota", "three"):
        await http.post(TASKS, json={"model": "sora-2", "prompt": prompt})

    listed = (await http.get("/sandbox/ledger")).json()

    assert [order["prompt"] for order in listed] == ["one", "three"]
    assert [order.prompt for order in read_ledger(options.state_dir)] == ["one", "three"]


async def test_the_last_bodies_can_be_looked_at_without_their_bulk(
    http: httpx.AsyncClient,
) -> None:
    body = {
        "model": "sora-2",
        "prompt": "a pig",
        "images": ["data:image/png;base64," + "A" * 9999],
    }
    await http.post(TASKS, json=body)

    seen = (await http.get("/sandbox/requests")).json()

    assert (seen[0]["path"], seen[0]["bearer"]) == (TASKS, True)
    assert seen[0]["body"]["prompt"] == "a pig"
    assert len(seen[0]["body"]["images"][0]) == 1000


@jumping_clock  # by which only what waits takes time
async def test_an_open_stream_does_not_hold_up_the_end(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    options = SandboxOptions(state_dir=tmp_path, seconds_per_clip=3600)
    body = {"model": "veo3-pro", "stream": True, "messages": [{"role": "user", "content": "x"}]}
    async with httpx.AsyncClient(headers=KEY, trust_env=False, verify=TLS) as client:
        async with serve(options) as root:
            request = client.build_request("POST", root + CHAT, json=body)
            response = await client.send(request, stream=True)
            pieces = response.aiter_bytes()
            await anext(pieces)
            started = loop.time()
        seconds = loop.time() - started

        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            _ = [piece async for piece in pieces]
        await response.aclose()

    assert seconds < FAREWELL_SECONDS


def test_every_word_is_explained_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")

    explained = {
        word
        for row in re.findall(r"^\| (`#.*?) \|", page, re.MULTILINE)
        for word in re.findall(r"`#([a-z0-9-]+)", row)
    }
    assert explained == WORDS


def test_the_picture_shows_what_a_person_would_say() -> None:
    assert without_words("a #hashtag pig #slow #events=3 flies") == "a #hashtag pig flies"
