"""The gallery: what somebody has made, for themselves alone.

Whoever asks for what is somebody else's learns as little as who asks for what has never been.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bots.web.cards import card_of
from bots.web.files import Seats, sent
from bots.web.outcomes import FormOutcome
from bots.web.result import served_of, small_paths
from bots.web.signed_in import SignedIn, Visit, came_from
from core.commands.perform import Answer
from core.delivery.page import shown_paths
from core.errors import JobError
from core.files.elsewhere import here_of
from core.i18n import translate
from core.jobs import Job, JobState
from core.media import MediaKind
from core.past_jobs import ResultFilter, ResultMark

log = logging.getLogger(__name__)

_AT_ONCE = 24
_NOWHERE = 404
_ID = re.compile(r"[0-9a-f]{32}")
_MARK = re.compile(r"(\d{1,12}\.\d{1,9})-([0-9a-f]{32})")
_FIELD_CHARS = 200
_KINDS = {str(kind): kind for kind in (MediaKind.VIDEO, MediaKind.IMAGE)}


class GalleryPages:
    """What somebody has made, and what they can do with it.

    Args:
        signed_in: makes the routes of the area.
        seats: how many may be sent a file at once.
    """

    def __init__(self, signed_in: SignedIn, seats: Seats) -> None:
        self._in = signed_in
        self._services = signed_in.engine.services
        self._seats = seats
        self.routes: Sequence[Route] = [
            signed_in.shows("/", self.results),
            signed_in.shows("/result", self.result),
            signed_in.sends("/files/{job}/{name}", self.file),
            signed_in.takes("/again", self.again),
            signed_in.takes("/share", self.share),
            signed_in.takes("/unshare", self.unshare),
            signed_in.takes("/discard", self.discard),
        ]

    async def results(self, visit: Visit) -> Response:
        """Show what fits, the newest first, so many at once."""
        query = visit.request.query_params
        wanted = ResultFilter(
            kind=_KINDS.get(query.get("kind", "")),
            model=query.get("model", "")[:_FIELD_CHARS],
            words=query.get("words", "").strip()[:_FIELD_CHARS],
        )
        user, past = visit.session.user.party, self._services.past_jobs
        found = await past.results(user, wanted, _mark(query.get("after", "")), limit=_AT_ONCE)
        asked = {"kind": wanted.kind or "", "model": wanted.model, "words": wanted.words}
        return self._in.page(
            visit,
            "gallery.html",
            cards=await self._cards(visit, found.jobs),
            models=await past.models_of(user),
            wanted=wanted,
            is_filtered=any(asked.values()),
            is_first="after" not in query,
            newest=_address(asked),
            older=_address({**asked, "after": _text(found.rest)}) if found.rest else "",
            can_share=self._services.shares.can_be_made,
        )

    async def result(self, visit: Visit) -> Response:
        """Show one, with all of its words."""
        job = await self._own(visit, visit.request.query_params.get("of", ""))
        return await self._one(visit, job) if job else self._nowhere(visit)

    async def file(self, visit: Visit) -> Response:
        """Send a file of one's own: from anywhere on, as who plays it needs it."""
        job_id, name = (visit.request.path_params[each] for each in ("job", "name"))
        job = await self._own(visit, job_id)
        served = served_of(job).get(name) if job else None
        if job is None or served is None:
            return _nothing()
        if served.otherwise and not await asyncio.to_thread(served.path.exists):
            served = served.otherwise
        try:
            await self._services.files.fetch([served.path])
        except JobError as error:
            log.warning("files of job %s cannot be brought here: %s", job.id, error)
        # A name of ours: what people have typed stands in no header.
        save_as = f"{job.id[:8]}-{name}" if "download" in visit.request.query_params else ""
        answer = await sent(visit.request, served, self._seats, save_as=save_as)
        return answer or _nothing()

    async def again(self, visit: Visit) -> Response:
        """Order the same once more, into the chat that it came from."""
        job = await self._posted(visit)
        if job is None:
            return self._nowhere(visit)
        place = await self._services.access.present(job.conversation)
        answer = await self._in.do(visit, "again", {"job": job.id}, place)
        # Its own message in the chat is the answer; where the bot is banned there is none.
        otherwise = "gallery-ordered" if answer.done else "chat-unreached"
        return await self._answered(visit, job, answer, otherwise)

    async def share(self, visit: Visit) -> Response:
        """Make a link that can be passed on."""
        job = await self._posted(visit)
        if job is None:
            return self._nowhere(visit)
        # Who has access through a chat alone has it there, for what was made there.
        place = await self._services.access.present(job.conversation)
        answer = await self._in.do(visit, "share", {"of": job.id}, place)
        return await self._answered(visit, job, answer, "gallery-unshared")

    async def unshare(self, visit: Visit) -> Response:
        """Take all links back."""
        job = await self._posted(visit)
        if job is None:
            return self._nowhere(visit)
        answer = await self._in.do(visit, "unshare", {"of": job.id})
        return await self._answered(visit, job, answer)

    async def discard(self, visit: Visit) -> Response:
        """Delete one for good."""
        job = await self._posted(visit)
        if job is None:
            return self._nowhere(visit)
        answer = await self._in.do(visit, "discard", {"of": job.id})
        return await self._answered(visit, job, answer)

    async def _posted(self, visit: Visit) -> Job | None:
        return await self._own(visit, visit.form.get("of", ""))

    async def _own(self, visit: Visit, job_id: str) -> Job | None:
        """A finished result of the visitor's; None for all else, whoever asks."""
        if not _ID.fullmatch(job_id):
            return None
        job = await self._services.store.get(job_id)
        is_theirs = job is not None and job.user.party == visit.session.user.party
        return job if job and is_theirs and job.state is JobState.DONE and job.assets else None

    async def _answered(
        self, visit: Visit, job: Job, answer: Answer, otherwise: str = ""
    ) -> Response:
        """Back to where the form was, with what has come of it."""
        text = answer.view.text if answer.view else self._say(visit, otherwise)
        # Who has deleted it on its own page comes to all the others.
        page = came_from(visit.form)
        is_gone = page.startswith("result") and await self._own(visit, job.id) is None
        outcome = FormOutcome(text=text, is_done=answer.done)
        return self._in.back(visit, outcome, "" if is_gone else page)

    async def _one(self, visit: Visit, job: Job) -> Response:
        return self._in.page(
            visit,
            "gallery-result.html",
            cards=await self._cards(visit, [job], whole=True),
            can_share=self._services.shares.can_be_made,
        )

    async def _cards(
        self, visit: Visit, jobs: Sequence[Job], *, whole: bool = False
    ) -> Sequence[object]:
        services = self._services
        there = await services.files.had([path for job in jobs for path in shown_paths(job)])
        small = await asyncio.to_thread(here_of, small_paths(jobs))
        # Nobody waits for them: this time it is the files themselves that are shown.
        copies = self._in.engine.small_copies
        copies.want(job.id for job in reversed(jobs) if not small.issuperset(small_paths([job])))
        shared = await services.shares.living([job.id for job in jobs])
        return [
            card_of(
                job,
                visit.locale,
                there={*there, *small},
                price=services.credits.price(job.credits, visit.locale) if job.credits else "",
                is_shared=job.id in shared,
                whole=whole,
            )
            for job in jobs
        ]

    def _nowhere(self, visit: Visit) -> Response:
        return self._in.says(visit, "gallery-nowhere", _NOWHERE)

    def _say(self, visit: Visit, key: str) -> str:
        return translate(visit.locale, key)


def _mark(said_: str) -> ResultMark | None:
    found = _MARK.fullmatch(said_)
    return ResultMark(created_at=float(found[1]), id=found[2]) if found else None


def _text(mark: ResultMark) -> str:
    return f"{mark.created_at!r}-{mark.id}"


def _address(query: dict[str, str]) -> str:
    """One of our pages, in the same folder: nothing in a query leads anywhere else."""
    return f"?{urlencode({name: value for name, value in query.items() if value})}"


def _nothing() -> Response:
    return PlainTextResponse("not found", status_code=_NOWHERE)
