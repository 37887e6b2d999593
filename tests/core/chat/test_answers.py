"""Questions to chat models: asked once, shown as they are answered, kept with what was before."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.exchanges import Exchange, ExchangeState
from core.i18n import Locale
from core.invocation import Invocation, known
from core.people.audit import named
from core.platform import ConversationRef, RefusedError, UncertainError, User
from tests.fakes.clock import jumping_clock
from tests.fakes.engine_harness import EngineHarness, found_when
from tests.fakes.forgetting import forget
from tests.fakes.memory_platform import NAME
from tests.fakes.talk_gateway import talk_gateway

ANN, BOB = (User(platform=NAME, id=name) for name in ("ann", "bob"))
HERE = ConversationRef(platform=NAME, chat="1")


async def say(engine: Engine, line: str, user: User = ANN, **more: object) -> Answer:
    """What is said to a line, when all that it asked is answered."""
    name, _, rest = line.removeprefix("/").partition(" ")
    invocation = Invocation(command=name, text=rest, user=user, conversation=HERE)
    answer = await dispatch(engine, replace(invocation, **more), Locale.EN)  # pyright: ignore[reportArgumentType]
    await engine.idle()
    return answer


async def latest(engine: Engine, user: User = ANN) -> Exchange:
    found = await engine.services.exchanges.latest(user, HERE)
    assert found
    return found


@pytest.fixture
async def engine(harness: EngineHarness) -> AsyncGenerator[Engine]:
    async with harness.engine() as engine:
        yield engine


async def test_an_answer_streams_into_one_message_and_is_stored(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "/ask what is the sea?")

    exchange = await latest(engine)
    (shown,) = harness.chat.shown.values()
    assert exchange.state is ExchangeState.DONE
    assert exchange.told
    assert exchange.text.startswith("You said: what is the sea?")
    assert exchange.usage
    assert exchange.credits > 0
    assert exchange.text in shown
    assert harness.chat.writes[-1].buttons == ()


async def test_a_reply_to_an_answer_goes_on_from_it_after_a_restart(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        await say(engine, "/ask what is the sea?")
        first = await latest(engine)
    async with harness.engine() as engine:
        await say(engine, "/ask and the sky?", BOB, replied=first.messages[-1])
        second = await latest(engine, BOB)

    assert second.follows == first.id
    assert "There were 4 messages." in second.text


async def test_alone_a_question_goes_on_from_the_last_one_until_a_new_one_is_begun(
    engine: Engine,
) -> None:
    await say(engine, "/ask one", is_alone=True)
    first = await latest(engine)
    await say(engine, "/ask two", is_alone=True)
    second = await latest(engine)
    await say(engine, "/ask --new three", is_alone=True)

    assert second.follows == first.id
    assert (await latest(engine)).follows == ""


async def test_among_others_a_question_stands_alone(engine: Engine) -> None:
    await say(engine, "/ask one")
    await say(engine, "/ask two")

    assert (await latest(engine)).follows == ""


async def test_a_long_answer_goes_on_in_more_messages_and_loses_nothing(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "/ask #long tell me")

    exchange = await latest(engine)
    shown = "".join(harness.chat.shown[message.id] for message in exchange.messages)
    assert len(exchange.text) > 9_000
    assert len(exchange.messages) == 3
    assert "".join(exchange.text.split()) in "".join(shown.split())


async def test_what_is_cut_off_is_told_and_can_be_gone_on_with(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "/ask #cut tell me a story")
    broken = await latest(engine)
    (shown,) = harness.chat.shown.values()
    (button,) = harness.chat.writes[-1].buttons
    await say(engine, f"/{button.command}", given=button.given)
    again = await say(engine, f"/{button.command}", BOB, given=button.given)

    assert broken.state is ExchangeState.BROKEN
    assert broken.text in shown
    assert "The answer ended here." in shown
    assert (button.label, button.command) == ("Continue", "continue")
    follow = await latest(engine)
    assert follow.follows == broken.id
    assert "Continue exactly where you stopped." in follow.text
    assert again.view
    assert "somebody else" in again.view.text


async def test_one_that_may_have_been_taken_is_not_asked_of_another_model(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "/ask #reset hello")

    failed = await latest(engine)
    (shown,) = harness.chat.shown.values()
    (button,) = harness.chat.writes[-1].buttons
    assert failed.state is ExchangeState.FAILED
    assert failed.model == failed.route[0]
    assert "may have charged" in shown
    assert button.command == "reask"


async def test_one_that_cannot_be_had_is_asked_of_the_next_model(engine: Engine) -> None:
    await say(engine, "/ask #limited hello")

    failed = await latest(engine)
    # All of them are played by one sandbox, which obeys the word each time.
    assert failed.model == failed.route[-1]
    assert len(failed.route) > 1


async def test_who_runs_another_chat_stops_nothing_here(engine: Engine) -> None:
    asking = Invocation(command="ask", text="#hang tell me", user=ANN, conversation=HERE)
    await dispatch(engine, asking, Locale.EN)
    (given,) = engine.answerer.given_to(ANN.party)
    elsewhere = replace(HERE, chat="bob's own")
    stop = Invocation(command="stop", text=f"--of {given.id}", user=BOB, conversation=elsewhere)
    refused = await dispatch(engine, replace(stop, is_chat_admin=known(True)), Locale.EN)
    still = engine.answerer.given_to(ANN.party)
    here = replace(stop, conversation=HERE, is_chat_admin=known(True))
    await dispatch(engine, here, Locale.EN)
    await engine.idle()
    (act,) = await engine.services.audit.latest(5)

    assert (act.command, act.about, act.what) == ("stop", named(ANN.party), given.id)
    assert not refused.done
    assert [each.id for each in still] == [given.id]
    assert (await latest(engine)).state is ExchangeState.STOPPED


async def test_a_stop_keeps_what_is_there(harness: EngineHarness, engine: Engine) -> None:
    asking = Invocation(
        command="ask", text="#hang tell me a long story", user=ANN, conversation=HERE
    )
    await dispatch(engine, asking, Locale.EN)
    await harness.chat.until(lambda write: "You said" in write.text)
    refused = await dispatch(engine, replace(asking, command="stop", text="", user=BOB), Locale.EN)
    await say(engine, "/stop")

    stopped = await latest(engine)
    (shown,) = harness.chat.shown.values()
    assert not refused.done
    assert stopped.state is ExchangeState.STOPPED
    assert stopped.text
    # Nobody has told what it took, so it is reckoned.
    assert stopped.usage is None
    assert stopped.credits > 0
    assert shown.startswith(stopped.text)
    assert "Stopped." in shown


async def test_a_restart_in_mid_answer_is_told_and_asks_nothing_again(
    harness: EngineHarness,
) -> None:
    asking = Invocation(
        command="ask", text="#hang tell me a long story", user=ANN, conversation=HERE
    )
    harness.drain_seconds = 0
    async with harness.engine() as engine:
        await dispatch(engine, asking, Locale.EN)
        await harness.chat.until(lambda write: "You said" in write.text)
    paid = harness.paid
    async with harness.engine() as engine:
        exchange = await found_when(lambda: latest(engine), lambda left: left.told)

    (shown,) = harness.chat.shown.values()
    assert exchange.state is ExchangeState.BROKEN
    assert "restarted while the answer came" in shown
    assert harness.paid == paid


async def test_who_waits_for_enough_answers_is_told_and_nothing_is_asked(
    harness: EngineHarness, engine: Engine
) -> None:
    asking = Invocation(command="ask", text="#hang a", user=ANN, conversation=HERE)
    for _ in range(2):
        await dispatch(engine, asking, Locale.EN)
    await harness.chat.until(lambda _: len(harness.chat.of("send")) == 2)
    refused = await dispatch(engine, asking, Locale.EN)
    await dispatch(engine, replace(asking, user=BOB, text="b"), Locale.EN)
    await say(engine, "/stop")

    assert refused.view
    assert "already waiting for 2 answers" in refused.view.text
    assert (await latest(engine, BOB)).state is ExchangeState.DONE


async def test_what_is_forgotten_is_gone_with_its_pictures(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "/ask one")
    await say(engine, "/ask two", BOB)
    first = await latest(engine)
    answer = await forget(engine, Invocation(command="", text="", user=ANN, conversation=HERE))

    assert answer.view
    assert "1 question with its answer" in answer.view.text
    assert await engine.services.exchanges.latest(ANN, HERE) is None
    assert await engine.services.exchanges.said_in(first.messages[0]) is None
    assert await latest(engine, BOB)
    assert not harness.chat.of("deliver")


async def test_what_no_few_messages_hold_is_a_file_below_the_first_of_them(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "/ask #chars=60000 tell me")

    exchange = await latest(engine)
    (file,) = harness.chat.of("deliver")
    pages = [harness.chat.shown[message.id] for message in exchange.messages[:-1]]
    begun = "".join(
        "".join(pages).partition("*… The whole answer is in the file below")[0].split()
    )
    assert len(exchange.text) > 59_000
    assert file.assets[0].path.read_text("utf-8").strip() == exchange.text.strip()
    assert file.message == exchange.messages[-1]
    assert len(pages) == 4
    assert "".join(exchange.text.split()).startswith(begun)
    assert len(begun) > 12_000
    assert "SANDBOX" in pages[-1]
    assert (await engine.services.exchanges.said_in(file.message)) == exchange


async def test_where_no_file_is_taken_a_long_answer_is_many_messages(
    harness: EngineHarness, engine: Engine
) -> None:
    harness.chat.refuse("deliver", RefusedError("no files here"))
    await say(engine, "/ask #chars=30000 tell me")

    exchange = await latest(engine)
    shown = "".join(harness.chat.shown[message.id] for message in exchange.messages)
    assert "".join(exchange.text.split()) in "".join(shown.split())
    assert "in the file below" not in shown


async def test_a_file_that_may_be_there_is_posted_again_only_by_a_press(
    harness: EngineHarness,
) -> None:
    harness.drain_seconds = 0
    held = harness.chat.hold("deliver", RefusedError("the process is gone"))
    asking = Invocation(command="ask", text="#chars=60000 tell me", user=ANN, conversation=HERE)
    async with harness.engine() as engine:
        await dispatch(engine, asking, Locale.EN)
        await held.reached.wait()
    async with harness.engine() as engine:
        await found_when(lambda: latest(engine), lambda left: left.told)
    async with harness.engine() as engine:
        left, offer = await latest(engine), harness.chat.writes[-1]
        posted = harness.chat.of("deliver")
        press = replace(asking, command="show", text="", given={"of": left.id})
        stranger = await dispatch(engine, replace(press, user=BOB), Locale.EN)
        presses = await asyncio.gather(*(dispatch(engine, press, Locale.EN) for _ in range(2)))
        exchange = await latest(engine)

    assert (left.told, left.posting, len(left.messages), posted) == (True, True, 4, [])
    assert (offer.message, offer.kind) == (left.messages[-1], "edit")
    assert [(each.label, each.command) for each in offer.buttons] == [("Show the rest", "show")]
    assert not stranger.done
    assert sorted(each.done for each in presses) == [False, True]
    assert (exchange.posting, len(exchange.messages)) == (False, 5)
    assert len(harness.chat.of("deliver")) == 1
    assert harness.chat.of("edit")[-1].buttons == ()


async def test_a_file_that_the_chat_did_not_confirm_is_offered_and_not_repeated(
    harness: EngineHarness, engine: Engine
) -> None:
    harness.chat.refuse("deliver", UncertainError("the connection broke"))
    await say(engine, "/ask #chars=60000 tell me")

    exchange = await latest(engine)
    assert (exchange.told, exchange.posting, harness.chat.of("deliver")) == (True, True, [])
    assert [each.command for each in harness.chat.writes[-1].buttons] == ["show"]


async def test_nothing_is_shown_again_that_is_there(
    harness: EngineHarness, engine: Engine
) -> None:
    await say(engine, "/ask hello")
    writes = len(harness.chat.writes)
    exchange = await latest(engine)
    refused = await say(engine, "/show", given={"of": exchange.id})

    assert refused.view
    assert refused.view.text == "Nothing is missing of this answer."
    assert len(harness.chat.writes) == writes


async def test_what_is_asked_at_the_same_moment_counts_together(
    harness: EngineHarness, engine: Engine
) -> None:
    asking = [
        Invocation(command="ask", text=f"#hang {number}", user=ANN, conversation=HERE)
        for number in range(5)
    ]
    answers = await asyncio.gather(*(dispatch(engine, each, Locale.EN) for each in asking))
    await say(engine, "/stop")

    assert sum(answer.done for answer in answers) == 2
    assert harness.paid <= 2


async def test_what_is_forgotten_while_it_is_answered_leaves_no_file(tmp_path: Path) -> None:
    async with talk_gateway() as gateway:
        harness = EngineHarness(folder=tmp_path, root=gateway.root)
        async with harness.engine() as engine:
            asking = Invocation(
                command="ask", text="--model sandbox-chat a", user=ANN, conversation=HERE
            )
            posting = harness.chat.hold("deliver")
            await dispatch(engine, asking, Locale.EN)
            await gateway.say("word " * 6000)
            await gateway.end()
            await posting.reached.wait()
            await forget(engine, asking)
            posting.release.set()
            await engine.idle()
            left = await engine.services.exchanges.latest(ANN, HERE)

    assert left is None
    assert harness.chat.of("deliver")
    assert not list((tmp_path / "media").glob("*/answer.md"))


@jumping_clock
async def test_what_is_old_is_forgotten_without_a_restart(tmp_path: Path) -> None:
    # Among others, it would look two hours long for what they have left.
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:9", in_fleet=False)
    async with harness.engine() as engine:
        store = engine.services.exchanges
        old = Exchange(
            id="old",
            user=ANN,
            locale="en",
            conversation=HERE,
            model="sandbox/sandbox-chat",
            prompt="a",
            created_at=1.0,
            state=ExchangeState.DONE,
            told=True,
        )
        await store.add(old)
        folder = engine.services.folder("old")
        folder.mkdir(parents=True)
        await asyncio.sleep(2 * 3600)
        left = await store.get("old")

    assert left is None
    assert not folder.exists()
