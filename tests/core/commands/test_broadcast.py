"""/broadcast: seen first, sent once to each chat that uses the bot, behind everything else."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from core.commands.dispatch import dispatch
from core.i18n import Locale
from core.invocation import Invocation
from core.jobs import JobState
from core.people.access import Policy
from core.people.broadcasts import Broadcast
from core.platform import (
    Button,
    ConversationRef,
    LostAnswerError,
    MessageLostError,
    MessageRef,
    Party,
    SlowDownError,
    UnreachableError,
    User,
)
from tests.fakes.acts import ACT
from tests.fakes.clock import jumping_clock
from tests.fakes.community import ANN, BOB, DESK, HERE, ROOT, Community, opened
from tests.fakes.memory_platform import NAME

EVE = User(platform=NAME, id="eve")
DAY = 86400.0
BYE = "The bot is down at noon."


@pytest.fixture
async def community(tmp_path: Path) -> AsyncGenerator[Community]:
    async with opened(tmp_path) as community:
        yield community


async def used(community: Community, chat: str, user: User = ANN, *, days_ago: float = 0) -> None:
    """Leave a finished job of somebody in a chat."""
    job = community.harness.job()
    at = time.time() - days_ago * DAY
    place = ConversationRef(platform=NAME, chat=chat)
    done = replace(job, state=JobState.DONE, told=True, created_at=at, ended_at=at)
    await community.engine.services.store.add(replace(done, user=user, conversation=place))


def got(community: Community) -> list[str]:
    """The chats that have the broadcast, once for each time."""
    sent = community.harness.chat.of("send")
    return [write.message.conversation.chat for write in sent if write.text == BYE]


async def shown(community: Community) -> tuple[str, Button]:
    view = await community.answer(f"broadcast {BYE}", ROOT, place=DESK)
    (button,) = view.buttons
    return view.text, button


async def pressed(community: Community, button: Button, user: User = ROOT) -> str:
    """What is answered to a press in the message that shows it."""
    invocation = Invocation(
        command=button.command,
        text="",
        given=button.given,
        user=user,
        conversation=DESK,
        message=MessageRef(conversation=DESK, id="shown"),
        is_alone=True,
    )
    answer = await dispatch(community.engine, invocation, Locale.EN)
    return answer.view.text if answer.view else ""


async def ended(community: Community, words: str = "Broadcast: ") -> str:
    """What its admin is told at the end."""
    platform = community.harness.chat
    return (await platform.until(lambda w: words in w.text and not w.buttons)).text


async def test_it_is_seen_first_and_then_goes_once_to_each_chat_of_late(
    community: Community,
) -> None:
    for chat, user, days in (
        ("1", ANN, 0), ("1", BOB, 3), ("2", ANN, 89), ("old", ANN, 91), ("eve", EVE, 0),
    ):  # fmt: skip
        await used(community, chat, user, days_ago=days)
    await community.say("deny eve", ROOT)

    text, button = await shown(community)
    assert text.startswith("2 chats have used this bot in the last 90 days")
    assert text.endswith(BYE)
    assert (button.label, got(community)) == ("Send to 2 chats", [])
    assert await pressed(community, button) == ""
    told = await ended(community)

    assert sorted(got(community)) == ["1", "2"]
    assert told == "Broadcast: done. Sent to 2 of 2 chats. 0 could not be reached."
    audit = await community.say("audit broadcast", ROOT, place=DESK)
    assert audit.endswith(f"/broadcast 2 chats: {BYE}")
    assert "was sent, stopped or replaced" in await pressed(community, button)
    assert sorted(got(community)) == ["1", "2"]


async def test_chats_that_are_kept_out_do_not_get_it(community: Community) -> None:
    await used(community, "1")
    await used(community, "2", BOB)
    await community.say("ban", ROOT)
    await community.say("ban bob", ROOT)

    view = await community.answer(f"broadcast {BYE}", ROOT, place=DESK)
    assert view.text.startswith("Nobody would get this")


@pytest.mark.parametrize("user", [ANN, EVE], ids=["no admin", "another admin"])
async def test_nobody_else_confirms_it(tmp_path: Path, user: User) -> None:
    async with opened(tmp_path) as community:
        admins = frozenset({f"{NAME}:root", f"{NAME}:eve"})
        object.__setattr__(community.engine.services.access, "policy", Policy(admins=admins))
        await used(community, "1")
        _, button = await shown(community)
        refused = await pressed(community, button, user)
        alone = await community.say(f"broadcast {BYE}", user)

    assert refused in {"Only this bot's admins can do that.", "This belongs to somebody else."}
    assert alone.startswith(("Only this bot's admins", "This is only for admins"))
    assert got(community) == []


async def test_a_newer_one_takes_the_place_of_what_was_only_shown(community: Community) -> None:
    await used(community, "1")
    _, older = await shown(community)
    _, newer = await shown(community)

    assert "was sent, stopped or replaced" in await pressed(community, older)
    await pressed(community, newer)
    await ended(community)
    assert got(community) == ["1"]


async def test_whom_it_does_not_reach_is_counted_and_not_tried_the_next_time(
    community: Community,
) -> None:
    await used(community, "1")
    await used(community, "2")
    _, button = await shown(community)
    community.harness.chat.refuse("send", MessageLostError("blocked"))
    await pressed(community, button)
    told = await ended(community, "1 could not be reached")
    (reached,) = got(community)
    text, _ = await shown(community)

    assert told == "Broadcast: done. Sent to 1 of 2 chats. 1 could not be reached."
    assert text.startswith("One chat has used")
    await used(community, "1" if reached == "2" else "2")
    text, _ = await shown(community)
    assert text.startswith("2 chats have used")


async def test_a_fault_that_nobody_has_thought_of_costs_only_that_chat(
    community: Community,
) -> None:
    for chat in range(40):
        await used(community, str(chat))
    _, button = await shown(community)
    community.harness.chat.refuse("send", AttributeError("no such thing"))
    await pressed(community, button)
    told = await ended(community, "1 could not be reached")
    await community.engine.idle()

    assert told == "Broadcast: done. Sent to 39 of 40 chats. 1 could not be reached."
    assert len(got(community)) == 39


@jumping_clock
async def test_a_fault_around_a_broadcast_delays_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as community:
        await used(community, "1")
        _, button = await shown(community)
        platform = community.harness.chat
        platform.refuse("edit", AttributeError("no such thing"))
        await pressed(community, button)
        told = await ended(community)

    assert told == "Broadcast: done. Sent to 1 of 1 chat. 0 could not be reached."
    assert got(community) == ["1"]


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (SlowDownError(0.01, "message"), 1),
        (UnreachableError("no connection"), 1),
        (LostAnswerError("no answer"), 0),
    ],
    ids=["refused", "not sent", "answer lost"],
)
@jumping_clock
async def test_what_was_not_taken_is_sent_again_and_what_may_have_been_is_not(
    tmp_path: Path, error: Exception, times: int
) -> None:
    async with opened(tmp_path) as community:
        await used(community, "1")
        _, button = await shown(community)
        community.harness.chat.refuse("send", error)
        await pressed(community, button)
        told = await ended(community)

    unsure = "" if times else " 1 may have got it."
    assert told == f"Broadcast: done. Sent to {times} of 1 chat.{unsure} 0 could not be reached."
    assert len(got(community)) == times


async def test_how_far_it_is_stands_in_one_message_and_a_stop_ends_it(
    community: Community,
) -> None:
    platform = community.harness.chat
    for chat in range(40):
        await used(community, str(chat))
    _, button = await shown(community)
    held = platform.hold("send")
    await pressed(community, button)
    async with asyncio.timeout(90):
        await held.reached.wait()
        going = await platform.until(lambda w: "sent to 39 of 40" in w.text)
    (stop,) = going.buttons
    second = await community.answer(f"broadcast {BYE}", ROOT, place=DESK)
    busy = await pressed(community, second.buttons[0])
    assert "Only this bot's admins" in await pressed(community, stop, ANN)
    assert await pressed(community, stop) == "No more of it is sent."
    held.release.set()
    told = await ended(community)

    assert going.message.id == "shown"
    assert "/halt stops it" in busy
    assert told.startswith("Broadcast: stopped. Sent to 40 of 40")
    assert "/halt" in await community.say("audit", ROOT, place=DESK)
    assert await pressed(community, stop) == "No broadcast is being sent."


async def test_what_an_earlier_process_had_begun_counts_as_sent_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as community:
        for chat in ("1", "2", "3"):
            await used(community, chat)
        _, button = await shown(community)
        store = community.engine.services.broadcasts
        draft = await store.get(button.given["of"])
        assert draft
        # As a process leaves it that is killed while it writes to the first chat.
        await store.confirm(draft, ACT)
        await store.begin(draft.id, 0)
    async with community.harness.engine():
        told = await ended(community)

    assert len(got(community)) == 2
    assert told == (
        "Broadcast: done. Sent to 2 of 3 chats. 1 may have got it. 0 could not be reached."
    )


async def test_one_that_could_not_go_out_within_a_day_is_stopped_and_its_admin_is_told(
    tmp_path: Path,
) -> None:
    old = time.time() - 1.01 * DAY
    late = Broadcast(id="1", by=ROOT, locale=Locale.EN, text=BYE, place=DESK, at=old)
    async with opened(tmp_path) as community:
        store = community.engine.services.broadcasts
        await store.draft(late, [HERE])
        await store.confirm(late, ACT)
    async with community.harness.engine():
        told = await ended(community)

    assert told.startswith("Broadcast: stopped. Sent to 0 of 1 chat.")
    assert got(community) == []


async def test_who_is_kept_out_after_it_was_shown_does_not_get_it(community: Community) -> None:
    for chat in ("1", "bob"):
        await used(community, chat, BOB)
    _, button = await shown(community)
    await community.say("ban bob", ROOT)
    await pressed(community, button)
    told = await ended(community, "1 could not be reached")

    assert got(community) == ["1"]
    assert told == "Broadcast: done. Sent to 1 of 2 chats. 1 could not be reached."


async def test_a_chat_that_has_got_another_id_gets_it_once(community: Community) -> None:
    old, new = (Party(platform=NAME, kind="chat", id=id_) for id_ in ("1", "2"))
    await used(community, "1")
    await community.engine.services.access.rename(old, new)
    await used(community, "2", days_ago=1)

    _, button = await shown(community)
    await pressed(community, button)
    await ended(community)

    assert got(community) == ["2"]


async def test_what_was_shown_too_long_ago_is_not_sent(community: Community) -> None:
    await used(community, "1")
    store = community.engine.services.broadcasts
    old = Broadcast(id="1", by=ROOT, locale=Locale.EN, text=BYE, place=DESK, at=time.time() - 3601)
    await store.draft(old, [HERE])

    said = await pressed(community, Button(label="", command="send", given={"of": "1"}))
    assert "more than an hour ago" in said
    assert got(community) == []
