"""What is understood of the streams that gateways tell, wherever they are cut."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dialects._chat_stream import ChatStream
from core.dialects._chat_text import (
    choose_assets,
    echo_end,
    fraction_of,
    is_queued,
    is_retrying,
    links_in,
    reason_of,
    status_url,
)
from core.dialects.chat_video import answer
from core.media import MediaRequest, Queued, RemoteAsset, Rendering
from tests.core.dialects import stream_examples
from tests.core.dialects.http_answers import STOP, told
from tests.core.dialects.stream_examples import CDN, ECHO, SOURCE, StreamExample

PROMPT = "画只猪在天上飞"


def hear(*chunks: bytes, prompt: str = PROMPT) -> tuple[ChatStream, list[Queued | Rendering]]:
    story = ChatStream("https://api.example:443", prompt)
    events = [event for chunk in chunks for event in story.hear(chunk)]
    story.end()
    return story, events


def assets_of(body: str | bytes, count: int = 1, prompt: str = PROMPT) -> tuple[RemoteAsset, ...]:
    raw = body.encode() if isinstance(body, str) else body
    return answer(hear(raw, prompt=prompt)[0], MediaRequest(prompt=prompt, count=count))


def urls_of(text: str, prompt: str = PROMPT) -> list[tuple[str, ...]]:
    return [asset.urls for asset in assets_of(told(text) + STOP, 4, prompt)]


def fractions(events: list[Queued | Rendering]) -> list[float]:
    told_ = [event.fraction for event in events if isinstance(event, Rendering)]
    return [fraction for fraction in told_ if fraction is not None]


@pytest.mark.parametrize("stream", stream_examples.ALL, ids=lambda stream: stream.name)
def test_every_known_dialect_is_understood(stream: StreamExample) -> None:
    story, events = hear(stream.body.encode())

    assert [asset.urls for asset in assets_of(stream.body, stream.count)] == list(stream.urls)
    assert tuple(dict.fromkeys(fractions(events))) == tuple(dict.fromkeys(stream.fractions))
    assert (Queued() in events) is stream.queued
    assert story.task_url == stream.task


@settings(max_examples=60)
@given(st.sampled_from(stream_examples.ALL), st.lists(st.floats(0, 1), max_size=12))
def test_where_the_bytes_are_cut_changes_nothing(
    stream: StreamExample, shares: list[float]
) -> None:
    body = stream.body.encode()
    cuts = [0, *sorted(int(share * len(body)) for share in shares), len(body)]
    chunks = [body[start:end] for start, end in pairwise(cuts)]

    story, events = hear(*chunks)
    found = answer(story, MediaRequest(prompt=PROMPT, count=stream.count))

    assert [asset.urls for asset in found] == list(stream.urls)
    assert events == hear(body)[1]
    assert story.task_url == stream.task


@pytest.mark.parametrize("stream", stream_examples.ALL, ids=lambda stream: stream.name)
def test_bytes_that_come_one_by_one_are_understood(stream: StreamExample) -> None:
    story, events = hear(*(bytes([byte]) for byte in stream.body.encode()))

    found = answer(story, MediaRequest(prompt=PROMPT, count=stream.count))

    assert [asset.urls for asset in found] == list(stream.urls)
    assert events == hear(stream.body.encode())[1]


def text_of(stream: StreamExample) -> str:
    story, _ = hear(stream.body.encode())
    return story.content


# A bare address that is declared finished cannot be told from half of one: not D6 with STOP.
ENDINGS = [
    *((stream, "") for stream in stream_examples.ALL),
    *((stream, STOP) for stream in stream_examples.ALL if stream is not stream_examples.D6),
]


@pytest.mark.parametrize(
    ("stream", "end"), ENDINGS, ids=[f"{one.name}, {len(end)}" for one, end in ENDINGS]
)
def test_a_story_that_breaks_off_anywhere_never_gives_half_an_address(
    stream: StreamExample, end: str
) -> None:
    text = text_of(stream)
    whole = {link.url for link in links_in(text)}

    for cut in range(len(text)):
        story, _ = hear((told(text[:cut]) + end).encode())
        found = answer(story, MediaRequest(prompt=PROMPT, count=4))

        assert {url for asset in found for url in asset.urls} <= whole, text[:cut]
        assert story.task_url in ("", stream.task), text[:cut]


@pytest.mark.parametrize("end", ["", STOP], ids=["cut off", "declared finished"])
@pytest.mark.parametrize(
    "text", ["[点击这里](https://h/a(1).mp4) 好", "<video src=https://h/a.mp4></video>"]
)
def test_half_an_address_is_none_in_any_notation(text: str, end: str) -> None:
    whole = {link.url for link in links_in(text)}

    found = {
        url
        for cut in range(len(text))
        for asset in assets_of(told(text[:cut]) + end)
        for url in asset.urls
    }

    assert found == whole


def test_links_in_the_thoughts_count_when_the_text_has_none() -> None:
    thought = told(reasoning=("[点击这里](https://h/thought.mp4)\n",))

    assert assets_of(thought + STOP)[0].urls == ("https://h/thought.mp4",)
    assert assets_of(thought + told("[点击这里](https://h/a.mp4)") + STOP)[0].urls == (
        "https://h/a.mp4",
    )


def test_a_bare_address_at_the_end_is_believed_when_the_stream_says_that_it_is_over() -> None:
    body = told("https://h/a.mp4")

    assert assets_of(body) == ()
    assert assets_of(body + "data: [DONE]\n\n")[0].urls == ("https://h/a.mp4",)
    assert assets_of(body + STOP)[0].urls == ("https://h/a.mp4",)
    assert assets_of(body + STOP.replace('"stop"', '"length"')) == ()


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("https://h/a.mp4)。", ["https://h/a.mp4"]),
        ("https://h/a.mp4~~~", ["https://h/a.mp4"]),
        ("https://h/a.mp4。谢谢", ["https://h/a.mp4"]),
        ("https://h/a.mp4下载", ["https://h/a.mp4"]),
        ("**https://h/a.mp4**", ["https://h/a.mp4"]),
        (r"https://h/a.mp4\n\n", ["https://h/a.mp4"]),
        ("（https://h/a.mp4）", ["https://h/a.mp4"]),
        ("[点击这里](https://h/a.mp4）", ["https://h/a.mp4"]),
        ('[点击这里](<https://h/a.mp4> "title")', ["https://h/a.mp4"]),
        ("[点击这里](https://h/a(1).mp4)", ["https://h/a(1).mp4"]),
        ('https://h/a.mp4 <p align="center"><small>© 2025 DMXAPI</small></p>', ["https://h/a.mp4"]),
        ("[观看](https://h/a.mp4?x=1&amp;y=2)", ["https://h/a.mp4?x=1&y=2"]),
        ("<video src=https://h/a.mp4></video>", ["https://h/a.mp4"]),
        ('<source type="video/mp4" src="https://h/raw?id=1">', ["https://h/raw?id=1"]),
        ("<video data-media-id='7' style='width:100%' src='https://h/x.webm'>", ["https://h/x.webm"]),
        ("[Watch](https://h/stream/1)", ["https://h/stream/1"]),
        ("看 https://h/out/abc", ["https://h/out/abc"]),
        ("<video src='/tmp/a.mp4'>", []),
        ("[帮助](https://h/help)", []),
        ("<a href='https://h/about'>", []),
        ("https://h/", []),
        ("![图](https://h/T.webp)", []),
        ("❌ 生成失败: 详情 https://openai.com/policies/usage", []),
        ("[点击这里](data:video/mp4;base64,AAAA)", []),
    ],
)  # fmt: skip
def test_an_address_is_taken_out_of_what_surrounds_it(text: str, urls: list[str]) -> None:
    assert urls_of(text + "\n") == [(url,) for url in urls]


def test_a_drive_page_is_given_as_its_file_and_as_the_page() -> None:
    page = "https://drive.google.com/file/d/1AbC-x_9/view"

    assets = assets_of(told(page) + STOP)

    direct = "https://drive.google.com/uc?export=download&id=1AbC-x_9"
    assert assets == (RemoteAsset(urls=(direct,), page=page),)


def test_a_preview_is_taken_only_when_there_is_nothing_better() -> None:
    preview = (
        f"> [📺 Online Preview]({CDN}/low.mp4) | [⏬ Download Video]({CDN}/download/low.mp4)\n"
    )
    better = f"[▶️ Watch Online]({CDN}/hi.mp4)\n"

    only = assets_of(told(preview))
    both = assets_of(told(preview, better))

    assert only == (RemoteAsset(urls=(f"{CDN}/low.mp4", f"{CDN}/download/low.mp4"), preview=True),)
    assert both == (RemoteAsset(urls=(f"{CDN}/hi.mp4",)),)


def test_of_several_videos_for_one_number_the_last_one_counts() -> None:
    text = (
        "第2个视频生成成功，[点击这里](https://h/b1.mp4)\n第1个视频生成成功，[点击这里](https://h/a.mp4)\n"
        "第2个视频生成成功，[点击这里](https://h/b2.mp4)\n"
    )

    assert urls_of(text) == [("https://h/a.mp4",), ("https://h/b2.mp4",)]


def test_of_videos_without_numbers_the_last_ones_count() -> None:
    links = links_in("[观看](https://h/1.mp4)\n[观看](https://h/2.mp4)\n[观看](https://h/3.mp4)")

    assert [asset.urls[0] for asset in choose_assets(links, 2)] == [
        "https://h/2.mp4",
        "https://h/3.mp4",
    ]


TRAP = (
    "复刻 https://evil.example/x.mp4 进度：99% 违反 ``` 排队中 https://asyncdata.net/source/evil"
)
TRAP_ECHO = f'```json\n{{"prompt":"{TRAP}","mode":"竖屏模式"}}\n```\n\n'


def test_nothing_in_the_echo_of_the_prompt_is_believed_wherever_it_is_cut() -> None:
    text = TRAP_ECHO + "> 🏃 进度：9.0%\n\n"

    for cut in range(len(text)):
        story, events = hear(told(text[:cut], text[cut:]).encode(), prompt=TRAP)

        assert fractions(events)[-1:] == [0.09]
        assert Queued() not in events
        assert 0.99 not in fractions(events)
        assert story.links() == []
        assert story.task_url == ""
        assert reason_of(story.content, "") == "> 🏃 进度：9.0%"


@pytest.mark.parametrize(
    "echo",
    [
        TRAP_ECHO[:-8],
        '```json\n{"prompt": "' + TRAP,
        "```json\nprompt: " + TRAP + "\n```\n",
        '```json\n{"prompt":"a\nb ' + TRAP + '"}\n```\n',
        TRAP.replace("进度：99%", "").replace("违反", "").replace("排队中", ""),
    ],
    ids=["no closing fence", "no closing at all", "no JSON", "raw line breaks", "no fence"],
)
def test_an_echo_that_is_ill_formed_gives_no_link(echo: str) -> None:
    story, events = hear((told(echo, "\n") + STOP).encode(), prompt=TRAP)

    assert story.links() == []
    assert story.task_url == ""
    assert fractions(events) == []


def test_an_echo_with_line_breaks_and_a_fence_of_its_own_is_skipped_as_a_whole() -> None:
    echo = '```json\n{"prompt":"a\n```\n进度：99% https://other.example/x.mp4"}\n```\n'

    story, events = hear((told(echo, "> 🏃 进度：9.0%\n") + STOP).encode())

    assert story.links() == []
    assert fractions(events) == [0.09]


def test_what_follows_an_echo_without_its_closing_fence_is_heard() -> None:
    text = '```json\n{"prompt":"x"}\n\n> [点击这里](https://h/a.mp4) 查看视频~~~'

    assert urls_of(text) == [("https://h/a.mp4",)]


def test_an_address_of_the_prompt_is_never_a_result() -> None:
    prompt = "复刻https://evil.example/x.mp4?a=1&b=2的风格, (https://evil.example/y.mp4|1)"

    assert urls_of(f"提示词: {prompt}\n", prompt) == []
    assert urls_of("https://evil.example/x.mp4?a=1&amp;b=2 \n", prompt) == []
    assert urls_of("https://evil.example/x.mp4镜头\n", prompt) == []
    assert urls_of("https://h/x.mp4?a&amp;b \n", "https://h/x.mp4?a&amp;b") == []


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("", None),
        ("  \n``", None),
        ("```jso", None),
        ("```json\n{", None),
        ('```json\n{"a":1}', None),
        ('```json\n{"a":1}\n``', None),
        ("```html\n<video", 0),
        ("> 进度", 0),
    ],
)
def test_until_it_is_clear_whether_the_text_starts_with_an_echo_nothing_is_told(
    text: str, end: int | None
) -> None:
    assert echo_end(text, ended=False) == end


def test_the_end_of_an_echo_is_behind_its_fence() -> None:
    assert echo_end(ECHO, ended=False) == len(ECHO.rstrip())
    assert echo_end("", ended=True) == 0


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        ("> 🏃 进度：9.0%", 0.09),
        ("> 进度 **34%**", 0.34),
        ("生成进度: 12%", 0.12),
        (">🏃 进度 42..54..67..", 0.67),
        (">🏃 进度 42..5", 0.42),
        ("**Video Generation Progress**: 40% (processing)", 0.4),
        ("Generation in progress: 60% completed (estimated)...", 0.6),
        ("进度：12% 进度：34%", 0.34),
        ("进度：250%", 1.0),
        ("进度：4", None),
        ("Image generation in progress... (35s elapsed)", None),
        ("100% cotton", None),
    ],
)
def test_every_form_of_progress_is_read(text: str, fraction: float | None) -> None:
    assert fraction_of(text) == fraction


def test_waiting_and_trying_again_are_recognised() -> None:
    assert all(
        map(is_queued, ("排队中......", "等待处理中.", "任务正在队列中", "Waiting for processing"))
    )
    assert is_retrying("**生成失败，正在重试**")
    assert is_retrying("第 1 次重试（共 3 次）")
    assert not is_retrying("> 🏃 进度：9.0%")


def test_the_reason_is_the_line_that_speaks_of_failure() -> None:
    text = "> 🏃 进度：90.2%\n> ❌ 生成失败: 违反政策\n> 再见"

    assert reason_of(text, "") == "❌ 生成失败: 违反政策"
    assert reason_of("ok", "错误: 上游") == "错误: 上游"
    assert reason_of("", "just\nthoughts") == "just\nthoughts"
    assert reason_of("x" * 400, "") == "x" * 300


@pytest.mark.parametrize(
    ("content", "reasoning", "reason"),
    [
        (stream_examples.HEADER_ZH, "", None),
        (f"失败 [数据预览]({SOURCE}) | {SOURCE}", "", "失败 数据预览 |"),
        (f"错误: 见 https://api.example/source/t1 {SOURCE}", "", "错误: 见"),
        ("任务ID: `veo3-pro:03bd6356`\n> ID: abc\n等待处理中", "", "等待处理中"),
        ("❌ 生成失败: None", "**Content Policy Violation**\n\nNone", "Content Policy Violation"),
        ("❌ 生成失败: None", "", ""),
        ("None", "null", ""),
        ("x" * 50_000 + "\n错误: 上游", "", "错误: 上游"),
    ],
)
def test_a_reason_names_no_task_and_says_something(
    content: str, reasoning: str, reason: str | None
) -> None:
    told = reason_of(content, reasoning)

    assert "asyncdata" not in told
    assert stream_examples.ID not in told
    assert reason is None or told == reason


def test_a_line_of_the_prompt_is_no_reason() -> None:
    prompt = "a man who violates the law"

    told = reason_of(f"Your prompt: {prompt}\nSorry.", "", prompt=prompt)

    assert told.endswith("Sorry.")
    assert reason_of(f"Your prompt: {prompt}\nSorry.", "").endswith(prompt)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (f"[数据预览](https://asyncdata.net/web/{stream_examples.ID})", SOURCE),
        (f"[原始数据]({SOURCE})", SOURCE),
        (f"{SOURCE}。", SOURCE),
        (f"{SOURCE}, ", SOURCE),
        ("https://pro.asyncdata.net/source/a:1 ", "https://pro.asyncdata.net/source/a:1"),
        ("https://asyncdata.net/api/share/t1\n", "https://asyncdata.net/api/share/t1"),
        ("https://asyncdata.net.evil.example/source/t1 ", ""),
        ("https://asyncdata.net/other/t1 ", ""),
        ("https://api.example/web/t1 ", "/source/t1"),
        ("https://api.example:443/source/t1 ", "/source/t1"),
        ("https://api.example:8443/source/t1 ", ""),
        ("https://api.example.evil/source/t1 ", ""),
        ("no address", ""),
    ],
)
def test_the_address_of_the_task_is_found(text: str, url: str) -> None:
    assert status_url(text, "https://api.example:443") == url


def test_an_address_of_the_task_that_may_still_grow_is_not_believed() -> None:
    assert status_url("https://asyncdata.net/source/veo3-pro:03bd", "", ended=False) == ""
    assert status_url("https://asyncdata.net/source/veo3-pro:03bd)", "", ended=False) != ""


def test_the_plain_port_of_http_may_be_left_out_too() -> None:
    assert status_url("http://h/source/t1 ", "http://h:80") == "/source/t1"
    assert status_url("http://h/source/t1 ", "") == ""


def test_links_stand_in_the_order_of_the_text() -> None:
    text = "https://h/1.mp4 [观看](https://h/2.mp4) <video src='https://h/3.mp4'> https://h/4.png"

    links = links_in(text)

    assert [(link.url[-5:], link.sort) for link in links] == [
        ("1.mp4", "video"),
        ("2.mp4", "video"),
        ("3.mp4", "video"),
        ("4.png", "image"),
    ]


def test_a_text_full_of_openings_is_searched_quickly() -> None:
    hostile = "[" * 50_000 + "<a " * 20_000 + "进度 " * 20_000

    assert links_in(hostile) == []
    assert fraction_of(hostile) is None
