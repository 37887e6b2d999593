"""OpenAI's video format, changes, characters and calls, as the sandbox speaks them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.raw_server import raw_server, reply
from tests.fakes.tls import TLS

PATH = "/v1/videos"
TASKS = "/v2/videos/generations"
CHARACTERS = "/sora/v1/characters"
KEY = {"Authorization": "Bearer sk-any"}
SORA = {"model": "sora-2", "prompt": "a pig"}


def jpeg(width: int, height: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "JPEG")
    return file.getvalue()


async def finished(http: httpx.AsyncClient, video: str) -> dict[str, Any]:
    """Ask until the video is made: the sandbox goes by the clock on the wall."""
    while (told := (await http.get(f"{PATH}/{video}")).json())["status"] != "completed":
        continue
    return told


async def test_a_video_is_ordered_by_a_form_and_told_of(http: httpx.AsyncClient) -> None:
    form = {**SORA, "size": "1280x720", "seconds": "8", "watermark": "false"}

    created = (await http.post(PATH, files={n: (None, t) for n, t in form.items()})).json()
    done = await finished(http, created["id"])
    order = (await http.get("/sandbox/ledger")).json()[0]

    assert created["status"] == "queued"
    assert created["id"].startswith("video_")
    assert (done["object"], done["seconds"], done["progress"]) == ("video", "8", 100)
    assert done["video_url"] == done["url"]
    assert (order["kind"], order["ratio"], order["seconds"]) == ("videos", "16:9", 8)


async def test_a_video_is_ordered_in_json_too(http: httpx.AsyncClient) -> None:
    created = (await http.post(PATH, json=SORA)).json()
    order = (await http.get("/sandbox/ledger")).json()[0]

    assert order["task_id"] == created["id"]
    assert (order["ratio"], order["seconds"], order["hd"]) == ("9:16", 4, False)


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"seconds": 8}, 400, "seconds"),
        ({"seconds": "25"}, 400, "Supported values are"),
        ({"size": "1792x1024"}, 400, "size is invalid"),
        ({"size": "small"}, 400, "size is invalid"),
        ({"prompt": " "}, 400, "prompt"),
        ({"duration": "8"}, 400, "duration"),
        ({"watermark": "no"}, 400, "watermark"),
        ({"model": "veo-3.1"}, 503, "无可用渠道"),
        ({"model": "veo_3_1", "seconds": "8"}, 400, "Supported values are"),
        ({"model": None}, 503, "无可用渠道"),
    ],
)
async def test_what_a_video_is_not_made_of_is_refused(
    http: httpx.AsyncClient, changes: dict[str, Any], status: int, word: str
) -> None:
    answer = await http.post(PATH, json=SORA | changes)

    assert answer.status_code == status
    assert word in answer.text
    assert (await http.get("/sandbox/ledger")).json() == []


@pytest.mark.parametrize(
    ("size", "content", "status"),
    [
        ("1280x720", jpeg(1280, 720), 200),
        ("1280x720", jpeg(720, 1280), 400),
        ("720x1280", b"no picture", 400),
    ],
)
async def test_a_picture_has_the_size_of_the_video_or_is_refused(
    http: httpx.AsyncClient, size: str, content: bytes, status: int
) -> None:
    form = {**SORA, "size": size}
    files = {"input_reference": ("a.jpg", content, "image/jpeg")}

    answer = await http.post(PATH, data=form, files=files)
    seen = (await http.get("/sandbox/requests")).json()[0]

    about = {"filename": "a.jpg", "type": "image/jpeg", "size_bytes": len(content)}
    assert answer.status_code == status
    assert seen["body"] == {**form, "input_reference": about}


async def test_the_bytes_want_the_key_and_an_end(
    options: SandboxOptions, cdn: httpx.AsyncClient, http: httpx.AsyncClient
) -> None:
    video = (await http.post(PATH, json=SORA)).json()["id"]
    await finished(http, video)

    content = f"{PATH}/{video}/content"
    assert (await cdn.get(content)).status_code == 401
    assert (await http.get(content)).content[4:8] == b"ftyp"
    assert (await http.get(content, headers={"Range": "bytes=0-9"})).status_code == 206
    assert (await http.get(f"{PATH}/video_none/content")).status_code == 400

    patient = SandboxOptions(state_dir=options.state_dir / "slow", seconds_per_clip=3600)
    async with (
        serve(patient) as root,
        httpx.AsyncClient(base_url=root, headers=KEY, trust_env=False, verify=TLS) as slow,
    ):
        early = (await slow.post(PATH, json=SORA)).json()["id"]
        answer = await slow.get(f"{PATH}/{early}/content")
        change = await slow.post(f"{PATH}/{early}/remix", json={"prompt": "x"})

    assert answer.status_code == 400
    assert "not completed yet" in answer.json()["error"]["message"]
    assert change.status_code == 400


async def test_a_change_keeps_all_but_the_prompt(http: httpx.AsyncClient) -> None:
    first = (await http.post(PATH, json={**SORA, "seconds": "12", "size": "1280x720"})).json()
    await finished(http, first["id"])

    second = (await http.post(f"{PATH}/{first['id']}/remix", json={"prompt": "at night"})).json()
    nobody = await http.post(f"{PATH}/video_none/remix", json={"prompt": "x"})
    too_much = await http.post(f"{PATH}/{first['id']}/remix", json={"prompt": "x", "size": "y"})
    ledger = (await http.get("/sandbox/ledger")).json()

    assert second["remixed_from_video_id"] == first["id"]
    assert (second["seconds"], second["size"]) == ("12", "16x9")
    assert (nobody.status_code, too_much.status_code) == (400, 400)
    assert [order["prompt"] for order in ledger] == ["a pig", "at night"]


async def test_a_private_video_is_not_changed(http: httpx.AsyncClient) -> None:
    body = {"model": "sora-2", "prompt": "a pig", "private": True}
    task = (await http.post(TASKS, json=body)).json()["task_id"]
    while (await http.get(f"{TASKS}/{task}")).json()["status"] != "SUCCESS":
        continue

    answer = await http.post(f"{PATH}/{task}/remix", json={"prompt": "x"})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", [PATH, f"{PATH}/x/remix", CHARACTERS])
async def test_without_a_key_nothing_is_made(cdn: httpx.AsyncClient, path: str) -> None:
    assert (await cdn.post(path, json=SORA)).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"timestamps": "1,3", "url": "https://h/v.mp4"}, 200),
        ({"timestamps": "1,3", "url": "https://h/v.mp4", "from_task": "t"}, 400),
        ({"timestamps": "1,3"}, 400),
        ({"timestamps": "1,9", "url": "https://h/v.mp4"}, 400),
        ({"timestamps": "1-3", "url": "https://h/v.mp4"}, 400),
        ({"timestamps": "1,3", "from_task": "nobody"}, 400),
        ({"timestamps": "1,3", "url": "https://h/v.mp4", "model": "sora-2"}, 404),
        ({"timestamps": "1,3", "url": "https://h/v.mp4#forbidden"}, 403),
    ],
)
async def test_a_character_is_made_of_exactly_one_source(
    http: httpx.AsyncClient, body: dict[str, str], status: int
) -> None:
    answer = await http.post(CHARACTERS, json=body)
    ledger = (await http.get("/sandbox/ledger")).json()

    assert answer.status_code == status
    assert len(ledger) == (status == 200)
    if status == 200:
        assert list(answer.json()) == ["id", "username", "permalink", "profile_picture_url"]


async def test_a_character_is_made_of_a_finished_video(http: httpx.AsyncClient) -> None:
    video = (await http.post(PATH, json=SORA)).json()["id"]
    await finished(http, video)

    answer = await http.post(CHARACTERS, json={"timestamps": "0,2", "from_task": video})

    assert answer.status_code == 200


@asynccontextmanager
async def listening() -> AsyncGenerator[tuple[str, asyncio.Queue[dict[str, Any]]]]:
    """Somebody who waits to be called."""
    calls: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def hear(request: bytes, writer: asyncio.StreamWriter) -> None:
        calls.put_nowait(json.loads(request.partition(b"\r\n\r\n")[2]))
        writer.write(reply())

    async with raw_server(hear) as server:
        yield f"{server.url}/callbacks/x", calls


@pytest.mark.parametrize(
    ("words", "calls", "status"),
    [
        ("", 1, "SUCCESS"),
        ("#hook-twice", 2, "SUCCESS"),
        ("#hook-late", 1, "SUCCESS"),
        ("#fail-moderation", 1, "FAILURE"),
    ],
)
async def test_who_asked_for_it_is_called_when_the_task_is_over(
    http: httpx.AsyncClient, words: str, calls: int, status: str
) -> None:
    async with listening() as (url, heard), asyncio.timeout(60):
        body = {"model": "sora-2", "prompt": f"a pig {words}", "notify_hook": url}
        task = (await http.post(TASKS, json=body)).json()["task_id"]
        told = [await heard.get() for _ in range(calls)]

    assert [(each["task_id"], each["status"]) for each in told] == [(task, status)] * calls


async def test_a_call_may_never_come(tmp_path: Path) -> None:
    options = SandboxOptions(state_dir=tmp_path, speed=1000, short_side=96, fps=8)
    async with (
        serve(options) as root,
        httpx.AsyncClient(base_url=root, headers=KEY, trust_env=False, verify=TLS) as http,
        listening() as (url, heard),
        asyncio.timeout(60),
    ):
        body = {"model": "sora-2", "notify_hook": url}
        await http.post(TASKS, json={**body, "prompt": "silent #no-hook"})
        loud = (await http.post(TASKS, json={**body, "prompt": "loud"})).json()["task_id"]

        # The first of the two would have been called first.
        assert (await heard.get())["task_id"] == loud
