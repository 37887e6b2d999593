"""Brings what a job has made into its chat, in the best form that the chat takes."""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from core.delivery.post import post
from core.delivery.prepare import Prepared, is_native, lower, prepare
from core.engine.active_job import ActiveJob
from core.errors import Fault, FaultKind, JobError
from core.jobs import JobState
from core.messages.progress import Phase
from core.messages.views import part_refused_view, result_view
from core.platform import (
    CaptionRefusedError,
    MediaPost,
    MessageLostError,
    MessageRef,
    RefusedError,
    TooLargeError,
    UncertainError,
    View,
)
from core.services import Services

log = logging.getLogger(__name__)

# How often the limits of a chat may turn out to be lower than we thought.
_SHRINKS = 2


class Posting:
    """One delivery of one job. The row says so before the first byte goes out."""

    def __init__(self, services: Services, active: ActiveJob) -> None:
        self._services = services
        self._active = active

    async def post(self) -> None:
        """Post, and put into the job where the media are; whoever ends it stores that.

        Raises:
            JobError: the chat takes them in no form at all.
        """
        try:
            await self._post_what_fits()
        except (MessageLostError, RefusedError, UncertainError) as error:
            log.warning("job %s: could not be posted: %s", self._active.job.id, error)
            raise JobError(Fault(kind=FaultKind.UNDELIVERABLE)) from error

    async def _post_what_fits(self) -> None:
        # A chat may say "too large" below the limit that it told us; then the limit is learned.
        for _ in range(_SHRINKS):
            try:
                await self._post(await self._prepare())
            except TooLargeError:
                # It was refused, so it is not there.
                self._active.job = replace(self._active.job, posting=False)
            else:
                return
        await self._post(self._lowered(replace(await self._prepare(), as_documents=True)))

    async def _prepare(self) -> Prepared:
        active, limits = self._active, self._active.conversation.limits
        if not all(is_native(asset, limits) for asset in active.job.assets):
            # Fitting takes long: what was fetched is stored before. Else it is when it is posted.
            await active.save(replace(active.job, state=JobState.DELIVERING))
            active.show(replace(active.progress, phase=Phase.FITTING))
        endpoint = self._services.endpoint(active.model)
        return await prepare(active.job.assets, active.job.results, limits, endpoint)

    async def _post(self, ready: Prepared) -> None:
        active = self._active
        # Posted by an earlier process that died before it could say so? Then not again.
        replacing = active.job.status if active.job.posting else None
        if replacing:
            await active.close()  # no frame may come after what takes its place
        # `posting` marks the one gap: from here a crash leaves open whether it is in the chat.
        await active.save(
            replace(
                active.job, state=JobState.DELIVERING, posting=True, credits=self._charged(ready)
            )
        )
        message, taken = await self._put_in_some_form(ready, replacing)
        # Stored by whoever says that the job is done: nothing lies between the two.
        active.job = replace(active.job, delivered=message, credits=self._charged(taken))

    async def _put_in_some_form(
        self, ready: Prepared, replacing: MessageRef | None
    ) -> tuple[MessageRef, Prepared]:
        """Post what is ready; if the chat refuses it, the next lower form."""
        silent = False
        while True:
            media = self._media(ready)
            try:
                message = await self._put(_without_words(media) if silent else media, replacing)
            except TooLargeError:
                raise
            except RefusedError as error:
                log.warning("job %s: was refused: %s", self._active.job.id, error)
                # The media matter more than the words: a caption must never cost the video.
                if isinstance(error, CaptionRefusedError) and not silent:
                    silent = True
                elif len(ready.assets) > 1:
                    return await self._put_one_by_one(ready)
                else:
                    ready = self._lowered(ready)
                    silent = silent and bool(ready.assets)
            else:
                if silent:
                    await self._put_words(media)
                return message, ready

    async def _put_one_by_one(self, ready: Prepared) -> tuple[MessageRef, Prepared]:
        """Post each asset by itself, so that one that is refused does not cost the others."""
        messages: list[MessageRef] = []
        taken: list[Prepared] = []
        for part in ready.apart():
            try:
                message, form = await self._put_in_some_form(part, None)
            except RefusedError as error:
                log.warning("job %s: a part of it was refused: %s", self._active.job.id, error)
            else:
                messages.append(message)
                taken.append(form)
        if not messages:
            raise RefusedError("no part of it is taken")
        if missing := len(ready.assets) - len(messages):
            view = part_refused_view(self._active.job, missing)
            await self._put_text(f"{self._active.job.id}/missing", view)
        files = tuple(file for message in messages for file in message.files)
        return replace(messages[0], files=files), _together(ready, taken)

    def _lowered(self, ready: Prepared) -> Prepared:
        active = self._active
        form = lower(ready, active.job.results, self._services.endpoint(active.model))
        if form is None:
            raise RefusedError("there is no other form")
        return form

    async def _put_words(self, media: MediaPost) -> None:
        """Post what stands under media that are in the chat already. It may be missing."""
        await self._put_text(f"{media.key}/words", View(text=media.view.text))

    async def _put_text(self, key: str, view: View) -> None:
        try:
            await self._put(MediaPost(key=key, assets=(), view=view), None)
        except (MessageLostError, RefusedError) as error:
            log.warning("job %s: words below it were not taken: %s", self._active.job.id, error)

    def _media(self, ready: Prepared) -> MediaPost:
        active = self._active
        sandboxed = self._services.sandboxed
        view = result_view(
            active.job, active.model, time.time(), ready.withheld, sandboxed=sandboxed
        )
        return MediaPost(
            key="/".join(filter(None, (active.job.id, ready.part))),
            assets=ready.assets,
            view=view,
            replying=active.job.command,
            spoiler=active.job.request.spoiler,
            as_documents=ready.as_documents,
        )

    async def _put(self, media: MediaPost, replacing: MessageRef | None) -> MessageRef:
        active = self._active
        try:
            return await post(active.conversation, active.budget, media, replacing=replacing)
        except UncertainError as error:
            log.warning("job %s: the post may be in the chat: %s", active.job.id, error)
            # Repeated as an edit of the status message, which cannot become a second post.
            await active.close()
            return await post(
                active.conversation, active.budget, media, replacing=active.job.status
            )

    def _charged(self, ready: Prepared) -> int:
        """The price of what was made; missing results are not charged."""
        request = self._active.job.request
        made = len(ready.assets) + sum(bool(each.link) for each in ready.withheld)
        return self._active.model.credits_for(request) * min(made, request.count) // request.count


def _without_words(media: MediaPost) -> MediaPost:
    return replace(media, view=replace(media.view, text="", elsewhere=""))


def _together(ready: Prepared, parts: Sequence[Prepared]) -> Prepared:
    """Everything that was taken in the end, in whatever form."""
    assets = tuple(asset for part in parts for asset in part.assets)
    withheld = tuple(each for part in parts for each in part.withheld)
    return replace(ready, assets=assets, withheld=(*ready.withheld, *withheld))
