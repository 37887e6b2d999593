"""Media on Discord, by the real client over real sockets."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from psutil import Process

from bots.discord.uploads import opened
from core.platform import (
    BrokenUploadError,
    Button,
    MediaPost,
    MessageRef,
    SlowDownError,
    TooLargeError,
    UncertainError,
    UnreachableError,
    View,
)
from tests.fakes.discord.deferring_bot import (
    RUNNING,
    DeferringBotHarness,
    asset,
    deferring_bot,
    place_in,
)
from tests.fakes.discord.people import group_chat

POSTS = "POST /channels/*/messages"
FOLLOW_UPS = "POST /webhooks/*"
MIB = 1 << 20
EPHEMERAL = 64
AGAIN = Button(label="Again", command="again", given={"job": "7"})


@pytest.fixture
async def here(tmp_path: Path) -> AsyncGenerator[DeferringBotHarness]:
    async with deferring_bot(tmp_path) as set_up:
        yield set_up


async def test_a_video_is_posted_under_the_status_with_the_name_of_its_owner(
    here: DeferringBotHarness,
) -> None:
    command = await here.command()
    status = await here.conversation().send(RUNNING, replying=command)

    posted = await here.conversation().deliver(here.post(replying=command), replacing=None)

    video = here.messages()[1]
    assert video["id"] == posted.id
    assert here.files(video) == [b"video 0..."]
    assert video["content"] == f"<@{here.ann.id}> Veo · 8 s"
    assert video["message_reference"]["message_id"] == status.id
    assert here.server.called(POSTS)[0].body["allowed_mentions"]["parse"] == []


async def test_a_spoiler_is_covered(here: DeferringBotHarness) -> None:
    await here.conversation().deliver(here.post(spoiler=True), replacing=None)

    assert here.messages()[0]["attachments"][0]["filename"] == "SPOILER_0.mp4"


async def test_a_post_whose_confirmation_got_lost_is_not_posted_twice(
    here: DeferringBotHarness,
) -> None:
    post = here.post()
    here.server.lose_answer(POSTS)
    with pytest.raises(BrokenUploadError):
        await here.conversation().deliver(post, replacing=None)
    here.forget()

    await here.conversation().deliver(post, replacing=None)

    assert [here.files(message) for message in here.messages()] == [[b"video 0..."]]


async def test_a_refused_file_is_read_anew(here: DeferringBotHarness) -> None:
    post = here.post()
    here.server.flood(POSTS, retry_after=60)
    with pytest.raises(SlowDownError):
        await here.conversation().deliver(post, replacing=None)

    await here.conversation().deliver(post, replacing=None)

    assert here.files(here.messages()[0]) == [b"video 0..."]


async def test_a_status_is_turned_into_the_media_however_often(here: DeferringBotHarness) -> None:
    conversation, post = here.conversation(), here.post()
    status = await conversation.send(RUNNING)

    await conversation.deliver(post, replacing=status)
    posted = await conversation.deliver(post, replacing=status)

    (shown,) = here.messages()
    assert posted.id == status.id
    assert here.files(shown) == [b"video 0..."]
    assert shown["components"] == []


async def test_what_was_posted_is_found_again_when_its_nonce_is_forgotten(
    here: DeferringBotHarness,
) -> None:
    post = replace(here.post(), view=View(text="Veo", buttons=(AGAIN,)))
    status = await here.conversation().send(RUNNING)
    posted = await here.conversation().deliver(post, replacing=None)
    await here.conversation().deliver(here.post(), replacing=None)
    here.server.advance(20 * 60)

    found = await here.conversation().deliver(post, replacing=status)

    assert found.id == posted.id
    assert [len(message["attachments"]) for message in here.messages()] == [0, 1, 1]


async def test_where_the_history_is_closed_the_status_is_turned_into_the_media(
    here: DeferringBotHarness,
) -> None:
    status = await here.conversation().send(RUNNING)
    here.server.refuse("GET /channels/*/messages", 403, 50013, "Missing Permissions")

    posted = await here.conversation().deliver(here.post(), replacing=status)

    assert posted.id == status.id
    assert here.files(here.messages()[0]) == [b"video 0..."]


async def test_the_media_are_posted_anew_when_the_status_was_deleted(
    here: DeferringBotHarness,
) -> None:
    status = await here.conversation().send(RUNNING)
    here.server.world.backend.delete_message(here.channel.id, int(status.id))

    await here.conversation().deliver(here.post(), replacing=status)

    assert [here.files(message) for message in here.messages()] == [[b"video 0..."]]


async def test_the_boosts_of_a_server_allow_larger_files(here: DeferringBotHarness) -> None:
    assert here.conversation().limits.upload_bytes == 10 * MIB

    here.server.world.boost(here.guild, 2)
    await here.client.wait_for("guild_update", timeout=90)

    assert here.conversation().limits.upload_bytes == 50 * MIB


async def test_an_interaction_tells_what_the_user_may_upload(here: DeferringBotHarness) -> None:
    here.server.world.nitro_bytes[here.ann.id] = 25 * MIB
    await here.command(here.private)

    assert here.conversation(here.private).limits.upload_bytes == 25 * MIB
    assert here.conversation(replace(here.private, person="1")).limits.upload_bytes == 10 * MIB
    assert here.conversation().limits.upload_bytes == 10 * MIB


async def test_a_channel_that_refuses_a_size_is_asked_for_less_from_then_on(
    here: DeferringBotHarness,
) -> None:
    here.server.world.boost(here.guild, 2)
    await here.client.wait_for("guild_update", timeout=90)
    here.server.world.tiers.clear()

    with pytest.raises(TooLargeError):
        await here.conversation().deliver(here.post(size_bytes=11 * MIB), replacing=None)

    assert here.conversation().limits.upload_bytes == 10 * MIB


async def test_a_private_video_is_for_one_person(here: DeferringBotHarness) -> None:
    conversation = here.conversation(here.private)
    command = await here.command(here.private, ephemeral=True)
    await conversation.send(RUNNING, replying=command)

    await conversation.deliver(here.post(replying=command), replacing=None)

    video = here.messages()[1]
    assert video["flags"] & EPHEMERAL
    assert video["content"] == "Veo · 8 s"
    assert here.files(video) == [b"video 0..."]


async def test_a_private_video_goes_by_direct_message_when_the_token_has_expired(
    here: DeferringBotHarness,
) -> None:
    command = await here.command(here.private, ephemeral=True)
    here.server.advance(20 * 60)

    await here.conversation(here.private).deliver(here.post(replying=command), replacing=None)

    assert [here.files(message) for message in here.direct()] == [[b"video 0..."]]


async def test_what_a_token_may_have_posted_is_repeated_in_the_status(
    here: DeferringBotHarness,
) -> None:
    friends = group_chat(here.server.world, here.user)
    ref = place_in(friends, person=here.user)
    command = await here.command(ref, where=friends, user=here.user)
    conversation, post = here.conversation(ref), here.post(replying=command)
    status = await conversation.send(RUNNING, replying=command)
    here.server.lose_answer(FOLLOW_UPS)

    with pytest.raises(UncertainError):
        await conversation.deliver(post, replacing=None)
    await conversation.deliver(post, replacing=status)
    await conversation.deliver(post, replacing=status)

    shown = here.messages(friends.id)
    assert [here.files(message) for message in shown] == [[b"video 0..."], [b"video 0..."]]


@pytest.mark.parametrize("answer", ["502", "page"])
async def test_what_a_token_has_posted_is_not_sent_again_over_a_bad_answer(
    here: DeferringBotHarness, answer: str
) -> None:
    command = await here.command(here.private, ephemeral=True)
    if answer == "502":
        here.server.refuse(FOLLOW_UPS, 502, 0, "Bad Gateway", done=True)
    else:
        here.server.garble(FOLLOW_UPS)

    with pytest.raises(UncertainError):
        await here.conversation(here.private).deliver(here.post(replying=command), replacing=None)

    assert len(here.server.called(FOLLOW_UPS)) == 1
    assert [here.files(message) for message in here.messages()] == [[b"video 0..."]]


@pytest.mark.parametrize("answer", ["502", "page"])
async def test_a_post_with_a_bad_answer_is_repeated_and_stays_one(
    here: DeferringBotHarness, answer: str
) -> None:
    post = here.post()
    if answer == "502":
        here.server.refuse(POSTS, 502, 0, "Bad Gateway", done=True)
    else:
        here.server.garble(POSTS)
    with pytest.raises(UnreachableError):
        await here.conversation().deliver(post, replacing=None)

    await here.conversation().deliver(post, replacing=None)

    assert len(here.server.called(POSTS)) == 2
    assert [here.files(message) for message in here.messages()] == [[b"video 0..."]]


async def test_where_the_bot_may_not_write_the_token_still_posts(
    here: DeferringBotHarness,
) -> None:
    command = await here.command()
    here.server.refuse(POSTS, 403, 50013, "Missing Permissions")

    await here.conversation().deliver(here.post(replying=command), replacing=None)

    assert [here.files(message) for message in here.messages()] == [[b"video 0..."]]


async def test_where_nobody_may_be_replied_to_the_video_stands_alone(
    here: DeferringBotHarness,
) -> None:
    asked = await here.ann.send(here.channel, "a cat")
    command = MessageRef(conversation=here.public, id=str(asked.id))
    here.server.refuse(POSTS, 403, 160002, "Cannot reply without permission to read history")

    await here.conversation().deliver(here.post(replying=command), replacing=None)

    video = here.messages()[1]
    assert here.files(video) == [b"video 0..."]
    assert not video.get("message_reference")


async def test_media_that_a_channel_refuses_come_to_whoever_has_ordered_them(
    here: DeferringBotHarness,
) -> None:
    here.server.refuse(POSTS, 403, 50013, "Missing Permissions")
    post = here.post()
    view = replace(post.view, elsewhere="It could not be posted there.")

    await here.conversation().deliver(replace(post, view=view), replacing=None)

    (video,) = here.direct()
    assert here.files(video) == [b"video 0..."]
    assert video["content"].endswith("It could not be posted there.")


def test_no_file_stays_open_when_another_is_missing(tmp_path: Path) -> None:
    kept, missing = asset(tmp_path, 1, 9), asset(tmp_path, 2, 9)
    missing.path.unlink()
    post = MediaPost(key="k", assets=(kept, missing), view=RUNNING)

    with pytest.raises(FileNotFoundError), opened(post):
        pass

    assert str(kept.path) not in {file.path for file in Process().open_files()}
