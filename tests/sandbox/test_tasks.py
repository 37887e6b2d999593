"""Orders as tasks: create, ask, and what may go wrong between."""

import time
from typing import Any

import httpx
import pytest

from sandbox.options import SandboxOptions
from sandbox.orders.ledger import Ledger
from sandbox.orders.order import Kind, PaidOrder
from sandbox.server import serve
from tests.fakes.tls import TLS

PATH = "/v2/videos/generations"
HOUR = 3600.0
KEY = {"Authorization": "sk-raw"}


async def _create(http: httpx.AsyncClient, prompt: str, **fields: object) -> str:
    body = {"model": "sandbox-video", "prompt": prompt, **fields}
    return (await http.post(PATH, json=body)).raise_for_status().json()["task_id"]


async def _ask_at(options: SandboxOptions, prompt: str, fraction: float) -> list[httpx.Response]:
    """Ask four times after a task that is so far, on a clock that hardly moves meanwhile."""
    accepted = time.time() - fraction * HOUR
    order = PaidOrder(
        kind=Kind.V2, model="sora-2", prompt=prompt, ratio="9:16", seconds=10, accepted_at=accepted
    )
    await Ledger(options.state_dir).enter(order, ())
    slow = SandboxOptions(state_dir=options.state_dir, seconds_per_clip=HOUR)
    async with (
        serve(slow) as root,
        httpx.AsyncClient(base_url=root, headers=KEY, trust_env=False, verify=TLS) as client,
    ):
        return [await client.get(f"{PATH}/{order.task_id}") for _ in range(4)]


@pytest.mark.parametrize(
    ("fraction", "status", "progress"),
    [(0.01, "NOT_START", "0%"), (0.5, "IN_PROGRESS", "50%"), (1.0, "SUCCESS", "100%")],
)
async def test_the_clock_alone_moves_a_task(
    options: SandboxOptions, fraction: float, status: str, progress: str
) -> None:
    reply = (await _ask_at(options, "a pig", fraction))[0].json()

    assert (reply["status"], reply["progress"]) == (status, progress)
    assert bool(reply["data"]) == (status == "SUCCESS")
    assert list(reply) == [
        *("task_id", "platform", "action", "status", "fail_reason", "submit_time"),
        *("start_time", "finish_time", "progress", "data", "search_item"),
    ]


async def test_an_id_is_found_when_it_is_encoded_once_and_only_then(
    http: httpx.AsyncClient,
) -> None:
    task = await _create(http, "a pig")

    plain = await http.get(f"{PATH}/{task}")
    once = await http.get(f"{PATH}/{task.replace(':', '%3A')}")
    twice = await http.get(f"{PATH}/{task.replace(':', '%253A')}")

    assert ":" in task
    assert plain.json()["task_id"] == once.json()["task_id"] == task
    assert twice.status_code == 400
    assert twice.json() == {"code": "task_not_exist", "message": "task_not_exist", "data": None}


@pytest.mark.parametrize(
    "changes",
    [
        {"duration": 10},
        {"duration": "25"},
        {"duration": "12"},
        {"aspect_ratio": "1:1"},
        {"hd": True},
        {"prompt": ""},
        {"images": ["nonsense"]},
        {"seed": 3},
    ],
)
async def test_what_sora_2_does_not_take_is_refused(
    http: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    body: dict[str, Any] = {"model": "sora-2", "prompt": "a pig"}

    reply = await http.post(PATH, json=body | changes)

    assert reply.status_code == 400
    assert reply.json()["code"] == "invalid_request"
    assert (await http.get("/sandbox/ledger")).json() == []


async def test_sora_2_pro_takes_25_seconds(http: httpx.AsyncClient) -> None:
    body = {"model": "sora-2-pro", "prompt": "a pig", "duration": "25", "aspect_ratio": "16:9"}

    reply = await http.post(PATH, json=body)

    order = (await http.get("/sandbox/ledger")).json()[0]
    assert reply.status_code == 200
    assert (order["seconds"], order["ratio"], order["kind"]) == (25, "16:9", "v2")


async def test_an_unknown_model_has_no_channel(http: httpx.AsyncClient) -> None:
    reply = await http.post(PATH, json={"model": "veo-3.1", "prompt": "a pig"})

    assert reply.status_code == 503
    assert reply.json()["error"]["code"] == "model_not_found"


async def test_an_empty_answer_hides_a_paid_task(http: httpx.AsyncClient) -> None:
    reply = await http.post(PATH, json={"model": "sora-2", "prompt": "a pig #empty"})

    assert reply.json() == {}
    assert len((await http.get("/sandbox/ledger")).json()) == 1


async def test_a_new_task_may_be_unknown_for_a_while(options: SandboxOptions) -> None:
    early = await _ask_at(options, "a pig #late", 0.01)
    later = await _ask_at(options, "a pig #late", 0.5)

    assert (early[0].status_code, early[0].json()["code"]) == (400, "task_not_exist")
    assert later[0].json()["status"] == "IN_PROGRESS"


async def test_three_polls_meet_a_broken_proxy(options: SandboxOptions) -> None:
    replies = await _ask_at(options, "a pig #poll-errors", 1.0)

    assert [reply.status_code for reply in replies] == [502, 502, 502, 200]
    assert replies[0].headers["content-type"].startswith("text/html")


async def test_the_review_says_no_after_93_percent(options: SandboxOptions) -> None:
    before = await _ask_at(options, "a pig #fail-moderation", 0.9)
    after = await _ask_at(options, "a pig #fail-moderation", 0.95)

    assert before[0].json()["status"] == "IN_PROGRESS"
    assert after[0].json()["status"] == "FAILURE"
    assert after[0].json()["fail_reason"].startswith("输入的提示词或视频的输出内容违反了")
    assert (after[0].json()["progress"], after[0].json()["data"]) == ("100%", None)


async def test_a_finished_task_may_have_no_address(options: SandboxOptions) -> None:
    reply = (await _ask_at(options, "a pig #no-url", 1.0))[0].json()

    assert (reply["status"], reply["data"]) == ("SUCCESS", None)


async def test_an_address_may_lie_deep(options: SandboxOptions) -> None:
    reply = (await _ask_at(options, "a pig #odd-url", 1.0))[0].json()

    assert reply["data"]["data"]["data"]["output"].endswith("-1.mp4")


async def test_an_address_may_be_a_list_in_a_string(options: SandboxOptions) -> None:
    reply = (await _ask_at(options, "a pig #array-url", 1.0))[0].json()

    assert reply["video_url"].startswith('["http://')


async def test_a_status_may_be_unknown_until_the_end(options: SandboxOptions) -> None:
    during = await _ask_at(options, "a pig #unknown-status", 0.5)
    after = await _ask_at(options, "a pig #unknown-status", 1.0)

    statuses = [reply.json()["status"] for reply in during]
    assert statuses == ["UNKNOWN", "", None, "queueing"]
    assert after[0].json()["status"] == "SUCCESS"


async def test_a_hanging_task_never_moves(options: SandboxOptions) -> None:
    replies = await _ask_at(options, "a pig #hang", 1.0)

    assert replies[-1].json()["status"] == "IN_PROGRESS"


async def test_a_slow_task_takes_five_times_as_long(options: SandboxOptions) -> None:
    reply = (await _ask_at(options, "a pig #slow", 1.0))[0].json()

    assert reply["progress"] == "20%"
