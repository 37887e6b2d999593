"""The page of one job: its log from the order to the post, and nothing that is secret."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.errors import Fault, FaultKind
from core.jobs import Job, JobState
from core.people.access import Policy
from core.people.sessions import Area
from core.platform import ConversationRef, User
from core.redact import know
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway, open_gateway
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PageLab, page_lab

EVE = User(platform=NAME, id="eve")
HERE = ConversationRef(platform=NAME, chat="1")
KEY = "7d1f5a52-0c1b-4c6e-9d57-1f2a3b4c5d6e"
ECHO = {
    "echo": {"authorization": f"Bearer {KEY}", "key": "sk-abcdefghijklmnop"},
    "words": "<img src=x onerror=alert(1)>",
}


@pytest.fixture(autouse=True)
def as_operators_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


@pytest.fixture
async def gateway(film: bytes) -> AsyncIterator[ManualGateway]:
    async with open_gateway(film) as gateway:
        await gateway.allow(CREATE, LOOK, FETCH)
        yield gateway


@pytest.fixture
def harness(tmp_path: Path, gateway: ManualGateway) -> EngineHarness:
    policy = Policy(admins=frozenset({str(EVE.party)}))
    return EngineHarness(folder=tmp_path, root=gateway.root, policy=policy, keeps_logs=True)


async def signed_in(lab: PageLab, user: User = EVE) -> dict[str, str]:
    secret, _ = await lab.engine.services.sessions.begin(Area.DASHBOARD, user, HERE)
    return {"cookie": f"__Secure-cliprelay-dashboard={secret}"}


async def page_of(lab: PageLab, job_id: str) -> str:
    answer = await lab.client.get(f"/dashboard/jobs/{job_id}", headers=await signed_in(lab))
    assert answer.status_code == 200
    return answer.text


async def done(engine: Engine, harness: EngineHarness, *, private: bool = False) -> Job:
    order = harness.order("a cat in the snow")
    job = await engine.submit(replace(order, request=replace(order.request, private=private)))
    await engine.idle()
    return await stored(engine, job.id)


def file_of(harness: EngineHarness, job: Job) -> Path:
    return harness.media_dir / job.id / "log.jsonl"


async def test_a_log_tells_of_a_job_from_its_order_to_its_post_also_after_a_restart(
    harness: EngineHarness,
) -> None:
    async with page_lab(harness) as lab:
        job = await done(lab.engine, harness)
        first = await page_of(lab, job.id)
    async with page_lab(harness) as lab:
        later = await page_of(lab, job.id)

    assert job.state is JobState.DONE
    for page in (first, later):
        order, asked, looked, end = (
            page.index(part)
            for part in (
                f"job {job.id}: {job.model}, waiting",
                f"POST {harness.root}",
                f"GET {harness.root}",
                f"job {job.id}: done",
            )
        )
        assert order < asked < looked < end
        assert "HTTP 200" in page
        assert "task-7" in page
        assert "a cat in the snow" in page
        assert "Time at the gateway" in page


async def test_no_secret_is_in_a_log_and_strangers_words_are_no_markup(
    harness: EngineHarness, gateway: ManualGateway
) -> None:
    know(KEY)
    gateway.said = dict(ECHO)
    async with page_lab(harness) as lab:
        job = await done(lab.engine, harness)
        page = await page_of(lab, job.id)
    kept = file_of(harness, job).read_text(encoding="utf-8")

    for text in (page, kept):
        assert "alert(1)" in text
        assert KEY not in text
        assert "abcdefghijklmnop" not in text
        assert "Authorization" not in text
    assert "<img" not in page


async def test_of_what_is_private_no_word_is_kept(harness: EngineHarness) -> None:
    async with page_lab(harness) as lab:
        job = await done(lab.engine, harness, private=True)
        page = await page_of(lab, job.id)
    kept = file_of(harness, job).read_text(encoding="utf-8")

    assert "This job is private" in page
    assert f"{harness.root}/v2/videos/generations" in kept
    for text in (page, kept):
        assert "in the snow" not in text
        assert "task_id" not in text


async def test_a_failure_says_what_was_seen_and_can_be_tried_again(
    harness: EngineHarness, gateway: ManualGateway
) -> None:
    gateway.percent = 50
    gateway.said = {"status": "FAILURE", "fail_reason": "no <b>cats</b> today"}
    async with page_lab(harness) as lab:
        job = await done(lab.engine, harness)
        page = await page_of(lab, job.id)

    assert job.state is JobState.FAILED
    assert "no cats today" in page
    assert 'action="../../dashboard/do/retry"' in page
    assert "<b>" not in page


async def test_a_log_goes_with_what_its_person_has_forgotten(harness: EngineHarness) -> None:
    async with page_lab(harness) as lab:
        job = await done(lab.engine, harness)
        assert await lab.engine.services.job_logs.read(job.id)
        await lab.engine.keeper.forget(job.user.party)
        gone = await lab.client.get(f"/dashboard/jobs/{job.id}", headers=await signed_in(lab))

    assert gone.status_code == 404
    assert not file_of(harness, job).parent.exists()


async def test_only_admins_find_it_and_only_by_an_id(harness: EngineHarness) -> None:
    async with page_lab(harness) as lab:
        job = await done(lab.engine, harness)
        ann = await signed_in(lab, User(platform=NAME, id="ann"))
        refused = [
            await lab.client.get(f"/dashboard/jobs/{job.id}", headers=each) for each in ({}, ann)
        ]
        headers = await signed_in(lab)
        wrong = [
            await lab.client.get(f"/dashboard/jobs/{name}", headers=headers)
            for name in ("0" * 32, job.id[:8], "%2e%2e%2fetc", "a" * 500)
        ]

    assert [each.status_code for each in refused] == [401, 401]
    assert {each.status_code for each in wrong} == {404}


async def test_without_pages_nothing_is_kept(harness: EngineHarness) -> None:
    harness.keeps_logs = False
    async with harness.engine() as engine:
        job = await done(engine, harness)
        assert await engine.services.job_logs.read(job.id) == ()
        assert engine.services.http.event_hooks == {"request": [], "response": []}
    assert not file_of(harness, job).exists()


async def test_a_retry_adds_to_the_log(harness: EngineHarness, gateway: ManualGateway) -> None:
    gateway.percent = 50
    gateway.said = {"status": "FAILURE", "fail_reason": "not today"}
    async with harness.engine() as engine:
        job = await done(engine, harness)
    gateway.said, gateway.percent = {}, 100
    async with harness.engine() as engine:
        await engine.retry(job)
        await engine.idle()
    lines = [json.loads(line) for line in file_of(harness, job).read_text().splitlines()]

    ends = [line["fields"]["outcome"] for line in lines if "outcome" in line.get("fields", {})]
    assert ends == ["failed", "done"]


@pytest.mark.parametrize("private", [False, True])
async def test_why_a_private_job_failed_is_told_without_its_words(
    harness: EngineHarness, *, private: bool
) -> None:
    words = "a secret cat"
    fault = Fault(
        kind=FaultKind.MODERATION_PROMPT, reason=f"“{words}” is bad", detail=words, http_status=400
    )
    job = harness.job(words)
    job = replace(
        job,
        request=replace(job.request, private=private),
        state=JobState.FAILED,
        fault=fault,
        told=True,
        ended_at=2.0,
    )
    async with page_lab(harness) as lab:
        await lab.engine.services.store.add(job)
        text = await page_of(lab, job.id)

    assert (words in text) is not private
    assert "moderation_prompt · 400" in text
