"""Drafts: jobs that are shown, and may be reworded, before anybody orders them."""

import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from functools import partial

from core.chat.suggestions import suggested
from core.engine.active_job import show_end
from core.engine.order import Order, place
from core.errors import UserError
from core.exchanges import Exchange
from core.i18n import Locale
from core.jobs import Job, JobState, LostRunError
from core.media import MediaRequest
from core.messages.status import write_final
from core.messages.views import draft_view, replaced_view
from core.messages.wording import doubt
from core.platform import MessageLostError
from core.services import Services
from core.storing import until_stored

# Nobody asks for another so often.
_EARLIER = 20


class JobDrafts:
    """Makes drafts of what chat models suggest, and changes or replaces them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def put(self, exchange: Exchange) -> None:
        """Make a draft of a suggestion, under its id and in its message; where it is, show it.

        The one that it follows is replaced by it.

        Raises:
            UserError: no model can do it any more.
            MessageLostError: the chat takes no messages from us any more.
        """
        job = await until_stored(exchange.id, partial(self._made_of, exchange))
        if job.state is JobState.DRAFT:
            await self._show(job, exchange.note)
        for earlier in await self._before(exchange):
            await self._replace(earlier)

    async def reword(self, job_id: str, request: MediaRequest) -> None:
        """Let a draft say something else from now on.

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

    async def _before(self, exchange: Exchange) -> Collection[str]:
        """The suggestions in whose place it comes, also those before one that has failed."""
        if not exchange.follows:
            return ()
        read = partial(self._services.exchanges.chain, exchange.follows, limit=_EARLIER)
        found = await until_stored(exchange.id, read)
        return {exchange.follows, *(each.id for each in found)}

    async def _replace(self, job_id: str) -> None:
        """Let an older suggestion rest, unless it was ordered or dropped."""
        store = self._services.store
        draft = await until_stored(job_id, partial(store.claim, job_id, only=JobState.DRAFT))
        if draft is None:
            return
        ended = replace(draft, state=JobState.CANCELLED, credits=0, ended_at=time.time())
        # Ordered at the same moment: then it is.
        with suppress(LostRunError):
            await until_stored(job_id, partial(store.save, ended))
            await show_end(self._services, ended, replaced_view(ended))

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
            with suppress(LostRunError):
                await self._services.store.save(replace(job, status=message))
