"""What an answer has cost is told below it where there is a limit, as the ledger says it."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bots.attachments import LocalFile
from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.exchanges import Exchange
from core.i18n import Locale
from core.invocation import Invocation, Voice
from core.people.balance import CreditLimits, HouseRules
from core.platform import User
from tests.fakes.community import ANN, HERE, ROOT, Community, opened
from tests.fakes.engine_harness import EngineHarness, found_when
from tests.fakes.sounds import sound

RULES = HouseRules(person=CreditLimits(daily=100), is_exempt=lambda party: party.id == "root")
TOLD = re.compile(r"([0-9.]+) credits, ([0-9.]+) left today")


@pytest.fixture
async def community(tmp_path: Path) -> AsyncGenerator[Community]:
    async with opened(tmp_path, RULES) as community:
        yield community


async def asked(engine: Engine, line: str, user: User = ANN) -> None:
    name, _, rest = line.partition(" ")
    invocation = Invocation(command=name, text=rest, user=user, conversation=HERE)
    await dispatch(engine, invocation, Locale.EN)
    await engine.idle()


async def last(engine: Engine, user: User = ANN) -> Exchange:
    found = await engine.services.exchanges.latest(user, HERE)
    assert found
    return found


def last_shown(harness: EngineHarness) -> str:
    return list(harness.chat.shown.values())[-1]


async def is_told(engine: Engine, text: str) -> bool:
    """Whether it says what is left now, and once."""
    found = await engine.services.credits.store.balance(ANN.party, HERE.party)
    assert found.left_today is not None
    told = TOLD.findall(text)
    return [float(left) for _, left in told] == [found.left_today // 10 / 100]


@pytest.mark.parametrize("question", ["ask why", "ask why #length", "ask why #chars=9000"])
async def test_an_answer_says_what_it_cost_and_what_is_left(
    community: Community, question: str
) -> None:
    await asked(community.engine, question)
    exchange = await last(community.engine)
    shown = "\n".join(community.harness.chat.shown.values())

    assert exchange.credits > 0
    assert await is_told(community.engine, shown)
    assert exchange.paid in shown


async def test_who_has_no_limit_is_told_nothing(community: Community) -> None:
    await asked(community.engine, "ask why", ROOT)

    assert (await last(community.engine, ROOT)).credits > 0
    assert "credits" not in last_shown(community.harness)


async def test_a_suggestion_tells_its_own_price_apart_from_that_of_the_order(
    community: Community,
) -> None:
    await asked(community.engine, "enhance a cat")
    shown = last_shown(community.harness)

    assert "It would cost about" in shown
    line = shown.splitlines()[-1]
    assert line.startswith("For this suggestion: ")
    assert await is_told(community.engine, line)


async def test_one_that_broke_says_what_it_has_cost_all_the_same(community: Community) -> None:
    await asked(community.engine, "ask why #cut")
    exchange = await last(community.engine)

    assert exchange.fault
    assert exchange.credits > 0
    assert await is_told(community.engine, last_shown(community.harness))


async def test_one_that_a_restart_has_broken_off_says_it_too(harness: EngineHarness) -> None:
    harness.house_rules, harness.drain_seconds = RULES, 0
    async with harness.engine() as engine:
        asking = Invocation(command="ask", text="why #hang", user=ANN, conversation=HERE)
        await dispatch(engine, asking, Locale.EN)
        await harness.chat.until(lambda write: "You said" in write.text)
    async with harness.engine() as engine:
        exchange = await found_when(lambda: last(engine), lambda left: left.told)

        assert exchange.credits > 0
        assert exchange.paid in last_shown(harness)
        assert await is_told(engine, last_shown(harness))


async def test_what_was_listened_to_and_came_to_nothing_is_told(
    community: Community, tmp_path: Path
) -> None:
    file = tmp_path / "#silent.wav"
    file.write_bytes(sound(2.0))
    voice = Voice(attachment=LocalFile(path=file), seconds=2, is_own=True)
    hearing = Invocation(command="hear", text="", user=ANN, conversation=HERE, voice=voice)
    answer = await dispatch(community.engine, hearing, Locale.EN)

    assert answer.view
    assert answer.view.text == (
        "I heard no words in that.\nFor listening: 2 credits, 98 left today"
    )
