"""The page of a job, live: told by the feed of the engine, until the end and beyond."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bots.web.board import BEAT, Scene, SharedBoard
from bots.web.job_board import JobBoard
from bots.web.overview import NOWHERE_ELSE
from bots.web.viewers import Viewer, Viewers
from core.errors import StorageError
from core.i18n import Locale
from core.jobs import Job, JobState
from core.people.access import Policy
from core.people.sessions import Area
from core.platform import ConversationRef, User
from core.redact import know
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PageLab, page_lab

EVE = User(platform=NAME, id="eve")
HERE = ConversationRef(platform=NAME, chat="1")
KEY = "0d9a5f3c-6b1e-4a7d-8c2f-3e4d5c6b7a89"


@pytest.fixture
async def lab(
    tmp_path: Path, gateway: ManualGateway, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[PageLab]:
    caplog.set_level("INFO")
    policy = Policy(admins=frozenset({str(EVE.party)}))
    harness = EngineHarness(folder=tmp_path, root=gateway.root, policy=policy, keeps_logs=True)
    async with page_lab(harness, viewers=3) as lab:
        yield lab


@dataclass(slots=True)
class Follower:
    """One who has a page open, and what it shows by now."""

    stream: AsyncIterator[str]
    state: dict[str, Any]
    log: dict[str, str]
    told: list[dict[str, Any]]

    async def until(self, name: str, part: object) -> None:
        """Read on until that is told, or a line of the log with it in it."""
        async with asyncio.timeout(90):
            await self._until(name, part)

    async def _until(self, name: str, part: object) -> None:
        if name == "log" and str(part) in "".join(self.log.values()) and self.log:
            return
        async for line in self.stream:
            if not line.startswith("data: "):
                continue
            told = json.loads(line.removeprefix("data: "))
            self.told.append(told)
            self.state |= told
            for html in told.get("lines", ()):
                self.log[html.partition('id="')[2].partition('"')[0]] = html
            shown = "".join(self.log.values()) if name == "log" else str(self.state.get(name))
            if str(part) in shown:
                return
        raise AssertionError(f"it ended before {part!r} was told in {name}")


@asynccontextmanager
async def following(lab: PageLab, job: Job, headers: dict[str, str]) -> AsyncGenerator[Follower]:
    path = f"/dashboard/jobs/{job.id}/events"
    async with lab.client.stream("GET", path, headers=headers, timeout=90) as answer:
        assert answer.status_code == 200
        yield Follower(answer.aiter_lines(), {}, {}, [])


async def signed_in(lab: PageLab, user: User = EVE) -> dict[str, str]:
    secret, _ = await lab.engine.services.sessions.begin(Area.DASHBOARD, user, HERE)
    return {"cookie": f"__Secure-cliprelay-dashboard={secret}"}


async def ordered(lab: PageLab, *, private: bool = False) -> Job:
    order = lab.harness.order("a cat in the snow")
    return await lab.engine.submit(replace(order, request=replace(order.request, private=private)))


async def test_state_bar_and_log_move_and_the_end_is_shown(
    lab: PageLab, gateway: ManualGateway
) -> None:
    know(KEY)
    gateway.percent = 20
    gateway.said = {"echo": KEY, "words": "<img src=x onerror=alert(1)>"}
    job, headers = await ordered(lab), await signed_in(lab)
    await gateway.reached(CREATE)
    async with following(lab, job, headers) as page:
        await page.until("log", "no answer")
        asked = dict(page.log)
        await gateway.allow(CREATE, LOOK)
        await page.until("percent", 20)
        begun = dict(page.state)
        await page.until("log", "alert(1)")
        gateway.percent = 55
        await page.until("percent", 55)
        gateway.percent, gateway.said = 100, {}
        await gateway.allow(FETCH)
        await page.until("said", "This job is done.")
        await page.until("log", f"job {job.id}: done")
        ended = page.state
    loaded = await lab.client.get(f"/dashboard/jobs/{job.id}", headers=headers)

    # What had no answer yet is the same line with its answer, and not another one.
    (line,) = (name for name, html in asked.items() if "no answer" in html)
    assert "HTTP 200" in page.log[line]
    assert list(page.log) == sorted(page.log, key=lambda name: int(name.removeprefix("l-")))
    assert (begun["actions"], begun["said"]) == (["cancel"], "")
    assert begun["elapsed"] >= 0
    assert (ended["actions"], ended["percent"], ended["elapsed"]) == ([], None, None)
    assert (ended["doing"], "64 × 64 · 1 s" in ended["facts"]) == ("done", True)
    everything = json.dumps(page.told)
    assert KEY not in everything
    assert "<img" not in everything
    assert "This is how it was" not in loaded.text
    assert "64 × 64 · 1 s" in loaded.text


async def test_the_page_and_the_stream_number_the_same_lines_alike(
    lab: PageLab, gateway: ManualGateway
) -> None:
    job, headers = await ordered(lab), await signed_in(lab)
    await gateway.reached(CREATE)
    loaded = (await lab.client.get(f"/dashboard/jobs/{job.id}", headers=headers)).text
    async with following(lab, job, headers) as page:
        await page.until("log", "no answer")

    assert page.log
    for html in page.log.values():
        assert html.strip() in loaded


async def test_a_failure_offers_to_try_again_and_the_second_attempt_is_followed(
    lab: PageLab, gateway: ManualGateway
) -> None:
    gateway.percent = 50
    gateway.said = {"status": "FAILURE", "fail_reason": "no cats today"}
    job, headers = await ordered(lab), await signed_in(lab)
    async with following(lab, job, headers) as page:
        await gateway.allow(CREATE, LOOK, FETCH)
        await page.until("actions", "retry")
        failed = dict(page.state)
        gateway.percent, gateway.said = 100, {}
        gateway.open.discard(LOOK)
        await lab.engine.retry(await found(lab, job))
        await page.until("actions", "cancel")
        again = dict(page.state)
        await gateway.allow(LOOK)
        await page.until("said", "This job is done.")

    assert failed["said"] == "This job has failed."
    assert "no cats today" in failed["facts"]
    assert again["said"] == ""
    assert again["elapsed"] is not None


async def found(lab: PageLab, job: Job) -> Job:
    job_ = await lab.engine.services.store.get(job.id)
    assert job_
    return job_


async def test_of_a_private_job_no_word_is_told(lab: PageLab, gateway: ManualGateway) -> None:
    job, headers = await ordered(lab, private=True), await signed_in(lab)
    async with following(lab, job, headers) as page:
        await gateway.allow(CREATE, LOOK, FETCH)
        await page.until("said", "This job is done.")
    told = json.dumps(page.told)

    assert "/v2/videos/generations" in told
    assert "in the snow" not in told
    assert "task_id" not in told


async def test_the_database_is_not_asked_while_a_job_is_followed(
    lab: PageLab, gateway: ManualGateway
) -> None:
    await gateway.allow(CREATE, LOOK)
    gateway.percent = 10
    job, headers = await ordered(lab), await signed_in(lab)
    store = lab.engine.services.store
    async with following(lab, job, headers) as page, following(lab, job, headers) as other:
        await page.until("percent", 10)
        # Its row says nothing of this: only the engine knows.
        await store.save_fraction(await found(lab, job), 0.9)
        gateway.percent = 30
        await page.until("percent", 30)
        await other.until("percent", 30)
    assert "90" not in {str(each.get("percent")) for each in (*page.told, *other.told)}


async def test_only_admins_follow_a_job_that_there_is_within_the_seats_of_all_streams(
    lab: PageLab, gateway: ManualGateway
) -> None:
    job, headers = await ordered(lab), await signed_in(lab)
    await gateway.reached(CREATE)
    path = f"/dashboard/jobs/{job.id}/events"
    ann = await signed_in(lab, User(platform=NAME, id="ann"))
    refused = [await lab.client.get(path, headers=each) for each in ({}, ann)]
    wrong = [
        await lab.client.get(f"/dashboard/jobs/{name}/events", headers=headers)
        for name in ("0" * 32, "%2e%2e", job.id[:8])
    ]
    pages = list[Follower]()
    async with AsyncExitStack() as stack:
        for _ in range(2):
            pages.append(await stack.enter_async_context(following(lab, job, headers)))
            await pages[-1].until("log", "")
        now = lab.client.stream("GET", "/dashboard/events", headers=headers)
        # Kept: who is forgotten closes its stream.
        third = (await stack.enter_async_context(now)).aiter_lines()
        await anext(third)
        full: httpx.Response = await lab.client.get(path, headers=headers)

    assert [each.status_code for each in refused] == [401, 401]
    assert {each.status_code for each in wrong} == {404}
    assert (full.status_code, full.headers["retry-after"]) == (503, "10")


async def test_who_comes_when_it_is_over_is_told_how_it_has_ended(
    lab: PageLab, gateway: ManualGateway
) -> None:
    job, headers = await ordered(lab), await signed_in(lab)
    await gateway.reached(CREATE)
    async with following(lab, job, headers) as page:
        await page.until("log", "no answer")
    await lab.engine.cancel(job.id)
    await lab.engine.idle()
    async with following(lab, job, headers) as page:
        await page.until("said", "This job was cancelled.")

    assert (await found(lab, job)).state is JobState.CANCELLED


class Moody(SharedBoard):
    """A page that has to ask the database, which is away until it is asked again."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def follow(self, scene: Scene) -> None:
        del scene
        self.asked += 1
        if self.asked == 1:
            raise StorageError("the database is away")
        self.tell(self.everything())

    def everything(self) -> dict[str, object]:
        return {"asked": self.asked} if self.asked > 1 else {}


async def test_what_the_database_could_not_tell_is_told_later_though_nothing_else_happens(
    lab: PageLab,
) -> None:
    viewers = Viewers(lab.engine, beat_seconds=0.05)

    async def stay() -> bool:
        return True

    viewer = Viewer("eve", time.time() + 60, stay)
    async with viewers.joined(viewer, "moody", Moody) as board, asyncio.timeout(90):
        assert board.whole() == BEAT
        while b'"asked":2' not in board.change + board.whole():
            await viewer.woken.wait()
            viewer.woken.clear()


async def test_who_comes_after_the_last_change_is_told_how_long_it_has_taken_by_now(
    lab: PageLab,
) -> None:
    now = time.time()
    job = replace(lab.harness.job(), state=JobState.RUNNING, started_at=now - 100)
    board = JobBoard(lab.engine, job, Locale.EN)
    # It was drawn for somebody else, a minute ago.
    await board.follow(Scene(engine=lab.engine, elsewhere=NOWHERE_ELSE, now=now - 60))
    (line,) = (each for each in board.whole().splitlines() if each.startswith(b"data: "))

    assert json.loads(line.removeprefix(b"data: "))["elapsed"] >= 100


async def test_however_long_a_log_becomes_its_viewers_are_told_no_more_than_its_end(
    lab: PageLab, gateway: ManualGateway
) -> None:
    job = await ordered(lab)
    await gateway.reached(CREATE)
    board = JobBoard(lab.engine, job, Locale.EN)
    for number in range(80):
        words = f"line {number} {'<' * 1900}"
        logging.getLogger("core").info(words, extra={"job": job.id})
        await board.follow(Scene(engine=lab.engine, elsewhere=NOWHERE_ELSE))
    whole = board.whole().decode()

    assert "line 79 " in whole
    assert "line 0 " not in whole
    assert len(whole) < 400_000
