"""Answers as rich messages: as long as the server takes them, and nothing is lost where not."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.exchanges import ExchangeState
from tests.bots.telegram.test_answers import ASK, latest, until_drafted
from tests.fakes.talk_gateway import TalkGateway
from tests.fakes.telegram.bot import (
    GROUP,
    TelegramBotHarness,
    talking_telegram_bot,
    telegram_bot,
)
from tests.fakes.telegram.chat import TelegramChat, TelegramMessage

REFUSED = "Bad Request: RICH_MESSAGE_SOMETHING_INVALID"
SENT, DRAFTED, EDITED = "sendRichMessage", "sendRichMessageDraft", "editMessageText"


@asynccontextmanager
async def rich_bot(folder: Path) -> AsyncGenerator[TelegramBotHarness]:
    async with telegram_bot(folder) as here:
        here.rich = True
        yield here


@asynccontextmanager
async def talking_rich_bot(
    folder: Path,
) -> AsyncGenerator[tuple[TelegramBotHarness, TalkGateway]]:
    async with talking_telegram_bot(folder) as (here, gateway):
        here.rich = True
        yield here, gateway


def place(here: TelegramBotHarness, chat: str) -> TelegramChat:
    return here.chat if chat == "private" else here.telegram.group(GROUP)


def words(posts: list[TelegramMessage]) -> str:
    shown = [post.file.data.decode() if post.file and post.file.data else "" for post in posts]
    return "".join("".join(shown).split()) or "".join("".join(p.text for p in posts).split())


def shows_end(posts: list[TelegramMessage]) -> bool:
    return any("SANDBOX" in post.text for post in posts)


def refusals(here: TelegramBotHarness) -> int:
    """How often a rich message was tried that Telegram did not take."""
    tried = [call for call in here.telegram.calls if "rich_message" in call.params]
    return sum(bool(call.refused) and "not modified" not in call.refused for call in tried)


@pytest.mark.parametrize("chat", ["private", "group"])
async def test_tables_and_lists_of_an_answer_are_real_ones(tmp_path: Path, chat: str) -> None:
    async with rich_bot(tmp_path) as here, here.bot() as engine:
        where = place(here, chat)
        question = here.telegram.say(where, here.ada, "/ask #markdown #think")
        await here.until_shown("A quotation.", where)
        await engine.idle()
        (answer,) = here.written(where)

    kinds = [each["type"] for each in answer.rich]
    assert kinds[0] == "details"
    assert {"table", "list", "pre", "blockquote"} <= set(kinds)
    assert answer.entities == ()
    assert answer.reply_to is question
    assert refusals(here) == 0


async def test_alone_an_answer_is_drafted_as_what_it_becomes(tmp_path: Path) -> None:
    async with talking_rich_bot(tmp_path) as (here, gateway), here.bot() as engine:
        here.telegram.say(here.chat, here.ada, ASK)
        stand_in = await here.until_shown("is thinking")
        await gateway.say("# Sea\n\nIt is sal")
        await until_drafted(here, "sal")
        here.telegram.press(stand_in, "Stop", here.ada)
        await engine.idle()
        (answer,) = here.written()

    assert here.chat.drafted[-1].rich[0]["type"] == "heading"
    assert [each["type"] for each in answer.rich][:2] == ["heading", "paragraph"]
    assert [button["text"] for button in answer.buttons] == ["Continue"]
    assert not here.telegram.called("sendMessageDraft")


@pytest.mark.parametrize("chat", ["private", "group"])
@pytest.mark.parametrize(("chars", "count"), [(10_000, 1), (60_000, 2)])
async def test_a_long_answer_is_few_messages(
    tmp_path: Path, chars: int, count: int, chat: str
) -> None:
    async with rich_bot(tmp_path) as here, here.bot() as engine:
        where = place(here, chat)
        here.telegram.say(where, here.ada, f"/ask #chars={chars} tell me")
        await here.until_shown("SANDBOX", where)
        await engine.idle()
        exchange = await latest(here, engine, where.id)
        posts = here.written(where)

    assert len(posts) == len(exchange.messages) == count
    assert all(post.rich for post in posts)
    assert "".join(exchange.text.split()) in words(posts)
    assert refusals(here) == 0


@pytest.mark.parametrize(
    ("chars", "chat"),
    [
        (10_000, "group"),
        (60_000, "group"),
        pytest.param(10_000, "private", marks=pytest.mark.slow),
        pytest.param(60_000, "private", marks=pytest.mark.slow),
    ],
)
async def test_a_server_that_knows_none_is_asked_once_and_nothing_is_lost(
    tmp_path: Path, chars: int, chat: str
) -> None:
    async with rich_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.world.knows_rich = False
        where = place(here, chat)
        seen = 0
        for topic in ("the sea", "the sky"):
            here.telegram.say(where, here.ada, f"/ask #chars={chars} {topic}")
            await here.telegram.until(lambda: shows_end(here.written(where)[seen:]))  # noqa: B023
            await engine.idle()
            exchange = await latest(here, engine, where.id)
            posts = here.written(where)[seen:]
            seen += len(posts)
            assert "".join(exchange.text.split()) in words(posts)
            assert len(posts) == len(exchange.messages)

    assert refusals(here) == 1


async def test_a_server_that_passes_over_the_field_is_asked_once(tmp_path: Path) -> None:
    async with talking_rich_bot(tmp_path) as (here, gateway), here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, ASK)
        await here.until_shown("is thinking", group)
        here.telegram.world.knows_rich = False
        await gateway.say("The **sea**")
        await here.until_shown("The sea", group)
        await gateway.say(" is salty.")
        await gateway.end()
        await engine.idle()
        (answer,) = here.written(group)

    assert answer.text.startswith("The sea is salty.")
    assert answer.entities[0]["type"] == "bold"
    assert not answer.rich
    assert refusals(here) == 1


@pytest.mark.parametrize(
    ("chat", "method", "after"),
    [
        ("private", SENT, 0),
        ("private", SENT, 1),
        ("private", DRAFTED, 0),
        ("group", SENT, 0),
        ("group", EDITED, 0),
    ],
)
async def test_one_answer_that_is_refused_goes_as_texts_and_the_next_is_rich(
    tmp_path: Path, chat: str, method: str, after: int
) -> None:
    async with rich_bot(tmp_path) as here, here.bot() as engine:
        where = place(here, chat)
        here.telegram.refuse(method, REFUSED, after=after)
        here.telegram.say(where, here.ada, "/ask #chars=6000 tell me")
        await here.until_shown("SANDBOX", where)
        await engine.idle()
        exchange = await latest(here, engine, where.id)
        posts = here.written(where)
        here.telegram.say(where, here.ada, "/ask #markdown")
        await here.until_shown("A quotation.", where)
        await engine.idle()
        last = here.written(where)[-1]

    assert not any(post.rich for post in posts)
    assert "".join(exchange.text.split()) in words(posts)
    assert len(posts) == len(exchange.messages) > 1
    assert last.rich
    assert refusals(here) == 1


async def test_what_holds_too_much_for_a_rich_message_goes_as_texts(tmp_path: Path) -> None:
    async with talking_rich_bot(tmp_path) as (here, gateway), here.bot() as engine:
        here.telegram.say(here.chat, here.ada, ASK)
        await gateway.say("".join(f"```\nitem {number}\n```\n" for number in range(600)))
        await gateway.end()
        await here.until_shown("item 599")
        await engine.idle()
        posts = here.written()

    assert len(posts) > 1
    assert not any(post.rich for post in posts)
    assert "item 0\n" in posts[0].text
    assert refusals(here) == 0


async def test_a_restart_in_mid_answer_ends_it_in_its_message(tmp_path: Path) -> None:
    async with talking_rich_bot(tmp_path) as (here, gateway):
        here.harness.drain_seconds = 0
        group = here.telegram.group(GROUP)
        async with here.bot():
            here.telegram.say(group, here.ada, ASK)
            await gateway.say(f"# Sea\n\n{'salt ' * 2_000}")
            before = await here.until_shown("salt", group)
        async with here.bot() as engine:
            await engine.idle()
            exchange = await latest(here, engine, GROUP)
        (answer,) = here.written(group)

    assert answer is before
    assert exchange.state is ExchangeState.BROKEN
    assert answer.rich[0]["type"] == "heading"
    assert "salt" * 2_000 in words([answer])
    assert gateway.asked == 1


async def test_a_reply_to_a_rich_answer_goes_on_from_it(tmp_path: Path) -> None:
    async with rich_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, "/ask one")
        answer = await here.until_shown("SANDBOX", group)
        await engine.idle()
        first = await latest(here, engine, GROUP)
        here.telegram.say(group, here.ada, "and two?", reply_to=answer)
        await here.telegram.until(lambda: len(here.written(group)) == 2)
        await engine.idle()
        second = await latest(here, engine, GROUP)

    assert (second.follows, second.prompt, second.quoted) == (first.id, "and two?", "")
