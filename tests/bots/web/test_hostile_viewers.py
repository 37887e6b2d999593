"""What strangers try at our pages, and what strangers have written into them."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from bots.door import READING_SECONDS, most_connections
from core.jobs import Job, JobState
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.clock import SteppedLoop, stepped_clock
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.movies import make_movie
from tests.fakes.page_lab import PageLab, finished_job, page_lab
from tests.fakes.read_page import ReadPage

CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</title><svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% include 'base.html' %}${7*7}",
    "javascript:alert(1)",
    "</p></section></main></body></html><h1>gone</h1>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "a\r\nSet-Cookie: x=1\r\n\r\n<html>",
    "\u202etxt.exe\u2066\x00\x1b[31m",
    "<!--<script>",
    "]]><script>alert(1)</script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "x" * 20_000,
)
_TAGS = {
    *("html", "head", "meta", "title", "link", "body", "main", "h1", "h2", "figure"),
    *("video", "source", "figcaption", "span", "a", "section", "p"),
}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_movie(tmp_path_factory.mktemp("film") / "film.mp4", 64, 64, 0.5)


@pytest.fixture
def harness(tmp_path: Path) -> EngineHarness:
    return EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")


@pytest.fixture
async def lab(harness: EngineHarness) -> AsyncIterator[PageLab]:
    async with page_lab(harness) as lab:
        yield lab


async def test_whatever_people_and_gateways_write_is_text(lab: PageLab, film: Path) -> None:
    for words in CORPUS:
        job = await lab.finished(film, prompt=words)
        named = replace(job, id=secrets.token_hex(16), model=f"gate/{words}")
        await lab.engine.services.store.add(named)
        for each in (job, named):
            answer = await lab.get(await lab.shared(each))
            page = ReadPage(answer.text)
            scripted = [
                name for _, attributes in page.tags for name in attributes if name[:2] == "on"
            ]

            assert answer.status_code == 200
            assert {tag for tag, _ in page.tags} == _TAGS
            assert scripted == []
            assert "set-cookie" not in answer.headers
            assert (
                " ".join(words.split())[:40] in " ".join(page.words.split())
            ) or "\x00" in words


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/1.mp4",
        "..\\1.mp4",
        "1.mp4%00.jpg",
        "1.mp4/",
        "/1.mp4",
        "./1.mp4",
        "1.MP4",
        "*",
        "2.mp4",
        "1-fit.mp4",
        "notes.txt",
        "1.mp4%0d%0aSet-Cookie:x=1",
        "a" * 5000,
    ],
)
async def test_only_the_files_of_the_result_are_served(
    lab: PageLab, film: Path, name: str
) -> None:
    job = await lab.finished(film)
    path = await lab.shared(job)
    (lab.engine.services.folder(job.id) / "notes.txt").write_text("not for you")
    # Byte by byte: a client would tidy the path up.
    status, head, body = await asked(lab, f"{path}/{name}")

    assert status in {404, 400}
    assert b"Set-Cookie" not in head
    assert b"not for you" not in body
    assert b"ftyp" not in body


async def test_the_address_of_one_result_opens_no_other(lab: PageLab, film: Path) -> None:
    first, second = await lab.finished(film), await lab.finished(film, film)
    path = await lab.shared(first)
    odd = [
        f"{path}/2.mp4",
        f"{path}/..%2f{second.id}%2f1.mp4",
        f"/v/{second.id}",
        f"/v/{second.id}/1.mp4",
        f"/v/{path[3:].swapcase()}/1.mp4",
        f"/v/{quote('%' + path[3:])}/1.mp4",
        f"/v/{secrets.token_urlsafe(32)}/1.mp4",
    ]

    assert [(await asked(lab, each))[0] for each in odd] == [404] * len(odd)


@pytest.mark.parametrize(
    ("asked_for", "status"),
    [
        ("bytes=0-99999999999999999999", 206),
        ("bytes=99999999999999999999-", 416),
        ("bytes=-99999999999999999999", 206),
        ("bytes=5-2", 400),
        ("bytes=" + ",".join(f"{n}-" for n in range(1000)), 200),
        ("bytes=0-1,2-3", 200),
        ("bytes=" + "9" * 10_000 + "-", 400),
        ("bytes=abc", 400),
        ("lines=1-2", 200),
        ("bytes", 200),
        ("", 200),
    ],
)
async def test_an_odd_range_costs_no_more_than_the_file(
    lab: PageLab, film: Path, asked_for: str, status: int
) -> None:
    path = await lab.shared(await lab.finished(film))
    answer = await lab.get(f"{path}/1.mp4", range=asked_for)
    later = await lab.get(path)

    assert answer.status_code == status
    assert len(answer.content) <= film.stat().st_size  # noqa: ASYNC240 - a file of the test
    assert later.status_code == 200


async def test_nothing_but_looking_is_understood(lab: PageLab, film: Path) -> None:
    path = await lab.shared(await lab.finished(film))
    answers = [
        await lab.client.request(method, place)
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS")
        for place in (path, f"{path}/1.mp4")
    ]

    assert {answer.status_code for answer in answers} == {405}


async def test_another_host_in_the_request_changes_no_link(lab: PageLab, film: Path) -> None:
    path = await lab.shared(await lab.finished(film))
    answer = await lab.get(path, host="evil.example", x_forwarded_host="evil.example")

    assert answer.status_code == 200
    assert "evil" not in answer.text
    assert "location" not in answer.headers


@pytest.mark.slow
async def test_many_who_read_nothing_keep_neither_others_nor_jobs_waiting(
    tmp_path: Path, film: Path
) -> None:
    seats = most_connections() // 2
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with (
        serve(options) as root,
        page_lab(EngineHarness(folder=tmp_path, root=root), seats=seats) as lab,
    ):
        path = await lab.shared(await _large(lab, film))
        slow = [await _begin(lab, f"{path}/1.mp4") for _ in range(500)]
        heads = [await _status(reader) for reader, _ in slow]
        page = await asked(lab, path)
        job = await lab.engine.submit(lab.harness.order())
        await lab.engine.idle()
        made = await stored(lab.engine, job.id)
        for _, writer in slow:
            writer.close()

    assert made.state is JobState.DONE
    assert heads.count(200) == seats
    assert set(heads) <= {200, 503, 0}
    assert page[0] == 200


@stepped_clock
async def test_who_stops_reading_is_turned_away_and_the_place_is_free(
    tmp_path: Path, film: Path
) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SteppedLoop)
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")
    async with page_lab(harness, seats=1) as lab:
        path = await lab.shared(await _large(lab, film))
        reader, writer = await _begin(lab, f"{path}/1.mp4")
        first = await _status(reader)
        statuses = [(await asked(lab, f"{path}/1.mp4", Range="bytes=0-9"))[0]]
        # It may take some looks until all buffers on the way are full.
        while statuses[-1] == 503 and len(statuses) < 1000:
            loop.pass_on(READING_SECONDS)
            statuses.append((await asked(lab, f"{path}/1.mp4", Range="bytes=0-9"))[0])
        writer.close()

    assert (first, statuses[0], statuses[-1]) == (200, 503, 206)


async def test_a_stop_waits_for_nobody_who_watches(harness: EngineHarness, film: Path) -> None:
    async with asyncio.timeout(READING_SECONDS / 2), page_lab(harness) as lab:
        path = await lab.shared(await _large(lab, film))
        reader, writer = await _begin(lab, f"{path}/1.mp4")
        status = await _status(reader)
    writer.close()

    assert status == 200


async def _large(lab: PageLab, film: Path) -> Job:
    """A result that is more than all buffers on the way take."""
    job = await finished_job(lab.harness, lab.engine, film)
    os.truncate(job.assets[0].path, 40_000_000)
    return job


async def asked(lab: PageLab, target: str, **headers: str) -> tuple[int, bytes, bytes]:
    """The status, the head and the body of the answer to exactly that."""
    reader, writer = await _begin(lab, target, Connection="close", **headers)
    answer = b""
    with suppress(ConnectionError):
        answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


async def _begin(
    lab: PageLab, target: str, **headers: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    port = int(lab.root.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    lines = [f"GET {target} HTTP/1.1", "Host: us", *(f"{n}: {v}" for n, v in headers.items())]
    writer.write("\r\n".join((*lines, "", "")).encode())
    return reader, writer


async def _status(reader: asyncio.StreamReader) -> int:
    """The status of an answer, of which nothing else is read; 0 where there is none."""
    try:
        line = await reader.readline()
    except ConnectionError:
        return 0
    return int(line.split()[1]) if line else 0
