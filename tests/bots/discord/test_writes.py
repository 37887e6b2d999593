"""Texts on Discord: answers and status messages, by the real client over real sockets."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import discord
import pytest

from core.platform import MessageLostError, MessageRef, SlowDownError, UnreachableError, View
from tests.fakes.discord.deferring_bot import RUNNING, DeferringBotHarness, deferring_bot, place_in
from tests.fakes.discord.people import group_chat

POSTS = "POST /channels/*/messages"
EDITS = "PATCH /channels/*/messages/*"
TOKEN_EDITS = "PATCH /webhooks/*"  # noqa: S105 - a path
DONE = View(text="Done")
EPHEMERAL = 64


@pytest.fixture
async def here(tmp_path: Path) -> AsyncGenerator[DeferringBotHarness]:
    async with deferring_bot(tmp_path) as set_up:
        yield set_up


def texts(here: DeferringBotHarness) -> list[str]:
    return [message["content"] for message in here.messages()]


async def test_the_first_answer_fills_the_deferred_response(here: DeferringBotHarness) -> None:
    command = await here.command()

    await here.conversation().send(RUNNING, replying=command)

    (shown,) = here.messages()
    assert shown["content"] == "Rendering 10%"
    (button,) = shown["components"][0]["components"]
    assert (button["custom_id"], button["label"]) == ("cancel?job=7", "Cancel")


async def test_a_second_answer_is_a_follow_up(here: DeferringBotHarness) -> None:
    command = await here.command()

    await here.conversation().send(RUNNING, replying=command)
    await here.conversation().send(DONE, replying=command)

    assert texts(here) == ["Rendering 10%", "Done"]


@pytest.mark.parametrize("answer", ["502", "page", "none"])
async def test_a_second_answer_that_may_have_come_is_repeated_and_stays_one(
    here: DeferringBotHarness, answer: str
) -> None:
    command = await here.command()
    await here.conversation().send(RUNNING, replying=command)
    for pattern in (POSTS, "POST /webhooks/*"):
        match answer:
            case "502":
                here.server.refuse(pattern, 502, 0, "Bad Gateway", done=True)
            case "page":
                here.server.garble(pattern)
            case _:
                here.server.lose_answer(pattern)
    with pytest.raises(UnreachableError):
        await here.conversation().send(DONE, replying=command)

    await here.conversation().send(DONE, replying=command)

    assert texts(here) == ["Rendering 10%", "Done"]


async def test_a_later_process_does_not_write_over_the_first_answer(
    here: DeferringBotHarness,
) -> None:
    command = await here.command()
    await here.conversation().send(RUNNING, replying=command)
    here.forget()

    await here.conversation().send(DONE, replying=command)

    assert texts(here) == ["Rendering 10%", "Done"]


async def test_a_first_answer_that_did_not_arrive_is_still_the_first(
    here: DeferringBotHarness,
) -> None:
    command = await here.command()
    here.server.lose_request(TOKEN_EDITS)
    with pytest.raises(UnreachableError):
        await here.conversation().send(RUNNING, replying=command)

    await here.conversation().send(RUNNING, replying=command)

    assert texts(here) == ["Rendering 10%"]
    assert not here.server.called("POST /webhooks/*")


async def test_a_public_status_is_edited_after_its_token_has_expired(
    here: DeferringBotHarness,
) -> None:
    status = await here.conversation().send(RUNNING, replying=await here.command())
    here.server.advance(20 * 60)

    await here.conversation().edit(status, DONE)

    assert texts(here) == ["Done"]
    assert here.messages()[0]["components"] == []
    assert not status.access


async def test_a_private_answer_is_shown_and_edited_for_one_person(
    here: DeferringBotHarness,
) -> None:
    conversation = here.conversation(here.private)
    command = await here.command(here.private, ephemeral=True)

    status = await conversation.send(RUNNING, replying=command)
    await conversation.edit(status, DONE)
    await conversation.send(DONE, replying=command)

    assert texts(here) == ["Done", "Done"]
    assert all(message["flags"] & EPHEMERAL for message in here.messages())


async def test_a_private_answer_of_a_later_process_is_private_too(
    here: DeferringBotHarness,
) -> None:
    command = await here.command(here.private, ephemeral=True)
    await here.conversation(here.private).send(RUNNING, replying=command)
    here.forget()

    await here.conversation(here.private).send(DONE, replying=command)

    assert here.messages()[1]["flags"] & EPHEMERAL


async def test_private_answers_go_by_direct_message_when_the_token_has_expired(
    here: DeferringBotHarness,
) -> None:
    conversation = here.conversation(here.private)
    command = await here.command(here.private, ephemeral=True)
    status = await conversation.send(RUNNING, replying=command)
    here.server.advance(20 * 60)

    with pytest.raises(MessageLostError):
        await conversation.edit(status, DONE)
    told = await conversation.send(DONE, replying=command)
    await conversation.edit(told, View(text="Told"))

    assert [message["content"] for message in here.direct()] == ["Told"]


async def test_in_a_group_chat_the_token_shows_everybody_the_answers(
    here: DeferringBotHarness,
) -> None:
    friends = group_chat(here.server.world, here.user)
    ref = place_in(friends, person=here.user)
    command = await here.command(ref, where=friends, user=here.user)
    conversation = here.conversation(ref)

    status = await conversation.send(RUNNING, replying=command)
    await conversation.edit(status, DONE)
    await conversation.send(DONE, replying=command)

    shown = here.messages(friends.id)
    assert [message["content"] for message in shown] == ["Done", "Done"]
    assert not any(message["flags"] & EPHEMERAL for message in shown)


async def test_a_sixth_follow_up_where_the_bot_is_no_member_is_a_direct_message(
    here: DeferringBotHarness,
) -> None:
    friends = group_chat(here.server.world, here.user)
    ref = place_in(friends, person=here.user)
    command = await here.command(ref, where=friends, user=here.user)
    here.server.pace = None

    for number in range(7):
        await here.conversation(ref).send(View(text=f"No. {number}"), replying=command)

    assert [message["content"] for message in here.direct()] == ["No. 6"]


async def test_a_message_is_replied_to(here: DeferringBotHarness) -> None:
    asked = await here.ann.send(here.channel, "a cat")
    command = MessageRef(conversation=here.public, id=str(asked.id))

    await here.conversation().send(RUNNING, replying=command)

    assert here.messages()[1]["message_reference"]["message_id"] == command.id


async def test_an_answer_stands_alone_when_the_message_was_deleted(
    here: DeferringBotHarness,
) -> None:
    asked = await here.ann.send(here.channel, "a cat")
    await here.ann.delete(asked)

    await here.conversation().send(
        RUNNING, replying=MessageRef(conversation=here.public, id=str(asked.id))
    )

    assert texts(here) == ["Rendering 10%"]
    assert not here.server.called(POSTS)[0].body["message_reference"]["fail_if_not_exists"]


async def test_an_answer_whose_confirmation_got_lost_is_not_written_twice(
    here: DeferringBotHarness,
) -> None:
    asked = await here.ann.send(here.channel, "a cat")
    command = MessageRef(conversation=here.public, id=str(asked.id))
    here.server.lose_answer(POSTS)
    with pytest.raises(UnreachableError):
        await here.conversation().send(RUNNING, replying=command)

    await here.conversation().send(RUNNING, replying=command)

    assert texts(here) == ["a cat", "Rendering 10%"]


async def test_messages_of_the_same_words_are_all_written(here: DeferringBotHarness) -> None:
    await here.conversation().send(DONE)
    await here.conversation().send(DONE)

    assert texts(here) == ["Done", "Done"]


async def test_nothing_calls_anybody(here: DeferringBotHarness) -> None:
    view = View(text="@everyone <@1> **loud** https://example.com/a_b_c.")
    command = await here.command()

    status = await here.conversation().send(view, replying=command)
    await here.conversation().edit(status, view)
    await here.conversation().send(view)

    calls = [call for call in here.server.calls if "content" in call.body]
    assert [call.body["allowed_mentions"]["parse"] for call in calls] == [[], [], []]
    assert "\\*\\*loud\\*\\* <https://example.com/a_b_c>." in texts(here)[0]


async def test_a_message_of_more_than_an_hour_is_not_edited(here: DeferringBotHarness) -> None:
    then = discord.utils.utcnow() - timedelta(minutes=61)
    old = MessageRef(conversation=here.public, id=str(discord.utils.time_snowflake(then)))

    with pytest.raises(MessageLostError):
        await here.conversation().edit(old, DONE)

    assert not here.server.called(EDITS)


@pytest.mark.parametrize(("behind", "tried"), [(timedelta(hours=1), 1), (timedelta(0), 0)])
async def test_discords_clock_tells_how_old_a_message_is(
    here: DeferringBotHarness, behind: timedelta, tried: int
) -> None:
    then = discord.utils.utcnow() - timedelta(minutes=61)
    old = MessageRef(conversation=here.public, id=str(discord.utils.time_snowflake(then)))
    here.server.date = format_datetime(discord.utils.utcnow() - behind)
    await here.conversation().send(RUNNING)

    with pytest.raises(MessageLostError):  # nothing is there under that id
        await here.conversation().edit(old, DONE)

    assert len(here.server.called(EDITS)) == tried


async def test_the_hidden_limit_of_old_messages_is_a_pause(here: DeferringBotHarness) -> None:
    status = await here.conversation().send(RUNNING)
    here.server.advance(3700)

    with pytest.raises(SlowDownError) as told:
        await here.conversation().edit(status, DONE)

    assert told.value.retry_after == here.server.old_edit_seconds


async def test_a_lost_connection_is_a_pause(here: DeferringBotHarness) -> None:
    status = await here.conversation().send(RUNNING)
    here.server.lose_answer(EDITS)

    with pytest.raises(UnreachableError):
        await here.conversation().edit(status, DONE)


async def test_a_deleted_message_cannot_be_edited(here: DeferringBotHarness) -> None:
    status = await here.conversation().send(RUNNING)
    here.server.world.backend.delete_message(here.channel.id, int(status.id))

    with pytest.raises(MessageLostError):
        await here.conversation().edit(status, DONE)


@pytest.mark.parametrize(
    ("status", "code"), [(403, 50013), (403, 50001), (404, 10003), (400, 160005)]
)
async def test_what_a_channel_refuses_is_told_to_the_owner(
    here: DeferringBotHarness, status: int, code: int
) -> None:
    here.server.refuse(f"POST /channels/{here.channel.id}/messages", status, code, "no")

    told = await here.conversation().send(DONE)

    assert [message["id"] for message in here.direct()] == [told.id]


async def test_a_direct_message_is_no_reply_to_what_stands_elsewhere(
    here: DeferringBotHarness,
) -> None:
    asked = await here.ann.send(here.channel, "a cat")
    here.server.refuse(POSTS, 403, 50013, "Missing Permissions")

    await here.conversation().send(
        DONE, replying=MessageRef(conversation=here.public, id=str(asked.id))
    )

    assert [message.get("message_reference") for message in here.direct()] == [None]


async def test_what_neither_the_channel_nor_the_owner_takes_is_lost(
    here: DeferringBotHarness,
) -> None:
    here.server.refuse(POSTS, 403, 50007, "Cannot send messages to this user", times=2)

    with pytest.raises(MessageLostError):
        await here.conversation().send(DONE)


async def test_without_an_owner_there_is_nobody_to_be_told(here: DeferringBotHarness) -> None:
    here.server.world.kick(here.guild)

    with pytest.raises(MessageLostError):
        await here.conversation(replace(here.public, owner="")).send(DONE)


async def test_where_the_bot_was_thrown_out_the_token_still_answers(
    here: DeferringBotHarness,
) -> None:
    command = await here.command()
    await here.conversation().send(RUNNING, replying=command)
    here.server.world.kick(here.guild)

    await here.conversation().send(DONE, replying=command)

    assert texts(here) == ["Rendering 10%", "Done"]
