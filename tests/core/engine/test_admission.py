"""How many jobs may wait, and what is refused before anything of it is stored."""

import asyncio

import pytest

from core.commands.dispatch import dispatch
from core.engine.admission import WaitingLimits
from core.errors import UserError
from core.i18n import Locale, translate
from core.invocation import Invocation
from core.people.access import Policy
from core.people.rate import OrderRate
from core.people.words import BlockedWords
from core.platform import ConversationRef, User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import NAME

HERE = ConversationRef(platform=NAME, chat="1")


async def refused(orders: list[asyncio.Task[object]]) -> list[str]:
    """The keys of what was said to those that were refused."""
    done = await asyncio.gather(*orders, return_exceptions=True)
    return [error.key for error in done if isinstance(error, UserError)]


async def test_so_many_jobs_of_one_person_wait_also_when_all_come_at_once(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.jobs_per_user, slow_harness.waiting = 1, WaitingLimits(per_user=3)
    async with slow_harness.engine() as engine:
        await engine.submit(slow_harness.order())
        await gateway.reached(CREATE)
        said = await refused(
            [asyncio.create_task(engine.submit(slow_harness.order())) for _ in range(8)]
        )
        others = await engine.submit(slow_harness.order(user="bob"))
        jobs = await engine.jobs_of(User(platform=NAME, id="ann"))

        await gateway.allow(*[CREATE, LOOK, FETCH] * 5)
        await engine.idle()
        await engine.submit(slow_harness.order())
        await gateway.allow(CREATE, LOOK, FETCH)
        await engine.idle()

    assert said == ["too-many-waiting"] * 5
    assert (len(jobs), others.user.id, gateway.asked[CREATE]) == (4, "bob", 6)


async def test_the_line_of_all_has_an_end_too(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.concurrency, slow_harness.waiting = 1, WaitingLimits(in_all=2)
    async with slow_harness.engine() as engine:
        await engine.submit(slow_harness.order())
        await gateway.reached(CREATE)
        for name in ("bob", "carla"):
            await engine.submit(slow_harness.order(user=name))

        with pytest.raises(UserError, match="line-full"):
            await engine.submit(slow_harness.order(user="dora"))

        await gateway.allow(*[CREATE, LOOK, FETCH] * 3)
        await engine.idle()


async def test_blocked_words_order_nothing_draft_nothing_and_ask_nothing(
    harness: EngineHarness,
) -> None:
    file = harness.folder / "blocked.txt"
    file.write_text("gore\n")
    harness.words = BlockedWords.read(file)
    async with harness.engine() as engine:
        said: list[str] = []
        for line in ("video a GORE cat", "image gore", "storyboard 2s gore\n2s cat", "ask gore?"):
            name, _, text = line.partition(" ")
            answer = await dispatch(engine, told(name, text), Locale.EN)
            said.append(answer.view.text if answer.view else "")
        await engine.idle()
        jobs = await engine.jobs_of(User(platform=NAME, id="ann"))

    assert said == [translate(Locale.EN, "words-blocked")] * 4
    assert (list(jobs), harness.paid, harness.chat.writes) == ([], 0, [])
    assert not list((harness.folder / "media").glob("*"))


async def test_a_person_orders_so_often_and_an_admin_as_often_as_they_like(
    harness: EngineHarness,
) -> None:
    harness.rate = OrderRate(2)
    harness.policy = Policy(admins=frozenset({f"{NAME}:root"}))
    async with harness.engine() as engine:
        answers = [await dispatch(engine, told("video", "1s a cat"), Locale.EN) for _ in range(3)]
        asked = await dispatch(engine, told("status", ""), Locale.EN)
        roots = [
            await dispatch(engine, told("video", "1s a cat", "root"), Locale.EN) for _ in range(4)
        ]
        await engine.idle()

    assert [answer.done for answer in answers] == [True, True, False]
    assert answers[2].view
    assert answers[2].view.text.startswith("That is more than 2 orders and changes in a minute.")
    assert (asked.done, all(answer.done for answer in roots), harness.paid) == (True, True, 6)


def told(name: str, text: str, user: str = "ann") -> Invocation:
    return Invocation(
        command=name, text=text, user=User(platform=NAME, id=user), conversation=HERE
    )
