"""The scripted endings: each word spoils what it says, and nothing else."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Say = Callable[..., Awaitable[Any]]

CHAT = "/v1/chat/completions"
VIDEO = re.compile(r"http://127\.0\.0\.1:\d+/cdn/[0-9a-f]{32}-\d\.mp4")


def _body(prompt: str) -> dict[str, Any]:
    messages = [{"role": "user", "content": prompt}]
    return {"model": "sandbox-stream", "stream": True, "messages": messages}


async def _paid(http: httpx.AsyncClient) -> int:
    return len((await http.get("/sandbox/ledger")).json())


async def _state(http: httpx.AsyncClient, source: str) -> dict[str, Any]:
    return (await http.get(source)).json()


@pytest.mark.parametrize(
    ("word", "status", "text"),
    [
        ("#auth", 401, "无效的令牌"),
        ("#quota", 403, "用户额度不足"),
        ("#forbidden", 403, "该令牌无权访问模型 sandbox-stream"),
        ("#gone", 503, "无可用渠道"),
        ("#limited", 429, "您已达到请求数限制"),
        ("#html", 200, "<!doctype html>"),
        ("#error-200", 200, "This interface is temporarily paused"),
        ("#fail-prompt", 400, "PUBLIC_ERROR_UNSAFE_GENERATION"),
    ],
)
async def test_a_refusal_costs_nothing(
    http: httpx.AsyncClient, word: str, status: int, text: str
) -> None:
    reply = await http.post(CHAT, json=_body(f"a pig {word}"))

    assert (reply.status_code, await _paid(http)) == (status, 0)
    assert text in reply.text


async def test_a_busy_gateway_takes_the_third_try_and_is_paid_once(
    http: httpx.AsyncClient,
) -> None:
    replies = [await http.post(CHAT, json=_body("a pig #busy")) for _ in range(3)]

    assert [reply.status_code for reply in replies] == [429, 429, 200]
    assert replies[0].json()["error"]["message"] == "当前分组上游负载已饱和，请稍后再试"
    assert float(replies[0].headers["retry-after"]) == 1 / 1000
    assert await _paid(http) == 1


async def test_a_524_hides_a_paid_task(http: httpx.AsyncClient) -> None:
    reply = await http.post(CHAT, json=_body("a pig #timeout-524"))

    assert reply.status_code == 524
    assert "524: A timeout occurred" in reply.text
    assert await _paid(http) == 1


async def test_a_reset_hides_a_paid_task(http: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.ReadError):
        await http.post(CHAT, json=_body("a pig #reset"))

    assert await _paid(http) == 1


async def test_a_cut_stream_goes_on_behind_its_resume_link(
    say: Say, http: httpx.AsyncClient
) -> None:
    told = await say("a pig #cut")

    source = re.search(r"\[原始数据\]\((\S+)\)", told.content)
    assert source is not None
    assert not told.whole
    assert not VIDEO.search(told.content)
    replies = [await _state(http, source[1])]
    while replies[-1]["running"]:
        replies.append(await _state(http, source[1]))
    assert replies[-1]["status"] == "completed"
    assert VIDEO.fullmatch(replies[-1]["upsample_video_url"])


async def test_a_lost_stream_leaves_no_link_behind(say: Say) -> None:
    told = await say("a pig #cut-lost #d1")

    assert not told.whole
    assert "http" not in told.content
    assert "开始生成视频" in told.content


async def test_a_late_cut_comes_behind_the_link(say: Say) -> None:
    told = await say("a pig #cut-late")

    assert not told.whole
    assert VIDEO.search(told.content)
    assert b"[DONE]" not in told.raw


async def test_a_hanging_stream_says_nothing_after_its_opening(http: httpx.AsyncClient) -> None:
    async with http.stream("POST", CHAT, json=_body("a pig #hang")) as response:
        pieces = response.aiter_text()
        text = ""
        while "正在生成中" not in text:
            text += await anext(pieces)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await anext(pieces)


@pytest.mark.parametrize("word", ["#nolink", "#no-url"])
async def test_a_stream_may_end_well_and_give_nothing(say: Say, word: str) -> None:
    told = await say(f"a pig {word}")

    assert told.raw.endswith(b"data: [DONE]\n\n")
    assert "http" not in told.content


@pytest.mark.parametrize("style", ["", "#d1", "#d2", "#d5", "#d6"])
async def test_the_review_says_no_at_the_end(say: Say, style: str) -> None:
    told = await say(f"a pig #fail-moderation {style}")

    assert "违反了OpenAI的相关服务政策" in told.content
    assert not VIDEO.search(told.content)


async def test_flow2api_throws_what_the_review_says(say: Say) -> None:
    told = await say("a pig #fail-moderation #d4")

    assert "错误: PUBLIC_ERROR_UNSAFE_GENERATION" in told.reasoning
    assert b'data: {"error":{"message":"' in told.raw


async def test_an_error_object_may_come_in_the_stream(say: Say) -> None:
    told = await say("a pig #error-chunk")

    assert b'\\"code\\":\\"sentinel_block\\"' in told.raw
    assert not VIDEO.search(told.content)


async def test_every_byte_may_come_alone(say: Say) -> None:
    told = await say("画只猪 #bytes")

    assert "画只猪" in told.content
    assert VIDEO.search(told.content)


async def test_an_address_may_be_cut_between_deltas(say: Say) -> None:
    told = await say("a pig #split")

    assert VIDEO.search(told.content)
    assert b".mp4" in told.raw
    assert not VIDEO.search(told.raw.decode())


async def test_a_malformed_chunk_stands_among_good_ones(say: Say) -> None:
    told = await say("a pig #garbage")

    assert b'"finish_reason":null}]]}\n\n' in told.raw
    assert VIDEO.search(told.content)


async def test_bare_lines_have_no_data_before_them(say: Say) -> None:
    told = await say("a pig #bare")

    assert told.raw.startswith(b'{"id":')
    assert VIDEO.search(told.content)


async def test_one_json_body_may_answer_a_wish_for_a_stream(http: httpx.AsyncClient) -> None:
    reply = await http.post(CHAT, json=_body("a pig #json"))

    assert reply.headers["content-type"].startswith("application/json")
    assert VIDEO.search(reply.json()["choices"][0]["message"]["content"])


async def test_the_link_may_come_after_done(say: Say) -> None:
    told = await say("a pig #after-done")

    assert "点击这里" in told.raw.partition(b"[DONE]")[2].decode()


async def test_a_preview_comes_before_the_video(say: Say) -> None:
    told = await say("a pig #preview")

    low, high = told.content.index("-1-low.mp4"), told.content.index("-1.mp4")
    assert "🔄 正在优化视频质量..." in told.content[low:high]


async def test_a_thumbnail_comes_before_the_video(say: Say) -> None:
    told = await say("a pig #thumb")

    assert re.search(r"!\[(\S+\.webp)\]\(\1\)\n\[在线播放▶️\]\(\S+-1\.mp4\)", told.content)


async def test_the_link_may_be_a_video_tag(say: Say) -> None:
    told = await say("a pig #video-tag")

    assert re.search(r"<video src='\S+-1\.mp4' controls></video>", told.content)


async def test_one_of_three_videos_may_be_missing(say: Say) -> None:
    told = await say("a pig #partial", n=3)

    assert re.findall(r"第(\d)个", told.content) == ["1", "3"]


async def test_progress_may_go_backwards(say: Say) -> None:
    told = await say("a pig #backwards")

    steps = [float(step) for step in re.findall(r"进度：([\d.]+)%", told.content)]
    assert steps != sorted(steps)
    assert VIDEO.search(told.content)


async def test_progress_may_be_dotted_on_one_line(say: Say) -> None:
    told = await say("a pig #dots-progress")

    assert ">🏃 进度 9..18..27..36..45..54..63..72..81..90.." in told.content


async def test_words_of_failure_may_come_before_success(say: Say) -> None:
    told = await say("a pig #retry-words")

    assert "**生成失败，正在重试**" in told.reasoning
    assert VIDEO.search(told.content)


async def test_pings_may_be_all_there_is_before_the_link(say: Say) -> None:
    told = await say("a pig #ping")

    assert told.raw.startswith(b": PING\n\n: PING\n\n")
    assert VIDEO.search(told.content)


async def test_a_link_may_point_where_nobody_should_go(say: Say) -> None:
    told = await say("a pig #private-link")

    assert "(http://127.0.0.1:1/cdn/" in told.content
