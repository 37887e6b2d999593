"""One message per job, edited in place: the latest frame wins, and the last is never late."""

import asyncio
from collections.abc import Awaitable, Callable

from core.budget import WriteBudget
from core.chat import Conversation, MessageLostError, MessageRef, SlowDownError, View
from core.jobs import LostRunError


class StatusMessage:
    """Shows a view that changes faster than a chat may be written to.

    Args:
        render: makes the view as it is now; called only when it can be written.
        guard: awaited before each frame; raises LostRunError when this run may write no more.
    """

    def __init__(
        self,
        conversation: Conversation,
        budget: WriteBudget,
        message: MessageRef,
        render: Callable[[], View],
        guard: Callable[[], Awaitable[None]],
    ) -> None:
        self._conversation = conversation
        self._budget = budget
        self._message = message
        self._render = render
        self._guard = guard
        self._shown: View | None = None
        self._changed = False
        self._closed = False
        self._writing = False
        self._writer: asyncio.Task[None] | None = None

    def touch(self) -> None:
        """Say that the view may have changed. Costs nothing; never waits."""
        self._changed = True
        if not self._closed and (self._writer is None or self._writer.done()):
            self._writer = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Stop showing. An edit that is on its way is let through, so that it cannot come late."""
        self._closed = True
        if self._writer is not None:
            if not self._writing:
                self._writer.cancel()
            await asyncio.wait([self._writer])

    async def finish(self, view: View) -> MessageRef:
        """Show the last view, whatever it takes; as a new message where the old one is gone."""
        await self.close()
        return await write_final(self._conversation, self._budget, view, self._message)

    async def _write(self) -> None:
        while self._changed and not self._closed:
            await self._budget.frame()
            self._changed = False
            view = self._render()
            if view != self._shown:
                await self._edit(view)
            await asyncio.sleep(self._conversation.limits.edit_seconds)

    async def _edit(self, view: View) -> None:
        self._writing = True
        try:
            await self._guard()
            await self._conversation.edit(self._message, view)
            self._shown = view
        except SlowDownError as error:
            self._budget.pause(error.retry_after)
            self._changed = True
        except (MessageLostError, LostRunError):
            self._closed = True
        finally:
            self._writing = False


async def write_final(
    conversation: Conversation, budget: WriteBudget, view: View, message: MessageRef | None = None
) -> MessageRef:
    """Edit `message`, or send a new one, until the platform has taken it.

    Raises:
        MessageLostError: the chat takes no messages from us at all.
    """
    while True:
        await budget.final()
        try:
            if message is None:
                return await conversation.send(view)
            await conversation.edit(message, view)
        except SlowDownError as error:
            budget.pause(error.retry_after)
        except MessageLostError:
            if message is None:
                raise
            message = None
        else:
            return message
