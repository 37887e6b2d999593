"""`POST /v1/chat/completions` that answers with a story of the video in the making, then its link.

Source: provider reference 2, 3.1, 3.2, 4 (147ai, eronmind, apiyi, whatai), as of 2026-11-20.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import httpx

from core.catalog import Model
from core.dialects._faults import Circumstances, classify, fault_of
from core.dialects._http import Wire
from core.dialects._images import data_uris
from core.dialects._json import Json
from core.dialects._narration import choose_assets, reason_of
from core.dialects._poll import poll
from core.dialects._stream import Story, urls_of
from core.dialects._tasks import TaskReply, read_source
from core.dialects.endpoint import Endpoint
from core.errors import MODERATION, Fault, FaultKind, JobError
from core.guard import origin
from core.media import Accepted, MediaRequest, RemoteAsset, Report, TaskRef
from core.redact import quote

_CREATE = "/v1/chat/completions"
# Some relays send the link behind the end mark (H12).
_AFTER_DONE_SECONDS = 2.0
_TOLD_IN_WORDS = MODERATION | {FaultKind.OVERLOADED, FaultKind.MODEL_GONE, FaultKind.QUOTA}
# What says more about the way to the status page than about the task.
_NOT_TELLING = frozenset(
    {FaultKind.EXPIRED, FaultKind.MISCONFIGURED, FaultKind.NETWORK, FaultKind.TIMEOUT}
)


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation: always streamed, pictures behind the text, in order."""
    content: str | list[Json] = request.prompt
    if images:
        parts = [{"type": "image_url", "image_url": {"url": url}} for url in images]
        content = [{"type": "text", "text": request.prompt}, *parts]
    body: dict[str, object] = {
        "model": model.wire_name(request),
        "stream": True,
        "messages": [{"role": "user", "content": content}],
    }
    if request.count > 1:
        body["n"] = request.count
    if request.seed is not None:
        body["seed"] = request.seed
    return body


def answer(story: Story, request: MediaRequest) -> tuple[RemoteAsset, ...]:
    """The videos that an ended story names; empty when it names none."""
    return choose_assets(story.links(), request.count)


def failure(story: Story, circumstances: Circumstances) -> Fault:
    """Say why a story that ended by itself has no video."""
    now = replace(circumstances, fraction=story.fraction)
    if story.decoder.loose:
        return fault_of(story.decoder.loose, 200, circumstances=now)
    if story.refusal is not None:
        fault = fault_of(story.refusal, 200, circumstances=now)
        return (
            replace(fault, kind=FaultKind.UPSTREAM) if fault.kind is FaultKind.UNKNOWN else fault
        )
    reason = reason_of(story.content, story.reasoning)
    kind = classify(reason, None, now)
    kind = kind if kind in _TOLD_IN_WORDS else FaultKind.NO_MEDIA
    # Chat gateways bill a 200, whatever the story says (5.4).
    return Fault(kind=kind, reason=quote(reason), maybe_billed=True)


class ChatVideo:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(
        self, model: Model, request: MediaRequest, report: Report, task: TaskRef | None = None
    ) -> tuple[RemoteAsset, ...]:
        circumstances = Circumstances(has_images=bool(request.images))
        if task is not None:
            return await self._resume(task, report, circumstances)
        story = Story(origin(self._wire.endpoint.root), urls_of(request.prompt))
        body = payload(model, request, await data_uris(request.images))
        async with self._wire.create(
            _CREATE, body, idle_seconds=model.idle_seconds, circumstances=circumstances
        ) as response:
            await report(Accepted())
            broken = await _follow(response, story, report)
        assets = answer(story, request)
        # A preview is what one takes when the real thing cannot be had.
        if assets and not (assets[0].preview and story.task_url):
            return assets
        fault = broken or failure(story, circumstances)
        if not story.task_url:
            raise JobError(fault)
        try:
            return await self._resume(TaskRef(id=story.task_url), report, circumstances)
        except JobError as error:
            if assets:
                return assets
            if error.fault.kind in _NOT_TELLING:
                raise JobError(fault) from error
            raise

    async def _resume(
        self, task: TaskRef, report: Report, circumstances: Circumstances
    ) -> tuple[RemoteAsset, ...]:
        async def look() -> TaskReply:
            return read_source(await self._wire.look(task.id))

        reply = await poll(look, report, self._wire.endpoint.pace, circumstances)
        if not reply.urls:
            raise JobError(Fault(kind=FaultKind.NO_MEDIA, maybe_billed=True))
        return (RemoteAsset(urls=reply.urls),)

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: closing the stream is all that this protocol offers."""


async def _follow(response: httpx.Response, story: Story, report: Report) -> Fault | None:
    """Read the stream to its end; gives the fault that broke it, if it did not end by itself."""
    broken: Fault | None = None
    task_url = ""
    try:
        async with asyncio.timeout(None) as grace:
            async for chunk in response.aiter_bytes():
                for event in story.hear(chunk):
                    await report(event)
                if story.task_url != task_url:
                    task_url = story.task_url
                    await report(Accepted(task=TaskRef(id=task_url)))
                if story.done and story.has_video():
                    break
                if story.done and grace.when() is None:
                    grace.reschedule(asyncio.get_running_loop().time() + _AFTER_DONE_SECONDS)
    except TimeoutError:
        pass
    except (httpx.TransportError, httpx.DecodingError, ValueError) as error:
        broken = _broken(error)
    story.end()
    return broken


def _broken(error: Exception) -> Fault:
    match error:
        case httpx.TimeoutException():
            kind = FaultKind.TIMEOUT
        case httpx.TransportError():
            kind = FaultKind.NETWORK
        case _:
            kind = FaultKind.BAD_PAYLOAD
    return Fault(kind=kind, reason=quote(str(error)), maybe_billed=True)
