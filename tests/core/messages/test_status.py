"""One message that follows a job, by a clock that jumps."""

import asyncio
from dataclasses import replace

import pytest

from core.jobs import LostRunError
from core.limits import Limits
from core.messages.budget import Rank, WriteBudget
from core.messages.status import StatusMessage, write_final
from core.platform import (
    ConversationRef,
    MessageLostError,
    MessageRef,
    RefusalScope,
    SlowDownError,
    View,
)
from tests.fakes.clock import jumping_clock
from tests.fakes.memory_platform import MemoryPlatform

HERE = ConversationRef(platform="chat", chat="1")
MESSAGE = MessageRef(conversation=HERE, id="7")
LIMITS = Limits(writes=20, window_seconds=60, edit_seconds=2, text_chars=4096)


class StatusHarness:
    """A status message of something that has one text, and the chat that it stands in."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.text = ""
        self.lost: Exception | None = None
        self.chat = MemoryPlatform(limits=limits)
        self.conversation = self.chat.conversation(HERE)
        self.budget = WriteBudget(limits)
        self.status = StatusMessage(
            self.conversation, self.budget, MESSAGE, lambda: View(text=self.text), self.guard
        )

    async def guard(self) -> None:
        if self.lost:
            raise self.lost

    def say(self, text: str) -> None:
        self.text = text
        self.status.touch()

    @property
    def edits(self) -> list[tuple[float, str]]:
        return [(write.at, write.text) for write in self.chat.of("edit")]


@jumping_clock
async def test_of_many_changes_only_the_latest_is_shown() -> None:
    harness = StatusHarness()

    for tenth in range(100):
        harness.say(f"{tenth} %")
        await asyncio.sleep(0.1)
    await harness.status.close()

    assert [at for at, _ in harness.edits] == pytest.approx([0, 2, 4, 6, 8], abs=0.11)
    assert [int(text[:-2]) for _, text in harness.edits] == pytest.approx(
        [0, 20, 40, 60, 80], abs=1
    )


@jumping_clock
async def test_what_looks_the_same_costs_no_write() -> None:
    harness = StatusHarness()
    harness.say("Number 2 in line")
    await asyncio.sleep(1)

    for _ in range(100):
        harness.status.touch()
        await asyncio.sleep(3)
    for _ in range(15):
        async with asyncio.timeout(0.1), harness.budget.turn(Rank.FRAME, "edit"):
            pass

    assert len(harness.edits) == 1


@jumping_clock
async def test_a_frame_that_had_to_wait_shows_how_things_are_then() -> None:
    harness = StatusHarness()
    harness.budget.pause(30)
    harness.say("10 %")
    await asyncio.sleep(20)

    harness.say("70 %")
    await asyncio.sleep(20)

    assert harness.edits == [(30.0, "70 %")]


@jumping_clock
async def test_a_refused_frame_is_not_queued_but_drawn_anew_after_the_pause() -> None:
    harness = StatusHarness()
    harness.chat.refuse("edit", SlowDownError(40))
    harness.say("10 %")
    await asyncio.sleep(20)
    harness.say("50 %")
    await asyncio.sleep(30)

    await harness.status.close()

    assert harness.edits == [(40.0, "50 %")]


@jumping_clock
async def test_a_refused_frame_is_drawn_although_nothing_changes_any_more() -> None:
    harness = StatusHarness()
    harness.chat.refuse("edit", SlowDownError(40))

    harness.say("10 %")
    await asyncio.sleep(50)

    assert harness.edits == [(40.0, "10 %")]


@jumping_clock
async def test_the_last_view_does_not_wait_for_the_next_frame() -> None:
    harness = StatusHarness(replace(LIMITS, edit_seconds=60))
    harness.say("10 %")
    await asyncio.sleep(1)
    harness.say("20 %")

    await harness.status.finish(View(text="Done"))

    assert harness.edits == [(0.0, "10 %"), (1.0, "Done")]


@jumping_clock
async def test_an_edit_on_its_way_is_let_through_before_the_last_view() -> None:
    harness = StatusHarness(replace(LIMITS, edit_seconds=60))
    held = harness.chat.hold("edit")
    harness.say("99 %")
    await held.reached.wait()
    finishing = asyncio.create_task(harness.status.finish(View(text="Done")))
    await asyncio.sleep(3)

    held.release.set()
    await finishing

    assert harness.edits == [(3.0, "99 %"), (3.0, "Done")]


@jumping_clock
async def test_an_edit_that_hangs_does_not_keep_the_last_view_for_ever() -> None:
    harness = StatusHarness()
    held = harness.chat.hold("edit")
    harness.say("99 %")
    await held.reached.wait()

    await harness.status.finish(View(text="Done"))

    assert harness.edits == [(10.0, "Done")]


@jumping_clock
async def test_closing_takes_a_second_at_most() -> None:
    harness = StatusHarness()
    held = harness.chat.hold("edit")
    harness.say("99 %")
    await held.reached.wait()

    await harness.status.close()
    harness.say("never shown")
    await asyncio.sleep(100)

    assert (harness.edits, harness.chat.tried) == ([], ["edit"])


@jumping_clock
async def test_closing_what_never_showed_anything_is_no_error() -> None:
    harness = StatusHarness()

    await harness.status.close()

    assert harness.chat.tried == []


@jumping_clock
@pytest.mark.parametrize("error", [LostRunError("7"), MessageLostError()])
async def test_who_may_not_write_any_more_does_not_try_again(error: Exception) -> None:
    harness = StatusHarness()
    if isinstance(error, LostRunError):
        harness.lost = error
    else:
        harness.chat.refuse("edit", error)

    for text in ("10 %", "20 %", "30 %"):
        harness.say(text)
        await asyncio.sleep(5)

    assert harness.edits == []
    assert len(harness.chat.tried) == isinstance(error, MessageLostError)


@jumping_clock
async def test_a_frame_that_fails_in_an_unknown_way_does_not_end_the_showing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    harness = StatusHarness()
    harness.chat.refuse("edit", RuntimeError("a defect of the adapter"))
    harness.say("10 %")
    await asyncio.sleep(5)

    harness.say("20 %")
    await asyncio.sleep(5)

    assert harness.edits == [(5.0, "20 %")]
    assert "a defect of the adapter" in caplog.text


@jumping_clock
async def test_the_last_view_is_written_however_often_the_platform_wants_a_pause() -> None:
    harness = StatusHarness()
    harness.chat.refuse("edit", SlowDownError(4), SlowDownError(3), SlowDownError(0.5))

    message = await harness.status.finish(View(text="Done"))

    assert message == MESSAGE
    assert harness.edits == [(7.5, "Done")]


@jumping_clock
async def test_nobody_waits_for_an_edit_to_learn_how_it_ended() -> None:
    harness = StatusHarness()
    harness.chat.refuse("edit", SlowDownError(300))

    message = await harness.status.finish(View(text="Failed"))

    assert message != MESSAGE
    assert [(write.at, write.text) for write in harness.chat.of("send")] == [(0.0, "Failed")]


@jumping_clock
async def test_what_is_not_worth_a_new_message_waits_for_its_edit() -> None:
    harness = StatusHarness()
    harness.chat.refuse("edit", SlowDownError(300))

    await harness.status.finish(View(text="Done"), Rank.LAST_WORD)

    assert (harness.edits, harness.chat.of("send")) == ([(300.0, "Done")], [])


@jumping_clock
@pytest.mark.parametrize(
    ("scope", "again_at", "others_at"), [("message", 42.0, 1.0), ("method", 40.0, 40.0)]
)
async def test_a_refused_frame_holds_up_what_was_refused_and_nothing_else(
    scope: RefusalScope, again_at: float, others_at: float
) -> None:
    harness = StatusHarness()
    harness.chat.refuse("edit", SlowDownError(40, scope))
    harness.say("10 %")
    await asyncio.sleep(1)
    other = MessageRef(conversation=HERE, id="8")
    showing = StatusMessage(
        harness.conversation, harness.budget, other, lambda: View(text="other"), harness.guard
    )
    showing.touch()

    await write_final(harness.conversation, harness.budget, View(text="answer"))
    await asyncio.sleep(50)

    assert [write.at for write in harness.chat.of("send")] == [1.0]
    assert sorted(harness.edits) == sorted([(again_at, "10 %"), (others_at, "other")])


@jumping_clock
async def test_the_last_view_becomes_a_new_message_where_the_old_one_is_gone() -> None:
    harness = StatusHarness()
    harness.chat.refuse("edit", MessageLostError())
    harness.chat.refuse("send", SlowDownError(5))

    message = await harness.status.finish(View(text="Done"))

    assert harness.chat.shown == {message.id: "Done"}
    assert message != MESSAGE


@jumping_clock
async def test_a_chat_that_is_gone_is_told_to_who_asked() -> None:
    harness = StatusHarness()
    harness.chat.refuse("send", MessageLostError())

    with pytest.raises(MessageLostError):
        await write_final(harness.conversation, harness.budget, View(text="Hello"))
