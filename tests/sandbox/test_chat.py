"""Orders over chat: the words of each family, exactly, and what a model refuses."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Say = Callable[..., Awaitable[Any]]

D1 = (
    "\n\n> 视频生成任务已创建\n> 任务ID: `{task}`\n"
    "> 为了防止任务中断，可以从以下链接持续获取任务进度:\n"
    "> [数据预览]({root}/web/{task}) | [原始数据]({root}/source/{task})\n"
    "> 等待处理中.\n\n> 类型: 文字生成\n> 🎬 开始生成视频...........................\n\n"
    "> 🎉 高质量视频已生成\n\n"
    "[▶️ 在线观看]({root}/cdn/{id}-1.mp4) | [⏬ 下载视频]({root}/cdn/download/{id}-1.mp4)"
)
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQ"
    "DwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


async def _newest(http: httpx.AsyncClient) -> dict[str, Any]:
    return (await http.get("/sandbox/ledger")).json()[-1]


async def test_veo3_answers_as_147ai_does(say: Say, http: httpx.AsyncClient) -> None:
    told = await say("画只猪在天上飞", model="veo3-pro")

    order = await _newest(http)
    root = str(http.base_url).rstrip("/")
    assert told.content == D1.format(root=root, task=order["task_id"], id=order["id"])
    assert told.raw.endswith(b"data: [DONE]\n\n")


async def test_the_dots_of_veo3_come_one_by_one(say: Say) -> None:
    told = await say("a pig", model="veo3-fast")

    assert told.raw.count(b'"delta":{"content":"."}') == 28


async def test_the_same_answer_is_one_json_body_without_a_stream(http: httpx.AsyncClient) -> None:
    messages = [{"role": "user", "content": [{"type": "text", "text": "a pig"}]}]
    body = {"model": "veo_3_1-landscape-fast", "messages": messages}

    reply = (await http.post("/v1/chat/completions", json=body)).json()

    order = await _newest(http)
    root = str(http.base_url).rstrip("/")
    assert reply["object"] == "chat.completion"
    assert reply["choices"] == [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": D1.format(root=root, task=order["task_id"], id=order["id"]),
            },
            "finish_reason": "stop",
        }
    ]


async def test_veo_of_apiyi_is_told_byte_by_byte_as_documented(
    say: Say, http: httpx.AsyncClient
) -> None:
    told = await say("画只猪在天上飞", model="veo-3.1", n=2)

    order = await _newest(http)
    root = str(http.base_url).rstrip("/")
    head = (
        f'data: {{"id":"foaicmpl-{order["id"][:29]}","object":"chat.completion.chunk",'
        f'"created":{int(order["accepted_at"])},"model":"veo-3.1","choices":[{{"index":0,"delta":'
    )
    texts = [
        '```json\n{\n    "prompt": "画只猪在天上飞",\n    "mode": "竖屏模式"\n}\n```\n\n',
        "> ⌛️ 任务正在队列中，请耐心等待...\n\n",
        "> ⌛️ 视频正在生成中，请耐心等待...\n\n",
        *(f"> 🏃 进度：{percent}.0%\n\n" for percent in range(9, 90, 9)),
        "> 🏃 进度：90.2%\n\n",
        *(
            f"> ✅ 第{nth}个视频生成成功，[点击这里]({root}/cdn/{order['id']}-{nth}.mp4)"
            " 查看视频~~~\n\n"
            for nth in (1, 2)
        ),
    ]
    deltas = ['{"role":"assistant"}', *(f'{{"content":{_json(text)}}}' for text in texts)]
    usage = '"usage":{"prompt_tokens":16,"completion_tokens":292,"total_tokens":308}'
    expected = "".join(f'{head}{delta},"finish_reason":null}}]}}\n\n' for delta in deltas)
    expected += f'{head}{{}},"finish_reason":"stop"}}],{usage}}}\n\ndata: [DONE]\n\n'
    assert told.raw.decode() == expected


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


async def test_sora_over_chat_names_no_ordinal(say: Say) -> None:
    told = await say("a pig", model="sora_video2-landscape-hd-15s")

    assert '"mode": "横屏模式"' in told.content
    assert "\n\n✅ 视频生成成功，[点击这里](" in told.content


async def test_the_options_of_sora_may_stand_before_the_prompt(
    say: Say, http: httpx.AsyncClient
) -> None:
    await say("横屏,15s,高清 一只猫", model="sora_video2")

    order = await _newest(http)
    assert (order["ratio"], order["seconds"], order["hd"]) == ("16:9", 15, True)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("#d2", "Video generation task created"),
        ("#d4", "<video src='"),
        ("#d5", "```html\n<video src='"),
        ("#d6", "http://127.0.0.1:"),
    ],
)
async def test_a_word_chooses_the_style(say: Say, word: str, expected: str) -> None:
    told = await say(f"a pig {word}")

    assert expected in told.content


async def test_flow2api_thinks_its_progress(say: Say) -> None:
    told = await say("a pig #d4")

    assert told.reasoning.startswith(
        "✨ 视频生成任务已启动\n初始化生成环境...\n提交视频生成任务...\n"
    )
    assert "生成进度: 27%\n" in told.reasoning
    assert "进度" not in told.content


async def test_sora2api_sends_nulls_and_a_new_id_in_every_chunk(say: Say) -> None:
    told = await say("a pig #d5")

    ids = re.findall(rb'"id":"([^"]+)"', told.raw)
    assert len(set(ids)) == len(ids) > 10
    assert b'"content":null,"reasoning_content":"\\n**Video Generation Progress**: 9%' in told.raw
    assert b'"finish_reason":"STOP"' in told.raw


async def test_the_bench_sends_as_many_stamped_lines_as_told(say: Say) -> None:
    told = await say("x #events=40", model="sandbox-bench")

    stamps = [float(stamp) for stamp in re.findall(rb'"sent_at":([\d.]+)', told.raw)]
    assert len(re.findall(r"进度：[\d.]+%", told.content)) == 40
    assert len(stamps) == 41
    assert stamps == sorted(stamps)


@pytest.mark.parametrize(
    "changes",
    [
        {"messages": [{"role": "user", "content": " "}]},
        {"messages": []},
        {"n": 5},
        {"n": "2"},
        {"duration": 5},
        {"duration": "61"},
        {"aspect_ratio": "wide"},
        {"aspect_ratio": "0:9"},
        {"model": "veo-3.1", "aspect_ratio": "16:9"},
        {"model": "veo-3.1-fl"},
        {"model": "veo3-pro-frames"},
        {"model": "veo3-pro", "messages": "pictures"},
        {"messages": "broken picture"},
    ],
)
async def test_what_does_not_fit_is_refused_and_not_paid(
    http: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    pictures = {"pictures": PIXEL, "broken picture": "data:image/png;base64,AAAA"}
    if isinstance(name := changes.get("messages"), str):
        part = {"type": "image_url", "image_url": {"url": pictures[name]}}
        content = [{"type": "text", "text": "a pig"}, part]
        changes = {**changes, "messages": [{"role": "user", "content": content}]}
    body = {"model": "sandbox-stream", "messages": [{"role": "user", "content": "a pig"}]}

    reply = await http.post("/v1/chat/completions", json=body | changes)

    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "invalid_request"
    assert (await http.get("/sandbox/ledger")).json() == []


async def test_an_unknown_model_has_no_channel(http: httpx.AsyncClient) -> None:
    body = {"model": "sora-2", "messages": [{"role": "user", "content": "a pig"}]}

    reply = await http.post("/v1/chat/completions", json=body)

    assert reply.status_code == 503
    assert reply.json()["error"]["code"] == "model_not_found"
    assert reply.json()["error"]["message"].startswith(
        "分组 default 下模型 sora-2 无可用渠道（distributor）"
    )
