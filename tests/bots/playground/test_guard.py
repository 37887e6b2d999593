"""Who gets at the playground, over real HTTP: only the operator's browser, from our own page."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bots.playground.conversation import PlaygroundPlatform
from bots.playground.ids import HERE, NAME
from bots.playground.service import serve_playground
from core.files.media_info import look
from core.i18n import Locale
from core.platform import Button, MediaPost, View
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.driver import until_said
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.log_lines import log_lines
from tests.fakes.movies import make_movie
from tests.fakes.playground_driver import OpenPage, PlaygroundDriver, opened_page

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</textarea></li><svg onload=alert(1)>",
    "javascript:alert(1)",
    'http://x/"onmouseover=alert(1)//',
    "[a](javascript:alert(1)) ![b](http://127.0.0.1/track.png)",
    "a\r\n\r\nid: 9999\ndata: <li id=n-1 class=note>forged</li>",
    "a\u2028data: <script>alert(1)</script>",
    "{{ 7*7 }} {% for x in y %}",
)
_TAGS = frozenset(
    {"a", "button", "code", "details", "div", "em", "form", "input", "li", "ol", "p", "summary"}
)


class _Markup(HTMLParser):
    """Tags and attributes that could do something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bad += [tag] if tag not in _TAGS else []
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc", "autofocus"}:
                self.bad.append(f"{tag} {name}")
            if name in {"href", "src", "action"} and (value or "").startswith("javascript"):
                self.bad.append(f"{tag} {name}={value}")
            if name == "src" and (value or "").startswith("http"):
                self.bad.append(f"{tag} {name}={value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A playground, its address, and a page of it that was opened rightly."""

    harness: EngineHarness
    platform: PlaygroundPlatform
    address: str
    page: OpenPage

    @property
    def root(self) -> str:
        return "http://{0.hostname}:{0.port}".format(urlsplit(self.address))

    @property
    def key(self) -> str:
        return parse_qs(urlsplit(self.address).query)["key"][0]


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[EngineHarness]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


@pytest.fixture
async def lab(harness: EngineHarness) -> AsyncIterator[Guarded]:
    platform = PlaygroundPlatform()
    harness.platforms = {NAME: platform}
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(harness.engine())
        address = await stack.enter_async_context(serve_playground(engine, platform, Locale.EN))
        page = await stack.enter_async_context(opened_page(address))
        yield Guarded(harness=harness, platform=platform, address=address, page=page)


ORDER = {"prompt": "1s a cat", "event": "1"}


async def test_a_name_that_points_here_is_not_ours(lab: Guarded) -> None:
    """As where a stranger's DNS is bound anew."""
    port = urlsplit(lab.root).port
    foreign = [
        "evil.example",
        f"evil.example:{port}",
        "",
        f"127.0.0.1.evil.example:{port}",
        "[::1",
    ]
    foreign += [f"127.0.0.1@evil.example:{port}", "127.0.0.2", f"localhost:{port}\x00"[:-1] + "x"]
    for host in foreign:
        for address in (lab.address, lab.page.root, f"{lab.root}/assets/page.css"):
            answer = await lab.page.client.get(address, headers={"Host": host})
            assert (answer.status_code, answer.cookies) == (403, {}), host
    # A port of another machine may be forwarded to ours.
    answer = await lab.page.client.get(lab.page.root, headers={"Host": "localhost:1"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "http://127.0.0.1:1", "https://{}", None]
)
async def test_no_other_page_orders_anything(lab: Guarded, origin: str | None) -> None:
    host = urlsplit(lab.root).netloc
    headers = {} if origin is None else {"Origin": origin.format(host)}
    for action in ("say", "order/video", "press/1", "answer/1"):
        answer = await lab.page.client.post(
            lab.page.root + action, data=ORDER, files={"files": b""}, headers=headers
        )
        assert answer.status_code == 403
    assert (lab.harness.paid, lab.platform.board.notes) == (0, [])


async def test_without_the_key_nothing_is_told_and_nothing_done(lab: Guarded) -> None:
    for cookies in ({}, {"cliprelay": "wrong"}, {"cliprelay": ""}, {"cliprelay": "ü"}):
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = [(b"Origin", lab.root.encode()), (b"Cookie", cookie.encode())]
        async with httpx.AsyncClient(trust_env=False, timeout=90, headers=headers) as stranger:
            told = [
                await stranger.get(lab.page.root + path)
                for path in ("", "events?since=0", "files/1/1", "nothing")
            ]
            told.append(await stranger.post(f"{lab.page.root}say", data=ORDER))
            keys = ("", "wrong", "ü")
            told += [await stranger.get(f"{lab.root}/", params={"key": key}) for key in keys]
        assert {each.status_code for each in told} == {403}
        assert not any("set-cookie" in each.headers for each in told)
        assert not any(lab.key in each.text for each in told)
    assert lab.harness.paid == 0


async def test_the_key_goes_where_nobody_else_reads_it(lab: Guarded) -> None:
    with log_lines() as log:
        async with httpx.AsyncClient(trust_env=False, timeout=90) as client:
            answer = await client.get(lab.address)
            page = await client.get(lab.page.root)
    cookie = answer.headers["set-cookie"]

    room = urlsplit(lab.page.root).path.rstrip("/")
    assert {"HttpOnly", "SameSite=strict", f"Path={room}"} <= {*cookie.split("; ")}
    assert len(room) > 20  # servers on other ports are sent cookies for all paths that they know
    assert "default-src 'none'; script-src 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert not [name for name in page.headers if name.startswith("access-control")]
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == (
        "no-store",
        "same-origin",
    )
    assert lab.key not in page.text
    ours = [str(line) for line in log.lines if line["logger"] != "httpx"]
    assert not [line for line in ours if lab.key in line or room in line]


async def test_only_this_machine_is_listened_to(lab: Guarded) -> None:
    port = urlsplit(lab.root).port or 0
    listening = {tuple(found[4]) for found in socket.getaddrinfo("127.0.0.1", port)}
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.2", port)
    assert listening


async def test_only_files_of_messages_are_sent(lab: Guarded, tmp_path: Path) -> None:
    film = look(make_movie(tmp_path / "film.mp4", 64, 64, 1.0))
    post = MediaPost(key="one", assets=(film,), view=View(text="a cat"))
    message = await lab.platform.conversation(HERE).deliver(post, replacing=None)
    right = await lab.page.client.get(f"{lab.page.root}files/{message.id}/1")
    ranged = await lab.page.client.get(
        f"{lab.page.root}files/{message.id}/1", headers={"Range": "bytes=10-19"}
    )
    wrong = [
        f"files/{message.id}/{number}"
        for number in (
            "0",
            "2",
            "-1",
            "1e9",
            "9" * 400,
            "9" * 5000,
            "1/../../1",
            "..%2f1",
            "1/poster/x",
        )
    ]
    wrong += ["files/nothing/1", "files/%2e%2e/%2e%2e/1", "files//etc/passwd", "%2e%2e/", "..;/"]
    wrong += [f"files/{message.id}/2/poster", "../assets/..%2frendering.py", "../assets/%00"]
    answers = [await lab.page.client.get(lab.page.root + path) for path in wrong]

    since = f"{lab.page.root}events?since={'9' * 5000}"
    async with lab.page.client.stream("GET", since) as stream:
        assert stream.status_code == 200

    assert right.content == film.path.read_bytes()
    assert (ranged.status_code, ranged.content) == (206, right.content[10:20])
    refused = {403, 404, 405}
    odd = {str(each.url): each.status_code for each in answers if each.status_code not in refused}
    assert odd == {}


async def test_whatever_is_said_is_text(lab: Guarded) -> None:
    here = lab.platform.conversation(HERE)
    for said in HOSTILE:
        button = Button(label=said, command="cancel", given={"job": said})
        for is_markdown in (False, True):
            view = View(text=said, buttons=(button,), is_markdown=is_markdown, aside=said)
            await here.send(view)
    whole = 2 * len(HOSTILE)
    await lab.page.changed.until(lambda: len(lab.page.seen) >= whole, 90)
    page = (await lab.page.client.get(lab.page.root)).text

    assert len(lab.page.seen) == whole
    assert not [note for note in lab.page.seen if note == "n-1"]
    listed = page[page.index('<ol id="notes"') : page.index("</ol>\n</section>")]
    assert _Markup(listed).bad == []
    assert "track.png" in page


async def test_what_comes_twice_is_done_once_and_what_cannot_be_read_is_refused(
    lab: Guarded,
) -> None:
    for _ in range(3):
        await lab.page.send("order/video", ORDER)
    await lab.page.changed.until(lambda: "Done in" in str(lab.page.said), 90)
    assert lab.harness.paid == 1
    # An order that is given anew within a moment would be asked about.
    assert len(lab.page.seen) == 2

    headers = {"Origin": lab.root, "Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"--x\r\nnonsense", b"", b"--x--"):
        answer = await lab.page.client.post(f"{lab.page.root}say", content=body, headers=headers)
        assert answer.status_code == 200
    many = [("files", (f"{n}.jpg", b"x")) for n in range(31)]
    await lab.page.client.post(f"{lab.page.root}say", data=ORDER, files=many, headers=headers | {})
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(lab.root).port)
    cookie = "; ".join(f"{name}={value}" for name, value in lab.page.client.cookies.items())
    head = [
        f"POST {urlsplit(lab.page.root).path}say HTTP/1.1",
        f"Host: {urlsplit(lab.root).netloc}",
        f"Origin: {lab.root}",
        f"Cookie: {cookie}",
        "Content-Length: 99999999999",
    ]
    writer.write("\r\n".join([*head, "", ""]).encode())
    assert b"200" in await reader.readline()
    writer.close()
    await lab.page.changed.until(lambda: "larger than 600 MB" in str(lab.page.said), 90)
    assert lab.harness.paid == 1


async def test_a_file_is_called_what_it_is_called_without_tricks(harness: EngineHarness) -> None:
    driver = PlaygroundDriver(harness, "en")
    async with driver.bot():
        for said, named in (
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\cat<b>.txt", "cat_b_.txt"),
            ("..", "file"),
            ("\x00\r\nSet-Cookie: a=b", "Set-Cookie_ a_b"),
        ):
            await driver.send_file("order/video", said, b"no picture")
            await until_said(driver, f"{named} is not")
    assert harness.paid == 0
