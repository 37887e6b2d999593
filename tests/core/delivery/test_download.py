"""A result comes to the disk whole or not at all, and the key goes nowhere else."""

import asyncio
import errno
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.delivery.download import download
from core.errors import FaultKind, JobError, StorageError
from core.files.disk import disk_errors
from core.media import MediaKind, RemoteAsset
from core.public_http import GuardedTransport, origin
from tests.fakes.raw_server import raw_server, redirect, replies, reply

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(range(256)) * 40
KEY = {"Authorization": "Bearer sk-verysecretkey"}
AS_JSON = {"Content-Type": "application/json"}
UNFINISHED = (
    b'{"error":{"message":"Task is not completed yet, current status: IN_PROGRESS",'
    b'"type":"invalid_request_error"}}'
)
GATEWAY = "https://gateway.example"
EXPIRED = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"


async def fetch(folder: Path, *urls: str, own: str = "", **more: Any) -> Path:
    """Download with the first url's origin as the endpoint's own, and without any pause."""
    settings: dict[str, Any] = {"name": "clip", "backoff_seconds": 0.0, **more}
    remote = settings.pop("remote", RemoteAsset(urls=urls))
    return await download(remote, folder, origin=own or urls[0], **settings)


async def refusal(folder: Path, *urls: str, own: str = "", **more: Any) -> JobError:
    """Download what cannot be had: nothing may stay behind."""
    with pytest.raises(JobError) as raised:
        await fetch(folder, *urls, own=own, **more)
    assert files(folder) == []
    return raised.value


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def open_to(*urls: str) -> GuardedTransport:
    """Let a test have a CDN beside the endpoint, both on loopback."""
    return GuardedTransport(frozenset(map(origin, urls)))


async def test_a_video_is_on_disk_under_its_name(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4))) as server:
        path = await fetch(tmp_path / "job", f"{server.url}/v.mp4")

    assert path == tmp_path / "job" / "clip.mp4"
    assert path.read_bytes() == MP4
    assert files(path.parent) == [path]


@pytest.mark.parametrize(
    ("kind", "head", "suffix"),
    [
        (MediaKind.VIDEO, b"\x00\x00\x00\x18ftypisom", ".mp4"),
        (MediaKind.VIDEO, b"\x00\x00\x00\x14ftypqt  ", ".mov"),
        (MediaKind.VIDEO, b"\x1a\x45\xdf\xa3\x9fB\x86\x81", ".webm"),
        (MediaKind.IMAGE, b"\xff\xd8\xff\xe0\x00\x10JFIF", ".jpg"),
        (MediaKind.IMAGE, b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", ".png"),
        (MediaKind.IMAGE, b"RIFF\x24\x00\x00\x00WEBPVP8 ", ".webp"),
    ],
)
async def test_the_suffix_comes_from_the_bytes(
    tmp_path: Path, kind: MediaKind, head: bytes, suffix: str
) -> None:
    answer = reply(head + b"...", headers={"Content-Type": "text/html"})
    async with raw_server(replies(answer)) as server:
        remote = RemoteAsset(urls=(f"{server.url}/x.bin",), kind=kind)
        path = await fetch(tmp_path, own=server.url, remote=remote)

    assert path.name == f"clip{suffix}"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (MediaKind.VIDEO, b"<!DOCTYPE html><p>Please log in</p>"),
        (MediaKind.VIDEO, b'{"code":403}'),
        (MediaKind.VIDEO, b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"),
        (MediaKind.VIDEO, b"\x00\x00\x00\x18ftypavif"),
        (MediaKind.VIDEO, b"\x00\x00\x00\x18ftypheic"),
        (MediaKind.VIDEO, b"\x1f\x8b\x08\x00" + bytes(64)),
        (MediaKind.VIDEO, b"ftyp"),
        (MediaKind.VIDEO, b""),
        (MediaKind.IMAGE, MP4),
        (MediaKind.IMAGE, b"GIF89a" + bytes(64)),
    ],
)
async def test_what_is_no_media_is_never_kept(
    tmp_path: Path, kind: MediaKind, body: bytes
) -> None:
    async with raw_server(replies(reply(body, headers={"Content-Type": "video/mp4"}))) as server:
        remote = RemoteAsset(urls=(f"{server.url}/v.mp4",), kind=kind)
        error = await refusal(tmp_path, own=server.url, remote=remote)

        assert error.fault.kind is FaultKind.NOT_MEDIA
        assert len(server.requests) == 1


async def test_a_page_in_place_of_the_video_is_quoted(tmp_path: Path) -> None:
    page = b"<html><title>Oops</title><body><h1>Please</h1> log\nin</body></html>"
    async with raw_server(replies(reply(page))) as server:
        error = await refusal(tmp_path, server.url)

    assert error.fault.reason == "Please log in"


async def test_the_query_arrives_byte_for_byte(tmp_path: Path) -> None:
    target = (
        "/a%2Fb//c+d/%E4%B8%AD.mp4?X-Tos-Date=2026-11-20T10%3A00%3A00Z&sig=a%2Bb%2fc+d/e%3D%3D"
        "&empty=&flag&odd=%zz|[]{}'~!$(),;:@?/"
    )
    async with raw_server(replies(redirect(target), reply(MP4))) as server:
        await fetch(tmp_path, f"{server.url}{target}")

        lines = [request.partition(b"\r\n")[0].decode() for request in server.requests]
        assert lines == [f"GET {target} HTTP/1.1"] * 2


async def test_a_request_says_little_and_asks_for_plain_bytes(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4))) as server:
        await fetch(tmp_path, server.url)

        lines = server.requests[0].decode().lower().split("\r\n")
        assert "accept-encoding: identity" in lines
        assert f"host: {server.url.removeprefix('http://')}" in lines
        assert not any(line.startswith(("referer", "cookie", "authorization")) for line in lines)


async def test_a_redirect_is_followed(tmp_path: Path) -> None:
    async with raw_server(replies(redirect("/second", status=307), reply(MP4))) as server:
        path = await fetch(tmp_path, f"{server.url}/first")

        assert path.read_bytes() == MP4
        assert server.requests[1].startswith(b"GET /second ")


async def test_five_redirects_are_followed_and_no_sixth(tmp_path: Path) -> None:
    hops = [redirect(f"/{hop}") for hop in range(5)]
    async with (
        raw_server(replies(*hops, reply(MP4))) as good,
        raw_server(replies(*hops, redirect("/again"))) as bad,
    ):
        path = await fetch(tmp_path / "good", good.url)
        (tmp_path / "bad").mkdir()
        error = await refusal(tmp_path / "bad", bad.url)

        assert path.read_bytes() == MP4
        assert error.fault.kind is FaultKind.LINK_DEAD
        assert len(bad.requests) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://localhost:{port}/",
        "http://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http://2130706433:{port}/",
        "file:///etc/passwd",
    ],
)
async def test_a_redirect_into_the_private_network_is_not_followed(
    tmp_path: Path, location: str
) -> None:
    async with raw_server(replies(reply(MP4))) as inside:
        target = location.replace("{port}", inside.url.rpartition(":")[2])
        async with raw_server(replies(redirect(target))) as server:
            error = await refusal(tmp_path, server.url)

        assert error.fault.kind is FaultKind.UNREACHABLE_LINK
        assert inside.requests == []


async def test_a_link_to_the_private_network_is_not_fetched(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4))) as inside:
        error = await refusal(tmp_path, f"{inside.url}/cache/ab12.mp4", own=GATEWAY)

        assert error.fault.kind is FaultKind.UNREACHABLE_LINK
        assert inside.requests == []


@pytest.mark.parametrize("own", ["localhost", "127.0.0.1", "[::1]"])
async def test_a_port_of_this_machine_is_one_origin_whatever_it_is_called(
    tmp_path: Path, own: str
) -> None:
    async with raw_server(replies(reply(MP4))) as server:
        port = server.url.rpartition(":")[2]

        url = f"{server.url}/cache/ab12.mp4"
        other = await refusal(tmp_path, url, own=f"http://{own}:1")
        path = await fetch(tmp_path, url, own=f"http://{own}:{port}")

    assert path.read_bytes() == MP4
    assert other.fault.kind is FaultKind.UNREACHABLE_LINK
    assert len(server.requests) == 1


async def test_a_private_origin_is_opened_only_where_it_is_named(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4))) as inside, raw_server(replies(reply(MP4))) as near:
        url = f"{inside.url}/cache/ab12.mp4"
        for named in ((), (near.url,), (inside.url.replace("http:", "https:"),)):
            error = await refusal(tmp_path, url, own=GATEWAY, media_origins=named)
            assert error.fault.kind is FaultKind.UNREACHABLE_LINK
            assert inside.url in error.fault.detail  # what to name, for the log
        assert inside.requests == []

        key = {"Authorization": "Bearer k"}
        remote = RemoteAsset(urls=(url,), authorized=True)
        await download(
            remote, tmp_path, name="1", origin=GATEWAY, media_origins=(inside.url,), headers=key
        )

    assert b"authorization" not in inside.requests[0].lower()


async def test_the_key_goes_to_the_endpoint_when_the_result_needs_it(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4))) as server:
        remote = RemoteAsset(urls=(f"{server.url}/content",), authorized=True)
        await fetch(tmp_path, own=f"{server.url}/v1", remote=remote, headers=KEY)

        assert b"Authorization: Bearer sk-verysecretkey\r\n" in server.requests[0]


async def test_the_key_stays_at_home_when_the_result_needs_none(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4))) as server:
        await fetch(tmp_path, server.url, headers=KEY)

        assert b"secret" not in server.requests[0]


async def test_the_key_never_leaves_the_endpoint_nor_comes_back(tmp_path: Path) -> None:
    back: list[bytes] = []

    async def send_back(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(back[0])

    async with raw_server(send_back) as cdn:
        away = redirect(f"{cdn.url}/away")
        async with raw_server(replies(away, reply(MP4))) as server:
            back.append(redirect(f"{server.url}/back"))
            remote = RemoteAsset(urls=(f"{server.url}/content",), authorized=True)
            transport = open_to(server.url, cdn.url)
            headers = KEY | {"X-Api-Key": "verysecret"}
            await fetch(
                tmp_path, own=server.url, remote=remote, headers=headers, transport=transport
            )

            assert server.requests[0].count(b"secret") == 2
            assert len(cdn.requests) == 1
            assert len(server.requests) == 2
            assert b"secret" not in cdn.requests[0] + server.requests[1]


async def test_a_link_at_a_cdn_gets_no_key(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4))) as cdn:
        remote = RemoteAsset(urls=(cdn.url,), authorized=True)
        transport = open_to(cdn.url)
        await fetch(
            tmp_path,
            own=GATEWAY,
            remote=remote,
            headers=KEY,
            transport=transport,
        )

        assert b"secret" not in cdn.requests[0]


async def test_a_403_is_asked_once_more_like_a_browser_and_without_the_key(
    tmp_path: Path,
) -> None:
    async with raw_server(replies(reply(status=403), reply(MP4))) as server:
        remote = RemoteAsset(urls=(server.url,), authorized=True)
        path = await fetch(tmp_path, own=server.url, remote=remote, headers=KEY)

        first, second = server.requests
        assert path.read_bytes() == MP4
        assert b"Mozilla/5.0" not in first
        assert b"Mozilla/5.0" in second
        assert b"secret" in first
        assert b"secret" not in second


@pytest.mark.parametrize(("status", "requests"), [(403, 12), (404, 6), (410, 1), (401, 1)])
async def test_a_link_that_is_refused_is_dead(tmp_path: Path, status: int, requests: int) -> None:
    async with raw_server(replies(reply(b"gone", status=status))) as server:
        error = await refusal(tmp_path, server.url)

        assert error.fault.kind is FaultKind.LINK_DEAD
        assert error.fault.http_status == status
        assert error.fault.reason == "gone"
        assert len(server.requests) == requests


@pytest.mark.parametrize(
    "answer", [reply(EXPIRED, status=403), reply("<h1>链接已过期</h1>".encode())]
)
async def test_an_answer_that_says_expired_is_believed(tmp_path: Path, answer: bytes) -> None:
    async with raw_server(replies(answer)) as server:
        error = await refusal(tmp_path, server.url)

        assert error.fault.kind is FaultKind.EXPIRED
        assert error.fault.reason in {"Request has expired", "链接已过期"}
        assert len(server.requests) == 1


async def test_a_success_without_the_file_is_no_media(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4[:64], status=206))) as server:
        error = await refusal(tmp_path, server.url)

        assert error.fault.kind is FaultKind.NOT_MEDIA
        assert error.fault.http_status == 206


@pytest.mark.parametrize("status", [404, 408, 429, 500, 502, 503])
async def test_what_passes_by_itself_is_tried_again(tmp_path: Path, status: int) -> None:
    busy = reply(status=status)
    async with raw_server(replies(*[busy] * 5, reply(MP4))) as server:
        path = await fetch(tmp_path, server.url)

        assert path.read_bytes() == MP4
        assert len(server.requests) == 6


async def test_a_truncated_file_is_never_kept(tmp_path: Path) -> None:
    cut = reply(MP4)[:-1]
    async with raw_server(replies(cut)) as server:
        error = await refusal(tmp_path, server.url)

        assert error.fault.kind is FaultKind.NETWORK
        assert len(server.requests) == 3


async def test_a_cut_transfer_starts_over(tmp_path: Path) -> None:
    cut = reply(MP4)[:-5000]
    async with raw_server(replies(cut, cut, reply(MP4))) as server:
        path = await fetch(tmp_path, server.url)

        assert path.read_bytes() == MP4


async def test_a_chunked_body_must_come_to_its_end(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (len(MP4), MP4)
    async with raw_server(replies(head + chunk, head + chunk + b"0\r\n\r\n")) as server:
        path = await fetch(tmp_path, server.url)

        assert path.read_bytes() == MP4
        assert len(server.requests) == 2


async def test_a_broken_body_of_a_refusal_is_still_a_refusal(tmp_path: Path) -> None:
    cut = reply(bytes(9000), status=404)[:-8000]
    async with raw_server(replies(cut)) as server:
        error = await refusal(tmp_path, server.url)

        assert error.fault.kind is FaultKind.LINK_DEAD
        assert error.fault.http_status == 404


async def test_what_is_too_large_by_its_header_is_not_read(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3000000000\r\n\r\n"
    async with raw_server(replies(head)) as server:
        error = await refusal(tmp_path, server.url)

        assert error.fault.kind is FaultKind.OVERSIZED
        assert len(server.requests) == 1


async def test_what_gets_too_large_on_the_way_is_stopped(tmp_path: Path) -> None:
    written = 0

    async def endless(_: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(b"%x\r\n%s\r\n" % (len(MP4), MP4))
        while True:
            writer.write(b"10000\r\n" + bytes(65536) + b"\r\n")
            await writer.drain()
            written += 65536

    async with raw_server(endless) as server:
        error = await refusal(tmp_path, server.url, cap_bytes=2_000_000)

    assert error.fault.kind is FaultKind.OVERSIZED
    assert error.fault.detail == "more than 2 MB"
    assert written < 50_000_000


async def test_a_file_of_just_the_cap_is_taken(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4))) as server:
        path = await fetch(tmp_path, server.url, cap_bytes=len(MP4))

    assert path.read_bytes() == MP4


async def test_the_next_link_is_tried_when_one_is_dead(tmp_path: Path) -> None:
    async with raw_server(replies(reply(status=404), reply(MP4))) as server:
        path = await fetch(tmp_path, f"{server.url}/cdn/x.mp4", f"{server.url}/cdn/download/x.mp4")

        assert path.read_bytes() == MP4
        assert server.requests[1].startswith(b"GET /cdn/download/x.mp4 ")


async def test_the_most_telling_fault_is_told(tmp_path: Path) -> None:
    answers = replies(reply(status=404), reply(EXPIRED, status=403), reply(b"<p>Hello</p>"))
    async with raw_server(answers) as server:
        urls = [f"{server.url}/{number}" for number in range(3)]
        error = await refusal(tmp_path, *urls)

    assert error.fault.kind is FaultKind.EXPIRED


async def test_no_link_at_all_is_no_media(tmp_path: Path) -> None:
    remote = RemoteAsset(urls=())
    error = await refusal(tmp_path, own=GATEWAY, remote=remote)

    assert error.fault.kind is FaultKind.NO_MEDIA


@pytest.mark.parametrize("url", ["http://x:port/", "http://x.example/\x00"])
async def test_a_malformed_link_is_dead(tmp_path: Path, url: str) -> None:
    error = await refusal(tmp_path, url, own=GATEWAY)

    assert error.fault.kind is FaultKind.LINK_DEAD


async def test_a_malformed_redirect_makes_a_dead_link(tmp_path: Path) -> None:
    async with raw_server(replies(redirect("http://x:port/"))) as server:
        error = await refusal(tmp_path, server.url)

    assert error.fault.kind is FaultKind.LINK_DEAD


async def test_a_server_that_is_gone_is_a_network_fault(tmp_path: Path) -> None:
    async with raw_server(replies(b"")) as server:
        url = server.url

    error = await refusal(tmp_path, url)

    assert error.fault.kind is FaultKind.NETWORK
    assert error.fault.detail


async def test_nothing_secret_is_told_or_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    said = b"""busy, try <a>https://cdn.example/v.mp4?X-Tos-Signature=abcdef&other=ghi</a>
        with Bearer sk-verysecretkey or sk-verysecretkey"""
    async with raw_server(replies(reply(said, status=503))) as server:
        remote = RemoteAsset(urls=(f"{server.url}/v.mp4?sig=querysecret",), authorized=True)
        error = await refusal(tmp_path, own=server.url, remote=remote, headers=KEY)

    told = f"{error} {error.fault} {caplog.text}"
    assert "attempt 2 failed" in told
    assert "https://cdn.example/v.mp4" in told
    assert not any(secret in told for secret in ("secret", "abcdef", "ghi", "<a>"))


async def test_the_signed_text_of_a_storage_is_not_told(tmp_path: Path) -> None:
    said = b"""<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match</Message>
        <StringToSign>AWS4 secret</StringToSign></Error>"""
    async with raw_server(replies(reply(said, status=403))) as server:
        error = await refusal(tmp_path, server.url)

    assert error.fault.reason == "It does not match"


async def test_cancelling_leaves_nothing_behind(tmp_path: Path) -> None:
    started = asyncio.Event()

    async def stalling(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(MP4 + bytes(2_000_000))[:1_900_000])
        await writer.drain()
        started.set()
        await asyncio.Event().wait()

    async with raw_server(stalling) as server:
        job = asyncio.create_task(fetch(tmp_path, server.url))
        await started.wait()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    assert files(tmp_path) == []


async def test_a_full_disk_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "clip.part").symlink_to("/dev/full")
    async with raw_server(replies(reply(MP4))) as server:
        error = await refusal(tmp_path, server.url, server.url)

        assert error.fault.kind is FaultKind.DISK_FULL
        assert len(server.requests) == 1


async def test_a_folder_that_cannot_be_is_the_operators_affair(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with raw_server(replies(reply(MP4))) as server:
        with pytest.raises(StorageError, match=r"Cannot write to .*file"):
            await fetch(tmp_path / "file" / "job", server.url)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_way_of_being_full_is_one_fault(number: int) -> None:
    with pytest.raises(JobError) as raised, disk_errors():
        raise OSError(number, "no room")

    assert raised.value.fault.kind is FaultKind.DISK_FULL


def test_a_broken_disk_is_the_operators_affair() -> None:
    with pytest.raises(StorageError, match="Cannot write to the disk: worn out"), disk_errors():
        raise OSError(errno.EIO, "worn out")


LIMITED = """
import asyncio, json, resource, sys
from pathlib import Path
from core.delivery.download import download
from core.errors import JobError
from core.media import RemoteAsset

resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
folder = Path(sys.argv[2])
try:
    asyncio.run(download(RemoteAsset(urls=(sys.argv[1],)), folder, name="x", origin=sys.argv[1]))
except JobError as error:
    print(json.dumps([error.fault.kind, [path.name for path in folder.iterdir()]]))
"""

GROWTH = """
import asyncio, json, re, sys
from pathlib import Path
from core.delivery.download import download
from core.media import RemoteAsset

def peak_bytes():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) * 1024

async def fetch(url, name):
    return await download(RemoteAsset(urls=(url,)), Path(sys.argv[2]), name=name, origin=url)

async def main():
    await fetch(f"{sys.argv[1]}/small", "small")
    before = peak_bytes()
    path = await fetch(f"{sys.argv[1]}/large", "large")
    print(json.dumps([path.stat().st_size, peak_bytes() - before]))

asyncio.run(main())
"""


async def run(script: str, *arguments: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, *arguments),
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return json.loads(output)


async def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4 + bytes(3_000_000)))) as server:
        answer = await run(LIMITED, server.url, str(tmp_path))

    assert answer == [FaultKind.DISK_FULL, []]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's own numbers")
async def test_memory_stays_flat_for_200_megabytes(tmp_path: Path) -> None:
    size_bytes = 200_000_000

    async def large(request: bytes, writer: asyncio.StreamWriter) -> None:
        if request.startswith(b"GET /small "):
            writer.write(reply(MP4))
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size_bytes + MP4)
        zeros = bytes(250_000)
        for left in range(size_bytes - len(MP4), 0, -len(zeros)):
            writer.write(zeros[:left])
            await writer.drain()

    async with raw_server(large) as server:
        received_bytes, growth_bytes = await run(GROWTH, server.url, str(tmp_path))

    assert received_bytes == size_bytes
    assert growth_bytes <= 16_000_000


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        (b'{"url": "CDN/a.mp4"}', "application/json"),
        (b'{"video_url": "CDN/a.mp4", "url": null}', "application/json; charset=utf-8"),
        (b'{"id":"video_1","url":"CDN\\/a.mp4"}', "application/json"),
        (b"CDN/a.mp4\n", "text/plain"),
    ],
)
async def test_an_address_in_place_of_the_video_is_followed_without_the_key(
    tmp_path: Path, body: bytes, mime: str
) -> None:
    async with raw_server(replies(reply(MP4))) as cdn:
        told = reply(body.replace(b"CDN", cdn.url.encode()), headers={"Content-Type": mime})
        async with raw_server(replies(told)) as server:
            remote = RemoteAsset(urls=(f"{server.url}/content",), authorized=True)
            transport = open_to(server.url, cdn.url)
            path = await fetch(
                tmp_path, own=server.url, remote=remote, headers=KEY, transport=transport
            )

            assert path.read_bytes() == MP4
            assert b"secret" in server.requests[0]
            assert b"secret" not in cdn.requests[0]


async def test_an_address_into_the_private_network_is_not_followed_either(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4))) as inside:
        told = reply(f'{{"url":"{inside.url}"}}'.encode(), headers=AS_JSON)
        async with raw_server(replies(told)) as server:
            remote = RemoteAsset(urls=(server.url,), authorized=True)
            error = await refusal(tmp_path, own=server.url, remote=remote, headers=KEY)

        assert error.fault.kind is FaultKind.UNREACHABLE_LINK
        assert inside.requests == []


async def test_addresses_are_not_followed_for_ever(tmp_path: Path) -> None:
    async def send_on(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(f'{{"url":"{server.url}"}}'.encode(), headers=AS_JSON))

    async with raw_server(send_on) as server:
        remote = RemoteAsset(urls=(server.url,), authorized=True)
        error = await refusal(tmp_path, own=server.url, remote=remote, headers=KEY)

        assert error.fault.kind is FaultKind.NOT_MEDIA
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b'{"url": ""}', 200, FaultKind.NOT_MEDIA),
        (b'{"url": "ftp://h/a.mp4"}', 200, FaultKind.NOT_MEDIA),
        (b'{"url": 7}', 200, FaultKind.NOT_MEDIA),
        (b"[" * 4000, 200, FaultKind.NOT_MEDIA),
        (b"https://" + b"a" * 9000, 200, FaultKind.NOT_MEDIA),
        (b"\xff\xfe", 200, FaultKind.NOT_MEDIA),
        (b'{"error":{"message":"Task not found"}}', 410, FaultKind.LINK_DEAD),
        (UNFINISHED, 400, FaultKind.LINK_DEAD),
        (UNFINISHED, 200, FaultKind.LINK_DEAD),
    ],
)
async def test_what_the_endpoint_says_in_place_of_the_video_is_told(
    tmp_path: Path, body: bytes, status: int, kind: FaultKind
) -> None:
    async with raw_server(replies(reply(body, status=status, headers=AS_JSON))) as server:
        remote = RemoteAsset(urls=(f"{server.url}/content",), authorized=True)
        error = await refusal(tmp_path, own=server.url, remote=remote, headers=KEY)

        assert error.fault.kind is kind
        assert len(server.requests) == 1


async def test_a_video_that_is_called_text_is_a_video(tmp_path: Path) -> None:
    async with raw_server(replies(reply(MP4, headers={"Content-Type": "text/plain"}))) as server:
        remote = RemoteAsset(urls=(server.url,), authorized=True)
        path = await fetch(tmp_path, own=server.url, remote=remote, headers=KEY)

        assert path.read_bytes() == MP4
