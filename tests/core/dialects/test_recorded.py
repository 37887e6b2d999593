"""What the programs behind many gateways really answer, read as they wrote it.

`recorded.jsonl` holds exchanges with flow2api, sora2api and litellm, shortened to what differs:
docs/gateways.md, "Pools behind resellers".
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from core.errors import FaultKind, JobError
from core.media import Asset, MediaKind
from tests.core.dialects.http_answers import Answer, as_json, frame, stream, told
from tests.core.dialects.scripted_gateway import CALM, REQUEST, generation_of, speaker, talk
from tests.fakes.clock import jumping_clock
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.raw_server import raw_server, replies, reply

K = FaultKind
ASKED = replace(REQUEST, prompt="a cat surfing")
Recorded = Mapping[str, str | int | list[str]]

ROWS: dict[str, Recorded] = {
    f"{row['program']} {row['case']}": row
    for row in map(
        json.loads,
        Path(__file__).with_name("recorded.jsonl").read_text(encoding="utf-8").splitlines(),
    )
}


@dataclass(frozen=True, slots=True)
class Failed:
    kind: FaultKind
    billed: bool = False
    posts: int = 1


FREE_FLOW = {
    "no_token": K.OVERLOADED,
    "wrong_key": K.AUTH,
    "bare_key_without_Bearer": K.AUTH,
    "unknown_model_stream": K.MODEL_GONE,
    "unknown_model_nostream": K.MODEL_GONE,
    "empty_prompt": K.BAD_REQUEST,
    "bad_body": K.BAD_REQUEST,
    "image_url_unreachable": K.BAD_REQUEST,
    "i2v_without_image": K.BAD_REQUEST,
    "fail_UNSAFE": K.MODERATION_PROMPT,
    "fail_MINOR": K.MODERATION_PROMPT,
    "fail_CAPFAIL": K.OVERLOADED,
    "fail_THROTTLED": K.RATE_LIMITED,
    "fail_CREDITS": K.QUOTA,
    "root_html": K.MISCONFIGURED,
    "unknown_path_v1_videos": K.MISCONFIGURED,
}
BILLED_FLOW = {
    "fail_LATEMOD": K.MODERATION_OUTPUT,
    "fail_LATEFAIL": K.OVERLOADED,
    "fail_ERRSTATE": K.MODERATION_OUTPUT,
    "fail_LOSTURL": K.LINK_DEAD,
    "fail_GONE": K.UPSTREAM,
    "fail_POLLERR": K.UPSTREAM,
}
FREE_SORA = {
    "no_token": K.OVERLOADED,
    "no_key": K.AUTH,
    "wrong_key": K.AUTH,
    "bad_body": K.BAD_REQUEST,
    "fail_LIMIT": K.RATE_LIMITED,
}
BILLED_SORA = {
    "unknown_model": K.MODEL_GONE,  # under HTTP 500
    "nostream_is_only_a_check": K.OVERLOADED,
    "fail_NOURL": K.MODERATION_PROMPT,
    "fail_MOD": K.MODERATION_PROMPT,
}
FREE_RELAY = {
    "chat_nope_stream": K.MODEL_GONE,
    "vllm_chat_REFUSE": K.MODERATION_PROMPT,
    "images_unknown_model": K.MODEL_GONE,
    "images_no_prompt": K.BAD_REQUEST,
    "images_upstream_bad_key": K.AUTH,
    "images_quota": K.QUOTA,
    "video_unknown_model": K.MODEL_GONE,
    "video_no_prompt": K.BAD_REQUEST,
    "video_upstream_bad_key": K.AUTH,
    "video_bad_seconds": K.UNSUPPORTED_PARAM,
    "video_content_wrong_key": K.AUTH,
    "v2_path": K.MISCONFIGURED,
}
BILLED_RELAY = {
    "chat_broken": K.UPSTREAM,
    "vllm_chat_CUT": K.NO_MEDIA,
    "vllm_chat_MIDERR": K.UPSTREAM,
    "relayed_flow2api_LATEMOD": K.MODERATION_OUTPUT,
    "models_no_key": K.UPSTREAM,
    "video_upstream_down": K.UPSTREAM,
}
FAILED = {
    **{f"flow2api {case}": Failed(kind) for case, kind in FREE_FLOW.items()},
    **{f"flow2api {case}": Failed(kind, billed=True) for case, kind in BILLED_FLOW.items()},
    **{f"sora2api {case}": Failed(kind) for case, kind in FREE_SORA.items()},
    **{f"sora2api {case}": Failed(kind, billed=True) for case, kind in BILLED_SORA.items()},
    **{f"litellm {case}": Failed(kind) for case, kind in FREE_RELAY.items()},
    **{f"litellm {case}": Failed(kind, billed=True) for case, kind in BILLED_RELAY.items()},
    "litellm chat_rpm_2": Failed(K.RATE_LIMITED, posts=3),
    "litellm chat_limited": Failed(K.RATE_LIMITED, posts=3),
    "litellm cooldown": Failed(K.RATE_LIMITED, posts=3),
}
SIGNED = "http://127.0.0.1:9101/video/0123abcd?Expires=1&Signature=abc"
SORA = "http://127.0.0.1:9111/v/task_0123abcd.mp4?dl=1&exp=2"
CACHED = "http://127.0.0.1:9102/tmp/0123abcd.mp4"
MADE: dict[str, tuple[str, list[float]]] = {
    "flow2api t2v_ok_nostream": (SIGNED, []),
    "flow2api t2v_slow": (SIGNED, [0.0, 0.03, 0.07, 0.1]),
    "flow2api i2v_first_last": (SIGNED, [0.0]),
    "flow2api t2v_ok_cache_on": (CACHED, [0.0]),
    "flow2api image_ok": ("http://127.0.0.1:9101/image/0123abcd", []),
    "sora2api t2v_ok": (SORA, []),
    "sora2api t2v_slow_progress": (SORA, [0.98]),
    "sora2api image_ok": ("http://127.0.0.1:9111/i/task_0123abcd.png", [0.25, 0.5, 0.75]),
    "litellm relayed_flow2api": (CACHED, [0.0]),
}


def answer_of(row: Recorded) -> Answer:
    if chunks := cast("list[str]", row.get("chunks")):
        return [stream(b""), *(chunk.encode() for chunk in chunks)]
    headers = {"Content-Type": str(row["type"]), "Retry-After": "0"}
    return reply(str(row["body"]).encode(), status=int(str(row["status"])), headers=headers)


def test_each_recorded_answer_is_read() -> None:
    assert ROWS.keys() == FAILED.keys() | MADE.keys()


@pytest.mark.parametrize("case", FAILED)
async def test_a_failure_is_told_as_what_it_is_and_what_it_may_have_cost(case: str) -> None:
    row = ROWS[case]

    heard = await talk(str(row["dialect"]), creation=[answer_of(row)], request=ASKED, pace=CALM)

    assert heard.fault
    assert Failed(heard.fault.kind, heard.fault.maybe_billed, heard.posts) == FAILED[case]
    assert "None" not in heard.fault.reason


@pytest.mark.parametrize("case", MADE)
async def test_a_result_is_found_and_its_progress_told(case: str) -> None:
    row, (url, fractions) = ROWS[case], MADE[case]

    heard = await talk(str(row["dialect"]), creation=[answer_of(row)], request=ASKED, pace=CALM)

    assert (heard.urls, heard.fractions, heard.posts) == ([(url,)], fractions, 1)


async def test_a_video_over_the_relay_has_an_id_of_hundreds_of_letters() -> None:
    name = "video_" + "bGl0" * 60 + "=="
    video = {"id": name, "object": "video", "error": None, "seconds": "4", "size": "9x16"}
    looks = [
        as_json({**video, "status": "in_progress", "progress": 93, "usage": None}),
        as_json({**video, "status": "completed", "progress": 100, "usage": None}),
    ]
    created = as_json({**video, "status": "queued", "progress": 0})

    heard = await talk("openai_videos", creation=[created], looks=looks, pace=CALM)

    path = f"{heard.url}/v1/videos/{name.replace('=', '%3D')}/content"
    assert (heard.urls, heard.fractions) == ([(path,)], [0.93])


@jumping_clock
async def test_what_is_refused_late_in_a_story_is_the_video_and_not_the_prompt() -> None:
    violation = "❌ 生成失败: This content may violate our content policies."

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(told(reasoning=["**Generation Process Begins**\n"])))
        await writer.drain()
        await asyncio.sleep(90)
        writer.write((frame({"content": violation}, "STOP") + "data: [DONE]\n\n").encode())

    async with speaker("chat_video", serve) as (dialect, _):
        with pytest.raises(JobError) as caught:
            await dialect.generate(generation_of("chat_video", ASKED))

    assert caught.value.fault.kind is K.MODERATION_OUTPUT


async def test_a_minor_in_a_picture_is_the_pictures_fault(tmp_path: Path) -> None:
    row = ROWS["flow2api fail_MINOR"]
    (path := tmp_path / "1.jpg").write_bytes(b"jpeg")
    picture = Asset(
        kind=MediaKind.IMAGE, path=path, mime="image/jpeg", size_bytes=4, width=1, height=1
    )

    heard = await talk(
        "chat_video",
        creation=[answer_of(row)],
        request=replace(ASKED, images=(picture,)),
        pace=CALM,
    )

    assert heard.fault
    assert heard.fault.kind is K.MODERATION_INPUT_IMAGE


@pytest.mark.parametrize("case", [case for case in FAILED if "flow2api " in case])
async def test_the_next_gateway_is_asked_where_the_pool_has_not_begun(
    harness: EngineHarness, case: str
) -> None:
    answer = answer_of(ROWS[case])
    whole = answer if isinstance(answer, bytes) else b"".join(answer)
    elsewhere = {K.OVERLOADED, K.RATE_LIMITED, K.QUOTA, K.MODEL_GONE}
    wanted = FAILED[case].kind in elsewhere and not FAILED[case].billed
    refusal = reply(b'{"error": {"message": "prompt_blocked"}}', status=400)

    async with raw_server(replies(whole)) as one, raw_server(replies(refusal)) as two:
        harness.roots = {"apiyi": one.url, "eronmind": two.url}
        async with harness.engine() as engine:
            job = await engine.submit(harness.order("a cat surfing", model="veo-3.1"))
            await engine.idle()
            row = await stored(engine, job.id)

    assert row.fault
    assert (len(one.requests), len(two.requests)) == (1, int(wanted))
