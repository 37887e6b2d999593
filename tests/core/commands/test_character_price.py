"""A character is no job, but is taken, shown and paid for like one."""

import asyncio
from collections.abc import Callable

import pytest

from core.commands.dispatch import Answer, dispatch
from core.engine.admission import WaitingLimits
from core.engine.engine import Engine
from core.files.disk import Room
from core.i18n import Locale
from core.invocation import Invocation
from core.people.balance import CreditLimits, HouseRules
from core.people.words import BlockedWords
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.raw_server import raw_server, reply

ANN = User(platform=NAME, id="ann")
HERE = ConversationRef(platform=NAME, chat="1")
MADE = "character 1-3 tom --url https://films.example/v.mp4"


@pytest.fixture
def harness(harness: EngineHarness) -> EngineHarness:
    harness.house_rules = HouseRules(person=CreditLimits(daily=5))
    return harness


async def say(engine: Engine, line: str, event: str = "") -> str:
    name, _, rest = line.partition(" ")
    invocation = Invocation(command=name, text=rest, user=ANN, conversation=HERE, event=event)
    answer: Answer = await dispatch(engine, invocation, Locale.EN)
    return answer.view.text if answer.view else ""


async def left(engine: Engine) -> float:
    found = await engine.services.credits.store.balance(ANN.party, HERE.party)
    assert found.left_today is not None
    return found.left_today / 1000


async def test_its_price_is_shown_before_and_after_and_never_overdrawn(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        assert (await say(engine, "characters")).endswith("Making one costs 3 credits.")
        assert "3 credits a character" in await say(engine, "models")
        made = await say(engine, MADE)
        refused = await say(engine, MADE.replace("tom", "tim"))

        assert made.endswith("to use this character.\n3 credits, 2 left today")
        assert refused.startswith("This costs 3 credits, and you have 2 credits left today.")
        assert await left(engine) == 2
        known = await engine.services.characters.of_user(ANN)
    assert (harness.paid, [each.alias for each in known]) == (1, ["tom"])


@pytest.mark.parametrize("line", [f"{MADE}#quota", MADE.replace("1-3", "1-9")])
async def test_one_that_was_not_made_costs_nothing(harness: EngineHarness, line: str) -> None:
    async with harness.engine() as engine:
        said = await say(engine, line, event="1")

        assert "left today" not in said
        assert await left(engine) == 5
    assert harness.paid == 0


async def test_a_stop_waits_for_one_that_is_made(harness: EngineHarness) -> None:
    made = asyncio.Event()

    async def make(_: bytes, writer: asyncio.StreamWriter) -> None:
        await made.wait()
        writer.write(reply(b'{"id": "1", "username": "tom.1"}'))

    async with raw_server(make) as server:
        bot = EngineHarness(folder=harness.folder, root=server.url, drain_seconds=60)
        async with bot.engine() as engine:
            making = asyncio.create_task(say(engine, MADE))
            async with asyncio.timeout(90):
                while not server.requests:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.01)

            async def end_when_closing() -> None:
                while not engine.is_closing:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0)
                made.set()

            ending = asyncio.create_task(end_when_closing())
        said = await making
    await ending

    assert "to use this character" in said


def full(harness: EngineHarness) -> None:
    harness.room = Room(folders=(harness.folder,), least_bytes=2**60)


def crowded(harness: EngineHarness) -> None:
    harness.waiting = WaitingLimits(in_all=0)


def listed(harness: EngineHarness) -> None:
    file = harness.folder / "words.txt"
    file.write_text("tom")
    harness.words = BlockedWords.read(file)


@pytest.mark.parametrize(
    ("condition", "said"),
    [(full, "disk is nearly full"), (crowded, "jobs are waiting already"), (listed, "not allow")],
)
async def test_it_is_refused_where_a_job_would_be(
    harness: EngineHarness, condition: Callable[[EngineHarness], None], said: str
) -> None:
    condition(harness)
    async with harness.engine() as engine:
        assert said in await say(engine, MADE)

        assert await left(engine) == 5
    assert harness.paid == 0


async def test_none_is_begun_when_the_bot_is_about_to_stop(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        await engine.drain()
        assert "about to" in await say(engine, MADE)
        assert await left(engine) == 5
    assert harness.paid == 0
