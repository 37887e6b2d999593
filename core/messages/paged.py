"""A text that grows over one message, and then over the next.

Where the platform has previews, the text grows there, and the message is a stand-in with the
buttons: whatever happens to the program, there is something that can be turned into the answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from core.errors import StorageError
from core.jobs import LostRunError
from core.messages.budget import Rank, WriteBudget
from core.messages.status import StatusMessage, write_final
from core.platform import (
    Conversation,
    MessageLostError,
    MessageRef,
    TextTooLongError,
    View,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of a text stands in the chat.

    Attributes:
        messages: in the order of reading.
        stand_in: is taken away when the last of them is there.
        posting: whether one more is on its way, and may be there.
    """

    messages: tuple[MessageRef, ...]
    stand_in: MessageRef | None = None
    posting: bool = False


# Stores it. Raises StorageError where that is not possible and something is about to be posted.
Keep = Callable[[Standing], Awaitable[None]]


class PagedMessage:
    """Shows views that belong together, each in a message of its own; the last of them changes.

    Args:
        render: makes all views as they are now; a view that has another behind it stays.
        guard: awaited before each frame; see `StatusMessage`.
        keep: told before a message is posted, but for the first, and when it is there.
        replying: the message that is answered.
    """

    def __init__(  # noqa: PLR0913 - where, within what, what, and whom to ask and tell
        self,
        conversation: Conversation,
        budget: WriteBudget,
        render: Callable[[], Sequence[View]],
        guard: Callable[[], Awaitable[None]],
        keep: Keep,
        *,
        replying: MessageRef | None = None,
    ) -> None:
        self._conversation = conversation
        self._budget = budget
        self._render = render
        self._guard = guard
        self._keep = keep
        self._replying = replying
        self._messages: list[MessageRef] = []
        self._shown: list[View] = []
        self._status: StatusMessage | None = None
        self._turning: asyncio.Task[None] | None = None
        self._room = ExitStack()
        self._finishing = False

    async def open(self) -> None:
        """Send what there is now.

        Raises:
            MessageLostError: the chat takes no messages from us.
        """
        await _drawn_until_short(lambda: self._begin(self._render()[0], Rank.ANSWER))

    def touch(self) -> None:
        """Say that something may have changed. Costs nothing; never waits."""
        if self._status:
            self._status.touch()

    async def finish(self) -> None:
        """Show all for the last time, whatever it takes.

        Raises:
            MessageLostError: the chat takes no messages from us any more.
            RefusedError: it does not take this one.
        """
        # No page is begun any more, also by a frame that is on its way.
        self._finishing = True
        if self._turning:
            await asyncio.wait([self._turning])
        if self._status:
            await self._status.settle()
        shown = [*self._shown, self._status.shown if self._status else None]
        stand_in = self._stand_in(len(self._render()))

        async def keep(standing: Standing) -> None:
            await self._keep(replace(standing, stand_in=stand_in))

        await show_all(
            self._conversation,
            self._budget,
            self._render,
            self._messages[:-1] if stand_in else self._messages,
            keep,
            replying=self._replying,
            shown=shown,
        )
        if stand_in:
            await self._conversation.retract(stand_in)

    def _stand_in(self, count: int) -> MessageRef | None:
        """The message in whose place a new one comes, since only that ends a preview."""
        is_previewed = self._status and self._status.previewed
        return self._messages[-1] if is_previewed and len(self._messages) == count else None

    async def close(self) -> None:
        """Stop showing, soon and without a last view."""
        if self._turning:
            self._turning.cancel()
            await asyncio.wait([self._turning])
        self._room.close()
        if self._status:
            await self._status.close()

    async def _begin(self, view: View, rank: Rank) -> None:
        if self._messages and self._conversation.limits.previews:
            # What it would say is about to be previewed below it.
            view = View(text="…", buttons=view.buttons)
        message = await self._post(view, rank)
        # The last word is owed to one message at a time, by the way in which it is reached.
        self._room.close()
        reached = self._conversation.reached(message)
        self._room.enter_context(self._budget.of(reached).expecting())
        self._status = StatusMessage(
            self._conversation,
            self._budget,
            message,
            self._current,
            self._guard,
            previews=True,
        )
        self._status.shown = view

    async def _post(self, view: View, rank: Rank) -> MessageRef:
        announced = Standing(messages=tuple(self._messages), posting=True)
        message = await write_final(
            self._conversation,
            self._budget,
            view,
            replying=_answered(self._replying, self._messages),
            rank=rank,
            # The first says nothing yet that could be there twice.
            announce=partial(self._keep, announced) if self._messages else None,
        )
        self._messages.append(message)
        await self._keep(Standing(messages=tuple(self._messages)))
        return message

    def _current(self) -> View:
        views, place = self._render(), len(self._messages) - 1
        turns = self._turning is not None and not self._turning.done()
        if place + 1 < len(views) and not turns and not self._finishing:
            self._turning = asyncio.create_task(self._turn())
        return views[min(place, len(views) - 1)]

    async def _turn(self) -> None:
        """Leave a page as it is from now on, and begin the next."""
        # A chat that takes nothing more is found out at the end, which insists; what cannot be
        # stored now is told later; another process may have the answer by now.
        with suppress(MessageLostError, StorageError, LostRunError):
            await self._guard()
            if self._status:
                await _drawn_until_short(partial(self._leave, self._status))
            await _drawn_until_short(self._begin_next)
            self.touch()

    async def _leave(self, status: StatusMessage) -> None:
        full = self._render()[len(self._messages) - 1]
        # No frame but a part of the answer: its end must not wait behind it.
        self._messages[-1] = await status.finish(full)
        self._shown.append(full)

    async def _begin_next(self) -> None:
        views = self._render()
        await self._begin(views[min(len(self._messages), len(views) - 1)], Rank.RESULT)


async def show_all(  # noqa: PLR0913 - where, within what, what, over what, and what is there
    conversation: Conversation,
    budget: WriteBudget,
    render: Callable[[], Sequence[View]],
    messages: Sequence[MessageRef],
    keep: Keep,
    *,
    replying: MessageRef | None = None,
    shown: Sequence[View | None] = (),
) -> None:
    """Show views in messages that are there already, and in new ones, of which `keep` is told.

    What the messages are known to show, in `shown`, is not written again.

    Raises:
        MessageLostError: the chat takes no messages from us any more.
        RefusedError: it does not take this one.
    """
    found, known = list(messages), dict(enumerate(shown))

    async def show() -> None:
        for place, view in enumerate(render()):
            there = found[place] if place < len(found) else None
            if there and view == known.get(place):
                continue
            message = await write_final(
                conversation,
                budget,
                view,
                there,
                replying=None if there else _answered(replying, found),
                announce=partial(keep, Standing(messages=tuple(found), posting=True)),
            )
            known[place] = view
            if message != there:
                found[place:] = [message, *found[place + 1 :]]
                await keep(Standing(messages=tuple(found)))

    await _drawn_until_short(show)


async def _drawn_until_short(write: Callable[[], Awaitable[T]]) -> T:
    """Repeat a write that draws what it writes, until the chat takes what is so long."""
    while True:
        with suppress(TextTooLongError):
            return await write()


def _answered(command: MessageRef | None, written: Sequence[MessageRef]) -> MessageRef | None:
    """What the next message replies to: only the first does, unless the others need its access."""
    return command if command and (command.access or not written) else None
