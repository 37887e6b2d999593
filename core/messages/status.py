"""One message per job, edited in place: the latest frame wins, and the last is never late."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial

from core.errors import StorageError
from core.jobs import LostRunError
from core.limits import PreviewLimits
from core.messages.budget import Rank, WriteBudget
from core.messages.patience import pauses, until_taken
from core.platform import (
    Conversation,
    MessageLostError,
    MessageRef,
    RefusedError,
    SlowDownError,
    TextTooLongError,
    UnreachableError,
    View,
)

log = logging.getLogger(__name__)

# How long an edit that is on its way may keep the last message waiting, or a program that stops.
_IN_FLIGHT_SECONDS = 10.0
_STOPPING_SECONDS = 1.0
# Nobody waits longer for an edit that tells something new: it is told in a new message.
_PATIENCE_SECONDS = 5.0
# What is shown for a while only is shown again before that is over.
_WHILE_SHOWN = 0.6


class StatusMessage:
    """Shows a view that changes faster than a chat may be written to.

    Args:
        render: makes the view as it is now; called only when it can be written.
        guard: awaited before each frame; raises LostRunError when this run may write no more.
        previews: whether frames may be shown in place of the message, where the platform can.

    Attributes:
        shown: the view that the message has now, as far as we know.
        previewed: the view that is shown in its place.
    """

    def __init__(  # noqa: PLR0913 - where, within what, what, and whom to ask
        self,
        conversation: Conversation,
        budget: WriteBudget,
        message: MessageRef,
        render: Callable[[], View],
        guard: Callable[[], Awaitable[None]],
        *,
        previews: bool = False,
    ) -> None:
        self._conversation = conversation
        self._budget = budget
        self._message = message
        self._render = render
        self._guard = guard
        self._previews = previews
        self.shown: View | None = None
        self.previewed: View | None = None
        self._fading: asyncio.TimerHandle | None = None
        self._has_faded = False
        self._changed = False
        self._closed = False
        self._flight = asyncio.Lock()
        self._writer: asyncio.Task[None] | None = None
        self._pauses = pauses()
        # Whoever touches it, what the log says of its writes is about what it shows.
        self._context = copy_context()

    def touch(self) -> None:
        """Say that the view may have changed. Costs nothing; never waits."""
        self._changed = True
        if not self._closed and (self._writer is None or self._writer.done()):
            self._writer = asyncio.create_task(self._write(), context=self._context)

    async def close(self) -> None:
        """Stop showing, soon and without a last view."""
        await self._close(_STOPPING_SECONDS)

    async def settle(self) -> None:
        """Stop showing, with no edit left on its way that could arrive late."""
        await self._close(_IN_FLIGHT_SECONDS)

    async def _close(self, seconds: float) -> None:
        """Let an edit that is on its way finish, so that it cannot arrive late."""
        self._closed = True
        if self._fading:
            self._fading.cancel()
        if self._writer is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._flight:
                pass
        # By now it sleeps or waits for room, unless its write takes longer than anybody waits for.
        self._writer.cancel()
        await asyncio.wait([self._writer])

    async def finish(
        self, view: View, rank: Rank = Rank.RESULT, *, replying: MessageRef | None = None
    ) -> MessageRef:
        """Show the last view, whatever it takes; see `write_final`."""
        await self.settle()
        where, within = self._conversation, self._budget
        return await write_final(where, within, view, self._message, replying=replying, rank=rank)

    async def _write(self) -> None:
        while self._changed and not self._closed:
            # Before rendering: a change from now on makes another round.
            self._changed = False
            view = self._render()
            if self._has_faded or view != (self.previewed or self.shown):
                limits = self._conversation.limits
                previews = limits.previews if self._previews else None
                try:
                    if previews:
                        await self._show(view, previews)
                    else:
                        await self._show_in_message(view)
                # Outside of the budget, or finals would wait behind a platform that is down.
                except UnreachableError:
                    self._changed = True
                    await asyncio.sleep(next(self._pauses))
                except SlowDownError as error:
                    self._changed = True
                    self._budget.note(error)
                    await asyncio.sleep(error.retry_after)
                await asyncio.sleep((previews or limits).edit_seconds)

    async def _show_in_message(self, view: View) -> None:
        message = self._conversation.reached(self._message)
        budget = self._budget.of(message)

        async def edit(view: View) -> None:
            await self._conversation.edit(message, view)
            self.shown, self.previewed, self._has_faded = view, None, False

        try:
            async with budget.turn(Rank.FRAME, "edit"), self._flight:
                # Drawn anew only if it has changed while it waited.
                await self._guarded(edit, self._render() if self._changed else view)
        except SlowDownError as error:
            self._changed = True
            await budget.obey(error, "edit")

    async def _show(self, view: View, previews: PreviewLimits) -> None:
        async def preview(view: View) -> None:
            if not await self._conversation.preview(self._message, view):
                self._changed = True
                return
            self.previewed, self._has_faded = view, False
            self._show_again_after(previews.shown_seconds * _WHILE_SHOWN)

        async with self._flight:
            await self._guarded(preview, view)

    def _show_again_after(self, seconds: float) -> None:
        if self._fading:
            self._fading.cancel()
        self._fading = asyncio.get_running_loop().call_later(seconds, self._fade)

    def _fade(self) -> None:
        self._has_faded = True
        self.touch()

    async def _guarded(self, write: Callable[[View], Awaitable[None]], view: View) -> None:
        try:
            # Stores the progress and asks whether this run may still write, in one statement.
            await self._guard()
            await write(view)
            self._pauses = pauses()
        # Deleted by somebody, or another run has the job: in both cases nobody wants frames.
        except (MessageLostError, LostRunError):
            self._closed = True
        # Is drawn anew, as the limits have it by now.
        except TextTooLongError:
            self._changed = True
        # Nothing is told that is not stored; the next tick comes back to it.
        except StorageError as error:
            log.warning("no progress is shown while it cannot be stored: %s", error)
        except (SlowDownError, UnreachableError):
            raise
        except Exception:
            log.exception("a progress message could not be written")


async def write_final(  # noqa: PLR0913 - where, within what, what, and what it is about
    conversation: Conversation,
    budget: WriteBudget,
    view: View,
    message: MessageRef | None = None,
    *,
    replying: MessageRef | None = None,
    rank: Rank = Rank.RESULT,
    announce: Callable[[], Awaitable[None]] | None = None,
) -> MessageRef:
    """Edit `message`, or send a new one, until the platform has taken it.

    A message that is gone, or cannot be edited for now or like this, is sent anew; a last word is
    not worth it. Just before anything is sent, `announce` is awaited; what it cannot store is not
    sent yet.

    Raises:
        MessageLostError: the chat takes no messages from us at all.
        RefusedError, TextTooLongError: it does not take this one.
    """
    anew = rank is not Rank.LAST_WORD

    async def send(within: WriteBudget) -> MessageRef:
        async with within.turn(rank, "post"):
            if announce:
                await announce()
            return await conversation.send(view, replying=replying)

    async def edit(message: MessageRef, within: WriteBudget) -> None:
        if anew and within.paused("edit") > _PATIENCE_SECONDS:
            raise MessageLostError("edits are refused for too long")
        async with within.turn(rank, "edit"):
            await conversation.edit(message, view)

    if message is not None:
        reached = conversation.reached(message)
        within = budget.of(reached)
        try:
            await until_taken(partial(edit, reached, within), partial(within.obey, lane="edit"))
        except (MessageLostError, RefusedError):
            if not anew:
                raise
        else:
            return message
    within = budget.of(replying and conversation.reached(replying))
    return await until_taken(partial(send, within), partial(within.obey, lane="post"))
