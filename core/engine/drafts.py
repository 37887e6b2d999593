"""Drafts: jobs that are shown, and may be reworded, before anybody orders them."""

import asyncio
import logging
import shutil
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from core.chat.suggestions import suggested
from core.engine.active_job import show_end
from core.engine.order import Order, place
from core.errands import Errands
from core.errors import StorageError, UserError
from core.exchanges import Exchange
from core.i18n import Locale, translate
from core.jobs import Job, JobState, LostRunError
from core.media import MediaRequest
from core.messages.budget import Rank
from core.messages.status import write_final
from core.messages.views import draft_view, resting_draft_view
from core.messages.wording import doubt
from core.platform import MessageLostError, Party
from core.services import Services
from core.storing import until_stored

log = logging.getLogger(__name__)

# Nobody asks for another so often.
_EARLIER = 20
# More open drafts of one person nobody looks through; each may keep pictures.
MOST_DRAFTS = 10


def _note(exchange: Exchange) -> str:
    """What stands below a suggestion: how it was asked for, and what that has cost."""
    locale, paid = Locale(exchange.locale), exchange.paid
    told = translate(locale, "suggestion-paid", paid=paid) if paid else ""
    return "\n".join(filter(None, (exchange.note, told)))


class JobDrafts:
    """Makes drafts of what chat models suggest, changes or replaces them, and lets them go."""

    def __init__(self, services: Services, errands: Errands) -> None:
        self._services = services
        self._errands = errands

    async def put(self, exchange: Exchange) -> None:
        """Make a draft of a suggestion, under its id and in its message; where it is, show it.

        The one that it follows is replaced by it.

        Raises:
            UserError: no model can do it any more.
            MessageLostError: the chat takes no messages from us any more.
        """
        job = await until_stored(exchange.id, partial(self._made_of, exchange))
        if job.state is JobState.DRAFT:
            await self._show(job, _note(exchange))
        for earlier in await self._before(exchange):
            dropped = await until_stored(earlier, partial(self._drop, earlier))
            self._tell_why(dropped, "suggestion-replaced")
        await self.make_room(exchange.user.party)

    async def reword(self, job_id: str, request: MediaRequest) -> None:
        """Change the words of a draft.

        Raises:
            UserError: it was ordered or dropped, its model cannot do this, or these words are not
                allowed.
        """
        await self._services.words.check(request.prompt)
        draft = await self._services.store.claim(job_id, only=JobState.DRAFT)
        if draft is None:
            raise UserError("nothing-to-edit")
        model = self._services.catalog.choose(replace(request, model=draft.model))
        wanted = model.complete(request)
        job = replace(draft, request=wanted, credits=model.credits_for(wanted))
        try:
            await self._services.store.reword(job)
        except LostRunError:
            raise UserError("nothing-to-edit") from None
        with suppress(MessageLostError):
            await self._show(job)

    async def make_room(self, user: Party) -> None:
        """Let the oldest drafts of a person go, where there are more than they look through."""
        try:
            for job_id in (await self._services.past_jobs.drafts(user))[MOST_DRAFTS:]:
                dropped = await self._drop(job_id)
                self._tell_why(dropped, "plan-crowded-out", count=MOST_DRAFTS)
        except StorageError as error:
            log.warning("older drafts are let go with the next: %s", error)

    async def end_old(self, before: float) -> int:
        """Let those go that were made before that time, in seconds since 1970; gives how many."""
        ended = list[Job]()
        for job_id in await self._services.past_jobs.old_drafts(before):
            try:
                ended += await self._drop(job_id)
            except StorageError as error:
                log.warning("draft %s is let go the next time: %s", job_id, error)
        self._tell_why(ended, "plan-late")
        return len(ended)

    async def _before(self, exchange: Exchange) -> Collection[str]:
        """The suggestions in whose place it comes, also those before one that has failed."""
        if not exchange.follows:
            return ()
        read = partial(self._services.exchanges.chain, exchange.follows, limit=_EARLIER)
        found = await until_stored(exchange.id, read)
        return {exchange.follows, *(each.id for each in found)}

    async def _drop(self, job_id: str) -> Sequence[Job]:
        """End a draft and delete its files; gives nothing where it was ordered or dropped."""
        services = self._services
        draft = await services.store.claim(job_id, only=JobState.DRAFT)
        if draft is None:
            return ()
        ended = replace(draft, state=JobState.CANCELLED, credits=0, ended_at=time.time())
        try:
            await services.store.save(ended)
        except LostRunError:  # ordered at the same moment: then it is
            return ()
        await asyncio.to_thread(shutil.rmtree, services.folder(job_id), ignore_errors=True)
        await services.files.forget([job_id])
        return (ended,)

    def _tell_why(self, dropped: Sequence[Job], why: str, **details: int) -> None:
        """Show in the background why drafts went; no result waits behind a hundred of them.

        Those that nobody serves now are told when somebody does.
        """

        async def tell(platform: str) -> None:
            for job in dropped:
                if job.conversation.platform == platform:
                    reason = translate(Locale(job.locale), why, **details)
                    view = resting_draft_view(job, reason)
                    await show_end(self._services, job, view, rank=Rank.LAST_WORD)

        # A platform that cannot be reached keeps no other waiting.
        for platform in {job.conversation.platform for job in dropped}:
            if platform in self._services.platforms:
                self._errands.start(tell(platform))

    async def _made_of(self, exchange: Exchange) -> Job:
        """The job, stored if it was not."""
        store, catalog = self._services.store, self._services.catalog
        job = await store.get(exchange.id)
        if job:
            return job
        if exchange.request is None:
            raise ValueError(f"answer {exchange.id} is no suggestion")
        order = Order(
            id=exchange.id,
            request=suggested(catalog, exchange.request, exchange.text),
            user=exchange.user,
            locale=Locale(exchange.locale),
            conversation=exchange.conversation,
            command=exchange.command,
            is_draft=True,
        )
        placed, _ = place(order, catalog)
        job = replace(placed, status=next(iter(exchange.messages), None))
        await store.add(job)
        return job

    async def _show(self, job: Job, note: str = "") -> None:
        # Named in full, so it finds that one or says why it cannot be used any more.
        model = self._services.catalog.choose(replace(job.request, model=job.model))
        conversation, budget = self._services.conversation(job)
        locale = Locale(job.locale)
        price = self._services.credits.price(job.credits, locale)
        against = doubt(locale, self._services.catalog, model)
        view = draft_view(job, model, price, "\n".join(filter(None, [note, against])))
        message = await write_final(conversation, budget, view, job.status, replying=job.command)
        if message != job.status:
            # Ordered meanwhile: then whoever runs it shows it.
            shown = replace(job, status=message)
            with suppress(LostRunError):
                await until_stored(job.id, partial(self._services.store.save, shown))
