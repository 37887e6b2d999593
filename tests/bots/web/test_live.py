"""What goes on, live: told by the engine's own events, to admins alone, and to all of them."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message

from bots.web.board import SharedBoard
from bots.web.files import Seats
from bots.web.live import LiveStream
from bots.web.live_board import LiveBoard
from bots.web.viewers import Viewer, Viewers
from core.commands.dispatch import dispatch
from core.errors import Fault, FaultKind, StorageError
from core.i18n import Locale
from core.invocation import Invocation
from core.jobs import Job, JobState
from core.people.access import Policy
from core.people.audit import Act
from core.people.pause import Pause
from core.people.sessions import Area
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PageLab, page_lab

EVE = User(platform=NAME, id="eve")
HERE = ConversationRef(platform=NAME, chat="1")
XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</li><li onclick=alert(1)>",
    "'-alert(1)-'",
    "data: {}\n\ndata: <svg onload=alert(1)>",
)


@pytest.fixture
def harness(tmp_path: Path, gateway: ManualGateway) -> EngineHarness:
    policy = Policy(admins=frozenset({str(EVE.party)}))
    return EngineHarness(folder=tmp_path, root=gateway.root, policy=policy, jobs_per_user=1)


@pytest.fixture
async def lab(harness: EngineHarness) -> AsyncIterator[PageLab]:
    async with page_lab(harness) as lab:
        yield lab


async def signed_in(lab: PageLab, area: Area = Area.DASHBOARD, user: User = EVE) -> dict[str, str]:
    secret, _ = await lab.engine.services.sessions.begin(area, user, HERE)
    return {"cookie": f"__Secure-cliprelay-dashboard={secret}"}


class Watcher:
    """One who looks on, and has what the page would show."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.seen = list[dict[str, Any]]()

    async def until(self, what: str, part: str) -> dict[str, Any]:
        """Read on until a message has that in that part of it."""
        async for line in self._lines:
            if line.startswith("data: "):
                told = json.loads(line.removeprefix("data: "))
                self.seen.append(told)
                if part in json.dumps(told.get(what, ""), ensure_ascii=False):
                    return told
        raise AssertionError(f"it ended before {part!r} was told in {what}")

    async def end(self) -> None:
        """Read to the end."""
        async for _ in self._lines:
            pass


@asynccontextmanager
async def watching(lab: PageLab, headers: dict[str, str]) -> AsyncGenerator[Watcher]:
    path = "/dashboard/events"
    async with lab.client.stream("GET", path, headers=headers, timeout=90) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield Watcher(answer.aiter_lines())


async def ordered(lab: PageLab, prompt: str = "a cat", user: str = "ann") -> Job:
    return await lab.engine.submit(lab.harness.order(prompt, user=user))


async def test_progress_and_the_end_are_told_as_they_happen(
    lab: PageLab, gateway: ManualGateway
) -> None:
    gateway.percent = 20
    await gateway.allow(CREATE, LOOK)
    async with watching(lab, await signed_in(lab)) as watcher:
        job = await ordered(lab)
        begun = await watcher.until("rows", job.id)
        first = await watcher.until("moves", "20 %")
        gateway.percent = 55
        second = await watcher.until("moves", "55 %")
        gateway.percent = 100
        await gateway.allow(FETCH)
        ended = await watcher.until("said", "done")

    assert begun["order"] == [job.id]
    assert "A job has begun." in [each.get("said") for each in watcher.seen]
    assert [first["moves"][job.id][1], second["moves"][job.id][1]] == [20, 55]
    assert ended["order"] == []
    assert f"jobs/{job.id}" in ended["ends"]
    assert ended["counts"]["running"] == 0


async def test_the_page_shows_without_script_what_goes_on(
    lab: PageLab, gateway: ManualGateway
) -> None:
    headers = await signed_in(lab)
    empty = await lab.client.get("/dashboard/", headers=headers)
    jobs = [await ordered(lab, f"wish {number}") for number in range(3)]
    await gateway.reached(CREATE)
    full = await lab.client.get("/dashboard/", headers=headers)

    assert "Nothing is running, and nothing waits." in empty.text
    places = [full.text.index(f"j-{job.id}") for job in jobs]
    assert places == sorted(places)
    assert [f"place {number}" in full.text for number in (1, 2, 3)] == [True, True, False]
    assert "wish 2" in full.text


async def test_what_has_ended_is_told_after_a_restart_until_it_is_forgotten(
    harness: EngineHarness,
) -> None:
    fault = Fault(kind=FaultKind.QUOTA)
    async with page_lab(harness) as lab:
        failed = replace(
            harness.job("a cat in the snow"),
            state=JobState.FAILED,
            fault=fault,
            ended_at=1_700_000_000.0,
            told=True,
        )
        secret = replace(harness.job("nobody's business"), state=JobState.CANCELLED, ended_at=5.0)
        secret = replace(secret, request=replace(secret.request, private=True), told=True)
        for job in (failed, secret):
            await lab.engine.services.store.add(job)
    async with page_lab(harness) as lab:
        headers = await signed_in(lab)
        page = (await lab.client.get("/dashboard/", headers=headers)).text
        async with watching(lab, headers) as watcher:
            whole = await watcher.until("ends", failed.id)
            await lab.engine.keeper.forget(failed.user.party)
            later = await watcher.until("ends", "No job has ended yet")
        without = (await lab.client.get("/dashboard/", headers=headers)).text

    for told in (page, whole["ends"]):
        assert told.index(f"jobs/{failed.id}") < told.index(f"jobs/{secret.id}")
        for words in ("chat:ann", "a cat in the snow", "failed: ", "2023-11-14 22:13 UTC"):
            assert words in told
        assert "nobody" not in told
    for told in (later["ends"], without):
        assert "snow" not in told


async def test_the_first_page_says_that_the_bot_is_paused(lab: PageLab) -> None:
    headers = await signed_in(lab)
    act = Act(by=EVE.party, at=1.0, command="pause", place=HERE.party)
    pause = Pause(text="Back at noon", until=4_000_000_000.0)
    await lab.engine.services.pauses.set(pause, act)
    page = (await lab.client.get("/dashboard/", headers=headers)).text

    assert "Nothing new is taken until 2096-10-02 07:06 UTC." in page
    assert "Back at noon" in page


async def test_what_is_private_is_said_to_be_and_not_told(
    lab: PageLab, gateway: ManualGateway
) -> None:
    order = lab.harness.order("a secret wish")
    job = await lab.engine.submit(replace(order, request=replace(order.request, private=True)))
    await gateway.reached(CREATE)
    page = await lab.client.get("/dashboard/", headers=await signed_in(lab))

    assert job.id in page.text
    assert "private" in page.text
    assert "secret wish" not in page.text


@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard/events"])
async def test_who_is_no_admin_sees_nothing(lab: PageLab, path: str) -> None:
    ann = await signed_in(lab, user=User(platform=NAME, id="ann"))
    in_gallery = await signed_in(lab, Area.GALLERY)
    answers = [await lab.client.get(path, headers=each) for each in ({}, ann, in_gallery)]
    assert [each.status_code for each in answers] == [401, 401, 401]


async def test_a_stream_ends_when_its_session_does(lab: PageLab) -> None:
    headers, others = await signed_in(lab), await signed_in(lab)
    async with watching(lab, headers) as watcher, watching(lab, others) as other:
        await watcher.until("order", "[]")
        await lab.engine.services.sessions.end(headers["cookie"].partition("=")[2])
        async with asyncio.timeout(90):
            await watcher.end()
        job = await ordered(lab)
        assert await other.until("rows", job.id)


async def test_a_stop_ends_all_streams_at_once(lab: PageLab, gateway: ManualGateway) -> None:
    await ordered(lab)
    await gateway.reached(CREATE)
    async with watching(lab, await signed_in(lab)) as watcher:
        await watcher.until("order", "")
        lab.engine.services.feed.close()
        async with asyncio.timeout(90):
            await watcher.end()
        again = await lab.client.get("/dashboard/events", headers=await signed_in(lab))
    assert again.status_code == 503


async def test_strangers_words_are_never_markup(lab: PageLab) -> None:
    headers = await signed_in(lab)
    async with watching(lab, headers) as watcher:
        await watcher.until("order", "")
        for number, words in enumerate(XSS):
            job = await ordered(lab, words, user=f"<b>{number}</b>")
            await watcher.until("order", job.id)
    page = await lab.client.get("/dashboard/", headers=headers)

    drawn = "".join(html for told in watcher.seen for html in told.get("rows", {}).values())
    for text in (page.text, drawn):
        assert "alert(1)" in text
        for words in (*XSS, "<img", "<svg", "<script>", "<b>"):
            assert words not in text
    assert [each for each in watcher.seen if "order" not in each and "counts" not in each] == []


async def test_who_comes_when_all_seats_are_taken_comes_again(harness: EngineHarness) -> None:
    async with page_lab(harness, viewers=2) as lab, AsyncExitStack() as stack:
        headers = await signed_in(lab)
        # Kept: who is forgotten closes its stream.
        seated = [await stack.enter_async_context(watching(lab, headers)) for _ in range(2)]
        for each in seated:
            await each.until("order", "")
        refused = await lab.client.get("/dashboard/events", headers=headers)
        page = await lab.client.get("/dashboard/", headers=headers)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert page.status_code == 200


async def test_one_session_takes_no_seats_that_are_for_others(lab: PageLab) -> None:
    headers, others = await signed_in(lab), await signed_in(lab)
    async with AsyncExitStack() as stack:
        seated = [await stack.enter_async_context(watching(lab, headers)) for _ in range(10)]
        for each in seated:
            await each.until("order", "")
        refused = await lab.client.get("/dashboard/events", headers=headers)
        async with watching(lab, others) as other:
            assert await other.until("order", "")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")


async def test_many_viewers_keep_nobody_else_out(lab: PageLab) -> None:
    many = [await signed_in(lab) for _ in range(15)]
    limits = httpx.Limits(max_connections=None)
    async with AsyncExitStack() as stack:
        client = httpx.AsyncClient(base_url=lab.root, limits=limits, trust_env=False)
        crowd = replace(lab, client=await stack.enter_async_context(client))
        crowded = [
            await stack.enter_async_context(watching(crowd, headers))
            for headers in many
            for _ in range(10)
        ]
        for each in crowded:
            await each.until("order", "")
        strangers = [await lab.client.get("/assets/page.css") for _ in range(5)]
        job = await ordered(lab)
        last = await crowded[-1].until("rows", job.id)
    assert {each.status_code for each in strangers} == {200}
    assert last["order"] == [job.id]


def joined(viewers: Viewers, viewer: Viewer) -> AbstractAsyncContextManager[SharedBoard]:
    return viewers.joined(viewer, "now", partial(LiveBoard, Locale.EN))


def stream(viewers: Viewers, viewer: Viewer, seats: Seats) -> LiveStream:
    return LiveStream(partial(joined, viewers, viewer), viewer, seats)


async def test_who_is_slow_is_told_the_latest_and_holds_up_nobody(
    lab: PageLab, gateway: ManualGateway
) -> None:
    viewers, seats, feed = Viewers(lab.engine), Seats(2), lab.engine.services.feed
    watched = [feed.is_watched]
    may_go_on, sent = asyncio.Event(), asyncio.Queue[bytes]()
    at_once = asyncio.Queue[bytes]()

    async def stay() -> bool:
        return True

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send_slowly(message: Message) -> None:
        if message["type"] == "http.response.body":
            sent.put_nowait(message["body"])
            await may_go_on.wait()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            at_once.put_nowait(message["body"])

    streams = [
        asyncio.create_task(
            stream(viewers, Viewer("eve", time.time() + 60, stay), seats)(
                {"type": "http", "method": "GET"}, receive, each
            )
        )
        for each in (send_slowly, send)
    ]
    await sent.get()
    jobs = [await ordered(lab, user=f"u{number}") for number in range(4)]
    while jobs[-1].id.encode() not in await at_once.get():
        pass
    later = await ordered(lab, user="last")
    while later.id.encode() not in await at_once.get():
        pass
    waiting = sent.qsize()
    watched.append(feed.is_watched)
    may_go_on.set()
    caught_up = await sent.get()
    for each in streams:
        each.cancel()
    await asyncio.wait(streams)

    assert waiting == 0
    assert [*watched, feed.is_watched] == [False, True, False]
    assert all(job.id.encode() in caught_up for job in (*jobs, later))
    assert await gateway.reached(CREATE) is None


async def test_a_stream_ends_with_its_session_also_while_nobody_can_say_so(lab: PageLab) -> None:
    viewers = Viewers(lab.engine, check_seconds=0.01)
    asked = asyncio.Event()

    async def unknown() -> bool:
        asked.set()
        raise StorageError("the database is away")

    stays, ends = Viewer("eve", time.time() + 600, unknown), Viewer("adam", time.time(), unknown)
    async with joined(viewers, stays):
        for _ in range(2):
            asked.clear()
            await asked.wait()
        async with joined(viewers, ends), asyncio.timeout(90):
            while not ends.is_over:
                ends.woken.clear()
                await ends.woken.wait()
        assert not stays.is_over


async def test_who_comes_after_a_failure_is_told_although_somebody_slow_is_still_leaving(
    lab: PageLab,
) -> None:
    viewers = Viewers(lab.engine, check_seconds=0.01)
    until = time.time() + 60

    async def fails() -> bool:
        raise RuntimeError

    async def leaves() -> bool:
        return False

    slow, later = Viewer("eve", until, fails), Viewer("adam", until, leaves)
    async with asyncio.timeout(90):
        async with joined(viewers, slow):
            while not slow.is_over:
                slow.woken.clear()
                await slow.woken.wait()
            async with joined(viewers, later):
                while not later.is_over:
                    later.woken.clear()
                    await later.woken.wait()


async def test_answers_are_listed_while_they_are_given_and_never_their_words(
    lab: PageLab,
) -> None:
    headers, ann = await signed_in(lab), User(platform=NAME, id="<i>ann</i>")
    async with watching(lab, headers) as watcher:
        whole = await watcher.until("answers", "")
        asked = Invocation(command="ask", text="a secret thought", user=ann, conversation=HERE)
        await dispatch(lab.engine, asked, Locale.EN)
        told = await watcher.until("answers", "ann")
        page = (await lab.client.get("/dashboard/", headers=headers)).text
        await lab.engine.answerer.stop_all(ann.party)
        ended = await watcher.until("counts", '"answers": 0')

    assert whole["answers"] == ended["answers"] == ""
    assert told["counts"]["answers"] == 1
    for text in (told["answers"], page):
        for words in ("&lt;i&gt;ann", f"in {HERE.party}", "sandbox/", " UTC</time>"):
            assert words in text
        assert "secret" not in text
        assert "<i>" not in text
