"""What somebody has made is theirs alone: nobody else sees it, has it, or does anything to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from re import sub
from uuid import uuid4

import httpx
import pytest

from bots.web.posted import EVENT
from bots.web.visitors import FORM_KEY
from core.commands.dispatch import dispatch
from core.i18n import Locale, translate
from core.invocation import Invocation
from core.jobs import Job, JobState
from core.people.access import Policy, Rule
from core.people.audit import Act
from core.people.rate import OrderRate
from core.platform import ConversationRef, User
from tests.bots.web.test_hostile_viewers import CORPUS, asked
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.guests import Guest, guest
from tests.fakes.memory_platform import NAME, MemoryPlatform
from tests.fakes.movies import make_movie
from tests.fakes.page_lab import PageLab, is_refusal, page_lab
from tests.fakes.read_page import ReadPage

OTHER = "other"
HERE = ConversationRef(platform=NAME, chat="1")
ANN, BOB, NAMESAKE, EVE = PEOPLE = (
    User(platform=NAME, id="ann"),
    User(platform=NAME, id="bob"),
    User(platform=OTHER, id="ann"),
    User(platform=NAME, id="eve"),
)
POSTS = ("again", "share", "unshare", "discard")
ACT = Act(by=EVE.party, at=1.0, command="deny", about="ann", place=HERE.party)
# Nothing of these is an id of ours.
ODD_IDS = (
    "",
    "%2e%2e",
    "..%2f..%2fetc",
    "%00" * 32,
    "a" * 5000,
    "F" * 32,
    "f" * 31,
    "f" * 32 + "%0a",
    "' OR 1=1 --".replace(" ", "%20"),
)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_movie(tmp_path_factory.mktemp("film") / "film.mp4", 64, 64, 0.5)


@pytest.fixture
def harness(tmp_path: Path) -> EngineHarness:
    chat = MemoryPlatform()
    return EngineHarness(
        folder=tmp_path,
        root="http://127.0.0.1:9",
        chat=chat,
        platforms={NAME: chat, OTHER: MemoryPlatform()},
        policy=Policy(admins=frozenset({f"{NAME}:eve"})),
    )


@pytest.fixture
async def lab(harness: EngineHarness) -> AsyncIterator[PageLab]:
    async with page_lab(harness) as lab:
        yield lab


async def made(lab: PageLab, film: Path, user: User, **changes: object) -> Job:
    place = ConversationRef(platform=user.platform, chat="1")
    job = lab.harness.job(f"of {user.platform} {user.id}")
    return await lab.finished(film, of=replace(job, user=user, conversation=place, **changes))  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True, slots=True)
class Everything:
    """All that could change by what somebody does."""

    rows: list[Job]
    files: list[Path]
    links: list[int]
    posts: int


async def everything(lab: PageLab, shared: dict[str, str]) -> Everything:
    engine = lab.engine
    return Everything(
        rows=[job for user in PEOPLE for job in await engine.jobs_of(user, limit=100)],
        files=sorted(engine.services.media_dir.rglob("*")),
        links=[(await lab.get(link)).status_code for link in shared.values()],
        posts=len(lab.harness.chat.writes),
    )


async def tried(someone: Guest, job_id: str) -> list[tuple[int, bytes]]:
    """What is answered on every way to a job."""
    names = ("1.mp4", "1.jpg", "1-fit.mp4", "1.mp4?download")
    answers = await asyncio.gather(
        someone.get(f"/result?of={job_id}"),
        *(someone.get(f"/files/{job_id}/{name}") for name in names),
        someone.get(f"/files/{job_id}/1.mp4", Range="bytes=0-3"),
        *(someone.post(f"/{what}", of=job_id) for what in POSTS),
    )
    # Each page names its forms anew.
    return [
        (each.status_code, sub(rb'"event" value="[^"]+"', b"", each.content)) for each in answers
    ]


async def test_nobody_gets_at_anything_of_anybody_elses(lab: PageLab, film: Path) -> None:
    jobs = {user: await made(lab, film, user) for user in PEOPLE}
    shared = {job.id: await lab.shared(job) for job in jobs.values()}
    before = await everything(lab, shared)
    guests = {user: await guest(lab, user) for user in PEOPLE}
    for me in PEOPLE:
        nobodys = await tried(guests[me], uuid4().hex)
        listed = (await guests[me].get("/")).text
        for other in PEOPLE:
            if me != other:
                assert await tried(guests[me], jobs[other].id) == nobodys, (me, other)
            assert (jobs[other].id in listed) is (me == other)
        assert {status for status, _ in nobodys} == {404}

    assert await everything(lab, shared) == before
    # The ways are right: to their own they lead.
    answers = await tried(guests[ANN], jobs[ANN].id)
    assert [status for status, _ in answers[:2]] == [200, 200]


async def test_odd_names_and_ids_are_nothing(lab: PageLab, film: Path) -> None:
    job = await made(lab, film, ANN)
    ann = await guest(lab, ANN)
    cookie = ann.headers["Cookie"]
    (lab.engine.services.folder(job.id) / "notes.txt").write_text("not for you")
    names = (
        "..%2f1.mp4",
        "%2e%2e/1.mp4",
        "1.mp4%00.jpg",
        "notes.txt",
        "1.mp4%0d%0aX:1",
        "a" * 5000,
    )
    paths = [
        *(f"/gallery/files/{odd}/1.mp4" for odd in ODD_IDS),
        *(f"/gallery/files/{job.id}/{odd}" for odd in names),
        *(f"/gallery/result?of={odd}" for odd in ODD_IDS),
    ]
    for path in paths:
        status, head, body = await asked(lab, path, Cookie=cookie)
        assert status in {400, 404}, path
        assert b"not for you" not in body
        assert b"X:1" not in head
    for what, odd in product(POSTS, ODD_IDS):
        assert (await ann.post(f"/{what}", of=odd)).status_code == 404
    odd_queries = [f"/?after={odd}&model={odd}&kind={odd}&words={odd}" for odd in ODD_IDS]
    assert {(await ann.get(query)).status_code for query in odd_queries} == {200}


async def forged(ann: Guest, what: str, of: str) -> list[httpx.Response]:
    """A form as others would send it."""
    form = {FORM_KEY: ann.form_key, EVENT: "1", "of": of}
    headers = dict(ann.headers)
    post = ann.lab.client.post
    path = f"/gallery/{what}"
    return [
        await post(path, headers=headers, data={**form, FORM_KEY: "f" * 64}),
        await post(path, headers=headers, data={"of": of}),
        await post(path, headers={**headers, "Origin": "https://evil.example"}, data=form),
        await post(path, headers={**headers, "Origin": "null"}, data=form),
        await post(path, headers={"Cookie": headers["Cookie"]}, data=form),
    ]


@pytest.mark.parametrize("what", POSTS)
async def test_forms_that_are_not_ours_do_nothing(lab: PageLab, film: Path, what: str) -> None:
    job = await made(lab, film, ANN)
    shared = {job.id: await lab.shared(job)}
    before = await everything(lab, shared)
    ann, bob = await guest(lab, ANN), await guest(lab, BOB)
    with_anothers_key = replace(ann, form_key=bob.form_key)
    answers = [
        *await forged(ann, what, job.id),
        await with_anothers_key.post(f"/{what}", of=job.id),
    ]
    unsigned = await lab.client.post(f"/gallery/{what}", data={"of": job.id})
    looked = await ann.get(f"/{what}?of={job.id}&{FORM_KEY}={ann.form_key}")

    assert [answer.status_code for answer in answers] == [403] * 6
    assert (unsigned.status_code, looked.status_code) == (401, 404)
    assert await everything(lab, shared) == before


async def test_who_has_not_signed_in_sees_nothing(lab: PageLab, film: Path) -> None:
    job = await made(lab, film, ANN)
    paths = ["/", f"/result?of={job.id}", f"/files/{job.id}/1.mp4"]
    answers = [await lab.get(f"/gallery{path}") for path in paths]
    dashboard = (await guest(lab, ANN)).headers["Cookie"].replace("gallery", "dashboard")
    answers += [await lab.get(f"/gallery{path}", Cookie=dashboard) for path in paths]

    assert {answer.status_code for answer in answers} == {401}
    assert not any(job.id in answer.text for answer in answers)


def check_harmless(answer: httpx.Response) -> None:
    """Whether a page has no tags, links and headers but our own."""
    tags = ReadPage(answer.text).tags
    names = {name for _, attributes in tags for name in attributes}
    links = [
        attributes.get(name) or ""
        for _, attributes in tags
        for name in ("href", "formaction", "action", "src", "poster")
    ]
    assert answer.status_code == 200
    assert {tag for tag, _ in tags}.isdisjoint({"script", "svg", "iframe", "object", "base"})
    assert not [name for name in names if name.startswith("on") or name == "style"]
    assert not [link for link in links if ":" in link.partition("?")[0]]
    cookies = answer.headers.get_list("set-cookie")
    assert not [each for each in cookies if 'said=""' not in each]


async def test_whatever_people_and_gateways_write_is_text(lab: PageLab, film: Path) -> None:
    ann = await guest(lab, ANN)
    for number, words in enumerate(CORPUS):
        request = replace(lab.harness.job().request, prompt=words)
        # Postgres has no such character, and no catalog names a model so.
        model = f"gate/{words}".replace("\0", "")
        job = await made(lab, film, ANN, request=request, model=model, created_at=number + 0.5)
        saved = await ann.get(f"/files/{job.id}/1.mp4?download")
        assert "set-cookie" not in saved.headers
        query = httpx.QueryParams({"words": words, "model": words[:200], "kind": words})
        answers = await asyncio.gather(
            ann.get(f"/result?of={job.id}"),
            ann.get(f"/?{query}"),
            ann.post("/unshare", of=job.id),
        )
        for answer in answers:
            check_harmless(answer)
    check_harmless(await ann.get("/"))


async def test_no_page_leads_anywhere_else(lab: PageLab, film: Path) -> None:
    job = await made(lab, film, ANN)
    ann = await guest(lab, ANN)
    evil = "https://evil.example/"
    asked_for = "&".join(
        f"{name}={evil}" for name in ("next", "back", "to", "url", "after", "kind")
    )
    answers = [
        await ann.get(f"/?{asked_for}"),
        await ann.get(f"/result?of={job.id}&{asked_for}"),
        await ann.post("/unshare", of=job.id, next=evil, back=evil, url=evil),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("location" in answer.headers for answer in answers)
    # What was asked for is told to forms, which lead back to it below the gallery's own folder.
    texts = [sub(r'name="back" value="[^"]*"', "", answer.text) for answer in answers]
    assert not any("evil.example" in text for text in texts)


async def denied_here(lab: PageLab, user: User) -> None:
    rule = Rule(party=user.party, allowed=False, act=ACT)
    await lab.engine.services.access.save(rule)


async def denied_chat(lab: PageLab, user: User) -> None:
    del user
    await lab.engine.services.access.save(Rule(party=HERE.party, allowed=False, act=ACT))


async def denied_where_it_is_now(lab: PageLab, user: User) -> None:
    del user
    moved = replace(HERE.party, id="2")
    await lab.engine.services.access.rename(HERE.party, moved)
    await lab.engine.services.access.save(Rule(party=moved, allowed=False, act=ACT))


async def kept_out(lab: PageLab, user: User) -> None:
    store = lab.engine.services.access.store
    await store.keep_out(user.party, HERE.party, ACT, out=True)


@pytest.mark.parametrize("keep", [denied_here, denied_chat, denied_where_it_is_now, kept_out])
async def test_who_may_not_order_in_that_chat_orders_nothing_into_it(
    lab: PageLab, film: Path, keep: Callable[[PageLab, User], Awaitable[None]]
) -> None:
    job = await made(lab, film, ANN)
    ann = await guest(lab, ANN)
    await keep(lab, ANN)
    answer = await ann.post("/again", of=job.id)
    seen = await ann.get("/")

    assert is_refusal(answer)
    assert "Ordered" not in answer.text
    assert "have access to this bot here" in answer.text
    assert (lab.harness.chat.writes, lab.harness.paid) == ([], 0)
    # What they have made is theirs all the same.
    assert job.id in seen.text


async def test_a_chat_that_is_banned_takes_no_order(lab: PageLab, film: Path) -> None:
    job = await made(lab, film, ANN)
    ann = await guest(lab, ANN)
    await lab.engine.services.access.save(
        Rule(party=HERE.party, allowed=False, banned=True, act=ACT)
    )
    answer = await ann.post("/again", of=job.id)

    assert is_refusal(answer)
    assert "Ordered" not in answer.text
    assert len(await lab.engine.jobs_of(ANN, limit=9)) == 1


async def test_no_form_takes_away_what_is_to_come_in_a_chat(lab: PageLab, film: Path) -> None:
    job = await made(lab, film, ANN)
    mine = await (await guest(lab, ANN)).post("/again", "1/77", of=job.id)
    event = Invocation(command="again", text=job.id, user=ANN, conversation=HERE, event="1/77")
    await dispatch(lab.engine, event, Locale.EN)

    assert mine.status_code == 200
    assert len(await lab.engine.jobs_of(ANN, limit=9)) == 3


async def test_the_command_deletes_only_what_is_ones_own_and_has_ended(
    lab: PageLab, film: Path
) -> None:
    job = await made(lab, film, ANN)
    running = replace(lab.harness.job(), state=JobState.RUNNING)
    await lab.engine.services.store.add(running)
    said = Invocation(command="discard", text="", user=EVE, conversation=HERE)
    answers = [
        await dispatch(lab.engine, replace(said, user=user, given={"of": each}), Locale.EN)
        for user, each in ((EVE, job.id), (BOB, job.id), (ANN, running.id), (ANN, uuid4().hex))
    ]
    texts = [answer.view.text for answer in answers if answer.view]

    assert texts == [
        translate(Locale.EN, key)
        for key in ("button-not-yours", "button-not-yours", "discard-open", "discard-gone")
    ]
    assert await lab.engine.services.store.get(job.id)
    assert await lab.engine.services.store.get(running.id)


async def test_a_refused_form_that_is_sent_again_is_not_said_to_be_ordered(
    lab: PageLab, film: Path
) -> None:
    job = await made(lab, film, ANN)
    ann = await guest(lab, ANN)
    await denied_here(lab, ANN)
    answers = [
        await ann.post("/again", "one finger", of=job.id, back=back) for back in ("", "", "result")
    ]

    assert ["have access" in each.text for each in answers] == [True, True, False]
    assert ["Ordered" in each.text for each in answers] == [False] * 3
    assert translate(Locale.EN, "page-sent-before") in answers[2].text


async def test_the_platform_is_asked_for_nobody_who_may_not_order_so_fast(
    harness: EngineHarness, film: Path
) -> None:
    harness.rate = OrderRate(2)
    async with page_lab(harness) as lab:
        job = await made(lab, film, ANN)
        ann = await guest(lab, ANN)
        await asyncio.gather(*(ann.post("/again", of=job.id) for _ in range(9)))

        assert lab.harness.chat.asked_members == 2


@pytest.mark.parametrize("private", [False, True])
async def test_who_has_access_through_a_chat_shares_what_was_made_there(
    harness: EngineHarness, film: Path, *, private: bool
) -> None:
    harness.policy = Policy(allowed_chats=frozenset({str(HERE.party)}))
    async with page_lab(harness) as lab:
        request = replace(harness.job().request, private=private)
        job = await lab.finished(film, of=replace(harness.job(), user=ANN, request=request))
        ann = await guest(lab, ANN)
        shared = await ann.post("/share", of=job.id)
        links = await lab.engine.services.shares.living([job.id])
        await denied_chat(lab, ANN)
        refused = await ann.post("/share", of=job.id)

    assert (is_refusal(shared), is_refusal(refused)) == (False, True)
    assert set(links) == {job.id}
