"""What is said aloud becomes a question: listened to once, and no more than words."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bots.attachments import LocalFile
from core.catalog import Catalog, SpeechModel
from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.exchanges import Exchange, ExchangeState
from core.i18n import Locale
from core.invocation import Invocation, Voice
from core.jobs import JobState
from core.people.preferences import Preferences
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.raw_server import raw_server, replies, reply
from tests.fakes.sounds import sound

ANN = User(platform=NAME, id="ann")
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
) -> tuple[Answer, Exchange | None]:
    voice = Voice(attachment=LocalFile(path=file), seconds=9, is_own=is_own)
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
    harness: EngineHarness, engine: Engine, tmp_path: Path, fault: str
) -> None:
    file = spoken(tmp_path, f"#{fault}.wav")
    answer, exchange = await say(engine, file, event="1/1")
    again, _ = await say(engine, file, event="1/1")

    assert answer.view
    assert answer.view.text.startswith("I could not listen to that.\n")
    assert again == Answer()
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
    file = spoken(tmp_path, "#hang.wav")
    async with harness.engine() as engine:
        listening = asyncio.create_task(say(engine, file, event="1/1"))
        async with asyncio.timeout(10):
            while not harness.paid:  # noqa: ASYNC110 - the ledger is a file
                await asyncio.sleep(0.01)
        listening.cancel()
        await asyncio.wait([listening])
    async with harness.engine() as engine:
        again, exchange = await say(engine, spoken(tmp_path), event="1/1")

    assert again == Answer()
    assert exchange is None
    assert harness.paid == 1


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
