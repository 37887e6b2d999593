"""The commands beside /video that make something, on a real engine against the sandbox."""

import random
import shutil
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.invocation import Invocation
from core.jobs import Job, JobState
from core.media import MediaKind
from core.platform import ConversationRef, MessageRef, User
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.fakes.databases import say_beside
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.local_picture import LocalPicture, picture
from tests.fakes.memory_platform import NAME

ANN, BEN = (User(platform=NAME, id=name) for name in ("ann", "ben"))
HERE, ELSEWHERE = (ConversationRef(platform=NAME, chat=chat) for chat in "12")
VIDEOS = "--model sandbox-videos 1s"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncGenerator[EngineHarness]:
    options = SandboxOptions(
        state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8, seconds_per_clip=6
    )
    async with serve(options) as root:
        yield EngineHarness(
            folder=tmp_path, root=root, gone=frozenset({"whatai", "147ai", "apiyi"})
        )


@pytest.fixture
async def engine(harness: EngineHarness) -> AsyncGenerator[Engine]:
    async with harness.engine() as engine:
        yield engine


async def say(
    engine: Engine,
    line: str,
    user: User = ANN,
    *,
    at: ConversationRef = HERE,
    replied: MessageRef | None = None,
    pictures: Sequence[LocalPicture] = (),
) -> Answer:
    """What the bot answers to a line, when all that it orders is done."""
    name, _, rest = line.partition(" ")
    invocation = Invocation(
        command=name,
        text=rest,
        user=user,
        conversation=at,
        replied=replied,
        attachments=tuple(pictures),
    )
    answer = await dispatch(engine, invocation, Locale.EN)
    await engine.idle()
    return answer


async def refusal(engine: Engine, line: str, user: User = ANN, **where: object) -> str:
    answer = await say(engine, line, user, **where)  # type: ignore[arg-type]
    assert not answer.done
    assert answer.view
    return answer.view.text


async def newest(engine: Engine, user: User = ANN) -> Job:
    return (await engine.jobs_of(user))[0]


async def test_a_picture_is_made_and_posted(harness: EngineHarness, engine: Engine) -> None:
    await say(engine, "image 16:9 2k x2 a lighthouse --model sandbox-image")

    job = await newest(engine)
    (posted,) = harness.chat.of("deliver")
    assert (job.state, job.request.kind, job.request.resolution) == (
        JobState.DONE,
        MediaKind.IMAGE,
        "2k",
    )
    assert [asset.kind for asset in posted.assets] == [MediaKind.IMAGE] * 2
    assert all(round(asset.width / asset.height, 1) == 1.8 for asset in posted.assets)


async def test_pictures_are_combined(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    pictures = [picture(tmp_path, f"{n}.png") for n in range(3)]

    await say(engine, "image all in one --model sandbox-image", pictures=pictures)

    job = await newest(engine)
    (order,) = read_ledger(harness.folder / "sandbox")
    assert (job.state, len(job.request.images), order.images) == (JobState.DONE, 3, 3)


async def test_again_has_pictures_of_its_own_and_says_when_they_are_gone(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    both = [picture(tmp_path, "room.png"), picture(tmp_path, "mask.png")]
    await say(engine, "image --mask a red wall --model sandbox-image", pictures=both)
    first = await newest(engine)
    folder = engine.services.folder(first.id)

    await say(engine, "again")
    second = await newest(engine)
    shutil.rmtree(engine.services.folder(second.id))
    # Where other machines may need them, the database has them, too.
    say_beside(harness.folder, "DELETE FROM files")
    folders = set(engine.services.media_dir.iterdir())
    refused = await refusal(engine, "again")

    used = second.request.pictures
    assert second.id != first.id
    assert (second.state, len(used), len(first.request.pictures)) == (JobState.DONE, 2, 2)
    assert {each.path.parent for each in used} == {engine.services.folder(second.id)}
    assert refused == translate(Locale.EN, "pictures-gone")
    assert (await newest(engine), harness.paid) == (second, 2)
    assert set(engine.services.media_dir.iterdir()) == folders
    assert all(each.path.parent == folder for each in first.request.pictures)


async def test_a_button_of_a_job_that_is_deleted_shares_no_other_in_its_place(
    engine: Engine,
) -> None:
    await say(engine, "image a lighthouse --model sandbox-image")
    gone = "0" * 32

    named = Invocation(command="share", text=f"--of {gone}", user=ANN, conversation=HERE)
    asking = replace(named, text="", given={"of": gone}, asks="place")
    answers = [await dispatch(engine, each, Locale.EN) for each in (named, asking)]

    said = [answer.view.text for answer in answers if answer.view]
    assert said == [translate(Locale.EN, "share-gone")] * 2


async def test_a_mask_is_the_last_of_the_pictures(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    both = [picture(tmp_path, "room.png"), picture(tmp_path, "mask.png")]
    small = picture(tmp_path, "small.png", (64, 64))

    alone = await refusal(engine, "image a hat --mask --model sandbox-image", pictures=both[:1])
    wrong = await refusal(
        engine, "image a hat --mask --model sandbox-image", pictures=[both[0], small]
    )
    await say(engine, "image a hat --mask --model sandbox-image", pictures=both)

    job = await newest(engine)
    assert "send the picture first and then its mask" in alone
    assert "the same size as" in wrong
    assert (job.state, len(job.request.images)) == (JobState.DONE, 1)
    assert job.request.mask
    assert harness.paid == 1


async def test_a_mask_that_no_gateway_takes_is_refused_before_anybody_pays(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    side = (1050, 1050)
    room, heavy = picture(tmp_path, "room.png", side), tmp_path / "mask.png"
    Image.frombytes("RGBA", side, random.Random(7).randbytes(side[0] * side[1] * 4)).save(heavy)

    told = await refusal(
        engine,
        "image a hat --mask --model sandbox-image",
        pictures=[room, LocalPicture(heavy)],
    )

    assert told == "The mask must be smaller than 4 MB."
    assert harness.paid == 0


async def test_videos_and_pictures_do_not_mix(harness: EngineHarness, engine: Engine) -> None:
    video = await refusal(engine, "video a cat --model sandbox-image")
    image = await refusal(engine, "image a cat --model sandbox-video")

    assert "cannot make videos" in video
    assert "cannot make pictures" in image
    assert harness.paid == 0


async def test_the_last_video_is_changed_by_its_own_model(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, f"video portrait {VIDEOS} a cat")
    first = await newest(engine)

    await say(engine, "remix now in snow")

    job = await newest(engine)
    assert (job.state, job.model, job.request.source) == (
        JobState.DONE,
        first.model,
        first.task,
    )
    assert (job.request.ratio, job.request.seconds) == ("9:16", 1)
    assert len(harness.chat.of("deliver")) == 2


async def test_the_video_that_is_replied_to_is_changed(engine: Engine) -> None:
    await say(engine, f"video {VIDEOS} a cat")
    cat = await newest(engine)
    await say(engine, f"video {VIDEOS} a dog")

    await say(engine, "remix in snow", BEN, replied=cat.delivered)
    await say(engine, f"remix --of {cat.id} in rain", BEN)

    jobs = await engine.jobs_of(BEN)
    assert [job.request.source for job in jobs] == [cat.task] * 2


async def test_what_cannot_be_changed_is_said_before_anything_is_paid(
    harness: EngineHarness, engine: Engine
) -> None:
    nothing = await refusal(engine, "remix in snow")
    await say(engine, "video 1s --model sandbox-video a cat")
    other = await refusal(engine, "remix in snow")
    await say(engine, f"video {VIDEOS} private a cat")
    secret = await newest(engine)
    stolen = await refusal(engine, f"remix --of {secret.id} in snow", BEN)
    abroad = await refusal(engine, "remix in snow", BEN, at=ELSEWHERE, replied=secret.delivered)
    empty = await refusal(engine, "remix")

    assert "no finished video" in nothing
    assert "Videos made by sandbox-video cannot be changed" in other
    assert nothing == stolen == abroad
    assert "for example: /remix now in snow" in empty
    assert harness.paid == 2


async def test_what_was_made_as_a_task_is_changed_as_a_video(harness: EngineHarness) -> None:
    harness.gone = frozenset()
    async with harness.engine() as engine:
        await say(engine, "video --model sora-2 a cat")
        first = await newest(engine)
        await say(engine, "remix private in snow")
        change = await newest(engine)
        await say(engine, "remix in rain")
        last = await newest(engine)
        await say(engine, "video private --model sora-2 a dog")
        private = await refusal(engine, "remix in snow")

    assert (first.model, change.model) == ("whatai/sora-2", "whatai/sora-2")
    # Neither protocol tells the gateway that a change is private, so it has kept that, too.
    assert (change.request.source, last.request.source) == (first.task, change.task)
    assert (change.state, last.state, harness.paid) == (JobState.DONE, JobState.DONE, 4)
    assert "private video cannot be changed" in private


async def test_a_private_video_is_changed_where_the_gateway_never_heard_of_that(
    engine: Engine,
) -> None:
    await say(engine, f"video {VIDEOS} private a cat")

    await say(engine, "remix in snow")

    assert (await newest(engine)).state is JobState.DONE


async def test_a_character_is_made_called_and_forgotten(engine: Engine) -> None:
    none = await say(engine, "characters")
    await say(engine, f"video {VIDEOS} a cat")

    made = await say(engine, "character 0-2.5 Tom")
    listed = await say(engine, "characters")
    await say(engine, f"video {VIDEOS} @tom, on a stage")
    job = await newest(engine)
    await say(engine, f"video {VIDEOS} 让@tom跳舞")
    glued = await newest(engine)
    forgotten = await say(engine, "characters remove @Tom")
    again = await refusal(engine, "characters remove tom")

    assert none.view and made.view and listed.view and forgotten.view  # noqa: PT018 - for the types
    assert "no characters yet" in none.view.text
    assert "@tom" in made.view.text
    line, price = listed.view.text.splitlines()
    name = line.split(" · ")[-1]
    assert line == f"@tom · sandbox · {name}"
    assert price == "Making one costs 3 credits."
    assert job.state is JobState.DONE
    assert job.request.prompt == f"@{name}, on a stage"
    assert (glued.request.prompt, glued.request.cast_by) == (f"让@{name}跳舞", "sandbox")
    assert "forgotten" in forgotten.view.text
    assert "no character @tom" in again


async def test_characters_belong_to_who_has_made_them(engine: Engine) -> None:
    await say(engine, f"video {VIDEOS} a cat")
    await say(engine, "character 1-3 tom")

    await say(engine, f"video {VIDEOS} @tom on a stage", BEN)

    job = await newest(engine, BEN)
    assert (job.request.prompt, job.request.cast_by) == ("@tom on a stage", None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("character 1-9 tom", "1"),
        ("character 3-1 tom", "1"),
        ("character tom --span 1", "--span"),
        ("character 1-3 two words", "cannot be a name"),
        ("character 1-3 tom --url http://x/y.mp4", "https://"),
    ],
)
async def test_a_wrong_character_is_explained(engine: Engine, line: str, said: str) -> None:
    await say(engine, f"video {VIDEOS} a cat")

    assert said in await refusal(engine, line)


async def test_a_storyboard_is_shown_before_it_is_paid(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "storyboard portrait\n7.5s a plane takes off\n2.5s it lands")
    plan = await newest(engine)
    shown, paid_before = harness.chat.writes[-1], harness.paid

    await say(engine, f"confirm {plan.id}")

    job = await newest(engine)
    assert (plan.state, paid_before, len(shown.buttons)) == (JobState.DRAFT, 0, 3)
    assert shown.text.endswith("\n1. 7.5 s: a plane takes off\n2. 2.5 s: it lands")
    assert job.request.prompt.startswith("Shot 1:\nduration: 7.5sec\nScene: a plane takes off")
    assert (job.id, job.state, job.request.seconds, job.request.ratio) == (
        plan.id,
        JobState.DONE,
        10,
        "9:16",
    )
    assert (harness.paid, job.status, len(harness.chat.of("deliver"))) == (1, plan.status, 1)


async def test_a_plan_is_ordered_once_and_only_by_its_maker(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "storyboard 5s up\n5s down")
    plan = await newest(engine)

    stranger = await refusal(engine, f"confirm {plan.id}", BEN)
    await say(engine, f"confirm {plan.id}")
    twice = await refusal(engine, f"confirm {plan.id}")

    assert stranger == "This belongs to somebody else."
    assert "already ordered" in twice
    assert harness.paid == 1


async def test_plans_have_the_numbers_that_status_shows_and_the_only_one_needs_none(
    harness: EngineHarness, engine: Engine
) -> None:
    none = await refusal(engine, "confirm")
    await say(engine, "storyboard 5s up\n5s down")
    await say(engine, "storyboard 4s left\n6s right")
    several = await refusal(engine, "confirm")
    beyond = await refusal(engine, "confirm 3")
    await say(engine, "cancel 1")
    await say(engine, "confirm")
    done = await newest(engine)

    assert "already ordered" in none
    assert "You have 2 plans" in several
    assert "3" in beyond
    assert (done.state, done.request.prompt[-5:]) == (JobState.DONE, "right")
    assert harness.paid == 1


async def test_a_plan_is_told_hd_and_watermark(engine: Engine) -> None:
    await say(engine, "storyboard hd 5s up\n5s down --watermark --model sandbox-video")

    request = (await newest(engine)).request
    assert (request.resolution, request.watermark) == ("hd", True)


async def test_what_is_repeated_stays_private_and_status_does_not_quote_it(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "video private 1s a secret --model sandbox-video")
    await say(engine, "again")
    places = {write.message.conversation for write in harness.chat.of("deliver")}
    await say(engine, "storyboard private 5s a secret\n5s down")
    listed = await say(engine, "status")

    assert places == {ConversationRef(platform=NAME, chat=HERE.chat, person=ANN.id)}
    assert listed.view
    assert listed.view.text.endswith("· private")


async def test_a_plan_can_be_dropped_and_survives_a_restart(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        for shots in ("5s up\n5s down", "4s left\n6s right"):
            await say(engine, f"storyboard {shots}")
        kept, dropped = await engine.jobs_of(ANN)

    async with harness.engine() as engine:
        listed = await say(engine, "status")
        await say(engine, f"cancel {dropped.id}")
        await say(engine, f"confirm {kept.id}")
        states = {job.id: job.state for job in await engine.jobs_of(ANN)}

    assert listed.view
    assert listed.view.text.startswith("1. a plan, waiting for /confirm · sandbox-video")
    assert dropped.status
    assert harness.chat.shown[dropped.status.id] == translate(Locale.EN, "plan-dropped")
    assert states == {kept.id: JobState.DONE, dropped.id: JobState.CANCELLED}
    assert harness.paid == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("storyboard", "for example: /storyboard 7.5s"),
        ("storyboard 5s a plane takes off\nit lands", "2"),
        ("storyboard 5s up\n5.25s down", "10.25"),
        ("storyboard --seconds 15 5s up\n5s down", "15"),
        ("storyboard 50s up\n50s down", "100"),
        ("storyboard --model sandbox-videos 5s up\n5s down", "storyboard"),
    ],
)
async def test_a_storyboard_that_cannot_be_made_is_explained(
    harness: EngineHarness, engine: Engine, line: str, said: str
) -> None:
    assert said in await refusal(engine, line)
    assert harness.chat.writes == []
