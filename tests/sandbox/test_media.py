"""The videos: real H.264 of the right shape and length, and the ways in which a CDN fails."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# PyAV and Pillow describe parts of themselves by numpy types, and numpy is not installed.

import base64
import io

import av
import httpx
import pytest
from PIL import Image

from sandbox.media.fonts import font_for, wrap

PATH = "/v2/videos/generations"


async def _order(http: httpx.AsyncClient, prompt: str = "a pig", **fields: object) -> str:
    body = {"model": "sandbox-video", "prompt": prompt, "duration": "1", **fields}
    (await http.post(PATH, json=body)).raise_for_status()
    return (await http.get("/sandbox/ledger")).json()[-1]["id"]


@pytest.mark.parametrize(
    ("ratio", "seconds", "hd", "size"),
    [
        ("16:9", 2, False, (170, 96)),
        ("9:16", 1, False, (96, 170)),
        ("1:1", 3, False, (96, 96)),
        ("21:9", 1, True, (336, 144)),
    ],
)
async def test_a_video_has_the_shape_and_the_length_that_was_asked_for(  # noqa: PLR0917 - fixtures and columns
    http: httpx.AsyncClient,
    cdn: httpx.AsyncClient,
    ratio: str,
    seconds: int,
    hd: bool,  # noqa: FBT001 - a column of the table above
    size: tuple[int, int],
) -> None:
    name = await _order(http, aspect_ratio=ratio, duration=str(seconds), hd=hd)

    video = await cdn.get(f"/cdn/{name}-1.mp4")

    assert video.headers["content-type"] == "video/mp4"
    assert video.content.index(b"moov") < video.content.index(b"mdat")
    with av.open(io.BytesIO(video.content), "r") as file:
        stream = file.streams.video[0]
        assert (stream.width, stream.height) == size
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert sum(1 for _ in file.decode(stream)) == stream.frames == 8 * seconds
        assert file.duration == seconds * av.time_base


async def test_both_addresses_give_the_same_bytes(
    http: httpx.AsyncClient, cdn: httpx.AsyncClient
) -> None:
    name = await _order(http)

    watch = await cdn.get(f"/cdn/{name}-1.mp4")
    download = await cdn.get(f"/cdn/download/{name}-1.mp4")

    assert watch.content == download.content
    assert download.headers["content-disposition"].startswith("attachment")


def _picture(colour: tuple[int, int, int]) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


async def test_the_first_picture_fades_into_the_last(
    http: httpx.AsyncClient, cdn: httpx.AsyncClient
) -> None:
    name = await _order(http, images=[_picture((250, 0, 0)), _picture((0, 0, 250))])

    video = await cdn.get(f"/cdn/{name}-1.mp4")

    with av.open(io.BytesIO(video.content), "r") as file:
        pictures = [frame.to_image() for frame in file.decode(video=0)]
    red, blue = pictures[0].getpixel((2, 2)), pictures[-1].getpixel((2, 2))
    assert (red[0] > 200, red[2] < 60) == (True, True)
    assert (blue[0] < 60, blue[2] > 200) == (True, True)


async def test_a_preview_is_half_as_large(http: httpx.AsyncClient, cdn: httpx.AsyncClient) -> None:
    name = await _order(http, aspect_ratio="1:1")

    video = await cdn.get(f"/cdn/{name}-1-low.mp4")

    with av.open(io.BytesIO(video.content), "r") as file:
        assert file.streams.video[0].width == 48


async def test_a_thumbnail_is_a_webp(http: httpx.AsyncClient, cdn: httpx.AsyncClient) -> None:
    name = await _order(http)

    still = await cdn.get(f"/cdn/{name}-1.webp")

    assert Image.open(io.BytesIO(still.content)).format == "WEBP"


@pytest.mark.parametrize("name", ["0" * 32 + "-1", "{}-2", "{}", "x"])
async def test_what_was_never_ordered_is_not_there(
    http: httpx.AsyncClient, cdn: httpx.AsyncClient, name: str
) -> None:
    order = await _order(http)

    reply = await cdn.get(f"/cdn/{name.format(order)}.mp4")

    assert reply.status_code == 404
    assert "<Code>NoSuchKey</Code>" in reply.text


async def test_a_cdn_refuses_a_key(http: httpx.AsyncClient) -> None:
    name = await _order(http)

    reply = await http.get(f"/cdn/{name}-1.mp4")

    assert reply.status_code == 400
    assert "Only one auth mechanism allowed" in reply.text


async def test_an_expired_link_is_forbidden(
    http: httpx.AsyncClient, cdn: httpx.AsyncClient
) -> None:
    name = await _order(http, "a pig #expired")

    reply = await cdn.get(f"/cdn/{name}-1.mp4")

    assert reply.status_code == 403
    assert "<Message>Request has expired</Message>" in reply.text


async def test_a_page_may_call_itself_a_video(
    http: httpx.AsyncClient, cdn: httpx.AsyncClient
) -> None:
    name = await _order(http, "a pig #not-video")

    reply = await cdn.get(f"/cdn/{name}-1.mp4")

    assert (reply.status_code, reply.headers["content-type"]) == (200, "video/mp4")
    assert reply.text.startswith("<!doctype html>")


async def test_a_redirect_may_lead_into_the_private_net(
    http: httpx.AsyncClient, cdn: httpx.AsyncClient
) -> None:
    name = await _order(http, "a pig #redirect-private")

    reply = await cdn.get(f"/cdn/{name}-1.mp4")

    assert reply.status_code == 302
    assert reply.headers["location"].startswith("http://169.254.169.254/")


async def test_a_download_may_break_off_once(
    http: httpx.AsyncClient, cdn: httpx.AsyncClient
) -> None:
    name = await _order(http, "a pig #truncated-once")

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        await cdn.get(f"/cdn/{name}-1.mp4")
    again = await cdn.get(f"/cdn/{name}-1.mp4")

    assert again.status_code == 200


async def test_a_download_may_break_off_every_time(
    http: httpx.AsyncClient, cdn: httpx.AsyncClient
) -> None:
    name = await _order(http, "a pig #truncated")

    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            await cdn.get(f"/cdn/{name}-1.mp4")


@pytest.mark.parametrize("text", ["画只猪在天上飞，画只猪在天上飞", "one two three four five six"])
def test_a_long_text_is_broken_into_lines_that_fit(text: str) -> None:
    font = font_for(text, 20)

    lines = wrap(text, font, 120, 8)

    assert len(lines) > 1
    assert all(font.getlength(line) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_text_that_is_too_long_ends_in_dots() -> None:
    lines = wrap("word " * 50, font_for("a", 20), 120, 3)

    assert len(lines) == 3
    assert lines[-1].endswith("…")
