"""The same conversation on every platform: same commands, same progress, same results."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.invocation import Invocation
from core.jobs import Job
from core.platform import ConversationRef
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import Ledger, read_ledger
from sandbox.server import serve
from tests.fakes.driver import ChatDriver, said, until_said
from tests.fakes.drivers import PLATFORMS, driver_on
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway, open_gateway
from tests.fakes.movies import make_movie
from tests.fakes.raw_server import raw_server, replies, reply
from tests.fakes.telegram.bot import picture

CAT, DOG = "/video portrait 1s a cat", "/video portrait 1s a dog"
PLAN = "sandbox-video · 9:16 · 1 s"
_PROGRESS = re.compile(r"starting soon|in line|\d% ·")
Open = Callable[..., AbstractAsyncContextManager[ChatDriver]]


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def enter(platform: str) -> Open:
    """Drives the bot on that platform, for somebody who speaks that language."""
    return partial(driver_on, platform)


@asynccontextmanager
async def gateway_lab(folder: Path, speed: float = 200) -> AsyncGenerator[EngineHarness]:
    """An engine with the sandbox behind it."""
    options = SandboxOptions(state_dir=folder / "sandbox", speed=speed, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=folder, root=root)


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncGenerator[EngineHarness]:
    async with gateway_lab(tmp_path) as harness:
        yield harness


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_movie(tmp_path_factory.mktemp("film") / "film.mp4", 64, 64, 1.0).read_bytes()


@pytest.fixture
async def gateway(film: bytes) -> AsyncGenerator[ManualGateway]:
    """Answers only what it is told to."""
    async with open_gateway(film) as gateway:
        yield gateway


@pytest.fixture
def slow_harness(tmp_path: Path, gateway: ManualGateway) -> EngineHarness:
    return EngineHarness(folder=tmp_path, root=gateway.root)


async def jobs(driver: ChatDriver, engine: Engine) -> list[Job]:
    """The person's jobs, oldest first."""
    return list(reversed(await engine.jobs_of(driver.user)))


def statuses(driver: ChatDriver) -> list[list[str]]:
    """What each status message has shown, where they are edited."""
    shown = [list(message) for message in driver.messages()]
    return [message for message in shown if any(map(_PROGRESS.search, message))]


async def test_a_command_shows_its_plan_moves_on_and_becomes_one_post(
    enter: Open, slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with enter(slow_harness) as driver, driver.bot() as engine:
        gateway.percent = 40
        await gateway.allow(CREATE, LOOK, FETCH)
        await driver.say(CAT)
        await until_said(driver, " 40% · rendering")
        gateway.percent = 100
        await until_said(driver, "Done in")
        await engine.idle()
        (job,) = await jobs(driver, engine)

    (post,) = driver.posts()
    assert sha256(post.data).hexdigest() == job.assets[0].sha256
    assert post.data == job.assets[0].path.read_bytes()
    assert post.caption.startswith(f"{PLAN}\na cat\n")
    assert all(part in said(driver) for part in (PLAN, "rendering", "a cat", "SANDBOX"))
    if driver.edits:
        (status,) = statuses(driver)
        assert status[-1].startswith("Done in")
        assert f"{PLAN}\na cat" in status[0]


async def test_the_same_command_at_once_is_one_order_where_a_finger_may_tap_twice(
    enter: Open, harness: EngineHarness, platform: str
) -> None:
    async with enter(harness) as driver, driver.bot() as engine:
        for _ in range(2):
            await driver.say(CAT, picture())
        await driver.say(DOG)
        await driver.until(lambda: said(driver).count("Done in") >= 2)
        # Who types the same line again on a console means it.
        if platform != "console":
            await until_said(driver, translate(Locale.EN, "ordered-twice"))
        await engine.idle()

    assert harness.paid == (3 if platform == "console" else 2)


async def test_pictures_reach_the_gateway_as_they_are_and_in_their_order(
    enter: Open, harness: EngineHarness
) -> None:
    pictures = [picture(80, "red"), picture(90, "blue")]
    async with enter(harness) as driver, driver.bot():
        await driver.say(CAT, *pictures)
        await until_said(driver, "Done in")

        (order,) = read_ledger(harness.folder / "sandbox")
        came = Ledger(harness.folder / "sandbox").pictures(order)
        assert [path.read_bytes() for path in came] == pictures
        assert "2 pictures" in said(driver)


MISTAKES = [
    ("/video --model sandbox-video 99s a cat", "sandbox-video cannot make 99 s; it makes"),
    ("/video --ration 1:1 a cat", "There is no option --ration."),
    ("/video -n 2 -n 3 a cat", "Two counts were given: 2 and 3. Keep one."),
    (
        "/vidoe a cat",
        "There is no command /vidoe. /help lists all commands.\nDid you mean /video?",
    ),
    ("/retry", "You have no failed job."),
]


async def test_what_cannot_be_done_is_explained_in_the_same_words(
    enter: Open, harness: EngineHarness
) -> None:
    async with enter(harness) as driver, driver.bot():
        for line, answer in MISTAKES:
            await driver.say(line)
            await until_said(driver, answer)

        assert harness.paid == 0
        assert driver.posts() == []


async def test_a_command_without_words_asks_for_them(enter: Open, harness: EngineHarness) -> None:
    async with enter(harness) as driver, driver.bot() as engine:
        await driver.say("/video")
        await driver.complete("a cat")
        (post,) = await driver.until(driver.posts)
        (job,) = await jobs(driver, engine)

    assert job.request.prompt == "a cat"
    assert post.data == job.assets[0].path.read_bytes()


async def test_who_cancels_gets_nothing_and_the_gateway_is_told(
    enter: Open, tmp_path: Path
) -> None:
    async with (
        gateway_lab(tmp_path, speed=0.01) as harness,
        enter(harness) as driver,
        driver.bot() as engine,
        httpx.AsyncClient(base_url=harness.root, headers={"Authorization": "Bearer any"}) as http,
    ):
        await driver.say("/video --model sandbox-seedance 4s a cat")
        await until_said(driver, "queued at the gateway")
        await driver.press("cancel")
        await until_said(driver, "Cancelled. The gateway may still charge for it.")
        await engine.idle()
        (order,) = read_ledger(harness.folder / "sandbox")
        told = await http.get(f"/api/v3/contents/generations/tasks/{order.task_id}")

    assert told.json()["status"] == "cancelled"
    assert driver.posts() == []
    if driver.edits:
        assert statuses(driver)[0][-1].startswith("Cancelled.")


async def test_a_failure_is_explained_and_can_be_tried_again(
    enter: Open, slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with enter(slow_harness) as driver, driver.bot() as engine:
        blocked = b'{"error": {"code": "prompt_blocked", "message": "sensitive"}}'
        gateway.refusal = reply(blocked, status=400)
        await gateway.allow(CREATE, LOOK, FETCH)
        await driver.say(CAT)
        await until_said(driver, "The content filter rejected the prompt.")
        await engine.idle()
        assert "No video from sandbox-video." in said(driver)
        assert driver.posts() == []

        gateway.refusal = b""
        await driver.press("retry")
        (post,) = await driver.until(driver.posts)

    assert post.data == gateway.film
    assert "a cat" in post.caption


async def test_two_jobs_at_once_do_not_mix(enter: Open, harness: EngineHarness) -> None:
    async with enter(harness) as driver, driver.bot() as engine:
        await driver.say(CAT)
        await driver.say(DOG)
        await driver.until(lambda: len(re.findall("Done in", said(driver))) == 2)
        await engine.idle()
        made = {job.request.prompt: job.assets[0] for job in await jobs(driver, engine)}

    posts = {post.caption.splitlines()[1]: post for post in driver.posts()}
    assert set(posts) == {"a cat", "a dog"}
    assert len(driver.posts()) == 2
    for prompt, post in posts.items():
        assert post.data == made[prompt].path.read_bytes()
    assert posts["a cat"].data != posts["a dog"].data
    if driver.edits:
        told = [{n for n in made if any(n in v for v in status)} for status in statuses(driver)]
        assert sorted(told, key=str) == [{"a cat"}, {"a dog"}]


def words(text: str) -> str:
    """A text without its line ends: long ones come in several messages."""
    return " ".join(text.split())


@pytest.mark.parametrize("command", ["help", "models", "characters"])
async def test_what_is_looked_up_is_told_in_full_and_in_the_same_words(
    enter: Open, harness: EngineHarness, command: str
) -> None:
    async with enter(harness) as driver, driver.bot() as engine:
        where = ConversationRef(platform=driver.user.platform, chat="elsewhere")
        asked = Invocation(command=command, text="", user=driver.user, conversation=where)
        answer = await dispatch(engine, asked, Locale.EN)
        assert answer.view
        expected = words(answer.view.text)
        await driver.say(f"/{command}")

        await driver.until(lambda: expected in words(said(driver)))


async def test_status_and_settings_say_the_same(
    enter: Open, slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with enter(slow_harness) as driver, driver.bot():
        await driver.say("/settings ratio portrait")
        await until_said(driver, "Your defaults: 9:16")
        await driver.say("/video 1s a cat")
        await gateway.reached(CREATE)
        await driver.say("/status")
        await until_said(driver, "1. sending · sandbox-video · a cat")
        await gateway.allow(CREATE)

        assert PLAN in said(driver)


LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(r"sandbox-video|\(.*\)|\S+/1\.mp4|/\w+|https?://\S+")


async def test_who_speaks_chinese_is_answered_in_chinese_alone(
    enter: Open, slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with enter(slow_harness, "zh-CN") as driver, driver.bot():
        await gateway.allow(CREATE, LOOK, FETCH)
        await driver.say("/status")
        await until_said(driver, "没有正在运行或排队的任务。")
        await driver.say("/video 竖屏 1秒 一只猫")
        await until_said(driver, "完成，用时")

    assert "sandbox-video · 9:16 · 1 秒" in said(driver)
    shown = [*said(driver).splitlines(), *driver.buttons().values()]
    assert [line for line in shown if LATIN.search(NAMES.sub("", line))] == []


async def test_a_restart_goes_on_with_the_same_message_and_posts_once(
    enter: Open, slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(CREATE)
    async with enter(slow_harness) as driver:
        async with driver.bot():
            await driver.say(CAT)
            await gateway.reached(LOOK)
            await until_said(driver, PLAN)
        async with driver.bot() as engine:
            await gateway.allow(LOOK, FETCH)
            await until_said(driver, "Done in")
            await engine.idle()

        (post,) = driver.posts()
        assert post.caption.startswith(f"{PLAN}\na cat\n")
        assert gateway.asked[CREATE] == 1
        if driver.edits:
            (status,) = statuses(driver)
            assert status[-1].startswith("Done in")


@pytest.mark.parametrize("platform", ["console", "playground", "telegram", "discord"])
async def test_what_is_private_is_seen_by_nobody_else_and_so_at_the_gateway(
    enter: Open, harness: EngineHarness
) -> None:
    async with enter(harness) as driver, driver.bot():
        await driver.say("/video private 1s a cat")
        await driver.until(driver.posts)

        (order,) = read_ledger(harness.folder / "sandbox")
        (post,) = driver.posts()
        assert order.private
        assert "private" in post.caption.splitlines()[0]
        assert not driver.others_see()


@pytest.mark.parametrize(
    ("platform", "word"),
    [
        ("telegram", ""),
        ("telegram", "private "),
        ("discord", ""),
        ("discord", "private "),
        ("parlour", ""),
    ],
)
async def test_sharing_names_the_prompt_unless_it_is_private(
    enter: Open, harness: EngineHarness, word: str
) -> None:
    async with enter(harness) as driver, driver.bot() as engine:
        await driver.say(f"/video {word}1s a cat")
        await driver.until(driver.posts)
        await engine.idle()
        caption = await driver.share()

        assert ("sandbox-video · a cat" in caption) is (not word)
        assert ("cat" in caption) is (not word)


async def test_sharing_gives_a_link_on_every_platform_and_takes_it_back(
    enter: Open, harness: EngineHarness
) -> None:
    harness.public_url = "https://bot.example"
    async with enter(harness) as driver, driver.bot() as engine:
        await driver.say("/video 1s a cat")
        await driver.until(driver.posts)
        await engine.idle()
        await driver.say("/share")
        await until_said(driver, "https://bot.example/v/")
        (secret,) = set(re.findall(r"bot\.example/v/([\w-]{43})", said(driver)))
        found = await engine.services.shares.find(secret)
        await driver.press("unshare")
        await until_said(driver, translate(Locale.EN, "unshare-done"))

        (job,) = await jobs(driver, engine)
        assert found
        assert found.job == job.id
        assert await engine.services.shares.find(secret) is None


async def test_another_gateway_that_takes_over_is_named(
    enter: Open, harness: EngineHarness
) -> None:
    opened = asyncio.Event()
    root = urlsplit(harness.root)

    async def pass_on(request: bytes, writer: asyncio.StreamWriter) -> None:
        await opened.wait()
        reader, sandbox = await asyncio.open_connection(root.hostname, root.port)
        head, _, body = request.replace(b"keep-alive", b"close").partition(b"\r\n\r\n")
        sandbox.write(head + b"\r\nConnection: close\r\n\r\n" + body)
        writer.write(await reader.read())
        sandbox.close()
        await sandbox.wait_closed()

    gone = b'{"error": {"code": "model_not_found", "message": "no channel"}}'
    async with (
        raw_server(replies(reply(gone, status=503))) as broken,
        raw_server(pass_on) as second,
        enter(replace(harness, roots={"apiyi": broken.url, "eronmind": second.url})) as driver,
        driver.bot(),
    ):
        await driver.say("/video --model veo-3.1 a cat")
        await until_said(driver, "Not available right now: apiyi. Using eronmind instead.")
        opened.set()
        (post,) = await driver.until(driver.posts)

    assert post.caption.startswith("veo_3_1 · ")
    assert harness.paid == 1


@pytest.mark.parametrize("platform", ["console"])
async def test_lines_that_cannot_be_edited_say_which_job_they_are_about(
    enter: Open, slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(CREATE)
    async with enter(slow_harness) as driver:
        async with driver.bot():
            await driver.say(CAT)
            await gateway.reached(LOOK)
        before = len(said(driver))
        async with driver.bot():
            await gateway.reached(LOOK, 2)
            await driver.say(DOG)
            await gateway.reached(LOOK, 3)
            gateway.percent = 40
            await gateway.allow(LOOK)
            for name in ("a cat", "a dog"):
                told = re.compile(rf"(?ms)^{name}$.* 40% · rendering[^\n]* · {name}$")
                await driver.until(lambda told=told: told.search(said(driver)[before:]))


TYPED = (
    "／video portrait 1s a cat 0",
    "/video：(竖屏,1s)a cat 1",
    "/视频，竖屏 1s a cat 2",
    "\u200e/Video: \u200f竖屏\u200e\u00a01s\u3000a cat 3",
    "portrait 1s a cat 4",
)


@pytest.mark.slow
async def test_a_command_is_understood_however_it_is_typed(
    enter: Open, harness: EngineHarness
) -> None:
    async with enter(harness) as door, door.bot() as engine:
        for number, line in enumerate(TYPED):
            await door.say(line)
            await door.until(lambda number=number: said(door).count("Done in") > number)
        await engine.idle()
        asked = [job.request for job in await jobs(door, engine)]

    assert [(each.ratio, each.seconds) for each in asked] == [("9:16", 1)] * len(TYPED)
    assert [each.prompt for each in asked] == [f"a cat {n}" for n in range(len(TYPED))]


async def test_words_without_options_or_a_command_are_answered_and_order_nothing(
    enter: Open, harness: EngineHarness
) -> None:
    hint = "Begin with a command or with options, for example: /video "
    harness.has_chats = False
    async with enter(harness) as door, door.bot() as engine:
        for number, line in enumerate(("hello", "a cat in the portrait of a lady, hd")):
            await door.say(line)
            await door.until(lambda number=number: said(door).count(hint) > number)

        assert await jobs(door, engine) == []
        assert harness.paid == 0


async def test_plain_words_are_answered_and_what_they_ask_for_is_ordered_by_a_word_of_their_person(
    enter: Open, harness: EngineHarness
) -> None:
    async with enter(harness) as door, door.bot() as engine:
        await door.say("please make_video of a cat, not --new")
        await until_said(door, "This is the plan; nothing is ordered yet")
        await until_said(door, "The tools said: The person now sees a plan")
        assert len(await jobs(door, engine)) == 1
        assert harness.paid == 2  # the question, and what was said of the tool
        await door.say("／confirm")
        await until_said(door, "Done in")

    assert harness.paid == 3


async def test_a_plan_has_a_number_and_is_confirmed_without_one(
    enter: Open, harness: EngineHarness, platform: str
) -> None:
    end = "\\\n" if platform == "console" else "\n"
    async with enter(harness) as door, door.bot() as engine:
        await door.say(f"/storyboard： hd portrait --watermark 1s up{end}1s down")
        await until_said(door, "This is the plan; nothing is ordered yet")
        await door.say("／status")
        await until_said(door, "1. a plan, waiting for /confirm · sandbox-video")
        assert harness.paid == 0
        await door.say("／confirm")
        await until_said(door, "Done in")
        await engine.idle()
        (job,) = await jobs(door, engine)

    assert (job.request.resolution, job.request.watermark) == ("hd", True)
    assert harness.paid == 1


async def test_a_default_that_cannot_be_kept_is_told_before_and_under_the_result(
    enter: Open, harness: EngineHarness
) -> None:
    note = "3 s from /settings does not work with sandbox-seedance; using 5 s instead."
    async with enter(harness) as door, door.bot():
        await door.say("/settings seconds 3")
        await until_said(door, "Your defaults: 3 s")
        await door.say("/video --model sandbox-seedance a cat")
        await until_said(door, "Done in")

        (post,) = door.posts()
        assert said(door).count(note) > 1
        assert note in post.caption or door.user.platform == "console"


@pytest.mark.slow
async def test_a_character_is_found_wherever_its_name_stands(
    enter: Open, harness: EngineHarness
) -> None:
    async with enter(harness) as door, door.bot() as engine:
        await door.say("/video --model sandbox-videos 1s a cat")
        await until_said(door, "Done in")
        await door.say("/character： 0-1 tom")
        await until_said(door, "Write @tom in a prompt")
        await door.say("/video --model sandbox-videos 1s 让@tom跳舞, (@tom) and @tommy")
        await door.until(lambda: said(door).count("Done in") > 1)
        await engine.idle()
        (made,) = await engine.services.characters.of_user(door.user)
        _, job = await jobs(door, engine)

    name = made.username
    assert job.request.prompt == f"让@{name}跳舞, (@{name}) and @tommy"


@pytest.mark.slow
@pytest.mark.parametrize(("word", "credits_"), [("hd", 20), ("高清", 20), ("fast", 2)])
async def test_how_well_a_picture_is_made_can_be_typed(
    enter: Open, harness: EngineHarness, word: str, credits_: int
) -> None:
    async with enter(harness) as door, door.bot() as engine:
        await door.say(f"/image {word} --model gpt-image-1 a lighthouse")
        await until_said(door, "Done in")
        await engine.idle()
        (job,) = await jobs(door, engine)

    assert (job.request.prompt, job.credits) == ("a lighthouse", credits_)


STORY = "All work and no play makes a dull answer."


async def test_an_answer_that_breaks_off_is_told_and_gone_on_with(
    enter: Open, harness: EngineHarness
) -> None:
    async with enter(harness) as door, door.bot() as engine:
        await door.say("/ask #cut #chars=400 tell me a story")
        await until_said(door, "The answer ended here.")
        assert STORY in said(door)
        assert harness.paid == 1
        await door.press("continue")
        await until_said(door, "Continue exactly where you stopped.")
        await engine.idle()

    assert "There were 4 messages." in said(door)
    assert harness.paid == 2


async def test_an_answer_is_stopped_by_who_asked_and_nobody_else(
    enter: Open, harness: EngineHarness
) -> None:
    async with enter(harness) as door, door.bot() as engine:
        await door.say("/ask #hang #chars=400 tell me a story")
        await until_said(door, STORY)
        assert not await door.stranger_gets_on("stop")
        assert "Stopped." not in said(door)
        await door.press("stop")
        await until_said(door, "Stopped.")
        await engine.idle()

    assert harness.paid == 1


@pytest.mark.slow
async def test_a_restart_in_mid_answer_is_told_and_nothing_is_asked_again(
    enter: Open, harness: EngineHarness
) -> None:
    async with enter(harness) as door:
        async with door.bot():
            await door.say("/ask #hang #chars=400 tell me a story")
            await until_said(door, STORY)
        assert "restarted while the answer came" not in said(door)
        async with door.bot() as engine:
            await until_said(door, "restarted while the answer came")
            await engine.idle()

        assert harness.paid == 1
        if door.edits:
            told = "restarted while the answer came"
            (answer,) = [each for each in door.messages() if told in "".join(each)]
            assert STORY in answer[-1]
            assert told in answer[-1]
