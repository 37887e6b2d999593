"""What is said aloud becomes a question: listened to once, and no more than words."""

import asyncio
import struct
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bots.attachments import LocalFile
from bots.console.file import FilePlatform
from bots.console.ids import FILE
from core.catalog import Catalog, SpeechModel
from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.exchanges import Exchange, ExchangeState
from core.files.sounds import seconds_of
from core.i18n import Locale
from core.invocation import Invocation, Voice
from core.jobs import JobState
from core.people.balance import CreditLimits, HouseRules
from core.people.preferences import Preferences
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness, found_when
from tests.fakes.memory_platform import NAME
from tests.fakes.movies import make_sound
from tests.fakes.raw_server import raw_server, replies, reply
from tests.fakes.sounds import sound

ANN = User(platform=NAME, id="ann")
LIMITED = HouseRules(person=CreditLimits(daily=100))
ROOT = Path(__file__).parents[3]
HERE = ConversationRef(platform=NAME, chat="1")


class DeafHarness(EngineHarness):
    """Bots with nobody who listens."""

    @property
    def catalog(self) -> Catalog:
        catalog = super().catalog
        return replace(catalog, data=replace(catalog.data, speeches=()))


async def say(
    engine: Engine,
    file: Path,
    *,
    command: str = "hear",
    text: str = "",
    is_own: bool = True,
    is_alone: bool = False,
    event: str = "",
    told_seconds: float = 9,
) -> tuple[Answer, Exchange | None]:
    voice = Voice(attachment=LocalFile(path=file), seconds=told_seconds, is_own=is_own)
    invocation = Invocation(
        command=command,
        text=text,
        user=ANN,
        conversation=HERE,
        voice=voice,
        is_alone=is_alone,
        event=event,
    )
    answer = await dispatch(engine, invocation, Locale.EN)
    await engine.idle()
    return answer, await engine.services.exchanges.latest(ANN, HERE)


async def spent(engine: Engine) -> float:
    """What it has cost today, in credits."""
    found = await engine.services.credits.store.balance(ANN.party, HERE.party)
    return found.today / 1000


def spoken(tmp_path: Path, name: str = "say.wav", seconds: float = 2.0) -> Path:
    file = tmp_path / name
    file.write_bytes(sound(seconds))
    return file


async def test_it_is_the_question_and_is_shown_back_with_its_price(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    _, exchange = await say(engine, spoken(tmp_path))

    assert exchange
    assert exchange.prompt == "I heard 2.0 seconds."
    assert "You said: I heard 2.0 seconds." in exchange.text
    (shown,) = harness.chat.shown.values()
    assert "I heard: “I heard 2.0 seconds.”" in shown
    # 60 credits a minute, and what the answer has cost.
    assert exchange.heard_credits == pytest.approx(2.0)
    assert exchange.credits > exchange.heard_credits
    assert harness.paid == 2


async def test_with_typed_words_it_is_what_these_are_about(engine: Engine, tmp_path: Path) -> None:
    _, exchange = await say(engine, spoken(tmp_path), command="ask", text="sum this up")

    assert exchange
    assert (exchange.prompt, exchange.quoted) == ("sum this up", "I heard 2.0 seconds.")


@pytest.mark.parametrize(("whose", "plans"), [("own", [JobState.DRAFT]), ("other", [])])
async def test_it_orders_nothing_however_cheap_and_somebody_elses_not_even_proposes(
    harness: EngineHarness, tmp_path: Path, whose: str, plans: list[JobState]
) -> None:
    harness.auto_confirm_credits = 1000
    async with harness.engine() as engine:
        await say(engine, spoken(tmp_path, "#order.wav"), is_own=whose == "own")

        assert [job.state for job in await engine.jobs_of(ANN)] == plans


@pytest.mark.parametrize("fault", ["reset", "empty", "timeout-524"])
async def test_what_may_have_been_paid_is_not_asked_again_nor_when_it_comes_again(
    harness: EngineHarness, tmp_path: Path, fault: str
) -> None:
    harness.house_rules = LIMITED
    file = spoken(tmp_path, f"#{fault}.wav")
    async with harness.engine() as engine:
        answer, exchange = await say(engine, file, event="1/1")
        again, _ = await say(engine, file, event="1/1")
        assert await spent(engine) == 0

    assert answer.view
    assert answer.view.text.startswith("I could not listen to that.\n")
    assert again == Answer(repeated=True)
    assert exchange is None
    assert harness.paid == 1
    assert not list((tmp_path / "media").rglob("in-*"))


async def test_what_comes_twice_is_listened_to_and_answered_once(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    for _ in range(2):
        await say(engine, spoken(tmp_path), event="1/1")

    assert harness.paid == 2


async def test_what_a_stop_has_broken_off_is_not_paid_again(
    harness: EngineHarness, tmp_path: Path
) -> None:
    harness.house_rules = LIMITED
    file = spoken(tmp_path, "#hang.wav")
    async with harness.engine() as engine:
        listening = asyncio.create_task(say(engine, file, event="1/1"))
        async with asyncio.timeout(90):
            while not harness.paid:  # noqa: ASYNC110 - the ledger is a file
                await asyncio.sleep(0.01)
        listening.cancel()
        await asyncio.wait([listening])
    async with harness.engine() as engine:
        again, _ = await say(engine, spoken(tmp_path), event="1/1")
        last = partial(engine.services.exchanges.latest, ANN, HERE)
        exchange = await found_when(last, lambda left: left is not None and left.told)
        # It may have been paid, and whoever broke it off cannot ask.
        assert await spent(engine) == 2

    assert again == Answer(repeated=True)
    assert exchange
    assert exchange.state is ExchangeState.FAILED
    (told,) = harness.chat.shown.values()
    assert told.startswith("*I could not listen to that.*")
    assert "The bot was restarted" in told
    assert "2 credits" in told
    assert harness.chat.writes[-1].buttons == ()
    assert harness.paid == 1


async def test_a_stop_waits_for_it_and_for_the_answer_that_it_asks_for(
    harness: EngineHarness, tmp_path: Path
) -> None:
    heard = asyncio.Event()

    async def listen(_: bytes, writer: asyncio.StreamWriter) -> None:
        await heard.wait()
        writer.write(reply(b'{"text": "a cat"}'))

    async with raw_server(listen) as server:
        bot = eared(harness, server.url)
        bot.drain_seconds = 60
        async with bot.engine() as engine:
            listening = asyncio.create_task(dispatch(engine, aloud(tmp_path), Locale.EN))
            async with asyncio.timeout(90):
                while not server.requests:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.01)
            stopping = asyncio.create_task(when_closing(engine, heard))
        assert await listening == Answer()
    await stopping

    (told,) = bot.chat.shown.values()
    assert "You said: a cat" in told


def aloud(tmp_path: Path) -> Invocation:
    voice = Voice(attachment=LocalFile(path=spoken(tmp_path)), seconds=2, is_own=True)
    return Invocation(command="hear", text="", user=ANN, conversation=HERE, voice=voice)


async def when_closing(engine: Engine, heard: asyncio.Event) -> None:
    while not engine.is_closing:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    heard.set()


async def test_nobody_takes_the_turn_of_what_was_listened_to(
    harness: EngineHarness, tmp_path: Path
) -> None:
    harness.jobs_per_user = 1
    typed = Invocation(command="ask", text="and now?", user=ANN, conversation=HERE)
    async with harness.engine() as engine:

        async def press_for(listening: "asyncio.Task[object]") -> None:
            while not listening.done():
                await dispatch(engine, typed, Locale.EN)

        listening = asyncio.create_task(dispatch(engine, aloud(tmp_path), Locale.EN))
        async with asyncio.timeout(90):
            while not harness.paid:  # noqa: ASYNC110 - the ledger is a file
                await asyncio.sleep(0.01)
        await asyncio.gather(*(press_for(listening) for _ in range(4)))

    assert await listening == Answer()


@pytest.mark.slow
async def test_what_a_kill_has_broken_off_stays_paid_and_is_not_asked_again(
    harness: EngineHarness, tmp_path: Path
) -> None:
    harness.house_rules = LIMITED
    file = spoken(tmp_path, "#hang.wav")
    arguments = ("tests.fakes.doomed_process", str(harness.folder), harness.root, str(file))
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments, cwd=ROOT)
    async with asyncio.timeout(90):
        while not harness.paid:  # noqa: ASYNC110 - the ledger is a file
            await asyncio.sleep(0.01)
    process.kill()
    await process.wait()

    said: list[str] = []
    harness.platforms = {FILE: FilePlatform(said.append)}
    async with harness.engine() as engine:
        await engine.idle()
        there = ConversationRef(platform=FILE, chat=str(harness.folder / "out.mp4"))
        ann = User(platform=FILE, id="ann")
        found = await engine.services.credits.store.balance(ann.party, there.party)

    assert (found.today, harness.paid) == (2000, 1)
    assert "The bot was restarted" in said[-1]


async def test_of_several_at_once_only_those_are_listened_to_that_can_be_paid(
    harness: EngineHarness, tmp_path: Path
) -> None:
    harness.house_rules = HouseRules(person=CreditLimits(daily=3))
    file = spoken(tmp_path, "#silent.wav")
    async with harness.engine() as engine:
        answers = await asyncio.gather(*(say(engine, file) for _ in range(5)))

        assert await spent(engine) == 2
    said = [answer.view.text for answer, _ in answers if answer.view]
    assert sum("This costs 2 credits, and you have 1 credit left" in each for each in said) == 1
    assert sum("You are already waiting for 2 answers" in each for each in said) == 3
    assert harness.paid == 1


@pytest.mark.parametrize("told_seconds", [0, 0.1, 3000])
async def test_the_length_is_that_of_the_file_whatever_the_platform_says(
    harness: EngineHarness, tmp_path: Path, told_seconds: float
) -> None:
    harness.house_rules = LIMITED
    async with harness.engine() as engine:
        await say(engine, spoken(tmp_path, "#silent.wav"), told_seconds=told_seconds)

        assert await spent(engine) == 2


@pytest.mark.parametrize("suffix", ["ogg", "m4a"])
async def test_the_length_is_found_in_what_apps_record(tmp_path: Path, suffix: str) -> None:
    file = make_sound(tmp_path / f"say.{suffix}", 3)

    assert await seconds_of(file) == pytest.approx(3, abs=0.1)


def forged(file: Path) -> Path:
    """The same sound, with a table of times that says that each packet is a tick long."""
    content = bytearray(file.read_bytes())
    at = content.index(b"stts") + 8
    (entries,) = struct.unpack_from(">I", content, at)
    for entry in range(entries):
        struct.pack_into(">I", content, at + 8 + 8 * entry, 1)
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("codec", ["aac", "libopus"])
async def test_a_header_cannot_make_it_shorter(tmp_path: Path, codec: str) -> None:
    file = forged(make_sound(tmp_path / "say.mp4", 3, codec=codec))

    assert await seconds_of(file) == pytest.approx(3, abs=0.1)


async def test_what_the_gateway_has_counted_counts_where_it_is_more(
    harness: EngineHarness, tmp_path: Path
) -> None:
    answer = reply(b'{"text": "", "usage": {"type": "duration", "seconds": 60}}')
    async with raw_server(replies(answer)) as server:
        bot = eared(harness, server.url)
        bot.house_rules = LIMITED
        async with bot.engine() as engine:
            await say(engine, spoken(tmp_path))

            # Of a model that costs 1 credit a minute.
            assert await spent(engine) == 1


async def test_nobody_knows_the_length_of_what_is_no_sound(tmp_path: Path) -> None:
    cut = tmp_path / "say.ogg"
    cut.write_bytes(b"OggS" + bytes(60))

    assert await seconds_of(cut) is None
    assert await seconds_of(Path(__file__)) is None


async def test_what_is_no_sound_is_refused_and_costs_nothing(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "say.wav"
    file.write_bytes(b"%PDF-1.7 and so on")
    answer, exchange = await say(engine, file)

    assert answer.view
    assert "Invalid file format." in answer.view.text
    assert exchange is None
    assert harness.paid == 0


async def test_where_nothing_was_said_there_is_no_question(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    answer, _ = await say(engine, spoken(tmp_path, "#silent.wav"))

    assert answer.view
    assert answer.view.text == "I heard no words in that."
    assert harness.paid == 1


class TwoEaredHarness(EngineHarness):
    """Bots with somebody at another gateway who listens first."""

    @property
    def catalog(self) -> Catalog:
        catalog = super().catalog
        first = SpeechModel(
            gateway="apiyi", name="ears", dialect="transcriptions", minute_credits=1
        )
        data = replace(catalog.data, speeches=(first, *catalog.data.speeches))
        return replace(catalog, data=data, order=("apiyi",))


def eared(harness: EngineHarness, first: str) -> TwoEaredHarness:
    return TwoEaredHarness(folder=harness.folder, root=harness.root, roots={"apiyi": first})


GONE = b'{"error": {"code": "model_not_found", "message": "no such model"}}'


@pytest.mark.parametrize("status", [0, 401, 402, 404, 429])
async def test_where_nobody_can_have_been_paid_the_next_one_listens(
    harness: EngineHarness, tmp_path: Path, status: int
) -> None:
    body = GONE if status == 404 else b'{"error": {"message": "not now"}}'
    answer = reply(body, status=status or 200, headers={"Retry-After": "0"})
    async with raw_server(replies(answer)) as server:
        bot = eared(harness, server.url if status else "http://127.0.0.1:9")
        async with bot.engine() as engine:
            _, exchange = await say(engine, spoken(tmp_path))

    assert exchange
    assert exchange.prompt == "I heard 2.0 seconds."
    assert exchange.heard_credits == pytest.approx(2.0)
    assert harness.paid == 2


@pytest.mark.parametrize("status", [200, 500, 524])
async def test_what_may_have_been_listened_to_is_not_sent_to_the_next(
    harness: EngineHarness, tmp_path: Path, status: int
) -> None:
    async with (
        raw_server(replies(reply(b"{}", status=status))) as server,
        eared(harness, server.url).engine() as engine,
    ):
        answer, exchange = await say(engine, spoken(tmp_path))

    assert answer.view
    assert answer.view.text.startswith("I could not listen to that.\n")
    assert exchange is None
    assert len(server.requests) == 1
    assert harness.paid == 0


@pytest.mark.parametrize("why", ["silent", "refused"])
async def test_listening_is_counted_where_no_question_comes_of_it(
    harness: EngineHarness, engine: Engine, tmp_path: Path, why: str
) -> None:
    _, before = await say(engine, spoken(tmp_path))
    name = "#silent.wav" if why == "silent" else "say.wav"
    system = "x" * 4_000_000 if why == "refused" else ""
    await engine.services.preferences.save(HERE.party, Preferences(system=system))
    answer, _ = await say(engine, spoken(tmp_path, name), is_alone=True)
    kept = await engine.services.exchanges.latest(ANN, HERE)

    assert answer.view
    assert not answer.done
    assert before
    assert kept
    assert (kept.state, kept.follows, kept.told) == (ExchangeState.FAILED, before.id, True)
    assert kept.credits == kept.heard_credits == pytest.approx(2.0)
    assert harness.paid == 3
    assert not list((tmp_path / "media").rglob("in-*"))


async def test_where_nobody_listens_that_is_said(harness: EngineHarness, tmp_path: Path) -> None:
    deaf = DeafHarness(folder=harness.folder, root=harness.root)
    async with deaf.engine() as engine:
        answer, _ = await say(engine, spoken(tmp_path))

    assert answer.view
    assert "I cannot listen to voice messages here" in answer.view.text
    assert harness.paid == 0
