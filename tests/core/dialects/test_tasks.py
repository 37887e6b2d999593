"""What gateways call the same thing: states, progress, places of links and ids."""

import json

import pytest

from core.dialects._tasks import (
    Status,
    TaskReply,
    cost_of,
    failed,
    read_source,
    read_task,
    status_of,
    task_id_of,
)
from core.errors import FaultKind
from core.media import Accepted, Charged, Cost, Queued, Rendering, TaskRef
from tests.core.dialects.http_answers import as_html, as_json
from tests.core.dialects.scripted_gateway import CALM, HASTY, talk

MP4 = "https://filesystem.site/cdn/20250901/018eg2SgUpHMT6EEuQbfeRLWeUhE75.mp4"

WORDS = {
    Status.QUEUED: "NOT_START SUBMITTED QUEUED queued queueing pending submitted created preparing"
    " starting in_queue waiting initializing in-queue",
    Status.RUNNING: "IN_PROGRESS in_progress processing running generating active progress"
    " prompt_enhancing image_downloading image_cropping image_uploading video_generating"
    " video_generation_completed video_upsampling video_upsampling_failed"
    " MEDIA_GENERATION_STATUS_ACTIVE",
    Status.SUCCEEDED: "SUCCESS succeeded succeed success completed complete finished done"
    " video_upsampling_completed MEDIA_GENERATION_STATUS_SUCCESSFUL",
    Status.FAILED: "FAILURE failed fail failure error rejected video_generation_failed not_found",
    Status.CANCELLED: "cancelled canceled cancel",
    Status.EXPIRED: "expired timeout timed_out",
    Status.UNKNOWN: "UNKNOWN whatever",
}


@pytest.mark.parametrize(
    ("word", "status"), [(word, status) for status in WORDS for word in WORDS[status].split()]
)
def test_every_word_for_a_state_is_known(word: str, status: Status) -> None:
    assert status_of(word) is status
    assert status_of(f" {word.upper().replace('_', ' ')} ") is status
    assert read_task({"status": word}).status is status
    assert read_task({"code": "success", "data": {"status": word}}).status is status


@pytest.mark.parametrize("word", ["", None, 1, 2.5, True, [], {}])
def test_what_is_no_word_says_nothing_about_the_state(word: object) -> None:
    assert read_task({"status": word}) == TaskReply(status=Status.UNKNOWN)
    assert read_task({}) == TaskReply(status=Status.UNKNOWN)


@pytest.mark.parametrize(
    ("body", "fraction"),
    [
        ('{"progress":"100%"}', 1.0),
        ('{"progress":"9.0%"}', 0.09),
        ('{"progress":" 85 "}', 0.85),
        ('{"progress":42}', 0.42),
        ('{"progress":1}', 0.01),
        ('{"progress":0.42}', 0.0042),
        ('{"progress":0}', 0.0),
        ('{"progress":250}', 1.0),
        ('{"data":{"progress":"20%"}}', 0.2),
        ('{"content":{"progress":"30%"}}', 0.3),
        ('{"progress_pct":0.42}', 0.42),
        ('{"progress_pct":1}', 1.0),
        ('{"progress_pct":42}', 0.42),
        ('{"detail":{"pending_info":{"progress_pct":0.42}}}', 0.42),
        ('{"progress":null}', None),
        ('{"progress":""}', None),
        ('{"progress":"soon"}', None),
        ('{"progress":true}', None),
        ('{"progress":-5}', None),
        ('{"progress":NaN}', None),
        ('{"progress":Infinity}', None),
        ('{"progress":1' + "0" * 400 + "}", None),
        ('{"progress_pct":NaN,"progress":7}', 0.07),
        ("{}", None),
    ],
)
def test_every_form_of_progress_is_read(body: str, fraction: float | None) -> None:
    assert read_task(json.loads(body)).fraction == (fraction and pytest.approx(fraction))


@pytest.mark.parametrize(
    "body",
    [
        {"video_url": MP4},
        {"url": MP4},
        {"metadata": {"url": MP4}},
        {"result_url": MP4},
        {"data": {"result_url": MP4}},
        {"data": {"output": MP4}},
        {"data": {"outputs": [MP4]}},
        {"data": {"video_url": MP4}},
        {"data": {"url": MP4}},
        {"data": {"data": {"output": MP4}}},
        {"data": {"data": {"outputs": [MP4]}}},
        {"data": {"data": {"data": {"output": MP4}}}},
        {"data": {"data": {"data": {"outputs": [MP4]}}}},
        {"output": {"url": MP4}},
        {"output": [{"url": MP4}]},
        {"output": [MP4]},
        {"data": {"data": {"content": {"video_url": MP4}}}},
        {"data": {"data": {"output": {"video_url": MP4}}}},
        {"data": {"data": {"data": {"task_result": {"videos": [{"url": MP4}]}}}}},
        {"content": {"video_url": MP4}},
        {"content": {"url": MP4}},
        {"result": {"video": {"url": MP4}}},
        {"video_url": f'["{MP4}"]'},
        {"video_url": f"%5B%22{MP4}%22%5D"},
        {"video_url": f"%5b%22{MP4}%22%5d"},
        {"video_url": "", "url": f" {MP4} "},
        {"video_url": None, "url": MP4},
        {"video_url": {"no": "text"}, "url": MP4},
        {"fail_reason": MP4},
        {"data": {"fail_reason": MP4}},
    ],
    ids=str,
)
def test_the_link_is_found_wherever_it_is(body: dict[str, object]) -> None:
    reply = read_task({"status": "SUCCESS", **body})

    assert reply == TaskReply(status=Status.SUCCEEDED, urls=(MP4,))


def test_two_names_of_one_link_are_one_and_two_links_stand_in_order() -> None:
    twice = read_task({"status": "completed", "video_url": MP4, "url": MP4})
    two = read_task({"status": "completed", "url": "https://h/2.mp4", "video_url": MP4})

    assert twice.urls == (MP4,)
    assert two.urls == (MP4, "https://h/2.mp4")


@pytest.mark.parametrize("link", ["", "/tmp/a.mp4", "ftp://h/a.mp4", "[not json", "javascript:x"])  # noqa: S108 - a link
def test_what_is_no_web_address_is_no_link(link: str) -> None:
    assert read_task({"status": "SUCCESS", "video_url": link}).urls == ()


def test_a_link_in_the_reason_of_a_failure_is_a_reason() -> None:
    reply = read_task({"status": "FAILURE", "fail_reason": MP4})

    assert reply == TaskReply(status=Status.FAILED, reason=MP4)


def test_a_link_without_a_word_about_the_state_is_success() -> None:
    assert read_task({"video_url": MP4}).status is Status.SUCCEEDED
    assert read_task({"status": "processing", "video_url": MP4}).status is Status.RUNNING


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"fail_reason": "a"}, "a"),
        ({"data": {"fail_reason": "a"}}, "a"),
        ({"video_generation_error": "a"}, "a"),
        ({"error_message": "a"}, "a"),
        ({"error": "a"}, "a"),
        ({"error": {"message": "a"}}, "a"),
        ({"error": {"code": "c"}}, "c"),
        ({"error": {"code": "c", "message": "a"}}, "a (c)"),
        ({"data": {"error": {"code": 7, "message": "a"}}}, "a"),
        ({"error": None, "fail_reason": None}, ""),
    ],
)
def test_the_reason_of_a_failure_is_found(body: dict[str, object], reason: str) -> None:
    assert read_task({"status": "failed", **body}).reason == reason


@pytest.mark.parametrize(
    ("body", "task_id"),
    [
        ({"id": "x", "task_id": "x"}, "x"),
        ({"task_id": " f0aa213c "}, "f0aa213c"),
        ({"data": {"task_id": "x"}}, "x"),
        ({"data": {"id": "x"}}, "x"),
        ({"code": 200, "data": [{"task_id": "x"}]}, "x"),
        ({"code": 200, "data": [{"id": "x"}]}, "x"),
        ({"code": "success", "data": "x"}, "x"),
        ({"id": "", "task_id": "x"}, "x"),
        ({"id": 17}, "17"),
        ({"id": True}, ""),
        ({"id": None, "data": []}, ""),
        ({}, ""),
    ],
)
def test_the_id_is_found_wherever_it_is(body: dict[str, object], task_id: str) -> None:
    assert task_id_of(body) == task_id


@pytest.mark.parametrize(
    ("task_id", "path"),
    [
        ("sora-2:task_01k7rtn875f83t2f8ry0kb5ap1", "sora-2%3Atask_01k7rtn875f83t2f8ry0kb5ap1"),
        ("veo3.1-fast:1770350082-trii1OXZc3", "veo3.1-fast%3A1770350082-trii1OXZc3"),
        ("cHJvamVjdHM+L/8=", "cHJvamVjdHM%2BL%2F8%3D"),
        ("a b?c#d%3Ae", "a%20b%3Fc%23d%253Ae"),
        ("任务", "%E4%BB%BB%E5%8A%A1"),
    ],
)
async def test_an_id_with_reserved_signs_is_encoded_once(task_id: str, path: str) -> None:
    looks = [as_json({"status": "SUCCESS"}), as_json({"status": "SUCCESS"})]

    spoken = await talk("video_tasks", looks=looks, task=task_id, pace=HASTY)

    assert spoken.lines == [f"GET /v2/videos/generations/{path} HTTP/1.1"] * len(spoken.lines)
    assert spoken.urls == [(f"{spoken.url}/v1/videos/{path}/content",)]
    assert spoken.assets[0].authorized


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        (
            {"status": "video_upsampling", "running": True, "video_url": MP4},
            TaskReply(status=Status.RUNNING, urls=(MP4,)),
        ),
        (
            {"status": "completed", "video_url": MP4, "upsample_video_url": "https://h/hi.mp4"},
            TaskReply(status=Status.SUCCEEDED, urls=("https://h/hi.mp4", MP4)),
        ),
        (
            {"status": "video_generating", "running": False, "video_url": MP4},
            TaskReply(status=Status.SUCCEEDED, urls=(MP4,)),
        ),
        (
            {"status": "video_generation_failed", "running": True, "video_generation_error": "x"},
            TaskReply(status=Status.RUNNING, reason="x"),
        ),
        (
            {"status": "failed", "running": False, "error_message": "x"},
            TaskReply(status=Status.FAILED, reason="x"),
        ),
        (
            {
                "content": {
                    "status": "completed",
                    "progress": "50%",
                    "url": MP4,
                    "draft_info": {"downloadable_url": "https://h/draft.mp4"},
                }
            },
            TaskReply(
                status=Status.SUCCEEDED, fraction=0.5, urls=("https://h/draft.mp4", MP4)
            ),
        ),
    ],
)  # fmt: skip
def test_asyncdata_is_read(body: dict[str, object], reply: TaskReply) -> None:
    assert read_source(body) == reply


CREATED = as_json({"task_id": "t1"})
RUNNING = as_json({"status": "IN_PROGRESS", "progress": "40%"})
DONE = as_json({"status": "SUCCESS", "data": {"output": MP4}})


async def test_a_task_is_told_of_while_it_is_made() -> None:
    looks = [as_json({"status": "NOT_START", "progress": "0%"}), RUNNING, DONE]

    spoken = await talk("video_tasks", creation=[CREATED], looks=looks)

    assert spoken.urls == [(MP4,)]
    assert spoken.events == [
        Accepted(task=TaskRef(id="t1")),
        Queued(),
        Rendering(fraction=0.4),
    ]


async def test_a_success_without_a_link_is_asked_again_and_then_the_gateways_copy_is_tried() -> (
    None
):
    nothing = as_json({"status": "SUCCESS", "progress": "100%"})

    late = await talk("video_tasks", looks=[nothing, nothing, DONE], task="t", pace=CALM)
    never = await talk("video_tasks", looks=[nothing], task="t", pace=HASTY)

    assert late.urls == [(MP4,)]
    assert never.urls == [(f"{never.url}/v1/videos/t/content",)]


async def test_a_link_of_a_task_that_never_says_that_it_has_ended_is_taken_in_the_end() -> None:
    lagging = as_json({"status": "processing", "video_url": MP4})

    soon = await talk("video_tasks", looks=[lagging, lagging, DONE], task="t", pace=CALM)
    never = await talk("video_tasks", looks=[lagging], task="t", pace=HASTY)

    assert len(soon.requests) == 3
    assert never.urls == [(MP4,)]


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        (as_html("<title>502 Bad Gateway</title>", status=502), FaultKind.NETWORK),
        (as_html("<!doctype html>"), FaultKind.NETWORK),
        (as_json({"error": {"message": "slow down"}}, status=429), FaultKind.NETWORK),
        (as_json([]), FaultKind.NETWORK),
        (as_json({"code": "task_not_exist", "data": None}, status=400), FaultKind.EXPIRED),
        (as_json({"code": "task_not_exist", "data": None}), FaultKind.EXPIRED),
    ],
)
async def test_a_gateway_that_says_nothing_of_the_task_for_long_is_given_up(
    look: bytes, kind: FaultKind
) -> None:
    given_up = await talk("video_tasks", looks=[look], task="t", pace=HASTY)
    survived = await talk("video_tasks", looks=[look] * 20 + [DONE], task="t", pace=CALM)

    assert given_up.fault is not None
    assert given_up.fault.kind is kind
    assert given_up.fault.maybe_billed
    assert len(given_up.requests) == 6
    assert survived.urls == [(MP4,)]


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        (as_json({"error": {"message": "无效的令牌"}}, status=401), FaultKind.AUTH),
        (as_json({"error": {"message": "该令牌额度已用尽"}}, status=401), FaultKind.QUOTA),
        (as_json({"error": {"message": "no longer available"}}, status=404), FaultKind.MODEL_GONE),
        (as_json({"error": {"message": "guardrails"}}, status=400), FaultKind.MODERATION_PROMPT),
    ],
)
async def test_what_no_further_look_would_change_ends_it_at_once(
    look: bytes, kind: FaultKind
) -> None:
    spoken = await talk("video_tasks", looks=[look], task="t", pace=CALM)

    assert spoken.fault is not None
    assert spoken.fault.kind is kind
    assert spoken.fault.maybe_billed
    assert len(spoken.requests) == 1


@pytest.mark.parametrize(
    ("body", "cost"),
    [
        ({"usage": {"cost": 0.42, "is_byok": False}}, Cost(amount=0.42)),
        ({"usage": {"cost": None}}, None),
        ({"usage": {"cost": 0}}, None),
        ({"usage": {"cost": True}}, None),
        ({"usage": {"cost": "0.5"}}, Cost(amount=0.5)),
        ({"usage": {"cost": "free"}}, None),
        ({"usage": {"cost": -1}}, None),
        ({"usage": {"cost": float("nan")}}, None),
        ({"usage": {"cost": float("inf")}}, None),
        ({"usage": {"cost_in_usd_ticks": 1_400_000_000}}, Cost(amount=0.14)),
        ({"usage": {"completion_tokens": 1, "total_tokens": 9}}, Cost(amount=9, unit="tokens")),
        ({"task": {"usage": {"total_seconds": 5}}}, Cost(amount=5, unit="s")),
        ({"usage": {"duration": 5, "SR": 720}}, Cost(amount=5, unit="s")),
        ({"metrics": {"predict_time": 2.5}}, Cost(amount=2.5, unit="s")),
        ({}, None),
    ],
)
def test_what_a_task_has_cost_is_read_wherever_it_stands(
    body: dict[str, object], cost: Cost | None
) -> None:
    assert read_task({"status": "succeeded", **body}).cost == cost
    assert failed({"status": "failed", "error": "x", **body}).cost == cost


def test_what_a_header_says_of_the_cost_counts() -> None:
    assert cost_of({}, {"x-fal-billable-units": "1.5"}) == Cost(amount=1.5, unit="units")
    assert cost_of({}, {"x-fal-billable-units": "many"}) is None


@pytest.mark.parametrize(
    ("told", "ahead"), [(0, 0), (3, 3), (-1, None), ("3", None), (True, None), (10**9, None)]
)
def test_the_place_in_the_queue_is_a_small_number(told: object, ahead: int | None) -> None:
    assert read_task({"status": "IN_QUEUE", "queue_position": told}).ahead == ahead


async def test_the_queue_and_the_price_are_told_on_the_way() -> None:
    waiting = as_json({"status": "IN_QUEUE", "queue_position": 3})
    done = as_json({"status": "SUCCESS", "video_url": MP4, "usage": {"cost": 0.1}})

    spoken = await talk("video_tasks", looks=[waiting, done], task="t", pace=CALM)

    assert spoken.events == [Queued(ahead=3), Charged(cost=Cost(amount=0.1))]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"status": "FAILURE", "fail_reason": "boom"}, FaultKind.UPSTREAM),
        ({"status": "failed", "error": None}, FaultKind.UPSTREAM),
        ({"status": "cancelled"}, FaultKind.CANCELLED),
        ({"status": "expired", "error": None}, FaultKind.EXPIRED),
        (
            {"status": "processing", "error": {"message": "violates our content policies"}},
            FaultKind.MODERATION_PROMPT,
        ),
    ],
)
async def test_a_task_that_has_ended_without_a_video_says_why(
    body: dict[str, object], kind: FaultKind
) -> None:
    spoken = await talk("video_tasks", looks=[as_json(body)], task="t", pace=CALM)

    assert spoken.fault is not None
    assert spoken.fault.kind is kind
    assert spoken.posts == 0


async def test_a_running_task_with_an_error_that_is_no_moderation_goes_on() -> None:
    stumbling = as_json({"status": "processing", "error": {"message": "retrying upstream"}})

    spoken = await talk("video_tasks", looks=[stumbling] * 10 + [DONE], task="t", pace=HASTY)

    assert spoken.urls == [(MP4,)]


async def test_an_error_word_in_a_success_does_not_spoil_it() -> None:
    body = {"status": "completed", "url": MP4, "error": {"message": "violation score 0.1"}}

    spoken = await talk("video_tasks", looks=[as_json(body)], task="t")

    assert spoken.urls == [(MP4,)]


async def test_where_it_failed_is_judged_by_how_far_it_came_before() -> None:
    refused = as_json({"status": "FAILURE", "progress": "100%", "fail_reason": "违反政策"})
    nearly = as_json({"status": "IN_PROGRESS", "progress": "92%"})

    at_once = await talk("video_tasks", looks=[refused], task="t", pace=CALM)
    late = await talk("video_tasks", looks=[nearly, refused], task="t", pace=CALM)

    assert at_once.fault is not None
    assert at_once.fault.kind is FaultKind.MODERATION_PROMPT
    assert late.fault is not None
    assert late.fault.kind is FaultKind.MODERATION_OUTPUT


async def test_a_gateway_that_asks_for_time_gets_it() -> None:
    busy = as_json({"error": "busy"}, status=503, headers={"Retry-After": "0.01"})

    spoken = await talk("video_tasks", looks=[busy, DONE], task="t", pace=CALM)

    assert spoken.urls == [(MP4,)]
