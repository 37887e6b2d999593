"""/forget: it says what would go, and the button deletes that and nothing else."""

import time
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.engine.order import new_id
from core.i18n import Locale, translate
from core.invocation import Invocation
from core.jobs import Job, JobState
from core.media import MediaRequest
from core.people.characters import Character
from core.people.preferences import Preferences
from core.platform import Button, ConversationRef, User
from tests.fakes.databases import say_beside
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME

ANN, BOB = (User(platform=NAME, id=name) for name in ("ann", "bob"))
HERE = ConversationRef(platform=NAME, chat="1")
OWN = ConversationRef(platform=NAME, chat="ann")
TOM = Character(alias="tom", username="@tom.1", gateway="147ai", created_at=1.0)
NOTHING = translate(Locale.EN, "forget-nothing")


@pytest.fixture
async def engine(harness: EngineHarness) -> AsyncGenerator[Engine]:
    async with harness.engine() as engine:
        yield engine


async def say(
    engine: Engine, command: str, user: User = ANN, *, alone: bool = False, **given: str
) -> Answer:
    return await dispatch(
        engine,
        Invocation(
            command=command,
            text="",
            user=user,
            conversation=OWN if alone else HERE,
            given=given,
            is_alone=alone,
        ),
        Locale.EN,
    )


def text_of(answer: Answer) -> str:
    assert answer.view
    return answer.view.text


def button_of(answer: Answer) -> Button:
    assert answer.view
    (button,) = answer.view.buttons
    return button


async def press(engine: Engine, button: Button, user: User = ANN, *, alone: bool = False) -> str:
    return text_of(await say(engine, button.command, user, alone=alone, **button.given))


async def leave(engine: Engine, state: JobState, user: User = ANN) -> Job:
    """A job of somebody's, with a file."""
    job = Job(
        id=new_id(),
        user=user,
        locale="en",
        conversation=HERE,
        model="sandbox/sandbox-video",
        request=MediaRequest(prompt="a cat", seconds=1),
        credits=5,
        created_at=1.0,
        state=state,
        told=True,
    )
    await engine.services.store.add(job)
    folder = engine.services.folder(job.id)
    folder.mkdir(parents=True)
    (folder / "in-1.png").write_bytes(b"picture")
    return job


async def left(engine: Engine, job: Job) -> bool:
    there = await engine.services.store.get(job.id) is not None
    assert there == engine.services.folder(job.id).exists()
    return there


async def test_all_of_a_person_goes_and_nothing_of_anybody_else(
    harness: EngineHarness, engine: Engine
) -> None:
    for user in (ANN, BOB):
        await say(engine, "ask", user, prompt="why?")
        await engine.idle()
        await engine.services.characters.keep(user, TOM)
        await engine.services.preferences.save(user.party, Preferences(seconds=5))
    await engine.services.preferences.save(HERE.party, Preferences(system="be brief"))
    ended = [await leave(engine, s) for s in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)]
    draft = await leave(engine, JobState.DRAFT)
    running = await engine.submit(harness.order("#hang"))
    engine.services.folder(running.id).mkdir(parents=True)
    theirs = await leave(engine, JobState.DONE, BOB)

    asked = await say(engine, "forget")
    before = [await left(engine, job) for job in ended]
    done = await press(engine, button_of(asked))

    for said in (text_of(asked), done):
        assert "• 4 video and picture orders, with their files" in said
        assert "• 1 question with its answer" in said
        assert "• 1 character\n" in said
        assert "• your settings" in said
        assert "1 order is still being made and stays" in said
    assert before == [True] * 3
    assert [await left(engine, job) for job in (*ended, draft)] == [False] * 4
    assert [await left(engine, job) for job in (running, theirs)] == [True, True]
    services = engine.services
    assert await services.exchanges.latest(ANN, HERE) is None
    assert await services.exchanges.latest(BOB, HERE)
    assert await services.characters.of_user(ANN) == []
    assert await services.characters.of_user(BOB) == [TOM]
    kept = await services.preferences.load(ANN.party, BOB.party, HERE.party)
    assert set(kept) == {BOB.party, HERE.party}
    assert text_of(await say(engine, "forget")).startswith(NOTHING)


async def test_defaults_of_the_chat_with_the_bot_go_along_when_it_is_given_there(
    engine: Engine,
) -> None:
    await engine.services.preferences.save(OWN.party, Preferences(system="be brief"))

    assert text_of(await say(engine, "forget")) == NOTHING
    await press(engine, button_of(await say(engine, "forget", alone=True)), alone=True)

    assert await engine.services.preferences.load(OWN.party) == {}


async def test_the_books_and_what_admins_decided_stay(
    harness: EngineHarness, engine: Engine
) -> None:
    job = replace(await leave(engine, JobState.WAITING), state=JobState.DONE)
    await engine.services.store.save(job)
    await press(engine, button_of(await say(engine, "forget")))

    assert not await left(engine, job)
    booked = "SELECT user_id, allowance FROM ledger WHERE ref = :ref"
    assert say_beside(harness.folder, booked, ref=job.id) == [("ann", -5000)]


async def test_the_button_is_only_for_whom_it_was_made(engine: Engine) -> None:
    mine, theirs = await leave(engine, JobState.DONE), await leave(engine, JobState.DONE, BOB)
    button = button_of(await say(engine, "forget"))

    refused = await press(engine, button, BOB)

    assert refused == translate(Locale.EN, "button-not-yours")
    assert [await left(engine, job) for job in (mine, theirs)] == [True, True]


@pytest.mark.parametrize("hours", [-1.1, 1.1])
async def test_an_old_button_asks_anew(engine: Engine, hours: float) -> None:
    job = await leave(engine, JobState.DONE)

    asked = await say(engine, "erase", sure=f"ann-{time.time() + hours * 3600:.0f}")

    assert "1 video or picture order" in text_of(asked)
    assert await left(engine, job)
    assert await press(engine, button_of(asked))
    assert not await left(engine, job)


@pytest.mark.parametrize("code", ["", "ann", "ann-", "-1", "ann-x", "ann-²"])
async def test_no_code_that_was_made_up_deletes_anything(engine: Engine, code: str) -> None:
    job = await leave(engine, JobState.DONE)

    await say(engine, "erase", sure=code)

    assert await left(engine, job)
