"""The gallery shows people what they have made, and does what they want with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from re import findall

import pytest
from PIL import Image

from core.i18n import Locale, translate
from core.jobs import Job, JobState
from core.people.preferences import Preferences
from core.platform import ConversationRef, MessageLostError, User
from core.shares import MOST_SHARES
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.guests import Guest, guest
from tests.fakes.memory_platform import NAME
from tests.fakes.movies import make_movie
from tests.fakes.page_lab import PUBLIC, PageLab, is_refusal, page_lab

ANN = User(platform=NAME, id="ann")
GROUP = ConversationRef(platform=NAME, chat="1", thread="7")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_movie(tmp_path_factory.mktemp("film") / "film.mp4", 64, 64, 0.5)


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[PageLab]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        harness = EngineHarness(folder=tmp_path, root=root)
        async with page_lab(harness) as lab:
            yield lab


@pytest.fixture
async def ann(lab: PageLab) -> Guest:
    return await guest(lab, ANN)


async def made(  # how the tests below say what differs
    lab: PageLab, film: Path, prompt: str = "a cat", at: float = 1.0, **changes: object
) -> Job:
    job = replace(lab.harness.job(prompt), created_at=at, conversation=GROUP, **changes)  # pyright: ignore[reportArgumentType]
    return await lab.finished(film, of=job, private=job.request.private)


def prompts(text: str) -> list[str]:
    """The words of each card, in their order."""
    return [unescape(each) for each in findall(r'class="prompt"[^>]*>([^<]*)', text)]


async def jobs_of(lab: PageLab) -> list[Job]:
    return list(await lab.engine.jobs_of(ANN, limit=100))


async def test_one_sees_what_one_has_made_the_newest_first(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    old = await made(lab, film, "an old one", 86_400.0)
    request = replace(old.request, prompt="a private one", private=True, spoiler=True)
    await made(lab, film, at=172_800.0, request=request)
    text = (await ann.get("/")).text

    assert prompts(text) == ["a private one", "an old one"]
    assert [each in text for each in ("1970-01-02", "1970-01-03")] == [True, True]
    assert text.count("50 credits") == 2
    assert text.count("<li>sandbox-video</li>") == 2
    assert text.count('<li class="mark">private</li>') == 1
    # What is covered in the chat is covered here.
    assert text.count("Covered. Show it") == 1
    assert text.count('preload="none"') == 2


async def test_pages_lead_on_to_what_is_older(lab: PageLab, ann: Guest, film: Path) -> None:
    for number in range(30):
        await made(lab, film, f"number {number}", 100.0 + number)
    first = (await ann.get("/?words=number")).text
    (older,) = findall(r'href="(\?[^"]*)" rel="next"', first)
    second = (await ann.get(f"/{unescape(older)}")).text

    assert prompts(first) == [f"number {number}" for number in range(29, 5, -1)]
    assert prompts(second) == [f"number {number}" for number in range(5, -1, -1)]
    assert 'rel="next"' not in second
    assert "words=number" in older
    assert len(first.encode()) < 150_000


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("kind=image", ["a Lighthouse"]),
        ("kind=video", ["a cat"]),
        ("words=LIGHT", ["a Lighthouse"]),
        ("words=%25", []),
        ("model=sandbox-video&kind=video&words=CAT", ["a cat"]),
        ("model=nothing", []),
        ("kind=nothing&words=&model=", ["a Lighthouse", "a cat"]),
        ("after=nothing", ["a Lighthouse", "a cat"]),
    ],
)
async def test_it_can_be_looked_through(
    lab: PageLab, ann: Guest, film: Path, query: str, fits: list[str]
) -> None:
    await made(lab, film)
    picture = lab.harness.folder / "a.png"
    Image.new("RGB", (32, 32)).save(picture)
    other = replace(lab.harness.job("a Lighthouse", model="sandbox/sandbox-image"), created_at=2.0)
    await lab.finished(picture, of=other)
    answer = await ann.get(f"/?{query}")

    assert prompts(answer.text) == fits
    assert answer.headers["cache-control"] == "no-store"


async def test_files_are_sent_from_anywhere_on_and_saved_under_a_name_of_ours(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    job = await made(lab, film)
    path = f"/files/{job.id}/1.mp4"
    whole, part = await ann.get(path), await ann.get(path, Range="bytes=4-7")
    known = await ann.get(path, **{"If-None-Match": whole.headers["etag"]})
    saved = await ann.get(f"{path}?download")

    assert whole.content == await asyncio.to_thread(film.read_bytes)
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert known.status_code == 304
    assert saved.headers["content-disposition"] == f'attachment; filename="{job.id[:8]}-1.mp4"'
    assert "private" in whole.headers["cache-control"]


async def test_what_is_not_kept_any_more_is_told_and_can_be_made_again(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    job = await made(lab, film)
    job.assets[0].path.unlink()
    text = (await ann.get("/")).text

    assert prompts(text) == ["a cat"]
    assert "The file is no longer stored here" in text
    assert "Make again" in text
    assert "Share link" not in text
    assert (await ann.get(f"/files/{job.id}/1.mp4")).status_code == 404


async def test_long_words_are_cut_and_stand_whole_on_a_page_of_their_own(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    words = "a cat " * 200
    job = await made(lab, film, words)
    text, alone = (await ann.get("/")).text, (await ann.get(f"/result?of={job.id}")).text

    assert len(prompts(text)[0]) < 500
    assert f"result?of={job.id}" in text
    assert prompts(alone) == [words]


async def test_deleted_is_deleted_for_good(lab: PageLab, ann: Guest, film: Path) -> None:
    job, other = await made(lab, film), await made(lab, film, "a dog")
    shared = await lab.shared(job)
    answer = await ann.post("/discard", of=job.id)
    again = await ann.post("/discard", of=job.id)

    assert translate(Locale.EN, "discard-done") in answer.text
    assert (answer.status_code, again.status_code) == (200, 404)
    assert await lab.engine.services.store.get(job.id) is None
    assert not lab.engine.services.folder(job.id).exists()
    assert (await lab.get(shared)).status_code == 404
    assert prompts((await ann.get("/")).text) == ["a dog"]
    assert other.assets[0].path.exists()


async def test_after_forget_there_is_nothing(lab: PageLab, ann: Guest, film: Path) -> None:
    job = await made(lab, film)
    await lab.engine.keeper.forget(ANN.party)
    text = (await ann.get("/")).text

    assert "Nothing here yet" in text
    assert (await ann.get(f"/files/{job.id}/1.mp4")).status_code == 404


async def test_made_again_it_comes_to_the_chat_that_it_came_from_and_once(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    job = await made(lab, film)
    twice = await asyncio.gather(*(ann.post("/again", "one finger", of=job.id) for _ in range(2)))
    answers = [
        *twice,
        await ann.post("/again", "one finger", of=job.id, back=f"result?of={job.id}"),
    ]
    await lab.engine.idle()
    new = [each for each in await jobs_of(lab) if each.id != job.id]

    assert [each.status_code for each in answers] == [200] * 3
    # A browser shows what the second press was answered, and drops the first.
    ordered = ["Ordered. It comes to the chat" in each.text for each in answers]
    assert ordered == [True, True, False]
    assert "This form was sent before" in answers[2].text
    assert [(each.state, each.conversation, each.request.prompt) for each in new] == [
        (JobState.DONE, GROUP, "a cat")
    ]
    (posted,) = lab.harness.chat.of("deliver")
    assert posted.message.conversation == GROUP


async def test_one_page_orders_each_of_its_results_and_another_page_the_same_once_more(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    cat, dog = await made(lab, film), await made(lab, film, "a dog")
    for job in (cat, dog):
        await ann.post("/again", "one page", of=job.id)
    await ann.post("/again", "another page", of=cat.id)
    await lab.engine.idle()

    assert len(await jobs_of(lab)) == 5


async def test_what_is_private_goes_where_only_they_see_it(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    private = replace(lab.harness.job().request, private=True)
    job = await made(lab, film, request=private)
    await ann.post("/again", of=job.id)
    await lab.engine.idle()
    (new,) = [each for each in await jobs_of(lab) if each.id != job.id]

    assert (new.conversation, new.state) == (replace(GROUP, person="ann"), JobState.DONE)


@pytest.mark.parametrize("private", [False, True])
async def test_a_chat_that_is_gone_is_told(
    lab: PageLab, ann: Guest, film: Path, *, private: bool
) -> None:
    request = replace(lab.harness.job().request, private=private)
    job = await made(lab, film, request=request)
    lab.harness.chat.refuse("send", MessageLostError("no such chat"))
    answer = await ann.post("/again", of=job.id)

    said = translate(Locale.EN, "private-unheard" if private else "chat-unheard")
    assert (is_refusal(answer), said in unescape(answer.text)) == (True, True)
    assert lab.harness.paid == 0


async def test_who_has_left_a_chat_orders_nothing_into_it(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    job = await made(lab, film)
    lab.harness.chat.left.add(("ann", GROUP.chat))
    answer = await ann.post("/again", of=job.id)

    assert is_refusal(answer)
    assert translate(Locale.EN, "chat-left") in answer.text
    assert (len(await jobs_of(lab)), lab.harness.chat.writes) == (1, [])


async def test_a_platform_that_is_not_there_takes_no_order(
    lab: PageLab, film: Path, ann: Guest
) -> None:
    del ann
    elsewhere = User(platform="other", id="ann")
    place = ConversationRef(platform="other", chat="1")
    job = await made(lab, film, user=elsewhere)
    job = await lab.finished(
        film, of=replace(lab.harness.job("far"), user=elsewhere, conversation=place)
    )
    answer = await (await guest(lab, elsewhere)).post("/again", of=job.id)

    assert is_refusal(answer)
    assert translate(Locale.EN, "chat-unreached") in answer.text


async def test_a_link_is_made_and_taken_back(lab: PageLab, ann: Guest, film: Path) -> None:
    request = replace(lab.harness.job().request, private=True)
    job = await made(lab, film, request=request)
    before = (await ann.get("/")).text
    shared = await ann.post("/share", of=job.id)
    (link,) = findall(rf'href="({PUBLIC}/v/[^"]*)"', shared.text)
    seen = await lab.get(link.removeprefix(PUBLIC))
    listed = (await ann.get("/")).text
    ended = await ann.post("/unshare", of=job.id)
    gone = await lab.get(link.removeprefix(PUBLIC))

    assert ["Stop sharing" in text for text in (before, shared.text, listed, ended.text)] == [
        False,
        True,
        True,
        False,
    ]
    assert "press the button" not in shared.text
    assert (seen.status_code, gone.status_code) == (200, 404)
    assert translate(Locale.EN, "unshare-done") in ended.text


async def test_one_result_has_so_many_links_and_no_more(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    job = await made(lab, film)
    links = [await lab.shared(job) for _ in range(MOST_SHARES)]
    refused = await ann.post("/share", of=job.id)

    assert is_refusal(refused)
    assert f"There are {MOST_SHARES} links" in refused.text
    assert {(await lab.get(link)).status_code for link in (links[0], links[-1])} == {200}
    await ann.post("/unshare", of=job.id)
    assert not is_refusal(await ann.post("/share", of=job.id))


async def test_words_of_every_script_take_about_the_same_room(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    await made(lab, film, "猫" * 200, 2.0)
    await made(lab, film, "cat " * 100, 1.0)
    first, second = prompts((await ann.get("/")).text)

    assert first.rstrip("… ") == "猫" * 90
    assert second.rstrip("… ") == ("cat " * 45).rstrip()


async def test_alone_all_words_stand_behind_what_can_be_done_and_are_not_read_with_each_button(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    job = await made(lab, film, "a cat " * 200)
    many, alone = (await ann.get("/")).text, (await ann.get(f"/result?of={job.id}")).text

    assert many.index('class="prompt"') < many.index('formaction="again"')
    assert alone.index('formaction="again"') < alone.index('class="prompt"')
    assert ["aria-describedby" in page for page in (many, alone)] == [True, False]


async def test_who_has_nothing_yet_is_not_asked_what_to_find(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    nothing, filtered = (await ann.get("/")).text, (await ann.get("/?words=dog")).text
    await made(lab, film)
    something = (await ann.get("/")).text

    assert ['role="search"' in page for page in (nothing, filtered, something)] == [
        False,
        True,
        True,
    ]


async def test_a_page_answers_in_its_language_and_the_chat_is_told_in_its_own(
    lab: PageLab, ann: Guest, film: Path
) -> None:
    job = await made(lab, film)
    chosen = Preferences(language=Locale.EN)
    await lab.engine.services.preferences.save(job.user.party, chosen)
    page = await ann.post("/again", of=job.id, headers={"accept-language": "zh-CN"})
    await lab.engine.idle()
    (new,) = [each for each in await lab.engine.jobs_of(job.user) if each.id != job.id]

    assert translate(Locale.ZH, "gallery-ordered") in page.text
    assert new.locale == Locale.EN
