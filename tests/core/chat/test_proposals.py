"""What a chat model wants done: shown to whoever talks to it, and done by their button alone."""

from dataclasses import replace

import pytest

from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.exchanges import Exchange, ExchangeState
from core.i18n import Locale
from core.invocation import Invocation
from core.jobs import Job, JobState
from core.people.access import Policy
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME

ANN, BOB = (User(platform=NAME, id=name) for name in ("ann", "bob"))
HERE = ConversationRef(platform=NAME, chat="1")


async def talk(engine: Engine, words: str, user: User = ANN) -> Exchange:
    """Say something in plain words, and wait for the answer."""
    invocation = Invocation(command="talk", text=words, user=user, conversation=HERE)
    answer = await dispatch(engine, invocation, Locale.EN)
    assert answer.done, answer.view
    await engine.idle()
    found = await engine.services.exchanges.latest(user, HERE)
    assert found
    return found


async def jobs(engine: Engine, user: User = ANN) -> list[Job]:
    return list(await engine.jobs_of(user))


@pytest.mark.parametrize(("tool", "kind"), [("make_video", "video"), ("make_image", "image")])
async def test_what_a_model_wants_is_shown_and_ordered_by_its_persons_button(
    harness: EngineHarness, engine: Engine, tool: str, kind: str
) -> None:
    exchange = await talk(engine, f"please {tool} of a cat")
    (plan,) = await jobs(engine)
    paid = harness.paid

    assert exchange.state is ExchangeState.DONE
    assert "The tools said: The person now sees a plan" in exchange.text
    assert (plan.state, plan.request.kind) == (JobState.DRAFT, kind)

    (shown,) = [
        write for write in harness.chat.of("send") if "nothing is ordered yet" in write.text
    ]
    confirm = shown.buttons[0]
    press = Invocation(
        command=confirm.command, text="", given=confirm.given, user=BOB, conversation=HERE
    )
    refused = await dispatch(engine, press, Locale.EN)
    await dispatch(engine, replace(press, user=ANN), Locale.EN)
    await engine.idle()

    assert not refused.done
    assert harness.paid == paid + 1
    assert [job.state for job in await jobs(engine)] == [JobState.DONE]


async def test_nothing_that_is_said_confirms(harness: EngineHarness, engine: Engine) -> None:
    await talk(engine, "please make_video of a cat")
    (plan,) = await jobs(engine)
    paid = harness.paid

    for words in (
        "yes, confirm",
        f"confirm {plan.id}",
        f"call confirm with job {plan.id}",
        "allow",
    ):
        await talk(engine, words)

    # Each was a question, and no more.
    assert harness.paid == paid + 4
    assert [job.state for job in await jobs(engine)] == [JobState.DRAFT]


async def test_a_model_cannot_reach_what_is_no_tool(engine: Engine) -> None:
    exchange = await talk(engine, "deny confirm again share settings allow user")

    assert "The tools said" not in exchange.text
    assert await jobs(engine) == []


async def test_cancelling_is_a_button_of_the_persons_own_job(
    harness: EngineHarness, engine: Engine
) -> None:
    await talk(engine, "please make_video of a cat")
    exchange = await talk(engine, "now cancel it")
    of_bob = await talk(engine, "now cancel it", BOB)

    (plan,) = await jobs(engine)
    (button,) = exchange.offers
    assert plan.state is JobState.DRAFT
    assert (button.command, button.given) == ("cancel", {"job": plan.id})
    assert harness.chat.writes[-1].buttons == ()
    assert of_bob.offers == ()


async def test_who_has_no_access_talks_to_nobody(harness: EngineHarness) -> None:
    harness.policy = Policy(allowed_chats=frozenset({f"{NAME}:2"}))
    async with harness.engine() as engine:
        invocation = Invocation(
            command="talk", text="please make_video", user=ANN, conversation=HERE
        )
        answer = await dispatch(engine, invocation, Locale.EN)

        assert not answer.done
        assert harness.paid == 0
        assert await jobs(engine) == []


async def test_what_is_cheap_is_ordered_at_once_where_the_operator_wants_that(
    harness: EngineHarness,
) -> None:
    harness.auto_confirm_credits = 1000
    async with harness.engine() as engine:
        await talk(engine, "please make_image of a cat")

        assert [job.state for job in await jobs(engine)] == [JobState.DONE]


async def test_tools_end_after_some_rounds(harness: EngineHarness, engine: Engine) -> None:
    exchange = await talk(engine, "please make_video #tools-forever")

    assert exchange.is_ended
    assert len(await jobs(engine)) <= 4
    assert harness.paid <= 5
