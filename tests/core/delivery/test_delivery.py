"""From a gateway's link into the chat."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr

from core.delivery.prepare import Prepared, is_shareable, prepare
from core.dialects import Endpoint
from core.errors import FaultKind
from core.files.media_info import look
from core.jobs import Job, JobState
from core.limits import Limits
from core.media import Asset, RemoteAsset
from core.messages.withheld import Withheld
from core.platform import (
    ConversationRef,
    MediaPost,
    MessageLostError,
    MessageRef,
    SlowDownError,
    TooLargeError,
    UncertainError,
    UnreachableError,
)
from tests.fakes.engine_harness import FOUR, EngineHarness, stored, stored_when
from tests.fakes.forks import forks
from tests.fakes.manual_gateway import ManualGateway
from tests.fakes.memory_platform import NAME, MemoryConversation, MemoryPlatform
from tests.fakes.movies import make_movie

LIMITS = Limits(writes=100, window_seconds=1, edit_seconds=0, text_chars=4096)
ENDPOINT = Endpoint(gateway="g", root="http://10.0.0.1:3000", key=SecretStr("sekrit-7"))
LINK = "https://files.example.org/1.mp4?X-Amz-Signature=abc&Expires=7"
PUBLIC = RemoteAsset(urls=("http://10.0.0.1:3000/1.mp4", LINK))
STATUS = MessageRef(conversation=ConversationRef(platform=NAME, chat="1"), id="status of old")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("not-video", FaultKind.NOT_MEDIA),
        ("expired", FaultKind.EXPIRED),
        ("private-link", FaultKind.UNREACHABLE_LINK),
        ("redirect-private", FaultKind.UNREACHABLE_LINK),
    ],
)
async def test_a_link_without_a_video_is_a_failure_that_says_so(
    harness: EngineHarness, word: str, kind: FaultKind
) -> None:
    async with harness.engine() as engine:
        job = await engine.submit(harness.order(f"a cat #{word}"))
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind, row.credits) == (JobState.FAILED, kind, 0)
    assert (row.results == (), harness.paid, harness.chat.of("deliver")) == (False, 1, [])


async def test_a_file_that_came_by_half_is_fetched_again(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        job = await engine.submit(harness.order("a cat #truncated-once"))
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, harness.paid) == (JobState.DONE, 1)


async def test_of_three_videos_the_missing_one_is_named_and_not_charged(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        job = await engine.submit(harness.order("a cat #partial", model=FOUR, count=3))
        await engine.idle()
        row = await stored(engine, job.id)

    (posted,) = harness.chat.of("deliver")
    assert (row.state, len(posted.assets)) == (JobState.DONE, 2)
    assert "2 of 3 videos were made" in posted.text
    assert (job.credits, row.credits) == (75, 50)


async def test_one_that_cannot_be_fetched_does_not_cost_the_others(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow("fetch")
    good = RemoteAsset(urls=(f"{gateway.root}/1.mp4",))
    bad = RemoteAsset(urls=("http://127.0.0.1:1/2.mp4",))
    left = replace(
        slow_harness.job(model=FOUR, count=2), state=JobState.RUNNING, results=(bad, good)
    )
    await slow_harness.leave(left)

    async with slow_harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, left.id)

    (posted,) = slow_harness.chat.of("deliver")
    assert "1 of 2 videos were made" in posted.text
    assert (row.state, row.credits) == (JobState.DONE, 25)


async def test_a_page_is_handed_on_where_nothing_else_can_be_had(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow("fetch")
    gateway.film = b"<html>a player</html>"
    page = RemoteAsset(urls=(f"{gateway.root}/film",), page="https://example.org/watch/7")
    left = replace(slow_harness.job(), state=JobState.RUNNING, results=(page,))
    await slow_harness.leave(left)

    async with slow_harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, left.id)

    assert (row.state, row.fault, slow_harness.chat.of("deliver")) == (JobState.DONE, None, [])
    assert "https://example.org/watch/7" in slow_harness.chat.writes[-1].text


async def test_a_page_that_was_not_told_before_a_stop_is_told_after_it(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow("fetch")
    gateway.film = b"<html>a player</html>"
    page = RemoteAsset(urls=(f"{gateway.root}/film",), page="https://example.org/watch/7")
    left = replace(slow_harness.job(), state=JobState.RUNNING, results=(page,))
    await slow_harness.leave(left)
    async with slow_harness.engine() as engine:
        while (await stored(engine, left.id)).state is JobState.RUNNING:
            slow_harness.chat.refuse("edit", SlowDownError(1))
            await asyncio.sleep(0)
    before = [write for write in slow_harness.chat.writes if "watch/7" in write.text]
    slow_harness.chat.accept_all()

    async with slow_harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, left.id)

    assert (before, row.state) == ([], JobState.DONE)
    assert "watch/7" in slow_harness.chat.writes[-1].text


async def test_a_video_for_a_chat_that_is_gone_is_a_failure(harness: EngineHarness) -> None:
    harness.chat.refuse("deliver", MessageLostError())
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.UNDELIVERABLE)
    assert row.assets


async def test_a_chat_that_takes_nothing_any_more_still_gives_the_job_an_end(
    harness: EngineHarness,
) -> None:
    harness.chat.refuse("deliver", MessageLostError())
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await harness.chat.until(lambda write: write.kind == "send")
        harness.chat.refuse("edit", *[MessageLostError()] * 100)
        harness.chat.refuse("send", MessageLostError())
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.state is JobState.FAILED
    assert engine.open_jobs == 0


async def test_a_lost_status_message_costs_no_video_and_brings_no_second_message(
    harness: EngineHarness,
) -> None:
    harness.chat.refuse("edit", MessageLostError(), MessageLostError())
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, row.told) == (JobState.DONE, True)
    assert [write.kind for write in harness.chat.writes if write.kind != "edit"] == [
        "send",
        "deliver",
    ]


async def test_the_video_and_the_last_word_come_however_slow_the_chat_is(
    harness: EngineHarness,
) -> None:
    harness.chat.refuse("send", SlowDownError(0.01))
    harness.chat.refuse("edit", *[SlowDownError(0.01)] * 5)
    harness.chat.refuse("deliver", SlowDownError(0.02), SlowDownError(0.05))
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, len(harness.chat.of("deliver"))) == (JobState.DONE, 1)
    assert row.status
    assert "Done" in harness.chat.shown[row.status.id]


async def test_the_stream_is_read_on_while_the_chat_hangs(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        held = harness.chat.hold("edit")
        job = await engine.submit(harness.order(model=FOUR))
        await held.reached.wait()
        await stored_when(engine, job.id, lambda row: bool(row.results))
        shown = harness.chat.of("edit")

        held.release.set()
        await engine.idle()

    assert shown == []
    assert len(harness.chat.of("deliver")) == 1


async def test_the_stream_is_read_on_while_the_chat_wants_a_pause(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        harness.chat.refuse("edit", SlowDownError(1000))
        job = await engine.submit(harness.order(model=FOUR))

        row = await stored_when(engine, job.id, lambda row: row.state is JobState.DONE)

    # What was not refused is not waited for either: the video comes.
    assert (row.told, harness.chat.tried) == (False, ["send", "edit", "deliver"])


async def test_nobodys_next_job_waits_for_an_edit_that_says_only_done(
    harness: EngineHarness,
) -> None:
    harness.jobs_per_user = 1
    async with harness.engine() as engine:
        harness.chat.refuse("edit", SlowDownError(1000))
        jobs = [await engine.submit(harness.order(model=FOUR)) for _ in range(2)]
        async with asyncio.timeout(90):
            for job in jobs:
                await stored_when(engine, job.id, lambda row: row.state is JobState.DONE)

    assert len(harness.chat.of("deliver")) == 2


@pytest.fixture(scope="session")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of half a megabyte in one second."""
    still = Image.effect_noise((320, 240), 200).convert("RGB")
    path = tmp_path_factory.mktemp("loud") / "film.mp4"
    return make_movie(path, 320, 240, 1.0, paint=lambda second: still.rotate(360 * second))


@pytest.fixture
def large(tmp_path: Path, loud: Path) -> Asset:
    """The first result of a job."""
    path = tmp_path / "1.mp4"
    path.write_bytes(loud.read_bytes())
    return look(path)


def limited(upload_bytes: int | None) -> Limits:
    return replace(LIMITS, upload_bytes=upload_bytes)


def finished(harness: EngineHarness, *assets: Asset, limit: int) -> Job:
    """A job whose results wait to be posted to a chat with that limit."""
    harness.chat.limits = replace(harness.chat.limits, upload_bytes=limit)
    job = harness.job(model=FOUR, count=len(assets))
    results = (PUBLIC,) * len(assets)
    return replace(job, state=JobState.DELIVERING, results=results, assets=assets, started_at=2.0)


async def delivered(harness: EngineHarness, left: Job) -> Job:
    """What becomes of it in a new process."""
    await harness.leave(left)
    async with harness.engine() as engine:
        await engine.idle()
        return await stored(engine, left.id)


@pytest.mark.parametrize("limit", [None, 1_000_000])
async def test_what_fits_is_posted_as_it_is(large: Asset, limit: int | None) -> None:
    prepared = await prepare([large], [PUBLIC], limited(limit), ENDPOINT)

    assert prepared == Prepared(assets=(large,))


async def test_a_chat_is_asked_what_fits_before_anything_is_made_to(
    harness: EngineHarness, large: Asset
) -> None:
    left = finished(harness, large, limit=100_000)
    harness.chat.asked = replace(harness.chat.limits, upload_bytes=1_000_000)

    await delivered(harness, left)

    (post,) = harness.chat.of("deliver")
    assert post.assets == (large,)


async def test_what_is_too_large_is_made_to_fit(large: Asset) -> None:
    prepared = await prepare([large], [PUBLIC], limited(100_000), ENDPOINT)

    (fitted,) = prepared.assets
    assert fitted.size_bytes <= 100_000 < large.size_bytes
    assert (prepared.as_documents, prepared.withheld) == (False, ())
    assert look(large.path) == large


@pytest.mark.parametrize(("limit", "codec"), [(None, "vp9"), (1_000_000, "h264")])
async def test_a_chat_gets_what_it_can_play_and_a_disk_what_came(
    tmp_path: Path, limit: int | None, codec: str
) -> None:
    strange = look(make_movie(tmp_path / "1.webm", 64, 64, 0.5))

    prepared = await prepare([strange], [PUBLIC], limited(limit), ENDPOINT)

    assert [asset.codec for asset in prepared.assets] == [codec]
    assert not prepared.as_documents


async def test_what_cannot_be_made_playable_is_a_document(large: Asset, tmp_path: Path) -> None:
    broken = replace(large, path=tmp_path / "2.webm", mime="video/webm", size_bytes=7)
    broken.path.write_bytes(b"\x1a\x45\xdf\xa3...")

    prepared = await prepare([large, broken], [], limited(1_000_000), ENDPOINT)

    assert prepared == Prepared(assets=(large, broken), as_documents=True)


@pytest.mark.parametrize(
    ("source", "link"),
    [
        (PUBLIC, LINK),
        (replace(PUBLIC, page="https://example.org/watch/7"), LINK),
        (replace(PUBLIC, authorized=True), ""),
        (
            replace(PUBLIC, authorized=True, page="https://example.org/watch/7"),
            "https://example.org/watch/7",
        ),
        (RemoteAsset(urls=("data:video/mp4;base64,AAAA",)), ""),
    ],
)
async def test_what_never_fits_is_a_link_where_anybody_can_fetch_it(
    large: Asset, source: RemoteAsset, link: str
) -> None:
    prepared = await prepare([large], [source], limited(3_000), ENDPOINT)

    withheld = Withheld(size_bytes=large.size_bytes, limit_bytes=3_000, link=link)
    assert prepared == Prepared(withheld=(withheld,))


async def test_a_link_is_that_of_its_own_result(large: Asset, tmp_path: Path) -> None:
    second = replace(large, path=tmp_path / "2.mp4")
    other = RemoteAsset(urls=("https://files.example.org/other.mp4",))

    prepared = await prepare([second, large], [PUBLIC, other], limited(3_000), ENDPOINT)

    assert [withheld.link for withheld in prepared.withheld] == [other.urls[0], LINK]


@pytest.mark.parametrize(
    ("url", "shared"),
    [
        (LINK, True),
        ("http://93.184.216.34/1.mp4", True),
        ("https://[2606:2800:220:1::1]:8443/1.mp4", True),
        ("https://b.tos-cn.volces.com/1?X-Tos-Credential=x&X-Tos-Security-Token=y", True),
        ("https://xn--fsq.example/1.mp4", True),
        ("https://files.example.org/1.mp4?key=AIzaSyA1234567890", False),
        ("https://files.example.org/1.mp4?access_token=abc", False),
        ("https://files.example.org/sk-abcdef123456/1.mp4", False),
        ("https://files.example.org/1.mp4?k=sekrit-7", False),
        ("https://ann:secret@example.org/1.mp4", False),
        ("http://10.0.0.1/1.mp4", False),
        ("http://[::1]/1.mp4", False),
        ("http://169.254.169.254/1.mp4", False),
        ("http://0x7f.1/1.mp4", False),
        ("http://localhost/1.mp4", False),
        ("http://gateway/1.mp4", False),
        ("http://gateway.local/1.mp4", False),
        ("http://newapi.internal:3000/1.mp4", False),
        ("ftp://example.org/1.mp4", False),
        ("https://", False),
        ("https://example.org:x/1.mp4", False),
        ("", False),
    ],
)
def test_only_public_links_without_secrets_are_handed_on(url: str, *, shared: bool) -> None:
    assert is_shareable(url, ENDPOINT) is shared


async def test_the_chat_gets_the_fitted_video_and_the_disk_keeps_the_original(
    harness: EngineHarness, large: Asset
) -> None:
    row = await delivered(harness, finished(harness, large, limit=100_000))

    (posted,) = harness.chat.of("deliver")
    (fitted,) = posted.assets
    assert fitted.path.name == "1-fit.mp4"
    assert fitted.size_bytes <= 100_000
    assert (row.state, row.assets, row.credits) == (JobState.DONE, (large,), 25)
    assert any("converting it" in write.text for write in harness.chat.of("edit"))


async def test_a_video_that_never_fits_becomes_a_text_with_its_link(
    harness: EngineHarness, large: Asset
) -> None:
    huge = replace(large, size_bytes=63_000_000)
    row = await delivered(harness, finished(harness, huge, limit=3_000))

    told = harness.chat.of("send")[-1]
    assert harness.chat.of("deliver") == []
    assert (
        f"63 MB, and the limit is 0.1 MB. Download it here while the gateway keeps it: {LINK}"
        in told.text
    )
    assert [button.command for button in told.buttons] == ["again"]
    assert (row.state, row.delivered, row.credits) == (JobState.DONE, told.message, 25)
    assert row.status
    assert harness.chat.shown[row.status.id].startswith("Done in")


async def test_a_video_that_nobody_can_get_is_named_and_not_charged(
    harness: EngineHarness, large: Asset
) -> None:
    left = replace(finished(harness, large, limit=3_000), results=())
    row = await delivered(harness, left)

    told = harness.chat.of("send")[-1].text
    assert f"The operator can find it as {left.id}." in told
    assert "10.0.0.1" not in told
    assert (row.state, row.credits) == (JobState.DONE, 0)


async def test_one_that_is_too_large_does_not_cost_the_other(
    harness: EngineHarness, large: Asset, tmp_path: Path
) -> None:
    small = look(make_movie(tmp_path / "2.mp4", 64, 64, 0.5))
    limit = small.size_bytes + 1
    row = await delivered(
        harness, finished(harness, replace(large, seconds=9e9), small, limit=limit)
    )

    (posted,) = harness.chat.of("deliver")
    assert posted.assets == (small,)
    assert f": {LINK}\n" in posted.text
    assert [button.command for button in posted.buttons] == ["again", "share"]
    assert (row.state, row.credits) == (JobState.DONE, 50)


async def test_a_link_that_may_have_been_told_takes_the_place_of_the_status_message(
    harness: EngineHarness, large: Asset
) -> None:
    harness.chat.refuse("edit", SlowDownError(0.01))
    left = replace(finished(harness, large, limit=3_000), posting=True, status=STATUS)
    row = await delivered(harness, left)

    assert (row.state, row.delivered, harness.chat.of("send")) == (JobState.DONE, STATUS, [])
    assert LINK in harness.chat.shown[STATUS.id]


async def test_a_link_is_told_anew_where_the_status_message_is_gone(
    harness: EngineHarness, large: Asset
) -> None:
    harness.chat.refuse("edit", MessageLostError(), MessageLostError())
    left = replace(finished(harness, large, limit=3_000), posting=True, status=STATUS)
    row = await delivered(harness, left)

    told = next(write for write in harness.chat.of("send") if LINK in write.text)
    assert (row.state, row.delivered) == (JobState.DONE, told.message)


async def test_a_link_for_a_chat_that_is_gone_is_a_failure(
    harness: EngineHarness, large: Asset
) -> None:
    harness.chat.refuse("send", MessageLostError())
    row = await delivered(harness, replace(finished(harness, large, limit=3_000), status=STATUS))

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.UNDELIVERABLE)


async def test_a_stop_while_it_is_made_to_fit_is_harmless(
    harness: EngineHarness, large: Asset
) -> None:
    left = finished(harness, large, limit=100_000)
    await harness.leave(left)
    async with harness.engine() as engine:
        await harness.chat.until(lambda write: "converting it" in write.text)
        before = await stored(engine, left.id)
    working = forks()

    async with harness.engine() as engine:
        await engine.idle()
        after = await stored(engine, left.id)

    (posted,) = harness.chat.of("deliver")
    assert (before.posting, before.state, after.state) == (
        False,
        JobState.DELIVERING,
        JobState.DONE,
    )
    assert working == []
    assert (posted.replacing, look(posted.assets[0].path)) == (None, posted.assets[0])


async def test_the_chat_is_told_what_it_cannot_play(harness: EngineHarness, large: Asset) -> None:
    posts: list[MediaPost] = []

    class Recorder(MemoryConversation):
        async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
            posts.append(post)
            return await super().deliver(post, replacing=replacing)

    class Recording(MemoryPlatform):
        def conversation(self, ref: ConversationRef) -> MemoryConversation:
            return Recorder(self, ref)

    harness.platforms = {NAME: Recording(limits=limited(10_000_000))}
    broken = replace(large, path=large.path.with_name("2.webm"), mime="video/webm")
    broken.path.write_bytes(b"no video at all")
    for asset in (large, broken):
        await delivered(harness, finished(harness, asset, limit=10_000_000))

    assert {post.assets: post.as_documents for post in posts} == {(large,): False, (broken,): True}


async def test_a_post_whose_answer_is_lost_takes_the_place_of_the_status_message(
    harness: EngineHarness,
) -> None:
    harness.chat.refuse("deliver", UncertainError("no answer"))
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await engine.idle()
        row = await stored(engine, job.id)

    (posted,) = harness.chat.of("deliver")
    assert (row.state, posted.replacing, row.delivered) == (JobState.DONE, row.status, row.status)
    assert harness.chat.writes[-1] == posted
    assert harness.paid == 1


async def test_a_place_that_takes_less_than_it_said_gets_what_fits(harness: EngineHarness) -> None:
    posting = harness.chat.hold("deliver", TooLargeError())
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await posting.reached.wait()
        harness.chat.limits = replace(LIMITS, upload_bytes=1)
        posting.release.set()
        await engine.idle()
        row = await stored(engine, job.id)

    told = harness.chat.of("send")[-1]
    assert (row.state, harness.chat.of("deliver"), row.delivered) == (
        JobState.DONE,
        [],
        told.message,
    )


async def test_a_place_that_takes_nothing_at_all_is_a_failure(harness: EngineHarness) -> None:
    harness.chat.refuse("deliver", TooLargeError(), TooLargeError())
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.UNDELIVERABLE)


async def test_a_post_that_stays_uncertain_is_a_failure_with_a_free_retry(
    harness: EngineHarness,
) -> None:
    harness.chat.refuse("deliver", UncertainError("no answer"), UncertainError("no answer"))
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.UNCONFIRMED)
    assert [button.command for button in harness.chat.writes[-1].buttons] == ["retry"]
    assert (harness.chat.of("deliver"), harness.chat.tried.count("deliver")) == ([], 2)


@pytest.mark.parametrize("trouble", [SlowDownError(0.01), UnreachableError()])
async def test_posts_of_more_than_one_holds_lose_and_repeat_nothing(
    slow_harness: EngineHarness, gateway: ManualGateway, trouble: Exception
) -> None:
    chat = slow_harness.chat
    chat.limits = replace(chat.limits, album=2)
    chat.hold("deliver").release.set()
    chat.refuse("deliver", trouble)
    row = await _four_made(slow_harness, gateway)

    assert [len(post.assets) for post in chat.of("deliver")] == [2, 2]
    assert [bool(post.text) for post in chat.of("deliver")] == [True, False]
    assert (row.state, row.credits) == (JobState.DONE, 100)
    # Platforms that know a post by its key must not take the second for the first.
    assert len(set(chat.keys)) == 2


async def test_what_may_be_there_is_left_to_its_person(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    chat = slow_harness.chat
    chat.limits = replace(chat.limits, album=2, in_place=1)
    chat.hold("deliver").release.set()
    chat.refuse("deliver", UncertainError("no answer"))
    row = await _four_made(slow_harness, gateway)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.UNCONFIRMED)
    assert [len(post.assets) for post in chat.of("deliver")] == [2]
    assert "did not confirm" in chat.writes[-1].text
    assert [button.command for button in chat.writes[-1].buttons] == ["retry"]


async def test_one_that_is_too_large_behind_others_does_not_repeat_these(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    chat = slow_harness.chat
    chat.limits = replace(chat.limits, album=2)
    chat.hold("deliver").release.set()
    chat.refuse("deliver", TooLargeError("413"))
    row = await _four_made(slow_harness, gateway)

    assert [len(post.assets) for post in chat.of("deliver")] == [2]
    assert (row.state, row.credits) == (JobState.DONE, 50)
    assert "2 of 4 could not be posted" in chat.writes[-2].text


async def _four_made(harness: EngineHarness, gateway: ManualGateway) -> Job:
    """The end of a job that has made four videos, which are still to be posted."""
    await gateway.allow("fetch")
    results = tuple(RemoteAsset(urls=(f"{gateway.root}/{n}.mp4",)) for n in range(4))
    job = harness.job(model=FOUR, count=4)
    await harness.leave(replace(job, state=JobState.RUNNING, results=results))
    async with harness.engine() as engine:
        await engine.idle()
        return await stored(engine, job.id)


async def test_all_attempts_at_one_post_have_the_same_key(harness: EngineHarness) -> None:
    harness.chat.refuse("deliver", SlowDownError(0), UncertainError("no answer"))
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await engine.idle()

    assert harness.chat.keys == [job.id] * 3
