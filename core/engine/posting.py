"""Brings what a job has made into its chat, in the best form that the chat takes."""

import asyncio
import logging
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from core.delivery.page import make_page
from core.delivery.post import post
from core.delivery.prepare import Prepared, is_native, lower, prepare
from core.engine.active_job import ActiveJob
from core.engine.order import promised
from core.errors import Fault, FaultKind, JobError, StorageError
from core.jobs import JobState
from core.messages.progress import Phase
from core.messages.views import maybe_twice_view, part_refused_view, priced, result_view
from core.platform import (
    CaptionRefusedError,
    MediaPost,
    MessageLostError,
    MessageRef,
    RefusedError,
    SlowDownError,
    TooLargeError,
    UncertainError,
    UnreachableError,
    View,
)
from core.services import Services

log = logging.getLogger(__name__)

# How often the limits of a chat may turn out to be lower than we thought.
_SHRINKS = 2
_SILENT = View(text="")


class Posting:
    """One delivery of one job. The row says so before the first byte goes out.

    Args:
        leavable: is clear from the first byte on, unless it becomes clear that nothing is there.
    """

    def __init__(self, services: Services, active: ActiveJob, leavable: asyncio.Event) -> None:
        self._services = services
        self._active = active
        self._leavable = leavable
        self._promised = promised(services.catalog, active.job, active.model)
        self._paid = self._address = ""
        self._refused = 0
        # Whether the status message holds a result by now, and whether the chat may hold any.
        self._in_place = self._begun = False
        # What is said below the media once they are known to be there.
        self._below: list[MediaPost] = []

    async def post(self) -> None:
        """Post, and put into the job where the media are; whoever ends it stores that.

        Raises:
            JobError: the chat takes them in no form at all, or did not say that it has all.
        """
        active = self._active
        try:
            await self._post_what_fits()
        except (MessageLostError, RefusedError) as error:
            log.warning("job %s: could not be posted: %s", active.job.id, error)
            raise JobError(Fault(kind=FaultKind.UNDELIVERABLE)) from error
        except UncertainError as error:
            log.warning("job %s: it may be in the chat or not: %s", active.job.id, error)
            if self._in_place:
                active.leave_status()
            # Only its person can see that: whatever we did by ourselves could make a second one.
            raise JobError(Fault(kind=FaultKind.UNCONFIRMED)) from error

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
        ready = replace(await self._prepare(), as_documents=True)
        await self._post(await self._lowered(ready))

    async def _prepare(self) -> Prepared:
        active = self._active
        await active.conversation.measure()
        limits = active.conversation.limits
        if not all(is_native(asset, limits) for asset in active.job.assets):
            # Fitting takes long: what was fetched is stored before. Else it is when it is posted.
            await active.save(replace(active.job, state=JobState.DELIVERING))
            active.show(replace(active.progress, phase=Phase.FITTING))
        endpoint = self._services.endpoint(active.model)
        ready = await prepare(active.job.assets, active.job.results, limits, endpoint)
        made_again = any(asset not in active.job.assets for asset in ready.assets)
        page = await self._page() if made_again or ready.withheld else ""
        if not page:
            return ready
        withheld = [replace(each, link=page, on_page=True) for each in ready.withheld]
        return replace(
            ready, withheld=tuple(withheld), original=page if made_again and not withheld else ""
        )

    async def _page(self) -> str:
        """Where the result can be seen as it was made; "" where there is no such page.

        What is private is on none: only its person decides that.
        """
        job = self._active.job
        if not (self._address or job.request.private):
            try:
                self._address = await make_page(self._services, job)
            except StorageError as error:
                # It is good to have. What was paid for is not held up by it.
                log.warning("job %s: has no page: %s", job.id, error)
        return self._address

    async def _post(self, ready: Prepared) -> None:
        active, limits = self._active, self._active.conversation.limits
        status = active.job.status
        # Posted by an earlier process that died before it could say so? Then not again. And what
        # is posted by a short-lived access is never found again, unless it is where we know it.
        in_place = status and (active.job.posting or status.access)
        replacing = status if in_place else None
        if replacing:
            await active.close()  # no frame may come after what takes its place
        # `posting` marks the one gap: from here a crash leaves open whether it is in the chat.
        await active.save(
            replace(
                active.job, state=JobState.DELIVERING, posting=True, credits=self._charged(ready)
            )
        )
        self._paid = await active.told_paid()
        parts = ready.cut(limits, in_place=replacing is not None)
        message, taken = await self._put_parts(parts, replacing)
        # Stored by whoever says that the job is done: nothing lies between the two.
        active.job = replace(active.job, delivered=message, credits=self._charged(taken))
        if self._refused:
            # The words above have told the price of all of them.
            view = part_refused_view(active.job, self._refused)
            self._say_below("missing", priced(view, await active.told_paid()))
        if self._below:
            await active.save(active.job)  # what follows takes its time, and may be missing
            await self._put_below(message)

    async def _put_parts(
        self, parts: Sequence[Prepared], replacing: MessageRef | None
    ) -> tuple[MessageRef, Prepared]:
        """Post each, so that one that is refused does not cost the others.

        Raises:
            UncertainError: the chat did not say of one of them whether it is there.
            RefusedError, MessageLostError: none of them is.
        """
        job, messages, taken = self._active.job, list[MessageRef](), list[Prepared]()
        refused, trouble = 0, Exception()
        lost: UncertainError | None = None
        for part in parts:
            try:
                # The words stand with the first that is there.
                wordless = replace(part, withheld=(), wordless=True) if messages else part
                message, form = await self._put_part(wordless, replacing)
            except UncertainError as error:
                lost = error
            except (MessageLostError, RefusedError) as error:
                log.warning("job %s: a part of it was refused: %s", job.id, error)
                refused, trouble = refused + len(part.assets), error
            else:
                messages.append(message)
                taken.append(form)
            replacing = None
        if lost:
            raise lost
        if not messages:
            raise trouble
        self._refused += refused
        files = tuple(file for message in messages for file in message.files)
        return replace(messages[0], files=files), _together(taken)

    async def _put_part(
        self, part: Prepared, replacing: MessageRef | None
    ) -> tuple[MessageRef, Prepared]:
        try:
            return await self._put_in_some_form(part, replacing)
        except TooLargeError:
            if not self._begun:
                raise
            # To fit all of them once more would post the others twice.
            lowered = await self._lowered(replace(part, as_documents=True))
            return await self._put_in_some_form(lowered, replacing)

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
                    return await self._put_parts(ready.apart(), None)
                else:
                    ready = await self._lowered(ready)
                    silent = silent and bool(ready.assets)
            else:
                self._note_words(media, silent=silent)
                return message, ready

    async def _lowered(self, ready: Prepared) -> Prepared:
        active = self._active
        page = await self._page() if ready.as_documents else ""
        form = lower(ready, active.job.results, self._services.endpoint(active.model), page)
        if form is None:
            raise RefusedError("there is no other form")
        return replace(form, wordless=False)

    def _note_words(self, media: MediaPost, *, silent: bool) -> None:
        """What could not stand under media that are in the chat now."""
        several = len(media.assets) > 1 and self._active.conversation.limits.album_counts
        if silent:
            self._say_below("words", View(text=media.view.text))
        if several and media.view.buttons:
            # A message needs some text: the first line says which result the buttons are about.
            line = media.view.text.partition("\n")[0]
            self._say_below("buttons", View(text=line, buttons=media.view.buttons))

    def _say_below(self, about: str, view: View) -> None:
        key = f"{self._active.job.id}/{about}"
        self._below.append(MediaPost(key=key, assets=(), view=view))

    async def _put_below(self, message: MessageRef) -> None:
        for words in self._below:
            try:
                await self._put(replace(words, replying=message), None)
            except (MessageLostError, RefusedError) as error:
                log.warning(
                    "job %s: words below it were not taken: %s", self._active.job.id, error
                )

    def _media(self, ready: Prepared) -> MediaPost:
        active = self._active
        sandboxed = self._services.sandboxed
        view = result_view(
            active.job,
            active.model,
            time.time(),
            ready.withheld,
            original=ready.original,
            sandboxed=sandboxed,
        )
        return MediaPost(
            key="/".join(filter(None, (active.job.id, ready.part))),
            assets=ready.assets,
            view=_SILENT if ready.wordless else priced(view, self._paid),
            replying=active.job.command,
            spoiler=active.job.request.spoiler,
            as_documents=ready.as_documents,
        )

    async def _put(self, media: MediaPost, replacing: MessageRef | None) -> MessageRef:
        active, most = self._active, self._active.conversation.limits.in_place
        try:
            message = await self._post_media(media, replacing)
        except UncertainError as error:
            self._begun = True
            fits = most is None or len(media.assets) <= most
            if replacing or self._in_place or active.job.status is None or not fits:
                raise
            log.warning("job %s: the post may be in the chat: %s", active.job.id, error)
            # Repeated as an edit of the status message, which cannot become one more post.
            await active.close()
            view = maybe_twice_view(active.job, media.view)
            media, replacing = replace(media, view=view), active.job.status
            message = await self._post_media(media, replacing)
        self._in_place, self._begun = self._in_place or replacing is not None, True
        return message

    async def _post_media(self, media: MediaPost, replacing: MessageRef | None) -> MessageRef:
        where, within = self._active.conversation, self._active.budget
        return await post(where, within, media, replacing=replacing, sending=self._sending)

    @contextmanager
    def _sending(self) -> Generator[None]:
        """Whoever left now would not know whether it is there, and so it might come twice."""
        was_leavable = self._leavable.is_set()
        self._leavable.clear()
        try:
            yield
        except (SlowDownError, UnreachableError, RefusedError, MessageLostError):
            if was_leavable:
                self._leavable.set()
            raise

    def _charged(self, ready: Prepared) -> int:
        """The price of what was made; missing results are not charged."""
        request = self._active.job.request
        made = len(ready.assets) + sum(bool(each.link) for each in ready.withheld)
        return self._promised * min(made, request.count) // request.count


def _without_words(media: MediaPost) -> MediaPost:
    return replace(media, view=replace(media.view, text="", elsewhere=""))


def _together(parts: Sequence[Prepared]) -> Prepared:
    """Everything that was taken in the end, in whatever form."""
    return Prepared(
        assets=tuple(asset for part in parts for asset in part.assets),
        withheld=tuple(each for part in parts for each in part.withheld),
    )
