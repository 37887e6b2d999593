"""Answers of chat models on Telegram: formatted, streamed, kept in order."""

from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.exchanges import Exchange, ExchangeState
from core.platform import ConversationRef, User
from tests.bots.telegram.test_formatting import told
from tests.fakes.telegram.bot import (
    GROUP,
    TelegramBotHarness,
    picture,
    talking_telegram_bot,
    telegram_bot,
)
from tests.fakes.telegram.chat import TelegramMessage

ASK = "/ask --model sandbox-chat what is the sea?"
TWICE = 2
NOT_KNOWN = [("Not Found", 404), ("Bad Request: unknown method", 400)]


async def latest(here: TelegramBotHarness, engine: Engine, chat: int | None = None) -> Exchange:
    user = User(platform="telegram", id=str(here.ada.id))
    place = ConversationRef(platform="telegram", chat=str(chat or here.chat.id))
    found = await engine.services.exchanges.latest(user, place)
    assert found
    return found


def drafted(here: TelegramBotHarness) -> list[str]:
    """What the drafts of the private chat have shown, oldest first."""
    return [draft.text for draft in here.chat.drafted]


async def until_drafted(here: TelegramBotHarness, text: str) -> None:
    await here.telegram.until(lambda: any(text in draft for draft in drafted(here)))


async def test_an_answer_is_formatted_below_what_was_thought(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, "/ask #markdown #think")
        await here.until_shown("A quotation.", group)
        await engine.idle()
        (answer,) = here.written(group)

    shown = told(answer.text, answer.entities)
    assert shown[0] == ("expandable_blockquote", "Let me think. It is about this question.")
    assert ("bold", "bold") in shown
    assert ("text_link", "a link") in shown
    assert ("pre", 'print("你好 👩‍👩‍👧")') in shown
    assert ("blockquote", "A quotation.") in shown
    assert ("pre", "a | b\n--+--\n1 | 2") in shown
    assert "• two 🌊" in answer.text
    assert "**" not in answer.text


async def test_what_is_refused_for_its_formatting_arrives_without(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.refuse("editMessageText", "Bad Request: can't parse entities: odd")
        here.telegram.say(group, here.ada, "/ask #markdown")
        await here.until_shown("A quotation.", group)
        await engine.idle()
        (answer,) = here.written(group)
        refused = here.telegram.called("editMessageText")[0]

    assert refused.status == 400
    assert answer.history[1].text == refused.params["text"]
    assert answer.history[1].entities == ()


async def test_alone_an_answer_grows_as_a_draft_and_is_then_one_message(tmp_path: Path) -> None:
    async with talking_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        question = here.telegram.say(here.chat, here.ada, ASK)
        stand_in = await here.until_shown("is thinking")
        await gateway.say("", thought="Hm.")
        await until_drafted(here, "Hm.")
        await gateway.say("The **sea** is sal")
        await until_drafted(here, "The sea is sal")
        during = [button["text"] for button in stand_in.buttons], len(stand_in.history)
        await gateway.say("ty.")
        await gateway.end()
        await engine.idle()
        (answer,) = here.written()
        exchange = await latest(here, engine)

    assert during == (["Stop"], 1)
    assert answer is not stand_in
    assert answer.text.startswith("Hm.\nThe sea is salty.")
    assert answer.reply_to is question
    assert len(answer.history) == 1
    assert answer.buttons == []
    assert [message.id for message in exchange.messages] == [str(answer.id)]
    assert not here.chat.drafts
    assert not here.telegram.called("editMessageText")


async def test_a_reply_to_an_answer_that_was_drafted_goes_on_from_it(tmp_path: Path) -> None:
    async with talking_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        here.telegram.say(here.chat, here.ada, ASK)
        await gateway.say("It is salty.")
        await until_drafted(here, "salty")
        await gateway.end()
        await engine.idle()
        first = await latest(here, engine)
        (answer,) = here.written()
        here.telegram.say(here.chat, here.ada, "/ask why?", reply_to=answer)
        await here.telegram.until(lambda: gateway.asked == TWICE)
        await engine.idle()
        second = await latest(here, engine)

    assert second.follows == first.id


@pytest.mark.parametrize("chat", ["private", "group"])
async def test_a_plain_reply_to_an_answer_goes_on_from_it(tmp_path: Path, chat: str) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        place = here.chat if chat == "private" else here.telegram.group(GROUP)
        here.telegram.say(place, here.ada, "/ask one")
        answer = await here.until_shown("SANDBOX", place)
        await engine.idle()
        first = await latest(here, engine, place.id)
        photo = picture(70)
        here.telegram.say(place, here.ada, photo=photo, caption="and two?", reply_to=answer)
        await here.telegram.until(lambda: len(here.written(place)) == TWICE)
        await engine.idle()
        second = await latest(here, engine, place.id)

    assert second.follows == first.id
    assert second.prompt == "and two?"
    assert [each.width for each in second.media] == [70]


async def test_a_stop_keeps_what_was_drafted(tmp_path: Path) -> None:
    async with talking_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        here.telegram.say(here.chat, here.ada, ASK)
        stand_in = await here.until_shown("is thinking")
        await gateway.say("The sea is sal")
        await until_drafted(here, "sal")
        here.telegram.press(stand_in, "Stop", here.ada)
        await engine.idle()
        (answer,) = here.written()

    assert answer.text.startswith("The sea is sal\n\nStopped.")
    assert [button["text"] for button in answer.buttons] == ["Continue"]


async def test_a_restart_in_mid_draft_turns_the_stand_in_into_the_answer(tmp_path: Path) -> None:
    async with talking_telegram_bot(tmp_path) as (here, gateway):
        here.harness.drain_seconds = 0
        async with here.bot():
            here.telegram.say(here.chat, here.ada, ASK)
            stand_in = await here.until_shown("is thinking")
            await gateway.say("The sea is sal")
            await until_drafted(here, "sal")
        async with here.bot() as engine:
            await engine.idle()
            exchange = await latest(here, engine)
        (answer,) = here.written()

    assert answer is stand_in
    assert answer.text.startswith("The sea is sal\n\n")
    assert exchange.state is ExchangeState.BROKEN
    assert [message.id for message in exchange.messages] == [str(answer.id)]
    assert gateway.asked == 1


@pytest.mark.slow
@pytest.mark.parametrize(("told", "code"), NOT_KNOWN)
async def test_a_server_that_knows_no_drafts_is_asked_once(
    tmp_path: Path, told: str, code: int
) -> None:
    async with talking_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        here.telegram.refuse("sendMessageDraft", told, code, times=100)
        here.telegram.say(here.chat, here.ada, ASK)
        await gateway.say("The sea")
        answer = await here.until_shown("The sea")
        await gateway.say(" is salty.")
        await here.until_shown("The sea is salty.")
        await gateway.end()
        await engine.idle()
        here.telegram.say(here.chat, here.ada, ASK)
        await here.telegram.until(lambda: len(here.written()) == 2)
        await engine.idle()

    assert here.written()[0] is answer
    assert len(here.telegram.called("sendMessageDraft")) == 1


async def test_a_pause_that_drafts_have_to_make_holds_up_no_answer(tmp_path: Path) -> None:
    async with talking_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        here.telegram.refuse(
            "sendMessageDraft", "Too Many Requests", 429, parameters={"retry_after": 60}
        )
        here.telegram.say(here.chat, here.ada, ASK)
        await gateway.say("The sea")
        await here.telegram.until(lambda: here.telegram.called("sendMessageDraft"))
        await gateway.end()
        await engine.idle()
        (answer,) = here.written()

    assert answer.text.startswith("The sea")
    assert len(here.telegram.called("sendMessageDraft")) == 1


@pytest.mark.parametrize("chars", [10_000, 60_000])
async def test_a_group_loses_nothing_of_a_long_answer(tmp_path: Path, chars: int) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, f"/ask #chars={chars} tell me")
        await here.until_shown("SANDBOX", group)
        await engine.idle()
        exchange = await latest(here, engine, GROUP)
        *pages, last = here.written(group)

    assert len(exchange.text) > chars * 0.9
    assert len(exchange.messages) == len(pages) + 1
    shown = last.file.data.decode() if last.file and last.file.data else text_of([*pages, last])
    assert "".join(exchange.text.split()) in "".join(shown.split())
    assert (last.caption == "The whole answer") == (chars == 60_000)


def text_of(posts: list[TelegramMessage]) -> str:
    return "".join(post.text for post in posts)


async def test_a_message_that_is_deleted_in_mid_answer_is_sent_anew_at_its_end(
    tmp_path: Path,
) -> None:
    async with talking_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, ASK)
        await gateway.say("The sea")
        shown = await here.until_shown("The sea", group)
        del group.posts[shown.id]
        await gateway.say(" is salty.")
        await gateway.end()
        await engine.idle()
        exchange = await latest(here, engine, GROUP)
        answer = here.shows("The sea is salty.", group)

    assert answer
    assert [message.id for message in exchange.messages] == [str(answer.id)]


async def test_two_presses_of_continue_at_the_same_moment_ask_once(tmp_path: Path) -> None:
    async with talking_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        here.telegram.say(here.chat, here.ada, ASK)
        stand_in = await here.until_shown("is thinking")
        await gateway.say("The sea is sal")
        await until_drafted(here, "sal")
        here.telegram.press(stand_in, "Stop", here.ada)
        await engine.idle()
        (answer,) = here.written()
        for _ in range(2):
            here.telegram.press(answer, "Continue", here.ada)
        await here.telegram.until(lambda: gateway.asked == TWICE)
        await gateway.end()
        presses = here.telegram.called
        await here.telegram.until(lambda: len(presses("answerCallbackQuery")) == TWICE + 1)
        await engine.idle()

    assert gateway.asked == TWICE


async def test_a_group_that_moves_in_mid_answer_reads_its_end(tmp_path: Path) -> None:
    async with talking_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        group = here.telegram.group(-4242)
        here.telegram.say(group, here.ada, ASK)
        await gateway.say("The sea")
        await here.until_shown("The sea", group)
        moved = here.telegram.upgrade(group, GROUP)
        await gateway.say(" is salty.")
        await gateway.end()
        await engine.idle()
        answer = here.shows("The sea is salty.", moved)
        left = await engine.services.exchanges.take_up(["telegram"])

    assert answer
    assert left == []


async def test_a_conversation_goes_on_in_the_supergroup_after_a_restart(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        group = here.telegram.group(-4242)
        async with here.bot() as engine:
            here.telegram.say(group, here.ada, "/ask #cut tell me a story")
            await here.until_shown("The answer ended here", group)
            await engine.idle()
            moved = here.telegram.upgrade(group, GROUP)
            await here.telegram.until(lambda: not here.telegram.inbox.pending)
        async with here.bot() as engine:
            here.telegram.say(moved, here.ada, "/continue")
            await here.until_shown("Continue exactly where you stopped.", moved)
            await engine.idle()
            exchange = await latest(here, engine, GROUP)

    assert "There were 4 messages." in exchange.text


@pytest.mark.parametrize("way", ["whole", "marked", "elsewhere"])
async def test_what_a_question_replies_to_is_told_as_a_quotation(tmp_path: Path, way: str) -> None:
    mark = {"quote": {"text": "Bonjour", "position": 0, "is_manual": True}}
    foreign = {"origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Eve"}}
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group, eve = here.telegram.group(GROUP), here.telegram.user(9, "Eve")
        theirs = here.telegram.say(group, eve, "Bonjour" if way == "whole" else "Bonjour le monde")
        reply = None if way == "elsewhere" else theirs
        told = here.telegram.say(group, here.ada, "/ask translate this", reply_to=reply).describe()
        here.telegram.inbox.pending.pop()
        beside = {"whole": {}, "marked": mark, "elsewhere": mark | {"external_reply": foreign}}
        here.telegram.inbox.put("message", told | beside[way])
        await here.until_shown("SANDBOX", group)
        await engine.idle()
        exchange = await latest(here, engine, GROUP)

    assert (exchange.prompt, exchange.quoted) == ("translate this", "Bonjour")


async def test_of_an_answer_only_what_is_marked_is_quoted(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.say(here.chat, here.ada, "/ask one")
        answer = await here.until_shown("SANDBOX")
        await engine.idle()
        here.telegram.say(here.chat, here.ada, "/ask two", reply_to=answer)
        await here.telegram.until(lambda: len(here.written()) == TWICE)
        await engine.idle()
        exchange = await latest(here, engine)

    assert (exchange.prompt, exchange.quoted) == ("two", "")
