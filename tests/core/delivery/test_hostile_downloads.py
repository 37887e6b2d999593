"""What CDNs have answered in place of a video (docs/gateways.md, "Hostile cases")."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.delivery.download import download
from core.errors import FaultKind, JobError
from core.media import MediaKind, RemoteAsset
from tests.fakes.raw_server import raw_server, redirect, replies, reply

K = FaultKind
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(range(256)) * 40
KEY = {"Authorization": "Bearer sk-verysecretkey"}
CAP_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileDownload:
    """Answers, the last of which stays, and what comes of them: a file where there is no kind."""

    id: str
    answers: Sequence[bytes]
    kind: FaultKind | None = None
    reason: str | None = None
    requests: int = 1


def said(body: str, mime: str, status: int = 200) -> bytes:
    return reply(
        body.encode(),
        status=status,
        headers={"Content-Type": mime, "Content-Length": str(len(body.encode()))},
    )


def chunked(*, ends: bool) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head + b"%x\r\n%s\r\n" % (len(MP4), MP4) + (b"0\r\n\r\n" if ends else b"")


TOO_OLD = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
SKEWED = "<Error><Code>RequestTimeTooSkewed</Code><Message>Expired: X-Tos-Expires</Message>"
FORBIDDEN = said("<Error><Code>AccessDenied</Code></Error>", "application/xml", 403)
GOOD = reply(MP4)
NOT_YET = (
    '{"error":{"message":"Task is not completed yet, current status: IN_PROGRESS",'
    '"type":"invalid_request_error"}}'
)
METADATA = "http://169.254.169.254/latest/meta-data/iam/"

CASES = [
    HostileDownload(
        id="a signed link has expired: presigned and too old",
        answers=[said(TOO_OLD, "application/xml", 403)],
        kind=K.EXPIRED,
        reason="Request has expired",
    ),
    HostileDownload(
        id="a signed link has expired: in other words",
        answers=[said(SKEWED, "application/xml", 403)],
        kind=K.EXPIRED,
    ),
    HostileDownload(
        id="no video despite its type: a page as video/mp4",
        answers=[said("<!DOCTYPE html><p>Please log in</p>", "video/mp4")],
        kind=K.NOT_MEDIA,
        reason="Please log in",
    ),
    HostileDownload(
        id="no video despite its type: JSON as video/mp4",
        answers=[said('{"code":403,"message":"no such file"}', "video/mp4")],
        kind=K.NOT_MEDIA,
        reason="no such file",
    ),
    HostileDownload(
        id="no video despite its type: a video under any name",
        answers=[reply(MP4, headers={"Content-Type": "binary/octet-stream"})],
    ),
    HostileDownload(
        id="the CDN wants a browser: only for browsers", answers=[FORBIDDEN, GOOD], requests=2
    ),
    HostileDownload(
        id="the CDN wants a browser: for nobody",
        answers=[FORBIDDEN],
        kind=K.LINK_DEAD,
        requests=12,
    ),
    HostileDownload(
        id="a redirect into private networks: into the cloud's own network",
        answers=[redirect(METADATA)],
        kind=K.UNREACHABLE_LINK,
    ),
    HostileDownload(
        id="a redirect into private networks: there by a detour",
        answers=[redirect("/a"), redirect("/b"), redirect(METADATA)],
        kind=K.UNREACHABLE_LINK,
        requests=3,
    ),
    HostileDownload(
        id="a redirect into private networks: out of the web",
        answers=[redirect("file:///etc/passwd")],
        kind=K.UNREACHABLE_LINK,
    ),
    HostileDownload(
        id="the file is cut short: always cut", answers=[GOOD[:-1]], kind=K.NETWORK, requests=3
    ),
    HostileDownload(
        id="the file is cut short: cut twice", answers=[GOOD[:-1], GOOD[:-5000], GOOD], requests=3
    ),
    HostileDownload(
        id="the file is cut short: a part that nobody asked for",
        answers=[reply(MP4[:64], status=206)],
        kind=K.NOT_MEDIA,
    ),
    HostileDownload(
        id="the file is cut short: chunks without an end",
        answers=[chunked(ends=False)],
        kind=K.NETWORK,
        requests=3,
    ),
    HostileDownload(
        id="no length, or too much: no length, but an end", answers=[chunked(ends=True)]
    ),
    HostileDownload(
        id="no length, or too much: too long by its own word",
        answers=[reply(MP4, headers={"Content-Length": str(300_000_000)})],
        kind=K.OVERSIZED,
    ),
    # The task is asked again for these: the run takes both for a link that was not the last.
    HostileDownload(
        id="JSON in place of bytes: /content before the end",
        answers=[said(NOT_YET, "application/json", 400)],
        kind=K.LINK_DEAD,
    ),
    HostileDownload(
        id="JSON in place of bytes: the same with 200",
        answers=[said(NOT_YET, "application/json")],
        kind=K.LINK_DEAD,
    ),
]


async def fetch(url: str, folder: Path) -> Path:
    """Download as for an endpoint at that place, with its key, and without any pause."""
    return await download(
        RemoteAsset(urls=(f"{url}/v.mp4",), authorized=True),
        folder,
        name="clip",
        origin=url,
        headers=KEY,
        cap_bytes=CAP_BYTES,
        backoff_seconds=0,
    )


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_a_hostile_cdn_gives_a_whole_video_or_a_plain_reason(
    case: HostileDownload, tmp_path: Path
) -> None:
    fault = None
    async with raw_server(replies(*case.answers)) as server:
        try:
            path = await fetch(server.url, tmp_path)
        except JobError as error:
            fault = error.fault
        else:
            assert path.read_bytes() == MP4

    assert (fault and fault.kind) == case.kind
    assert case.reason is None or (fault and fault.reason) == case.reason
    assert len(server.requests) == case.requests
    assert len(files(tmp_path)) == (0 if case.kind else 1)


@pytest.mark.parametrize(
    ("head", "suffix"),
    [(b"\xff\xd8\xff\xe0\x00\x10JFIF", ".jpg"), (b"RIFF\x24\0\0\0WEBPVP8 ", ".webp")],
)
async def test_a_picture_that_says_png_is_what_its_bytes_say(
    tmp_path: Path, head: bytes, suffix: str
) -> None:
    lie = reply(head + bytes(64), headers={"Content-Type": "image/png"})
    async with raw_server(replies(lie)) as server:
        remote = RemoteAsset(urls=(f"{server.url}/x.png",), kind=MediaKind.IMAGE)
        path = await download(remote, tmp_path, name="clip", origin=server.url)

    assert path.suffix == suffix


async def test_a_browser_has_neither_the_key_nor_a_referer(tmp_path: Path) -> None:
    async with raw_server(replies(FORBIDDEN, GOOD)) as server:
        await fetch(server.url, tmp_path)

    first, second = (request.lower() for request in server.requests)
    assert b"sk-verysecretkey" in first
    assert b"sk-" not in second
    assert b"mozilla/5.0" in second
    assert b"referer" not in first + second


async def test_a_file_without_a_length_is_stopped_at_the_cap(tmp_path: Path) -> None:
    sent: list[int] = []

    async def pour(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        body = MP4
        while True:
            writer.write(b"%x\r\n%s\r\n" % (len(body), body))
            await writer.drain()
            sent.append(len(body))
            body = bytes(100_000)

    async with raw_server(pour) as server:
        with pytest.raises(JobError) as caught:
            await fetch(server.url, tmp_path)

    assert caught.value.fault.kind is K.OVERSIZED
    assert sum(sent) < 50_000_000
    assert files(tmp_path) == []
