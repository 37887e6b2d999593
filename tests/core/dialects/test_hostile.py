"""Answers that real gateways have given: docs/gateways.md, "Hostile cases"."""

import asyncio
import base64
import gzip
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from core.errors import FaultKind, JobError
from core.media import Accepted, MediaRequest, Queued, Rendering, TaskRef
from tests.core.dialects import stream_examples
from tests.core.dialects.http_answers import (
    STOP,
    Answer,
    as_html,
    as_json,
    broken,
    frame,
    stream,
    told,
)
from tests.core.dialects.scripted_gateway import (
    CALM,
    HASTY,
    DialectRun,
    generation_of,
    impatient,
    speaker,
    talk,
)
from tests.core.dialects.scripts import NAMES, SCRIPTS

K = FaultKind
A = "https://h/a.mp4"
LINK = f"✅ 视频生成成功，[点击这里]({A}) 查看视频~~~\n\n"
CHAT, SEEDANCE, TASKS = "chat_video", "seedance", "video_tasks"
VIDEOS = "openai_videos"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileAnswer:
    """One answer to a creation and what it means; `looks` are the answers to polls."""

    id: str
    dialect: str = CHAT
    creation: Sequence[Answer]
    looks: Sequence[Answer] = ()
    urls: tuple[tuple[str, ...], ...] = ()
    kind: FaultKind | None = None
    reason: str | None = None
    billed: bool = False
    fractions: tuple[float, ...] = ()
    posts: int = 1
    gets: int | None = None
    preview: bool = False
    page: str = ""
    prompt: str = "画只猪在天上飞"
    count: int = 1


def chat(case: str, body: str | bytes, *urls: str, **more: object) -> HostileAnswer:
    wanted = tuple((url,) for url in urls)
    answer = more.pop("creation", [stream(body)])
    return replace(HostileAnswer(id=case, creation=answer, urls=wanted), **more)  # type: ignore[arg-type]


def refused(case: str, answer: bytes, kind: FaultKind, **more: object) -> list[HostileAnswer]:
    row = HostileAnswer(id=case, creation=[answer], kind=kind)
    # What may have been accepted under a name of ours is asked for by it, so that is no end.
    names = [name for name in NAMES if not (more.get("billed") and is_named(name))]
    return [replace(row, dialect=name, **more) for name in names]  # type: ignore[arg-type]


def is_named(dialect: str) -> bool:
    """Whether its creations have names of ours."""
    return dialect in SCRIPTS and SCRIPTS[dialect].named


def task(case: str, *looks: object, creation: object = None, **more: object) -> HostileAnswer:
    answers = [look if isinstance(look, bytes) else as_json(look) for look in looks]
    first = creation if isinstance(creation, bytes) else as_json(creation or {"task_id": "t1"})
    row = HostileAnswer(id=case, dialect=TASKS, creation=[first], looks=answers)
    return replace(row, **more)  # type: ignore[arg-type]


PINGS = ": PING\n\n" * 40
UNSPACED = (
    'id: 28\r\nevent: message\r\ndata:{"id":"","created":0,"choices":[{"index":0,"delta":'
    '{"content":"\\u003e 🏃 进度：12%"}}]}\r\n\r\n'
)
SPLIT = told("> 🏃 进度：9", ".0%\n\n") + told(
    "> ✅ 第1个视频生成成功，[点击这",
    "里](https://veo-video.gptkey.asia/assets/fl",
    "ow/xxx.mp4) 查看视频~~~\n\n",
)
MALFORMED = (
    'data: {"id":"foaicmpl-1","choices":[{"index":0,"delta":{"content":"x"},'
    '"finish_reason":null}]]}\n\n'
)
UNPREFIXED = '{"choices":[{"delta":{"content":"> 🏃 进度：36.0%\\n\\n"}}]}\n'
ONE_BODY = {
    "id": "1",
    "object": "chat.completion",
    "choices": [{"message": {"role": "assistant", "content": LINK.strip()}}],
}
ERROR_INSIDE = (
    'data: {"error":{"message":"API request failed: 400 - {\\"error\\":{\\"code\\":'
    '\\"sentinel_block\\"}}","type":"server_error","param":null,"code":null}}\n\ndata: [DONE]\n\n'
)
LINKLESS = frame({"role": "assistant"}) + told("> 🏃 进度：90.2%\n\n") + STOP
NULLS = (
    'data: {"id":"chatcmpl-1767105219616","model":"sora","choices":[{"index":0,"delta":'
    '{"content":null,"reasoning_content":"\\n**Video Generation Progress**: 40% (processing)\\n",'
    '"tool_calls":null},"finish_reason":null,"native_finish_reason":null}],'
    '"usage":{"prompt_tokens":0}}\n\n'
)
HUGE_LINE = told(f"![image](data:image/png;base64,{'iVBORw0K' * 750_000})\n")
# The stream with LINK and the good end, compressed.
BROTLI = base64.b64decode(
    "G2gBABwHjtuQ20sgWCMJLR/yec5FuvdpVTTS7Mu0LCySM2q8UgBpBRadPpY7YP7b//b7BS0sjdpbYdCWFIAnAPk7"
    "44l0zfiW9XYZaWg+aAdIAxRRxU39UrXgut0uDFfQizyPS6bI5ietcj5MIEtc9AHM61HRgIdhfdmNyPG8TAhIDL/z"
    "/Tvf3xD1/1jrYOKfOFxkZahzIrh8qapSEcPTdayiUWbHRoAH+zQSer/6fWQO57Y2GOLlhJheC3I2AQ=="
)
TRAPS = "复刻 https://evil.example/x.mp4 进度：99% 违反"
ECHO = f'```json\n{{"prompt":"{TRAPS}","mode":"竖屏模式"}}\n```\n\n'
STATUS_FIRST = stream_examples.HEADER_ZH + f"\n[▶️ 在线观看]({A})"
T, V = "https://filesystem.site/cdn/D/T.webp", "https://filesystem.site/cdn/D/V.mp4"
CDN = "https://filesystem.site/cdn"
PREVIEW = (
    f"> [📺 Online Preview]({CDN}/low.mp4) | [⏬ Download Video]({CDN}/download/low.mp4)\n"
    "> 🔄 Optimizing video quality...\n"
)
FINAL = (
    "> 🎉 High-quality video generated\n"
    f"[▶️ Watch Online]({CDN}/hi.mp4) | [⏬ Download Video]({CDN}/download/hi.mp4)\n"
)
RETRIED = frame(
    {
        "reasoning_content": "**生成失败，正在重试**\n\n第 1 次重试（共 3 次）...\n\n"
        "失败原因：timeout\n\n"
    }
)
FAILED_IN_WORDS = (
    'data: {"choices":[{"delta":{"content":"❌ 生成失败: 该任务的输入或者输出可能违反了'
    'OpenAI的相关服务政策，请重新发起请求或调整提示词进行重试"},"finish_reason":"STOP"}]}\n\n'
)
LOOPBACK = "http://127.0.0.1:8000/tmp/ab12.mp4"
DRIVE = "https://drive.google.com/file/d/xxx/view"
OWN_SOURCE = "> [原始数据](ORIGIN/source/veo3-pro:03bd)"
SOURCE_DONE = as_json({"id": "x", "status": "completed", "running": False, "video_url": A})
USAGE = '"usage":{"prompt_tokens":16,"completion_tokens":292,"total_tokens":308}'

CHAT_CASES = [
    chat("only pings for minutes", PINGS + told(LINK) + PINGS + STOP, A),
    chat("frames without space, with CRLF",
         UNSPACED + told("\n" + LINK) + STOP, A, fractions=(0.12, 0.12)),
    chat(
        "text cut at any byte: everything is cut",
        SPLIT + STOP,
        "https://veo-video.gptkey.asia/assets/flow/xxx.mp4",
        fractions=(0.09,),
    ),
    chat("text cut at any byte: half a link is none",
         SPLIT[:-60], kind=K.NO_MEDIA, billed=True, fractions=(0.09,)),
    chat("a chunk of malformed JSON", MALFORMED + told(LINK) + STOP, A),
    chat("JSON lines without data prefix", UNPREFIXED + told(LINK) + STOP, A, fractions=(0.36,)),
    chat("one JSON body, no stream", "", A, creation=[as_json(ONE_BODY)]),
    chat(
        "a stream labelled as JSON",
        "",
        A,
        creation=[stream(told(LINK) + STOP, headers={"Content-Type": "application/json"})],
    ),
    chat("an error inside the stream: error in the stream",
         ERROR_INSIDE, kind=K.MODERATION_PROMPT),
    chat(
        "an error inside the stream: error after work had begun",
        told("> 🏃 进度：90%\n") + ERROR_INSIDE,
        kind=K.MODERATION_OUTPUT,
        billed=True,
        fractions=(0.9,),
    ),
    chat(
        "the stream ends without link",
        LINKLESS,
        kind=K.NO_MEDIA,
        reason="> 🏃 进度：90.2%",
        billed=True,
        fractions=(0.902,),
    ),
    chat("a break near the link: ends after the link", told(LINK)[:-2], A),
    chat("a break near the link: breaks after the link",
         "", A, creation=[broken(told(LINK)[:-2])]),
    chat("a break near the link: breaks before it",
         "", kind=K.NETWORK, billed=True, creation=[broken(told("x"))]),
    chat(
        "a break, the task known",
        "",
        A,
        creation=[broken(told(OWN_SOURCE))],
        looks=[as_json({"status": "video_generating", "running": True}), SOURCE_DONE],
        gets=2,
    ),
    chat("a link behind the end mark", "data: [DONE]\n\n" + told(f"[▶️ 在线观看]({A})"), A),
    chat(
        "usage comes in odd chunks: usage without choices",
        told(LINK) + f'data: {{"choices":[],{USAGE}}}\n\n' + STOP,
        A,
    ),
    chat(
        "usage comes in odd chunks: usage beside an empty delta",
        told(LINK)
        + f'data: {{"choices":[{{"index":0,"delta":{{}}}}],{USAGE}}}\n\n',
        A,
    ),
    chat(
        "nulls, new ids, shouted STOP",
        NULLS + told(LINK) + frame({"content": None}, "STOP"),
        A,
        fractions=(0.4,),
    ),
    chat("a line of many megabytes", HUGE_LINE + told(LINK) + STOP, A),
    chat(
        "the stream is compressed: gzip",
        "",
        A,
        creation=[
            stream(
                gzip.compress((SPLIT[:300] + "\n\n" + told(LINK) + STOP).encode()),
                headers={"Content-Encoding": "gzip"},
            )
        ],
    ),
    chat(
        "the stream is compressed: brotli",
        "",
        A,
        creation=[
            stream(BROTLI, headers={"Content-Encoding": "br"})
        ],
    ),
    chat(
        "the prompt is echoed first: echo",
        told(ECHO, "> 🏃 进度：9.0%\n\n", LINK) + STOP,
        A,
        prompt=TRAPS,
        fractions=(0.09,),
    ),
    chat("the prompt is echoed first: echo in single signs",
         told(*ECHO, LINK) + STOP, A, prompt=TRAPS),
    chat("the prompt is echoed first: only the echo",
         told(ECHO) + STOP, prompt=TRAPS, kind=K.NO_MEDIA, billed=True),
    chat("the prompt is echoed first: half an echo",
         told(ECHO[:40]), prompt=TRAPS, kind=K.NO_MEDIA, billed=True),
    chat("status links before the video", told(STATUS_FIRST) + STOP, A),
    chat("a thumbnail before the video", told(f"![{T}]({T})\n[在线播放▶️]({V})") + STOP, V),
    chat(
        "a preview before the video: preview, then the real one",
        told(PREVIEW, FINAL) + STOP,
        urls=((f"{CDN}/hi.mp4", f"{CDN}/download/hi.mp4"),),
    ),
    chat(
        "a preview before the video: breaks after the preview",
        "",
        creation=[broken(told(PREVIEW))],
        urls=((f"{CDN}/low.mp4", f"{CDN}/download/low.mp4"),),
        preview=True,
    ),
    chat(
        "a preview before the video: breaks after the preview, the task is known",
        "",
        A,
        creation=[broken(told(OWN_SOURCE + "\n", PREVIEW))],
        looks=[SOURCE_DONE],
        gets=1,
    ),
    chat(
        "two addresses of one video",
        told(f"[▶️ 在线观看]({CDN}/X.mp4) | [⏬ 下载视频]({CDN}/download/X.mp4)") + STOP,
        urls=((f"{CDN}/X.mp4", f"{CDN}/download/X.mp4"),),
    ),
    chat(
        "fewer videos than asked for",
        told(
            "> ✅ 第1个视频生成成功，[点击这里](https://h/a.mp4) 查看视频~~~\n\n",
            "> ✅ 第3个视频生成成功，[点击这里](https://h/c.mp4) 查看视频~~~\n\n",
        )
        + STOP,
        "https://h/a.mp4",
        "https://h/c.mp4",
        count=4,
    ),
    chat(
        "the link in a video tag",
        told("```html\n<video src='https://oscdn2.dyysy.com/MP4/s_1.mp4' controls></video>\n```")
        + STOP,
        "https://oscdn2.dyysy.com/MP4/s_1.mp4",
    ),
    chat("failure words before a success", RETRIED + told(f"<video src='{A}'></video>") + STOP, A),
    chat("failure told as plain content", FAILED_IN_WORDS, kind=K.MODERATION_PROMPT, billed=True),
    chat(
        "dotted progress in pieces",
        told(">🏃 进度 42", "..", "54", "..", "67..\n", LINK) + STOP,
        A,
        fractions=(0.42, 0.42, 0.54, 0.67),
    ),
    chat(
        "progress starts over",
        told("> 🏃 进度：63.0%\n", "> 🎬 开始生成视频\n", "> 🏃 进度：9.0%\n", LINK) + STOP,
        A,
        fractions=(0.63, 0.09),
    ),
    # Refused when it is fetched, never here: core/public_http.py.
    chat("the link leads to loopback",
         told(f"<video src='{LOOPBACK}' controls>") + STOP, LOOPBACK),
    chat(
        "the link is a viewer page",
        told(DRIVE) + STOP,
        "https://drive.google.com/uc?export=download&id=xxx",
        page=DRIVE,
    ),
    chat("junk glued to the link: bracket and full stop", told(f"({A})。") + STOP, A),
    chat("junk glued to the link: tildes", told(f"{A}~~~ ") + STOP, A),
    chat("junk glued to the link: footer",
         told(f'{A} <p align="center"><small>© 2025 DMXAPI') + STOP, A),
    chat("a web page under 200: page of the web console",
         "", creation=[as_html("<!doctype html><html lang='zh'>")],
         kind=K.MISCONFIGURED, reason=""),
    chat("no body at all", "", kind=K.NO_MEDIA, billed=True),
    chat("garbage", "", creation=[stream("\x00\x01 garbage \xff\xfe")],
         kind=K.BAD_PAYLOAD, billed=True),
    chat(
        "a bad encoding",
        "",
        creation=[stream(b"no gzip", headers={"Content-Encoding": "gzip"})],
        kind=K.BAD_PAYLOAD,
        billed=True,
    ),
]  # fmt: skip

SPA = '<!doctype html><html lang="zh"><head><title>New API</title></head></html>'
CF = "<html><head><title>api.whatai.cc | 524: A timeout occurred</title></head></html>"
NGINX = "<html><head><title>{}</title></head><body><hr><center>nginx</center></body></html>"


def error(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, "type": "new_api_error", **more}}


WAIT_NOT = {"Retry-After": "0"}
BUSY = as_json(
    error("当前分组上游负载已饱和，请稍后再试", code=None), status=429, headers=WAIT_NOT
)
SHUT_DOWN = {
    "code": "fail_to_fetch_task",
    "message": '{"error":{"code":404,"message":"Publisher Model … is no longer available",'
    '"status":"NOT_FOUND"}}',
    "data": None,
}

HTTP_CASES = [
    *refused("a web page under 200: page of the web console",
             as_html(SPA), K.MISCONFIGURED, reason=""),
    *refused("Cloudflare's page, perhaps accepted: 524",
             as_html(CF, status=524), K.TIMEOUT, reason="", billed=True),
    *refused("Cloudflare's page, perhaps accepted: 502",
             as_html(CF, status=502), K.UPSTREAM, reason="", billed=True),
    *refused("Cloudflare's page, perhaps accepted: 503",
             as_html(CF, status=503), K.UPSTREAM, reason="", billed=True),
    *refused("nginx pages for limits: 504",
             as_html(NGINX.format(504), status=504), K.TIMEOUT, billed=True),
    *refused("nginx pages for limits: 413",
             as_html(NGINX.format(413), status=413), K.TOO_LARGE, reason=""),
    *refused(
        "a 404 of the path",
        as_json(error("Invalid URL (POST /v1/video/generations)", code=""), status=404),
        K.MISCONFIGURED,
    ),
    *refused("one 401, two meanings: key",
             as_json(error("无效的令牌 (request id: 20261120…)"), status=401), K.AUTH),
    *refused(
        "one 401, two meanings: credit",
        as_json(error("该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]", code=""), status=401),
        K.QUOTA,
        reason="该令牌额度已用尽 TokenStatusExhausted[sk-***]",
    ),
    *refused(
        "no channel for the model",
        as_json(
            error("分组 default 下模型 sora-2 无可用渠道（distributor）", code="model_not_found"),
            status=503,
        ),
        K.MODEL_GONE,
    ),
    *refused(
        "shut down, quoted in JSON",
        as_json(SHUT_DOWN, status=404),
        K.MODEL_GONE,
        reason="Publisher Model … is no longer available",
    ),
    *refused("overloaded, told in Chinese", BUSY, K.OVERLOADED, posts=3),
    *refused("error codes of any type: number",
             as_json(error("x", code=401), status=400), K.BAD_REQUEST, reason="x"),
    *refused("error codes of any type: null",
             as_json(error("x", code=None), status=400), K.BAD_REQUEST, reason="x"),
    *refused(
        "error codes of any type: word",
        as_json(error("x", code="insufficient_user_quota"), status=400), K.QUOTA
    ),
    *refused("error codes of any type: string",
             as_json({"error": "plain string"}, status=400), K.BAD_REQUEST,
             reason="plain string"),
    *refused(
        "error codes of any type: detail",
        as_json({"detail": [{"loc": ["body", "prompt"], "msg": "field required"}]}, status=422),
        K.BAD_REQUEST,
        reason="body.prompt: field required",
    ),
    *refused("error codes of any type: empty",
             as_json("", status=500), K.UPSTREAM, reason="", billed=True),
    *refused(
        "a refusal under status 200: code",
        as_json({"code": "invalid_request", "message": "prompt is required", "data": None}),
        K.BAD_REQUEST,
        reason="prompt is required",
    ),
    *refused("a refusal under status 200: success",
             as_json({"success": False, "message": "no"}), K.UPSTREAM, reason="no", billed=True),
    *refused(
        "a refusal under status 200: msg",
        as_json({"code": 500, "msg": "This interface is temporarily paused"}),
        K.MODEL_GONE,
        billed=True,
    ),
    *refused("a redirect", as_html("", status=301), K.MISCONFIGURED),
]  # fmt: skip

DONE = {"status": "SUCCESS", "progress": "100%", "data": {"output": A}}
LINKLESS_SUCCESS = {
    "created_at": 1,
    "fail_reason": "",
    "finished_at": 2,
    "platform": "1",
    "progress": "100%",
    "status": "SUCCESS",
    "task_id": "task_1",
}
FAILED_AT_100 = {
    "status": "FAILURE",
    "progress": "100%",
    "fail_reason": "输入的提示词违反了政策",
    "data": None,
}
ODD_TYPES = {"created_at": 1760696116136, "seconds": "10", "size": "small", "progress": "0%"}
FILTERED = {
    "done": True,
    "response": {
        "raiMediaFilteredCount": 1,
        "raiMediaFilteredReasons": [
            "Veo could not generate 1 videos based on the prompt provided. You will not be charged"
        ],
    },
}
MODERATED = {
    "id": "t1",
    "status": "failed",
    "error": {
        "code": "moderation_blocked",
        "message": "Your request was blocked by our moderation system.",
    },
}
BAD_GATEWAY = as_html("<html><title>502 Bad Gateway</title></html>", status=502)
UNKNOWN_TASK = as_json(
    {"code": "task_not_exist", "message": "task_not_exist", "data": None}, status=400
)

TASK_CASES = [
    task("the task id anywhere: no id", creation="{}", kind=K.AMBIGUOUS, billed=True, gets=0),
    *(
        task(f"the task id anywhere: {body}", DONE, creation=body, urls=((A,),), gets=1)
        for body in (
            {"id": "x", "task_id": "x"},
            {"data": {"task_id": "x"}},
            {"code": 200, "data": [{"task_id": "x"}]},
            {"code": "success", "data": "x"},
        )
    ),
    task(
        "the task id anywhere: broken body",
        creation=broken('{"task_id":'),
        kind=K.AMBIGUOUS,
        billed=True,
        gets=0,
    ),
    task("a new task is unknown", *[UNKNOWN_TASK] * 3, DONE, urls=((A,),), gets=4),
    task(
        "failed at a hundred percent",
        FAILED_AT_100,
        kind=K.MODERATION_PROMPT,
        reason="输入的提示词违反了政策",
    ),
    task("success without a link", LINKLESS_SUCCESS, LINKLESS_SUCCESS, DONE, urls=((A,),), gets=3),
    *(
        task(f"the link in odd places: {body}", body, urls=((A,),))
        for body in (
            {"status": "completed", "metadata": {"url": A}},
            {"code": "success", "data": {"status": "SUCCESS", "fail_reason": A}},
            {"status": "SUCCESS", "data": {"data": {"data": {"output": A}}}},
            {"data": {"data": {"data": {"output": A}}}},
            {"video_url": f'["{A}"]'},
        )
    ),
    task(
        "milliseconds, words, percent text",
        ODD_TYPES,
        DONE,
        urls=((A,),),
        fractions=(0.0,),
        gets=2,
    ),
    *(
        task(
            f"unknown statuses mean waiting: {status}",
            {"status": status},
            DONE,
            urls=((A,),),
            gets=2,
        )
        for status in ("pending", "submitted", "queueing", "UNKNOWN", None, "")
    ),
    *(
        task(
            f"ids with reserved characters: {name}", DONE, creation={"task_id": name}, urls=((A,),)
        )
        for name in (
            "sora-2:task_01k7",
            "veo3.1-fast:1770350082-trii1OXZc3",
            "cHJvamVjdHM+L/8=" * 20,
        )
    ),
    task("polls fail, then recover: bad gateway", *[BAD_GATEWAY] * 3, DONE, urls=((A,),), gets=4),
    task("polls fail, then recover: torn connection", b"", b"", DONE, urls=((A,),), gets=3),
    *(
        task(
            f"expired and cancelled are final: {status}",
            {"id": "cgt-1", "status": status, "error": None},
            dialect=SEEDANCE,
            creation={"id": "cgt-1"},
            kind=kind,
            gets=1,
        )
        for status, kind in (("expired", K.EXPIRED), ("cancelled", K.CANCELLED))
    ),
    task("done, but all was filtered: nothing but a filter", FILTERED, kind=K.MODERATION_PROMPT),
    task(
        "done, but all was filtered: deeper",
        {**FILTERED, "response": {"generateVideoResponse": FILTERED["response"]}},
        kind=K.MODERATION_PROMPT,
    ),
    task("moderated after it was accepted", MODERATED, kind=K.MODERATION_PROMPT),
]

# Where no link is told, this one has a place of its own for it: test_openai_videos.py.
VIDEO_CASES = [
    replace(case, dialect=VIDEOS)
    for case in TASK_CASES
    if case.dialect == TASKS and not case.id.startswith("success without a link")
]

ALL = [*CHAT_CASES, *HTTP_CASES, *TASK_CASES, *VIDEO_CASES]


def request_of(case: HostileAnswer) -> MediaRequest:
    return MediaRequest(prompt=case.prompt, ratio="9:16", seconds=10, count=case.count)


async def played(case: HostileAnswer, **changes: Sequence[Answer]) -> DialectRun:
    return await talk(
        case.dialect,
        creation=changes.get("creation", case.creation),
        looks=case.looks,
        request=request_of(case),
        pace=CALM,
    )


def check(case: HostileAnswer, spoken: DialectRun) -> None:
    assert spoken.urls == list(case.urls), spoken.error
    assert [asset.preview for asset in spoken.assets] == [case.preview] * len(case.urls)
    assert [asset.page for asset in spoken.assets] == [case.page] * len(case.urls)
    assert (spoken.fault and spoken.fault.kind) == case.kind
    if spoken.fault:
        assert spoken.fault.maybe_billed is case.billed
        assert case.reason is None or spoken.fault.reason == case.reason
    assert spoken.posts == case.posts
    assert case.gets is None or len(spoken.requests) - spoken.posts == case.gets


@pytest.mark.parametrize("case", ALL, ids=[f"{case.dialect}: {case.id}"[:80] for case in ALL])
async def test_a_hostile_answer_is_understood(case: HostileAnswer) -> None:
    spoken = await played(case)

    check(case, spoken)
    if case.fractions:
        assert tuple(spoken.fractions) == case.fractions


CUT = [
    case
    for case in CHAT_CASES
    if case.id.startswith(
        ("only pings", "text cut", "the stream is compressed", "dotted progress")
    )
]


@pytest.mark.parametrize("case", CUT, ids=lambda case: case.id)
async def test_a_stream_that_comes_byte_by_byte_means_the_same(case: HostileAnswer) -> None:
    whole = case.creation[0]
    assert isinstance(whole, bytes)

    spoken = await played(case, creation=[[bytes([byte]) for byte in whole]])

    check(case, spoken)
    assert spoken.events == (await played(case)).events


@pytest.mark.parametrize("ending", [STOP, ""], ids=["ended well", "ended early"])
@pytest.mark.parametrize(
    "answer", [LINKLESS, told("x")], ids=["the stream ends without link", "nothing"]
)
async def test_a_stream_without_a_link_is_never_asked_for_again(answer: str, ending: str) -> None:
    spoken = await talk(CHAT, creation=[stream(answer + ending)], pace=CALM)

    assert spoken.posts == len(spoken.requests) == 1


async def test_a_task_that_is_learned_of_in_a_stream_is_told_before_the_stream_ends() -> None:
    body = told("> 排队中......\n", OWN_SOURCE + "\n", "> 🏃 进度：9.0%\n", LINK) + STOP

    spoken = await talk(CHAT, creation=[stream(body)])

    assert Accepted(task=TaskRef(id="/source/veo3-pro:03bd")) in spoken.events
    assert Queued() in spoken.events
    assert spoken.fractions == [0.09]


async def test_a_task_that_is_named_in_the_last_words_is_told_before_it_is_polled() -> None:
    spoken = await talk(
        CHAT, creation=[stream(told("ORIGIN/source/t1") + STOP)], looks=[SOURCE_DONE]
    )

    assert spoken.events == [Accepted(), Rendering(), Accepted(task=TaskRef(id="/source/t1"))]
    assert spoken.urls == [(A,)]


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        (as_json({"status": "failed", "video_generation_error": "boom"}), K.UPSTREAM),
        (as_json({"status": "failed", "error_message": "违反政策"}), K.MODERATION_PROMPT),
        (as_json({"status": "completed"}), K.NO_MEDIA),
        (BAD_GATEWAY, K.NO_MEDIA),
    ],
    ids=["failed", "moderated", "no link", "unreachable"],
)
async def test_what_the_task_says_counts_more_than_a_stream_without_a_link(
    look: bytes, kind: FaultKind
) -> None:
    spoken = await talk(
        CHAT, creation=[stream(told(OWN_SOURCE + "\n") + STOP)], looks=[look], pace=HASTY
    )

    assert spoken.fault is not None
    assert spoken.fault.kind is kind
    assert spoken.posts == 1


async def test_a_preview_is_kept_when_the_task_gives_nothing_better() -> None:
    body = told(OWN_SOURCE + "\n", PREVIEW) + STOP

    spoken = await talk(CHAT, creation=[stream(body)], looks=[BAD_GATEWAY], pace=HASTY)

    assert spoken.assets[0].preview


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_a_status_page_of_strangers_says_nothing_about_the_key(status: int) -> None:
    refusal = as_json(error("无效的令牌"), status=status)

    spoken = await talk(CHAT, looks=[refusal], task="ORIGIN/source/t1", pace=HASTY)
    recovered = await talk(
        CHAT, looks=[refusal, refusal, SOURCE_DONE], task="ORIGIN/source/t1", pace=CALM
    )

    assert spoken.fault is not None
    assert spoken.fault.kind is K.NETWORK
    assert recovered.urls == [(A,)]
    assert not any(b"authorization" in request.lower() for request in recovered.requests)


@pytest.mark.parametrize("task", ["http://[/source/t", "http://h\x00/source/t", "ftp://h/t"])
async def test_an_address_that_cannot_be_asked_is_a_failure_of_the_network(task: str) -> None:
    spoken = await talk(CHAT, task=task, pace=HASTY)

    assert spoken.fault is not None
    assert spoken.fault.kind is K.NETWORK


async def test_a_link_that_comes_soon_after_the_end_mark_is_waited_for_but_not_for_ever() -> None:
    never = asyncio.Event()

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(told("x") + STOP))
        await never.wait()

    async with speaker(CHAT, serve, pace=HASTY) as (dialect, _):
        with pytest.raises(JobError) as caught:
            await dialect.generate(generation_of(CHAT))

    assert caught.value.fault.kind is K.NO_MEDIA


async def test_a_stream_that_stays_open_after_link_and_end_mark_is_left() -> None:
    never = asyncio.Event()

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(told(LINK) + STOP))
        await never.wait()

    patient = replace(CALM, afterwards=1000)
    async with speaker(CHAT, serve, pace=patient) as (dialect, _):
        assets = await dialect.generate(generation_of(CHAT))

    assert assets[0].urls == (A,)


@pytest.mark.parametrize("error_type", [TimeoutError, ValueError, LookupError])
async def test_an_error_of_the_one_who_is_told_is_not_taken_for_one_of_the_stream(
    error_type: type[Exception],
) -> None:
    async def fail(event: object) -> None:
        if isinstance(event, Rendering):
            raise error_type("store is gone")

    with pytest.raises(error_type, match="store is gone"):
        await talk(CHAT, creation=[stream(told("x", LINK) + STOP)], report=fail)


@pytest.mark.parametrize("name", [CHAT, TASKS])
async def test_of_an_endless_refusal_only_the_beginning_is_read(name: str) -> None:
    sent: list[int] = []

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 X\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(b"x" * 60_000)
            sent.append(60_000)
            await writer.drain()

    async with speaker(name, serve) as (dialect, _):
        with pytest.raises(JobError) as caught:
            await dialect.generate(generation_of(name))

    assert caught.value.fault.kind is K.BAD_REQUEST
    assert caught.value.fault.reason == "x" * 499 + "…"
    assert sum(sent) < 50_000_000


async def test_a_stream_that_falls_silent_has_timed_out() -> None:
    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(stream(told("> 🏃 进度：9.0%\n")))
        await asyncio.Event().wait()

    async with speaker(CHAT, serve, http=impatient) as (dialect, _):
        with pytest.raises(JobError) as caught:
            await dialect.generate(generation_of(CHAT))

    assert caught.value.fault.kind is K.TIMEOUT
    assert caught.value.fault.maybe_billed
