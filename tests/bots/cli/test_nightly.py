"""A model vanishes from its gateway's list: the admins are told once, and others come first."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import httpx
import pytest

from bots.admins import Admins
from bots.cli.nightly import ask_all, asked_nightly, tell_missing
from bots.sandboxing import sandbox_chats, sandbox_tables
from core.catalog import load
from core.commands.dispatch import dispatch
from core.dialects import CHAT_DIALECTS, DIALECTS
from core.engine.engine import Engine
from core.errands import seconds_until
from core.i18n import Locale
from core.invocation import Invocation
from core.jobs import JobState
from core.platform import ConversationRef, User
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.core.dialects.http_answers import as_html, as_json
from tests.fakes.cli import running
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.raw_server import raw_server, replies
from tests.fakes.telegram.server import telegram_server

DATA = load((), tuple(DIALECTS), tuple(CHAT_DIALECTS))
CHEAPEST, NEXT = "grok-imagine-video-1.5-lite", "wan-3.0"
ANN = User(platform=NAME, id="ann")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[EngineHarness]:
    """Where nothing but OpenRouter has a key."""
    options = SandboxOptions(
        state_dir=tmp_path / "sandbox",
        speed=200,
        short_side=96,
        fps=8,
        models=sandbox_tables(DATA),
        chats=sandbox_chats(DATA),
    )
    gone = frozenset({"sandbox", *DATA.gateways}) - {"openrouter"}
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root, gone=gone)


async def unlist(root: str, *names: str) -> None:
    """Let the gateway list all but these."""
    async with httpx.AsyncClient(trust_env=False, timeout=90) as http:
        await http.put(f"{root}/sandbox/unlisted", content=json.dumps(names))


async def go_round(engine: Engine) -> None:
    """What is done in a night."""
    admins = Admins(engine.services, [f"{NAME}:7", "nowhere:8"], Locale.EN)
    await ask_all(engine.services)
    await tell_missing(engine.services, admins)


async def ordered(harness: EngineHarness, engine: Engine, text: str) -> tuple[str, str]:
    """The model that makes what somebody types behind /video, and what is said meanwhile."""
    before = len(harness.chat.writes)
    asked = Invocation(
        command="video",
        text=text,
        user=ANN,
        conversation=ConversationRef(platform=NAME, chat="1"),
    )
    reply = await dispatch(engine, asked, Locale.EN)
    assert reply.view is None, reply.view
    await engine.idle()
    (job, *_) = await engine.jobs_of(ANN)
    assert job.state is JobState.DONE, job.fault
    return job.model_name, "\n".join(w.text for w in harness.chat.writes[before:])


def told(harness: EngineHarness) -> list[str]:
    """What the admin has read."""
    return [w.text for w in harness.chat.writes if w.message.conversation.chat == "7"]


async def test_a_model_that_vanishes_is_told_once_and_asked_last(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        await go_round(engine)
        first = await ordered(harness, engine, "a cat")
        assert told(harness) == []

        await unlist(harness.root, f"x-ai/{CHEAPEST}")
        await go_round(engine)
        await go_round(engine)
        instead = await ordered(harness, engine, "a cat")
        named = await ordered(harness, engine, f"--model {CHEAPEST} a cat")

    assert (first[0], instead[0], named[0]) == (CHEAPEST, NEXT, CHEAPEST)
    (notice,) = told(harness)
    assert notice == (
        f"openrouter does not list this model for your key: {CHEAPEST}\n"
        "Others are used first from now on. Whoever names it can still try."
    )
    word = f"openrouter does not list {CHEAPEST} at the moment and may refuse it."
    assert word in named[1]
    assert word not in first[1] + instead[1]


async def test_a_restart_knows_what_is_missing_and_tells_it_to_nobody(
    harness: EngineHarness,
) -> None:
    await unlist(harness.root, f"x-ai/{CHEAPEST}")
    async with harness.engine() as engine:
        await go_round(engine)
    async with harness.engine() as engine:
        recalled = await ordered(harness, engine, "a cat")
        await go_round(engine)
        again = len(told(harness))

        await unlist(harness.root)
        await go_round(engine)
        back = await ordered(harness, engine, "a cat")
        await unlist(harness.root, f"x-ai/{CHEAPEST}")
        await go_round(engine)

    assert (recalled[0], back[0]) == (NEXT, CHEAPEST)
    assert (again, len(told(harness))) == (1, 2)


@pytest.mark.parametrize(
    "answer",
    [
        as_json({"error": {"message": "down"}}, status=503),
        as_html("<h1>maintenance</h1>"),
        as_json({"data": []}),
    ],
)
async def test_a_gateway_that_does_not_answer_changes_nothing(
    harness: EngineHarness, answer: bytes
) -> None:
    await unlist(harness.root, f"x-ai/{CHEAPEST}")
    async with harness.engine() as engine:
        await go_round(engine)
    async with raw_server(replies(answer)) as server:
        harness.roots = {"openrouter": server.url}
        async with harness.engine() as engine:
            await go_round(engine)
            listed = engine.services.catalog.listed
            missing = [model.name for model in DATA.served if listed.lacks(model)]

    assert server.requests
    assert missing == [CHEAPEST]
    assert len(told(harness)) == 1


async def test_what_nobody_can_be_told_now_is_news_later(harness: EngineHarness) -> None:
    await unlist(harness.root, f"x-ai/{CHEAPEST}")
    async with harness.engine() as engine:
        platforms = engine.services.platforms
        chat = platforms.pop(NAME)
        admins = Admins(engine.services, [f"{NAME}:7"], Locale.EN)
        await ask_all(engine.services)
        is_told = await tell_missing(engine.services, admins)
        platforms[NAME] = chat
        live = replace(engine.services, sandboxed=False)
        async with asked_nightly(live, admins, iter([0.0])):
            notice = await harness.chat.until(lambda write: write.kind == "send")

    assert not is_told
    assert CHEAPEST in notice.text


async def test_a_bot_without_admins_waits_for_none(harness: EngineHarness) -> None:
    await unlist(harness.root, f"x-ai/{CHEAPEST}")
    async with harness.engine() as engine:
        await ask_all(engine.services)
        is_told = await tell_missing(engine.services, Admins(engine.services, [], Locale.EN))

        assert is_told
        assert await engine.services.listings.untold() == []


@pytest.mark.parametrize(
    ("hour", "hours"), [(2, 1), (3, 24), (4, 23), (23, 4)], ids=["before", "at", "after", "late"]
)
def test_an_hour_that_is_just_now_is_a_day_away(hour: int, hours: int) -> None:
    assert seconds_until(time(3), datetime(2026, 11, 26, hour, tzinfo=UTC)) == hours * 3600


@pytest.mark.slow
async def test_a_bot_asks_after_its_start_and_tells_its_admin_once(tmp_path: Path) -> None:
    options = SandboxOptions(
        state_dir=tmp_path / "gateway",
        speed=60,
        short_side=96,
        fps=8,
        models=sandbox_tables(DATA),
        chats=sandbox_chats(DATA),
    )
    async with serve(options) as root, telegram_server() as telegram:
        await unlist(root, f"x-ai/{CHEAPEST}")
        ada = telegram.user(7)
        chat = telegram.private(ada)
        variables = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "OPENROUTER_API_KEY": "sk-or",
            "OPENROUTER_BASE_URL": root,
            "ADMINS": "telegram:7",
        }
        async with running(tmp_path, "run", variables=variables):
            await telegram.until(
                lambda: any(f"your key: {CHEAPEST}" in p.text for p in telegram.answers(chat))
            )
            telegram.say(chat, ada, "/video a cat")
            await telegram.until(lambda: any("Done in" in p.text for p in telegram.answers(chat)))
        async with running(tmp_path, "run", variables=variables) as process:
            assert process.stderr
            async for line in process.stderr:
                if b"asked what they list: openrouter" in line:
                    break
            telegram.say(chat, ada, "/models")
            await telegram.until(
                lambda: any("not in the gateway's list" in p.text for p in telegram.answers(chat))
            )
        said = [post.text for post in telegram.answers(chat)]

    assert sum("your key:" in text for text in said) == 1
    (order,) = read_ledger(options.state_dir)
    assert order.model == "alibaba/wan-3.0"
