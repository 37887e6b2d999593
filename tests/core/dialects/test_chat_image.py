"""Pictures over chat: D7, links and pictures inside the text, and how such a text is sieved."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dialects._inline import Sieve, decode
from core.errors import FaultKind
from core.media import Asset, MediaKind, MediaRequest, RemoteAsset
from tests.core.dialects.http_answers import STOP, as_json, broken, frame, stream, told
from tests.core.dialects.scripted_gateway import CALM, DialectRun, talk

CDN = "https://filesystem.site/cdn"
TWINS = (f"{CDN}/20250822/x.png", f"{CDN}/download/20250822/x.png")
PNG = b"\x89PNG\r\n\x1a\nx"
URI = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
D7 = told(
    '```json\n{\n    "prompt": "一只猫 https://evil.example/a.png",\n    "n": 1\n}\n```\n\n',
    "> 排队中.\n\n",
    "> 🎨 生成中...\n\n",
    "> 进度 **34%**\n\n",
    "> 进度 **86%**\n\n",
    f"> 生成完成 ✅\n\n![file_x]({TWINS[0]})\n\n[下载⏬]({TWINS[1]})\n",
)
CAT = MediaRequest(prompt="一只猫 https://evil.example/a.png", kind=MediaKind.IMAGE)


async def heard(body: str | bytes, request: MediaRequest = CAT) -> DialectRun:
    answer = body if isinstance(body, bytes) else stream(body)
    return await talk("chat_image", creation=[answer], request=request, pace=CALM)


def held(data: bytes) -> tuple[RemoteAsset, ...]:
    return (RemoteAsset(data=data, kind=MediaKind.IMAGE),)


async def test_d7_tells_its_progress_and_gives_one_picture_under_two_links() -> None:
    spoken = await heard(D7 + STOP)

    assert spoken.assets == (RemoteAsset(urls=TWINS, kind=MediaKind.IMAGE),)
    assert spoken.fractions == [0.34, 0.86]


async def test_a_stream_that_dies_behind_the_picture_has_given_it() -> None:
    spoken = await heard(broken(D7))

    assert spoken.urls == [TWINS]


async def test_d7_fails_in_words() -> None:
    words = "> 生成失败 ❌\n\n> 该任务的输入或者输出可能违反了OpenAI的相关服务政策\n"

    spoken = await heard(told("> 进度 **34%**\n\n", words) + STOP)

    assert spoken.fault
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (FaultKind.MODERATION_PROMPT, True)
    assert spoken.fault.reason == "该任务的输入或者输出可能违反了OpenAI的相关服务政策"


@pytest.mark.parametrize(
    "body",
    [
        told(f"![image]({URI})"),
        told(f"Here it is:\n{URI}\nEnjoy!"),
        told("![image](da", *URI[2:], ")"),
        frame({"content": [{"type": "image_url", "image_url": {"url": URI}}]}),
        frame({"content": "", "images": [{"type": "image_url", "image_url": {"url": URI}}]}),
        told(f"![draft]({URI[:30]})", f"![image]({URI})", f"![link]({TWINS[0]})"),
    ],
    ids=["markdown", "bare", "in single signs", "as a part", "beside the text", "several"],
)
async def test_a_picture_inside_the_answer_is_taken_out_of_it(body: str) -> None:
    spoken = await heard(body + STOP)

    assert spoken.assets == held(PNG)


async def test_a_whole_body_may_hold_the_picture_too() -> None:
    message = {"role": "assistant", "content": f"![image]({URI})"}

    spoken = await heard(as_json({"choices": [{"index": 0, "message": message}]}))

    assert spoken.assets == held(PNG)


async def test_the_users_own_picture_is_not_taken_for_the_result(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(PNG)
    mine = Asset(
        kind=MediaKind.IMAGE, path=path, mime="image/png", size_bytes=10, width=1, height=1
    )
    echo = f'```json\n{{"prompt": "x", "images": ["{URI}"]}}\n```\n'

    spoken = await heard(told(echo, "> 进度 **34%**\n") + STOP, replace(CAT, images=(mine,)))
    made = await heard(told(echo, f"![x]({TWINS[0]})") + STOP, replace(CAT, images=(mine,)))

    assert spoken.fault
    assert spoken.fault.kind is FaultKind.NO_MEDIA
    assert made.urls == [TWINS[:1]]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (stream(told(URI) + STOP), held(PNG)),
        (stream(told(URI)), ()),
        (broken(told(f"![x]({URI[:-6]}")), ()),
        (broken(told(f"![x]({URI})")), held(PNG)),
    ],
    ids=["ended well", "ended early", "torn", "torn behind it"],
)
async def test_a_picture_that_may_be_cut_off_is_none(
    body: bytes, found: tuple[RemoteAsset, ...]
) -> None:
    assert (await heard(body)).assets == found


async def test_a_video_link_is_no_picture() -> None:
    spoken = await heard(told(f"[点击这里]({CDN}/a.mp4)\n") + STOP)

    assert spoken.fault
    assert spoken.fault.kind is FaultKind.NO_MEDIA


async def test_a_picture_of_many_megabytes_in_small_pieces_is_shown_nowhere() -> None:
    data = PNG + bytes(3_000_000)
    uri = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    pieces = [uri[start : start + 4000] for start in range(0, len(uri), 4000)]

    spoken = await heard(told("![image](", *pieces, ")") + STOP)
    lost = await heard(broken(told("违反 ![image](", *pieces[:5])))

    assert spoken.assets == held(data)
    assert lost.fault
    assert "AAAA" not in f"{spoken.events} {spoken.assets} {lost.fault} {lost.error}"


@given(st.text(alphabet="da:t/;,image/png;base64AZ )![](", max_size=200), st.integers(1, 9))
def test_whatever_is_no_picture_goes_through_the_sieve_untouched(text: str, size: int) -> None:
    sieve = Sieve()

    plain = "".join(sieve.feed(text[at : at + size]) for at in range(0, len(text), size))

    assert sieve.pictures() or plain + sieve.end() == text


@given(st.integers(1, 40), st.binary(min_size=1, max_size=60))
def test_a_picture_is_found_wherever_the_text_is_cut(size: int, data: bytes) -> None:
    encoded = base64.b64encode(data).decode()
    text = f"before (data:image/webp;base64,{encoded}) after d"
    sieve = Sieve()

    plain = "".join(sieve.feed(text[at : at + size]) for at in range(0, len(text), size))

    assert plain + sieve.end() == "before () after d"
    assert [decode(picture) for picture in sieve.pictures()] == [data]


def test_pictures_without_end_are_refused() -> None:
    sieve = Sieve()
    for _ in range(128):
        sieve.feed("(data:image/png;base64," + "A" * 1_000_000 + ")")

    with pytest.raises(ValueError, match="too large"):
        sieve.feed("(data:image/png;base64,A")
