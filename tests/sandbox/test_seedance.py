"""Seedance orders: fields are strict, flags are not, and what may go wrong after."""

import time
from typing import Any

import httpx
import pytest

from sandbox.options import SandboxOptions
from sandbox.orders.ledger import Ledger
from sandbox.orders.order import Kind, PaidOrder
from sandbox.server import serve
from tests.fakes.tls import TLS

PATH = "/seedance/v3/contents/generations/tasks"
HOUR = 3600.0
KEY = {"Authorization": "Bearer sk-any"}
MODEL = "doubao-seedance-2-0-260128"
LITE = "doubao-seedance-1-0-lite-i2v-250428"
FIRST, LAST, REFERENCE = "first_frame", "last_frame", "reference_image"


def body_of(text: str, *roles: str | None, **fields: object) -> dict[str, Any]:
    content: list[dict[str, object]] = [{"type": "text", "text": text}] if text else []
    for role in roles:
        picture: dict[str, object] = {"type": "image_url", "image_url": {"url": "https://h/1.png"}}
        content.append(picture | ({"role": role} if role else {}))
    return {"model": MODEL, "content": content, **fields}


async def order_of(http: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    """The order that a body has become."""
    reply = await http.post(PATH, json=body)
    assert reply.status_code == 200, reply.text
    assert reply.json().keys() == {"id"}
    return (await http.get("/sandbox/ledger")).json()[-1]


async def ask_at(
    options: SandboxOptions, prompt: str, fraction: float, method: str = "GET"
) -> list[httpx.Response]:
    """Ask four times after a task that is so far, on a clock that hardly moves meanwhile."""
    accepted = time.time() - fraction * HOUR
    order = PaidOrder(
        kind=Kind.SEEDANCE,
        model=MODEL,
        prompt=prompt,
        ratio="16:9",
        seconds=5,
        accepted_at=accepted,
    )
    await Ledger(options.state_dir).enter(order, ())
    slow = SandboxOptions(state_dir=options.state_dir, seconds_per_clip=HOUR)
    async with (
        serve(slow) as root,
        httpx.AsyncClient(base_url=root, headers=KEY, trust_env=False, verify=TLS) as client,
    ):
        first = await client.request(method, f"{PATH}/{order.task_id}")
        return [first, *[await client.get(f"{PATH}/{order.task_id}") for _ in range(3)]]


@pytest.mark.parametrize(
    ("text", "fields", "shape"),
    [
        ("a pig", {}, ("16:9", 5, False)),
        ("a pig", {"ratio": "1:1", "duration": 15, "resolution": "1080p"}, ("1:1", 15, True)),
        ("a pig", {"ratio": "adaptive", "seed": -1, "watermark": True}, ("16:9", 5, False)),
        ("a pig --ratio 9:16 --dur 8 --rs 1080p", {}, ("9:16", 8, True)),
        ("a pig --rt 9:16 --duration 8 --resolution 720p", {}, ("9:16", 8, False)),
        ("a pig --ratio 5:7 --dur 99 --rs big", {}, ("16:9", 5, False)),
        ("a pig --ratio 9:16 --dur 8", {"ratio": "1:1", "duration": 4}, ("1:1", 4, False)),
    ],
)
async def test_fields_and_flags_shape_the_video(
    http: httpx.AsyncClient, text: str, fields: dict[str, object], shape: tuple[object, ...]
) -> None:
    order = await order_of(http, body_of(text, **fields))

    assert (order["ratio"], order["seconds"], order["hd"]) == shape
    assert (order["prompt"], order["kind"]) == ("a pig", "seedance")
    assert order["task_id"].startswith("cgt-20")


@pytest.mark.parametrize(
    "roles", [(None,), (FIRST,), (FIRST, LAST), (LAST, FIRST), (REFERENCE,), (REFERENCE,) * 9]
)
async def test_one_kind_of_pictures_is_taken(
    http: httpx.AsyncClient, roles: tuple[str | None, ...]
) -> None:
    order = await order_of(http, body_of("", *roles))

    assert order["images"] == len(roles)


@pytest.mark.parametrize(
    "body",
    [
        body_of("a pig", LAST),
        body_of("a pig", FIRST, FIRST),
        body_of("a pig", None, None),
        body_of("a pig", FIRST, REFERENCE),
        body_of("a pig", *[REFERENCE] * 10),
        body_of("a pig", "middle_frame"),
        body_of("a pig", REFERENCE) | {"model": "doubao-seedance-1-5-pro-251215"},
        body_of("a pig") | {"model": LITE},
        body_of(""),
        body_of("--ratio 1:1"),
        body_of("a pig", ratio="5:7"),
        body_of("a pig", duration=3),
        body_of("a pig", duration="5"),
        body_of("a pig", resolution="4k"),
        body_of("a pig", seed=2**32),
        body_of("a pig", size="big"),
    ],
    ids=str,
)
async def test_what_the_model_does_not_take_is_refused(
    http: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    reply = await http.post(PATH, json=body)

    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "InvalidParameter"
    assert (await http.get("/sandbox/ledger")).json() == []


@pytest.mark.parametrize("prefix", ["/volc/v1", "/seedance/api/v3", "/api/v3"])
async def test_any_prefix_leads_to_the_same_tasks(http: httpx.AsyncClient, prefix: str) -> None:
    place = PATH.replace("/seedance/v3", prefix)

    task = (await http.post(place, json=body_of("a pig"))).json()["id"]

    assert (await http.get(f"{PATH}/{task}")).json()["id"] == task


@pytest.mark.parametrize(
    ("fraction", "status"), [(0.01, "queued"), (0.5, "running"), (1.0, "succeeded")]
)
async def test_the_clock_alone_moves_a_task(
    options: SandboxOptions, fraction: float, status: str
) -> None:
    reply = (await ask_at(options, "a pig", fraction))[0].json()

    assert reply["status"] == status
    assert reply["error"] is None
    assert ("content" in reply) == (status == "succeeded")


@pytest.mark.parametrize(
    ("word", "status", "code"),
    [
        ("fail-moderation", "failed", "OutputVideoSensitiveContentDetected"),
        ("task-expired", "expired", None),
        ("task-cancelled", "cancelled", None),
        ("no-url", "succeeded", None),
        ("hang", "running", None),
    ],
)
async def test_a_task_ends_as_its_prompt_says(
    options: SandboxOptions, word: str, status: str, code: str | None
) -> None:
    reply = (await ask_at(options, f"a pig #{word}", 1.0))[0].json()

    assert reply["status"] == status
    assert (reply["error"] and reply["error"]["code"]) == code
    assert "content" not in reply


async def test_a_task_may_be_hard_to_ask_for(options: SandboxOptions) -> None:
    late = await ask_at(options, "a pig #late", 0.01)
    broken = await ask_at(options, "a pig #poll-errors", 1.0)
    strange = await ask_at(options, "a pig #unknown-status", 0.5)

    assert late[0].status_code == 404
    assert [reply.status_code for reply in broken] == [502, 502, 502, 200]
    assert [reply.json()["status"] for reply in strange] == ["UNKNOWN", "", None, "queueing"]


async def test_a_task_that_waits_can_be_cancelled(options: SandboxOptions) -> None:
    deleted, asked, *_ = await ask_at(options, "a pig", 0.01, "DELETE")

    assert deleted.status_code == 200
    assert asked.json()["status"] == "cancelled"


async def test_a_task_that_runs_cannot_be_cancelled(options: SandboxOptions) -> None:
    deleted, asked, *_ = await ask_at(options, "a pig", 0.5, "DELETE")

    assert deleted.status_code == 409
    assert asked.json()["status"] == "running"


async def test_a_task_that_is_over_is_forgotten(options: SandboxOptions) -> None:
    deleted, asked, *_ = await ask_at(options, "a pig", 1.0, "DELETE")

    assert deleted.status_code == 200
    assert asked.status_code == 404


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
async def test_without_a_key_nothing_is_told(cdn: httpx.AsyncClient, method: str) -> None:
    place = PATH if method == "POST" else f"{PATH}/cgt-1"

    reply = await cdn.request(method, place)

    assert reply.status_code == 401
