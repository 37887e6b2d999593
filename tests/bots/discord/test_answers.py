"""Answers of chat models on Discord, which stream into the channel that they were asked for in."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from simcord.actors import MemberActor

from core.engine.engine import Engine
from core.exchanges import Exchange, ExchangeState
from tests.fakes.discord.bot import EPHEMERAL, DiscordBotHarness, discord_bot, picture
from tests.fakes.discord.wire import Json

END = "SANDBOX: test answer, free of charge."


@pytest.fixture
async def here(tmp_path: Path) -> AsyncGenerator[DiscordBotHarness]:
    async with discord_bot(tmp_path) as here:
        yield here
        assert here.server.floods == 0


async def latest(here: DiscordBotHarness, engine: Engine, member: MemberActor) -> Exchange:
    """The last exchange of somebody, when all that was begun has ended."""
    await engine.idle()
    found = await engine.services.exchanges.latest(here.person(member), here.place)
    assert found
    return found


async def mention(here: DiscordBotHarness, line: str, member: MemberActor | None = None) -> None:
    await (member or here.ada).send(here.channel, f"<@{here.bot_id}> {line}")


def labels(message: Json) -> list[str]:
    return [button["label"] for row in message["components"] for button in row["components"]]


async def test_an_answer_comes_in_discords_own_markdown_and_mentions_nobody(
    here: DiscordBotHarness,
) -> None:
    async with here.bot() as engine:
        await mention(here, "/ask #markdown tell me")
        await here.until_shown(END)
        await engine.idle()

    (message,) = here.messages()
    assert "# A heading\n\nSome **bold**, some *slanted*" in message["content"]
    assert "[a link](<https://sandbox.example/>)" in message["content"]
    assert "```\na  b\n-  -\n1  2\n```" in message["content"]
    assert message["message_reference"]
    for call in here.server.called("* /channels/*/messages*"):
        assert call.body["allowed_mentions"]["parse"] == []


async def test_a_slash_command_becomes_the_answer_and_goes_on_below(
    here: DiscordBotHarness,
) -> None:
    async with here.bot() as engine:
        await here.ada.slash(here.channel, "ask", prompt="--think #chars=3000 tell me")
        await here.until_shown(END)
        exchange = await latest(here, engine, here.ada)

    first, *others = [message["content"] for message in here.messages()]
    thoughts, _, begun = first.partition("\n")
    assert thoughts == "-# Let me think. It is about this question."
    shown = "".join([begun, *others])
    assert "".join(shown.split()).startswith("".join(exchange.text.split()))
    assert [message["id"] for message in here.messages()] == [m.id for m in exchange.messages]


async def test_a_private_answer_is_private_to_its_last_page(here: DiscordBotHarness) -> None:
    async with here.bot() as engine:
        await here.ada.slash(here.channel, "ask", prompt="--private #chars=3000 tell me")
        await here.until_shown(END)
        await engine.idle()

    assert len(here.messages()) > 1
    assert all(message["flags"] & EPHEMERAL for message in here.messages())


@pytest.mark.parametrize(
    ("words", "button", "typed"),
    [("#cut", "Continue", "/continue"), ("#reset", "Ask again", "/reask")],
)
async def test_what_follows_a_private_answer_is_private_whichever_way_it_is_asked_for(
    here: DiscordBotHarness, words: str, button: str, typed: str
) -> None:
    async with here.bot() as engine:
        await here.ada.slash(here.channel, "ask", prompt=f"--private {words} SECRET")
        await engine.idle()
        (answer,) = await here.server.until(lambda: with_button(here, button))
        await mention(here, typed)
        alone = here.ada.user.dm_channel.id
        await here.server.until(lambda: here.messages(alone))
        await engine.idle()
        # Not so soon that it is taken for a finger that taps twice.
        here.server.advance(60)
        await here.ada.click(here.message(answer), label=button)
        await here.server.until(lambda: len(here.messages()) == 2)
        await engine.idle()

    hidden = [message for message in here.messages() if message["flags"] & EPHEMERAL]
    assert len(hidden) == 2
    assert here.messages() == hidden


def with_button(here: DiscordBotHarness, label: str) -> list[Json]:
    return [message for message in here.messages() if label in labels(message)]


async def test_only_who_asked_can_stop_it_and_go_on_also_after_a_restart(
    here: DiscordBotHarness,
) -> None:
    eve = here.guild.add_member(here.server.world.create_user("eve"))
    async with here.bot() as engine:
        await here.ada.slash(here.channel, "ask", prompt="#hang tell me a long story")
        asked = here.message(await here.until_shown("You said"))
        await eve.click(asked, label="Stop")
        await here.until_shown("somebody else")
        await here.ada.click(asked, label="Stop")
        shown = await here.until_shown("*Stopped.*")
        stopped = await latest(here, engine, here.ada)
    async with here.bot() as engine:
        await here.ada.click(here.message(shown), label="Continue")
        await here.until_shown("Continue exactly where you stopped.")
        follow = await latest(here, engine, here.ada)

    assert stopped.state is ExchangeState.STOPPED
    assert shown["content"].startswith(stopped.text)
    assert labels(shown) == ["Continue"]
    assert follow.follows == stopped.id


@pytest.mark.parametrize("words", ["<@{bot}> and the sky?", "portrait or landscape? --new"])
async def test_a_reply_in_plain_words_goes_on_with_the_conversation_also_after_a_restart(
    here: DiscordBotHarness, words: str
) -> None:
    said = words.format(bot=here.bot_id)
    async with here.bot() as engine:
        await mention(here, "/ask what is the sea?")
        answer = here.message(await here.until_shown(END)).message
        first = await latest(here, engine, here.ada)
    async with here.bot() as engine:
        pictures = [("cat.jpg", picture())]
        await here.ada.send(here.channel, said, reply_to=answer, attachments=pictures)
        await here.until_shown("I see 1 pictures.")
        second = await latest(here, engine, here.ada)

    assert second.follows == first.id
    assert second.prompt == said.removeprefix(f"<@{here.bot_id}> ")
    assert "There were 4 messages." in second.text
    assert here.harness.paid == 2


async def test_in_private_a_reply_goes_on_too_and_a_command_stays_one(
    here: DiscordBotHarness,
) -> None:
    chat = here.ada.user.dm_channel.id
    async with here.bot() as engine:
        await here.ada.send_dm("/ask what is the sea?")
        answer = await here.until_shown(END, chat)
        reference = {"message_id": answer["id"], "channel_id": str(chat)}
        await engine.idle()
        await here.ada.send_dm("/help", reference=reference)
        await here.until_shown("/storyboard", chat)
        assert here.harness.paid == 1
        await here.ada.send_dm("why?", reference=reference)
        await here.until_shown("There were 4 messages.", chat)


async def test_two_answers_to_one_message_are_two_messages(here: DiscordBotHarness) -> None:
    async with here.bot() as engine:
        await mention(here, "/ask #reset tell me")
        failed = await here.until_shown("No answer from")
        await engine.idle()
        for number in (2, 3):
            # Not so soon that it is taken for a finger that taps twice.
            here.server.advance(60)
            await here.ada.click(here.message(failed), label="Ask again")
            await here.server.until(lambda number=number: len(here.messages()) == number)
            await engine.idle()


async def test_public_answers_to_slash_commands_stream_without_a_write_to_their_channel(
    here: DiscordBotHarness,
) -> None:
    people = [here.guild.add_member(here.server.world.create_user(f"p{n}")) for n in range(5)]
    async with here.bot() as engine:
        for person in people:
            await here.ada.slash(here.channel, "help")
            await person.slash(here.channel, "ask", prompt="#hang tell me a long story")
        await here.server.until(lambda: said(here, "You said") == len(people))
        await stop_all(here, people)
        await engine.idle()

    assert said(here, "*Stopped.*") == len(people)
    assert not here.server.called("* /channels/*/messages*")


async def test_an_answer_that_outlives_its_token_ends_in_the_same_message(
    here: DiscordBotHarness,
) -> None:
    async with here.bot() as engine:
        await here.ada.slash(here.channel, "ask", prompt="#hang tell me a long story")
        asked = await here.until_shown("You said")
        here.server.advance(15 * 60)
        await stop_all(here, [here.ada])
        await engine.idle()

    (message,) = [each for each in here.messages() if "You said" in each["content"]]
    assert message["id"] == asked["id"]
    assert "*Stopped.*" in message["content"]
    assert [call.code for call in here.server.called("PATCH *") if call.code] == [50027]


def said(here: DiscordBotHarness, words: str) -> int:
    """How many messages say that."""
    return sum(words in message["content"] for message in here.messages())


async def stop_all(here: DiscordBotHarness, people: Sequence[MemberActor]) -> None:
    for person in people:
        await person.slash(here.channel, "stop")


@pytest.mark.slow
async def test_five_at_once_to_slash_commands_are_seen_to_grow(tmp_path: Path) -> None:
    async with discord_bot(tmp_path, speed=0.25) as here, here.bot() as engine:
        people = [here.guild.add_member(here.server.world.create_user(f"p{n}")) for n in range(5)]
        for person in people:
            await person.slash(here.channel, "ask", prompt="#chars=1500 tell me")
        await here.server.until(lambda: said(here, END) == len(people))
        await engine.idle()

        grown = Counter(call.token for call in here.server.called("PATCH /webhooks/*"))
        assert len(grown) == len(people)
        # The first fills "thinking…", the last is the end.
        assert min(grown.values()) > 3
        assert here.server.floods == 0


@pytest.mark.slow
async def test_five_at_once_are_complete_within_2_seconds_of_their_end(tmp_path: Path) -> None:
    async with discord_bot(tmp_path, speed=0.25) as here, here.bot() as engine:
        people = [here.guild.add_member(here.server.world.create_user(f"p{n}")) for n in range(5)]
        for person in people:
            await mention(here, "/ask #chars=1500 tell me", person)
        await here.server.until(lambda: len(here.messages()) == len(people))
        ended = [await latest(here, engine, person) for person in people]

        ahead = time.time() - asyncio.get_running_loop().time()
        for exchange, message in zip(ended, here.messages(), strict=True):
            (*_, final) = here.server.called(f"PATCH /channels/*/messages/{message['id']}")
            assert END in message["content"]
            assert exchange.ended_at
            assert final.at + ahead - exchange.ended_at < 2
        assert here.server.floods == 0


async def test_what_a_question_replies_to_is_told_as_a_quotation(
    here: DiscordBotHarness,
) -> None:
    eve = here.guild.add_member(here.server.world.create_user("eve"))
    async with here.bot() as engine:
        theirs = await eve.send(here.channel, f"<@{here.bot_id}> Bonjour")
        await here.until_shown(END)
        asked = {"channel_id": here.channel.id, "id": theirs.id}
        said = f"<@{here.bot_id}> /ask translate this"
        await here.ada.send(here.channel, said, reply_to=here.message(asked).message)
        await here.until_shown("translate this")
        exchange = await latest(here, engine, here.ada)

    assert exchange.prompt == "translate this"
    assert exchange.quoted.endswith("Bonjour")
