"""How often a chat is written to, by a clock that jumps."""

import asyncio
import gc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import replace
from functools import partial
from weakref import ref

import pytest

from core.limits import Limits
from core.messages.budget import Rank, WriteBudget
from core.messages.budgets import Budgets
from core.platform import ConversationRef, MessageRef, SlowDownError
from tests.fakes.clock import jumping_clock

LIMITS = Limits(writes=20, window_seconds=60, edit_seconds=1, text_chars=4096)
HERE = ConversationRef(platform="chat", chat="1")


Room = Callable[[], AbstractAsyncContextManager[None]]


def result(budget: WriteBudget, weight: int = 1) -> Room:
    return partial(budget.turn, Rank.RESULT, "post", weight)


def last_word(budget: WriteBudget) -> Room:
    return partial(budget.turn, Rank.LAST_WORD, "edit")


def answer(budget: WriteBudget) -> Room:
    return partial(budget.turn, Rank.ANSWER, "post")


def frame(budget: WriteBudget) -> Room:
    return partial(budget.turn, Rank.FRAME, "edit")


def broadcast(budget: WriteBudget) -> Room:
    return partial(budget.turn, Rank.BROADCAST, "post")


async def moments(room: Room, count: int, *, seconds: float = 0) -> list[float]:
    """When each of so many writes was allowed, one after the other; each takes so long."""
    taken: list[float] = []
    for _ in range(count):
        async with room():
            taken.append(asyncio.get_running_loop().time())
            await asyncio.sleep(seconds)
    return taken


@jumping_clock
async def test_progress_leaves_a_quarter_of_the_window_free() -> None:
    budget = WriteBudget(LIMITS)

    taken = await moments(frame(budget), 31)

    assert taken == [0.0] * 15 + [60.0] * 15 + [120.0]


@jumping_clock
async def test_a_broadcast_comes_behind_everybody_and_leaves_half_of_the_window() -> None:
    budget = WriteBudget(LIMITS)
    sent = await moments(broadcast(budget), 10)
    waiting = asyncio.create_task(moments(broadcast(budget), 1))
    await asyncio.sleep(0)

    frames = await moments(frame(budget), 5)
    finals = await moments(result(budget), 5)

    assert sent == [0.0] * 10
    assert (frames, finals) == ([0.0] * 5, [0.0] * 5)
    assert await waiting == [60.0]


@jumping_clock
async def test_final_messages_have_room_when_progress_has_none() -> None:
    budget = WriteBudget(LIMITS)
    await moments(frame(budget), 15)
    waiting = asyncio.create_task(moments(frame(budget), 1))
    await asyncio.sleep(0)

    finals = await moments(result(budget), 6)

    assert finals == [0.0] * 5 + [60.0]
    assert await waiting == [60.0]


@jumping_clock
async def test_progress_leaves_room_for_every_last_word_that_is_expected() -> None:
    budget = WriteBudget(replace(LIMITS, writes=5, window_seconds=5))
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(budget.expecting())
        waiting = asyncio.create_task(moments(frame(budget), 1))
        await asyncio.sleep(60)
        finals = await moments(result(budget), 5)

    assert finals == [60.0] * 5
    assert await waiting == [65.0]


@jumping_clock
async def test_what_room_is_left_beside_the_last_words_goes_round() -> None:
    budget = WriteBudget(replace(LIMITS, writes=5, window_seconds=5))
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(budget.expecting())
        three = await asyncio.gather(*(moments(frame(budget), 4) for _ in range(3)))

    assert three == [[0, 5, 15, 20], [0, 10, 15, 25], [5, 10, 20, 25]]


@jumping_clock
async def test_what_is_reached_by_an_access_of_its_own_costs_the_chat_nothing() -> None:
    budgets, limits = Budgets(), replace(LIMITS, writes=5, window_seconds=5)
    ours, theirs = (MessageRef(conversation=HERE, id="1", access=each) for each in "ab")
    first = budgets.of(HERE, limits).of(ours)
    await moments(result(first), 5)
    del first

    # Whoever asks next finds the same window, and another access has another.
    chat = budgets.of(HERE, limits)
    assert await moments(result(chat.of(theirs).of(ours)), 1) == [5.0]
    assert await moments(result(chat.of(theirs)), 5) == [5.0] * 5
    assert await moments(result(chat.of(None)), 5) == [5.0] * 5
    assert chat.of(ours).of(replace(ours, access="")) is chat


@jumping_clock
async def test_progress_by_accesses_keeps_within_what_the_platform_takes() -> None:
    chat = Budgets().of(HERE, replace(LIMITS, platform_writes=4))
    jobs = [MessageRef(conversation=HERE, id="1", access=str(number)) for number in range(6)]
    accesses = [chat.of(job) for job in jobs]

    taken = await asyncio.gather(*(moments(frame(each), 1) for each in accesses))
    ends = await asyncio.gather(*(moments(last_word(each), 2) for each in accesses))

    assert sorted(moment for times in taken for moment in times) == [0, 0, 0, 1, 1, 1]
    assert ends == [[1.0, 1.0]] * 6


@jumping_clock
async def test_the_window_slides() -> None:
    budget = WriteBudget(Limits(writes=4, window_seconds=10, edit_seconds=0, text_chars=1))
    await moments(result(budget), 1)
    await asyncio.sleep(6)
    await moments(result(budget), 3)

    later = await moments(result(budget), 2)

    assert later == [10.0, 16.0]


@jumping_clock
async def test_no_window_ever_holds_more_than_the_platform_allows() -> None:
    budget = WriteBudget(LIMITS)

    async def final_now_and_then() -> list[float]:
        finals: list[float] = []
        for _ in range(20):
            finals += await moments(result(budget), 1)
            await asyncio.sleep(7)
        return finals

    frames, finals = await asyncio.gather(moments(frame(budget), 100), final_now_and_then())

    taken = sorted(frames + finals)
    windows = [sum(start <= moment < start + 60 for moment in taken) for start in taken]
    assert max(windows) == 20


@jumping_clock
async def test_a_write_counts_from_when_it_was_answered() -> None:
    budget = WriteBudget(Limits(writes=2, window_seconds=10, edit_seconds=0, text_chars=1))

    taken = await moments(result(budget), 4, seconds=3)

    assert taken == [0.0, 3.0, 13.0, 16.0]


@jumping_clock
async def test_a_write_that_failed_counts_too() -> None:
    budget = WriteBudget(Limits(writes=1, window_seconds=10, edit_seconds=0, text_chars=1))
    with pytest.raises(SlowDownError):
        async with result(budget)():
            raise SlowDownError(0)

    assert await moments(result(budget), 1) == [10.0]


@jumping_clock
async def test_a_write_that_takes_longer_than_the_window_does_no_harm() -> None:
    budget = WriteBudget(Limits(writes=2, window_seconds=10, edit_seconds=0, text_chars=1))

    slow, quick = await asyncio.gather(
        moments(result(budget), 1, seconds=25), moments(result(budget), 4, seconds=1)
    )

    assert (slow, quick) == ([0.0], [0.0, 10.0, 11.0, 21.0])


@jumping_clock
async def test_no_frame_goes_before_a_final_message_that_waits() -> None:
    budget = WriteBudget(Limits(writes=4, window_seconds=10, edit_seconds=0, text_chars=1))
    await moments(result(budget), 1)
    frames = asyncio.create_task(moments(frame(budget), 5))
    await asyncio.sleep(0)
    budget.pause(3)

    album = await moments(result(budget, 4), 1)

    assert album == [10.0]
    assert await frames == [0.0, 20.0, 20.0, 20.0, 30.0]


@jumping_clock
async def test_an_album_weighs_as_much_as_it_has_messages() -> None:
    budget = WriteBudget(Limits(writes=4, window_seconds=10, edit_seconds=0, text_chars=1))

    albums = await moments(result(budget, 3), 3)
    huge = await moments(result(budget, 9), 2)

    assert albums == [0.0, 10.0, 20.0]
    assert huge == [30.0, 40.0]


@jumping_clock
async def test_a_final_message_that_is_given_up_lets_the_frames_go_on() -> None:
    budget = WriteBudget(LIMITS)
    budget.pause(10)
    final = asyncio.create_task(moments(result(budget), 1))
    frames = asyncio.create_task(moments(frame(budget), 1))
    await asyncio.sleep(1)

    final.cancel()

    assert await frames == [10.0]


@jumping_clock
async def test_a_last_word_goes_after_results_and_before_progress() -> None:
    budget = WriteBudget(Limits(writes=4, window_seconds=10, edit_seconds=0, text_chars=1))
    await moments(frame(budget), 3)
    budget.pause(1)

    words = asyncio.create_task(moments(last_word(budget), 1))
    frames = asyncio.create_task(moments(frame(budget), 1))
    results = await moments(result(budget), 1)

    assert (results, await words, await frames) == ([1.0], [10.0], [10.0])


@jumping_clock
async def test_a_last_word_may_use_what_is_kept_for_results() -> None:
    budget = WriteBudget(Limits(writes=4, window_seconds=10, edit_seconds=0, text_chars=1))
    await moments(frame(budget), 3)

    assert await moments(last_word(budget), 1) == [0.0]


@jumping_clock
async def test_all_chats_of_a_platform_share_what_it_takes_in_a_second() -> None:
    limits = replace(LIMITS, platform_writes=4)
    budgets = Budgets()
    chats = [ConversationRef(platform="p", chat=str(number)) for number in range(4)]
    kept = [budgets.of(chat, limits) for chat in chats]

    taken = await asyncio.gather(*(moments(frame(budget), 2) for budget in kept))
    finals = await asyncio.gather(*(moments(result(budget), 1) for budget in kept))

    assert sorted(moment for times in taken for moment in times) == [0, 0, 0, 1, 1, 1, 2, 2]
    assert sorted(moment for times in finals for moment in times) == [2.0, 2.0, 3.0, 3.0]
    other = budgets.of(ConversationRef(platform="q", chat="1"), limits)
    assert await moments(frame(other), 1) == [3.0]


@jumping_clock
async def test_a_pause_holds_for_everything_and_never_shrinks() -> None:
    budget = WriteBudget(LIMITS)
    budget.pause(30)
    budget.pause(5)

    taken = await asyncio.gather(moments(result(budget), 1), moments(frame(budget), 1))

    assert taken == [[30.0], [30.0]]


@jumping_clock
async def test_what_was_refused_waits_and_the_rest_goes_on() -> None:
    budget = WriteBudget(LIMITS)
    await budget.obey(SlowDownError(200), "edit")
    edits = asyncio.create_task(moments(last_word(budget), 1))
    await asyncio.sleep(0)

    taken = await asyncio.gather(moments(answer(budget), 1), moments(result(budget), 1))
    await budget.obey(SlowDownError(300), "post")
    posts = await moments(answer(budget), 1)

    assert (taken, await edits, posts) == ([[0.0], [0.0]], [200.0], [300.0])


@jumping_clock
async def test_a_message_that_is_refused_waits_alone() -> None:
    budget = WriteBudget(LIMITS)
    obeying = asyncio.create_task(budget.obey(SlowDownError(20, "message"), "edit"))

    assert await moments(frame(budget), 1) == [0.0]
    await obeying
    assert asyncio.get_running_loop().time() == 20


@jumping_clock
async def test_what_is_refused_to_the_bot_is_not_written_anywhere() -> None:
    limits = replace(LIMITS, platform_writes=20)
    budgets = Budgets()
    here, there = (
        budgets.of(ConversationRef(platform="p", chat=name), limits) for name in ("1", "2")
    )
    await here.obey(SlowDownError(50, "bot"), "edit")

    assert await moments(result(there), 1) == [50.0]


@jumping_clock
async def test_answers_leave_room_for_results_and_wait_behind_them() -> None:
    budget = WriteBudget(LIMITS)
    await moments(frame(budget), 10)
    answers = asyncio.create_task(moments(answer(budget), 9))
    await asyncio.sleep(1)

    results = await moments(result(budget), 5)

    # Seven answers stand beside the ten frames; the last three of twenty places are kept.
    assert results == [1.0] * 3 + [60.0] * 2
    assert await answers == [0.0] * 7 + [60.0] * 2


@jumping_clock
async def test_answers_go_before_progress() -> None:
    budget = WriteBudget(LIMITS)
    await moments(result(budget), 20)
    order: list[str] = []

    async def ask(name: str, room: Room) -> None:
        async with room():
            order.append(name)

    await asyncio.gather(
        *(ask("frame", frame(budget)) for _ in range(3)),
        *(ask("answer", answer(budget)) for _ in range(3)),
    )

    assert order == ["answer"] * 3 + ["frame"] * 3


@jumping_clock
async def test_frames_are_allowed_in_the_order_in_which_they_were_asked_for() -> None:
    budget = WriteBudget(LIMITS)
    budget.pause(1)
    order: list[int] = []

    async def ask(number: int) -> None:
        async with frame(budget)():
            order.append(number)

    await asyncio.gather(*(ask(number) for number in range(40)))

    assert order == list(range(40))


@jumping_clock
async def test_a_frame_that_is_given_up_lets_the_next_one_through() -> None:
    budget = WriteBudget(LIMITS)
    budget.pause(10)
    first = asyncio.create_task(moments(frame(budget), 1))
    second = asyncio.create_task(moments(frame(budget), 1))
    await asyncio.sleep(1)

    first.cancel()

    assert await second == [10.0]


@jumping_clock
async def test_the_threads_of_a_chat_share_its_budget() -> None:
    budgets = Budgets()
    thread = ConversationRef(platform="chat", chat="1", thread="7")
    elsewhere = ConversationRef(platform="chat", chat="2")

    here = budgets.of(HERE, LIMITS)

    assert budgets.of(thread, LIMITS) is here
    assert budgets.of(elsewhere, LIMITS) is not here


@jumping_clock
async def test_a_pause_outlives_the_job_that_met_it() -> None:
    budgets = Budgets()
    budgets.of(HERE, LIMITS).pause(1000)
    gc.collect()

    taken = await moments(result(budgets.of(HERE, LIMITS)), 1)

    assert taken == [1000.0]


@jumping_clock
async def test_a_chat_is_remembered_however_much_others_are_written() -> None:
    budgets = Budgets()
    await moments(result(budgets.of(HERE, LIMITS)), 20)
    other = replace(LIMITS, writes=10_000)

    for _ in range(3000):
        await moments(result(budgets.of(replace(HERE, chat="other"), other)), 1)
    gc.collect()

    assert await moments(result(budgets.of(HERE, LIMITS)), 1) == [60.0]


@jumping_clock
async def test_budgets_of_chats_that_fell_silent_are_forgotten() -> None:
    budgets = Budgets()
    here = budgets.of(HERE, LIMITS)
    await moments(result(here), 1)
    forgotten = ref(here)
    del here
    await asyncio.sleep(60)

    await moments(result(budgets.of(replace(HERE, chat="other"), LIMITS)), 1)
    gc.collect()

    assert forgotten() is None


async def test_what_has_an_access_of_its_own_costs_its_chat_nothing() -> None:
    budgets = Budgets()
    command = MessageRef(conversation=HERE, id="7", access="token")

    chat, own = budgets.of(HERE, LIMITS), budgets.of(HERE, LIMITS, command)

    assert own is not chat
    assert budgets.of(HERE, LIMITS, command) is own
    assert budgets.of(HERE, LIMITS, replace(command, access="")) is chat


def test_threads_share_the_budget_of_their_chat_unless_each_has_its_own() -> None:
    one, two = (ConversationRef(platform="p", chat="1", thread=name) for name in "ab")
    budgets = Budgets()

    shared = budgets.of(one, LIMITS)
    assert budgets.of(two, LIMITS) is shared

    own = replace(LIMITS, per_thread=True)
    assert budgets.of(one, own) is budgets.of(one, own) is not budgets.of(two, own)
