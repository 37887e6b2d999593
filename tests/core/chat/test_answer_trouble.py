"""A full disk, a locked database and a person who is denied, in the middle of an answer."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.exchanges import Exchange, ExchangeState
from core.i18n import Locale
from core.invocation import Invocation
from core.people.access import Policy
from core.platform import ConversationRef, User
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.foreign_lock import foreign_lock
from tests.fakes.log_watch import log_watch
from tests.fakes.memory_platform import NAME
from tests.fakes.small_disk import SmallDisk, small_disk
from tests.fakes.talk_gateway import TalkGateway, talk_gateway

ANN, BOB, ADMIN = (User(platform=NAME, id=name) for name in ("ann", "bob", "admin"))
HERE = ConversationRef(platform=NAME, chat="1")
ASK = Invocation(command="ask", text="--model sandbox-chat tell me", user=ANN, conversation=HERE)
NOT_SHOWN, NOT_STORED = "no progress is shown", "cannot be stored, again in"
NO_FILE = "goes without a file"
PAGE = "salty " * 700


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBot:
    """A bot whose files all lie on a small disk, and a chat model that says what the test says."""

    harness: EngineHarness
    gateway: TalkGateway
    disk: SmallDisk

    def trouble(self, kind: str) -> AbstractAsyncContextManager[None]:
        if kind == "full":
            return full(self.disk)
        return foreign_lock(self.harness.folder / "jobs.db")

    async def begin(self, engine: Engine) -> None:
        """Ask, and see the beginning of the answer."""
        await dispatch(engine, ASK, Locale.EN)
        await self.gateway.say("The sea")
        await self.harness.chat.until(lambda write: "The sea" in write.text)

    def shown(self) -> str:
        return "".join(self.harness.chat.shown.values())


@asynccontextmanager
async def full(disk: SmallDisk) -> AsyncGenerator[None]:
    disk.fill()
    yield
    disk.free()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[AskedBot]:
    async with small_disk(tmp_path / "disk") as disk, talk_gateway() as gateway:
        harness = EngineHarness(folder=disk.folder, root=gateway.root)
        yield AskedBot(harness=harness, gateway=gateway, disk=disk)


# Both are about the file; a Postgres that is away is told of in tests/fleet.
TROUBLES = pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=ONLY_SQLITE) for kind in ("full", "locked")]
)


async def latest(engine: Engine, user: User = ANN) -> Exchange:
    found = await engine.services.exchanges.latest(user, HERE)
    assert found
    return found


@TROUBLES
async def test_what_comes_while_nothing_can_be_stored_is_shown_when_it_can(
    here: AskedBot, kind: str
) -> None:
    async with here.harness.engine() as engine:
        await here.begin(engine)
        with log_watch(NOT_SHOWN) as said:
            async with here.trouble(kind):
                await here.gateway.say(" is salty")
                await said.wait()
                before, row = here.shown(), await latest(engine)
        await here.gateway.say(".")
        await here.harness.chat.until(lambda write: "The sea is salty." in write.text)
        await here.gateway.end()
        await engine.idle()
        exchange = await latest(engine)

    assert "salty" not in before + row.text
    assert (exchange.text, exchange.state) == ("The sea is salty.", ExchangeState.DONE)
    assert here.gateway.asked == 1


@TROUBLES
async def test_the_end_of_an_answer_is_told_only_when_it_is_stored(
    here: AskedBot, kind: str
) -> None:
    async with here.harness.engine() as engine:
        await here.begin(engine)
        with log_watch(NOT_STORED) as said:
            async with here.trouble(kind):
                await here.gateway.say(" is salty.")
                await here.gateway.end()
                await said.wait()
                before = here.shown()
        await engine.idle()
        exchange = await latest(engine)

    assert "salty" not in before
    assert (exchange.state, exchange.told, exchange.fault) == (ExchangeState.DONE, True, None)
    assert here.shown().startswith("The sea is salty.")
    assert len(here.harness.chat.shown) == 1


@TROUBLES
async def test_no_page_is_begun_that_cannot_be_stored_and_none_is_lost_or_twice(
    here: AskedBot, kind: str
) -> None:
    async with here.harness.engine() as engine:
        await here.begin(engine)
        async with here.trouble(kind):
            with log_watch(NOT_SHOWN) as said:
                await here.gateway.say(PAGE * 2)
                await said.wait()
            with log_watch(NOT_STORED) as said:
                await here.gateway.end()
                await said.wait()
            before = here.shown()
        await engine.idle()
        exchange = await latest(engine)

    assert "salty" not in before
    assert here.shown().count("salty") == exchange.text.count("salty") == 1400
    assert len(here.harness.chat.of("send")) == len(exchange.messages) == 3
    assert (exchange.posting, exchange.told) == (False, True)


@TROUBLES
async def test_a_long_answer_goes_on_below_once_that_can_be_stored(
    here: AskedBot, kind: str
) -> None:
    async with here.harness.engine() as engine:
        await here.begin(engine)
        await here.gateway.say(PAGE * 6)
        await here.harness.chat.until(lambda write: "comes as a file" in write.text)
        last = here.harness.chat.hold("edit")
        await here.gateway.end()
        await last.reached.wait()
        with log_watch(NO_FILE if kind == "full" else NOT_STORED) as said:
            async with here.trouble(kind):
                last.release.set()
                await said.wait()
                posted = here.harness.chat.of("deliver") + here.harness.chat.of("send")[4:]
        await engine.idle()
        exchange = await latest(engine)

    assert posted == []
    assert (exchange.posting, exchange.told) == (False, True)
    assert len(here.harness.chat.shown) == len(exchange.messages)
    if kind == "full":
        # There was no room for the file, so more messages take its place.
        assert here.shown().count("salty") == exchange.text.count("salty") == 4200
    else:
        assert len(here.harness.chat.of("deliver")) == 1


@ONLY_SQLITE
@pytest.mark.slow
async def test_a_database_that_was_locked_for_one_answer_holds_up_no_other(
    here: AskedBot,
) -> None:
    async with here.harness.engine() as engine:
        await here.begin(engine)
        with log_watch(NOT_STORED) as said:
            async with foreign_lock(here.harness.folder / "jobs.db"):
                refused = await dispatch(engine, replace(ASK, user=BOB), Locale.EN)
                helped = await dispatch(engine, replace(ASK, command="models", text=""), Locale.EN)
                await here.gateway.end()
                await said.wait()
        await dispatch(engine, replace(ASK, user=BOB), Locale.EN)
        await engine.idle()
        exchange = await latest(engine, BOB)

    assert refused.view
    assert not refused.done
    assert helped.done
    assert exchange.state is ExchangeState.DONE


async def test_who_is_denied_in_the_middle_reads_the_answer_and_gets_nothing_more(
    here: AskedBot,
) -> None:
    here.harness.policy = Policy(admins=frozenset({str(ADMIN.party)}))
    async with here.harness.engine() as engine:
        await here.begin(engine)
        deny = replace(ASK, command="deny", text=f"user {ANN.id}", user=ADMIN)
        assert (await dispatch(engine, deny, Locale.EN)).done
        await here.gateway.say(" is salty")
        await here.gateway.cut()
        await engine.idle()
        broken = await latest(engine)
        (button,) = here.harness.chat.writes[-1].buttons
        press = replace(ASK, command=button.command, text="", given=button.given)
        pressed = await dispatch(engine, press, Locale.EN)
        asked = await dispatch(engine, ASK, Locale.EN)
        other = await dispatch(engine, replace(ASK, user=BOB), Locale.EN)
        await engine.idle()

    assert (broken.state, broken.text) == (ExchangeState.BROKEN, "The sea is salty")
    assert "The sea is salty" in here.shown()
    assert (button.command, pressed.done, asked.done, other.done) == (
        *("continue", False, False, True),
    )
    assert here.gateway.asked == 2
