"""Sends broadcasts: behind everything else that is written, to each chat once, over restarts."""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial

from core.errands import Errands
from core.errors import StorageError
from core.i18n import translate
from core.messages.budget import Rank
from core.messages.buttons import halt_button
from core.messages.patience import Caution
from core.messages.status import StatusMessage, write_final
from core.people.broadcasts import Broadcast, BroadcastState, Receipt, Recipient
from core.platform import (
    ConversationRef,
    LostAnswerError,
    MessageLostError,
    MessageRef,
    RefusedError,
    SlowDownError,
    TextTooLongError,
    UnreachableError,
    User,
    View,
)
from core.services import Services
from core.storing import until_stored

log = logging.getLogger(__name__)

# A chat that is busy keeps one of them waiting, and no other chat.
_AT_ONCE = 16
# How long a stop of the program waits for what is on its way.
_STOPPING_SECONDS = 3.0
_AGAIN_SECONDS = 30.0
# Confirmed within an hour after it was written, it goes out on the day or not at all.
_STALE_SECONDS = 24 * 3600.0
_LOOK_SECONDS = 3600.0


class Broadcaster:
    """Does what is confirmed in the store, one broadcast after the other."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.broadcasts
        self._errands = Errands()
        self._woken = asyncio.Event()
        self._resting = asyncio.Event()
        self._workers: set[asyncio.Task[None]] = set()
        self._writing: set[asyncio.Task[object]] = set()
        self._closing = False

    def start(self) -> None:
        """Send from now on, in the background, beginning with what an earlier process has left."""
        self.wake()
        self._errands.start(self._go_on())

    def wake(self) -> None:
        """Look into the store: something was confirmed, or a platform has joined."""
        self._resting.clear()
        self._woken.set()

    async def idle(self) -> None:
        """Wait until nothing is sent that can be sent now."""
        await self._resting.wait()

    def stop(self) -> None:
        """Wait for no more turns: what was being sent is stopped in the store."""
        for worker in self._workers - self._writing:
            worker.cancel()

    async def close(self) -> None:
        """Leave the rest to the next start; of what is on its way, learn whether it arrives."""
        self._closing = True
        self.stop()
        if self._writing:
            await asyncio.wait(self._writing, timeout=_STOPPING_SECONDS)
        await self._errands.close()

    async def _go_on(self) -> None:
        while True:
            if not self._woken.is_set():
                self._resting.set()
            # What waits for a platform that is not served becomes too old without being woken.
            # Not by `wait_for`: woken and closed in one moment, it would forget that it is closed.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._woken.wait()
            self._woken.clear()
            try:
                for broadcast in await self._store.open():
                    await self._do(broadcast)
            except Exception as error:
                if isinstance(error, StorageError):
                    log.warning("broadcasts wait until they can be stored: %s", error)
                else:
                    log.exception("a broadcast goes on in %g s", _AGAIN_SECONDS)
                self._resting.set()
                await asyncio.sleep(_AGAIN_SECONDS)
                self.wake()

    async def _do(self, broadcast: Broadcast) -> None:
        if broadcast.state is BroadcastState.SENDING:
            await self._send(broadcast)
            if self._closing:
                return
            if _is_stale(broadcast):
                await self._store.stop(broadcast.id)
            await self._store.finish(broadcast.id)
            broadcast = await self._store.get(broadcast.id) or broadcast
        if broadcast.state is not BroadcastState.SENDING:
            await self._tell_end(broadcast)

    async def _send(self, broadcast: Broadcast) -> None:
        platforms = tuple(self._services.platforms)
        waiting = deque(await self._store.waiting(broadcast.id, platforms))
        caution = {platform: Caution() for platform in platforms}
        report = await self._report(broadcast)

        async def work() -> None:
            while waiting and not self._closing and not _is_stale(broadcast):
                chat = waiting.popleft()
                receipt = await self._tell(broadcast, chat, caution[chat.conversation.platform])
                if receipt is Receipt.WAITING:
                    waiting.append(chat)
                elif receipt:
                    report.count(receipt)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(_AT_ONCE, len(waiting))):
                    worker = group.create_task(work())
                    self._workers.add(worker)
                    worker.add_done_callback(self._workers.discard)
        finally:
            await report.close()

    async def _tell(
        self, broadcast: Broadcast, chat: Recipient, caution: Caution
    ) -> Receipt | None:
        """Send it to one chat; None where it must not be sent any more."""
        ref = chat.conversation
        conversation, budget = self._services.written_to(ref)
        settle = partial(self._store.settle, broadcast.id, chat.position)
        slow: SlowDownError | None = None
        async with caution.turn() as is_next, budget.turn(Rank.BROADCAST, "post"), self._in_hand():
            # Trouble has begun while it waited for its turn: it is not risked in vain.
            if caution.has_trouble and not is_next:
                return Receipt.WAITING
            begun = await self._begin(broadcast, chat)
            if begun is not Receipt.BEGUN:
                return begun
            try:
                await conversation.send(View(text=broadcast.text))
            except LostAnswerError as error:
                log.warning("a broadcast may or may not be in %s: %s", ref.chat, error)
                caution.trouble()
                # Sent again it could come twice.
                return Receipt.BEGUN
            except SlowDownError as error:
                receipt, slow = Receipt.WAITING, error
            except UnreachableError:
                receipt = Receipt.WAITING
                caution.trouble()
            except (MessageLostError, RefusedError, TextTooLongError) as error:
                log.info("a broadcast was not taken in %s: %s", ref.chat, error)
                receipt = Receipt.FAILED
            # What nobody has thought of in one chat must not keep all others from hearing of it.
            except Exception:
                log.exception("a broadcast failed in %s", ref.chat)
                receipt = Receipt.FAILED
            else:
                caution.works()
                receipt = Receipt.SENT
            await until_stored(broadcast.id, partial(settle, receipt))
        if slow:
            await budget.obey(slow, "post")
        return receipt

    async def _begin(self, broadcast: Broadcast, chat: Recipient) -> Receipt | None:
        """Note that it may be in a chat from now on; gives something else where it must not be."""
        of_chat = (broadcast.id, chat.position)
        if await self._is_kept_out(chat.conversation):
            await until_stored(broadcast.id, partial(self._store.settle, *of_chat, Receipt.FAILED))
            return Receipt.FAILED
        is_begun = await until_stored(broadcast.id, partial(self._store.begin, *of_chat))
        return Receipt.BEGUN if is_begun else None

    async def _is_kept_out(self, place: ConversationRef) -> bool:
        """Whether an admin has kept that chat out since it was counted among those who get it.

        Somebody's own chat has their id where the platform has it so.
        """
        person = User(platform=place.platform, id=place.chat)
        access = self._services.access
        if access.bans(person, place):
            return True
        rules = await until_stored(
            place.chat, partial(access.store.rules, place.party, person.party)
        )
        return not all(rules.values())

    @asynccontextmanager
    async def _in_hand(self) -> AsyncGenerator[None]:
        """Whoever stops waits for what is written just now."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("nothing is written outside of a task")
        self._writing.add(task)
        try:
            yield
        finally:
            self._writing.discard(task)

    async def _report(self, broadcast: Broadcast) -> "_Report":
        """Show how far it is; in a new message, where the one of before is gone."""
        report = _Report(broadcast, await self._store.counts(broadcast.id))
        message = await self._show(broadcast, report.view())
        if message:
            conversation, budget = self._services.written_to(broadcast.place)
            report.status = StatusMessage(
                conversation, budget, message, report.view, _nobody_else_writes
            )
        return report

    async def _tell_end(self, broadcast: Broadcast) -> None:
        counts = await self._store.counts(broadcast.id)
        is_stopped = broadcast.state is BroadcastState.STOPPED
        text = _told(broadcast, "broadcast-stopped" if is_stopped else "broadcast-done", counts)
        log.info("broadcast %s: %s", broadcast.id, text)
        # Who is not connected now is told later.
        if broadcast.place.platform in self._services.platforms:
            await self._show(broadcast, View(text=text))
            await self._store.told(broadcast.id)

    async def _show(self, broadcast: Broadcast, view: View) -> MessageRef | None:
        """Tell its admin, in the message that they were told in before; None where we cannot."""
        if broadcast.place.platform not in self._services.platforms:
            return None
        conversation, budget = self._services.written_to(broadcast.place)
        try:
            message = await write_final(
                conversation, budget, view, broadcast.message, rank=Rank.ANSWER
            )
        except (MessageLostError, RefusedError, TextTooLongError) as error:
            log.warning("an admin cannot be told of a broadcast: %s", error)
            return None
        except Exception:
            log.exception("an admin cannot be told of a broadcast")
            return None
        if message != broadcast.message:
            await self._store.shown_in(broadcast.id, message)
        return message


class _Report:
    """How far a broadcast is; shown in `status`, where there is somebody to see it."""

    def __init__(self, broadcast: Broadcast, counts: Counter[Receipt]) -> None:
        self._broadcast = broadcast
        self._counts = counts
        self.status: StatusMessage | None = None

    def count(self, receipt: Receipt) -> None:
        self._counts[Receipt.WAITING] -= 1
        self._counts[receipt] += 1
        if self.status:
            self.status.touch()

    def view(self) -> View:
        text = _told(self._broadcast, "broadcast-going", self._counts)
        return View(text=text, buttons=(halt_button(self._broadcast.id, self._broadcast.locale),))

    async def close(self) -> None:
        if self.status:
            await self.status.settle()


async def _nobody_else_writes() -> None:
    """Nothing has to be asked before a frame."""


def _is_stale(broadcast: Broadcast) -> bool:
    """Whether it is no news any more."""
    return time.time() - broadcast.at > _STALE_SECONDS


def _told(broadcast: Broadcast, key: str, counts: Counter[Receipt]) -> str:
    return translate(
        broadcast.locale,
        key,
        sent=counts[Receipt.SENT],
        unsure=counts[Receipt.BEGUN],
        failed=counts[Receipt.FAILED],
        left=counts[Receipt.WAITING],
        all=counts.total(),
    )
