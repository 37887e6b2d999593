"""`POST /v1/chat/completions` that answers with a story of the video in the making, then its link.

Source: provider reference 2, 3.1, 3.2, 4 (147ai, eronmind, apiyi, whatai), as of 2026-11-20.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial

import httpx

from core.catalog import Model
from core.dialects._faults import Circumstances, classify, known_fault
from core.dialects._http import Wire
from core.dialects._images import data_uris
from core.dialects._json import Json
from core.dialects._narration import choose_assets, reason_of
from core.dialects._poll import poll
from core.dialects._stream import Story
from core.dialects._tasks import read_source
from core.dialects.endpoint import Endpoint
from core.errors import MODERATION, Fault, FaultKind, JobError
from core.guard import origin
from core.media import Accepted, MediaRequest, Queued, RemoteAsset, Rendering, Report, TaskRef
from core.redact import quote

_CREATE = "/v1/chat/completions"
_TOLD_IN_WORDS = MODERATION | {FaultKind.OVERLOADED, FaultKind.MODEL_GONE, FaultKind.QUOTA}


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
    """Say why an ended story has no video; that it broke only when it has not told why."""
    now = replace(circumstances, fraction=story.fraction)
    begun = bool(story.content or story.reasoning)
    if story.refusal is not None:
        fault = known_fault(story.refusal, 200, or_else=FaultKind.UPSTREAM, circumstances=now)
        return replace(fault, maybe_billed=begun)
    if story.decoder.loose and not begun:
        loose = story.decoder.loose
        return known_fault(loose, 200, or_else=FaultKind.BAD_PAYLOAD, circumstances=now)
    reason = reason_of(story.content, story.reasoning)
    kind = classify(reason, None, now)
    if kind not in _TOLD_IN_WORDS:
        if story.broken:
            return story.broken
        kind = FaultKind.NO_MEDIA
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
        story = Story(origin(self._wire.endpoint.root), request.prompt)
        body = payload(model, request, await data_uris(request.images))
        async with self._wire.create(
            _CREATE, body, idle_seconds=model.idle_seconds, circumstances=circumstances
        ) as response:
            await report(Accepted())
            await self._follow(response, story, report)
        assets = answer(story, request)
        # A preview is what one takes when the real thing cannot be had.
        if assets and not (assets[0].preview and story.task_url):
            return assets
        fault = failure(story, circumstances)
        if not story.task_url:
            raise JobError(fault)
        try:
            return await self._resume(TaskRef(id=story.task_url), report, circumstances)
        except JobError as error:
            if assets:
                return assets
            if error.fault.kind is FaultKind.NETWORK:  # it says nothing about the task
                raise JobError(fault) from error
            raise

    async def _follow(self, response: httpx.Response, story: Story, report: Report) -> None:
        """Hear the stream to its end."""
        chunks = response.aiter_bytes()
        until: float | None = None
        told = ""
        while (events := await _hear(chunks, story, until)) is not None:
            for event in events:
                await report(event)
            told = await _tell_task(story, told, report)
            if story.done and story.has_video():
                break
            if story.done and until is None:
                until = asyncio.get_running_loop().time() + self._wire.endpoint.pace.afterwards
        story.end()
        await _tell_task(story, told, report)

    async def _resume(
        self, task: TaskRef, report: Report, circumstances: Circumstances
    ) -> tuple[RemoteAsset, ...]:
        look = partial(self._wire.look, task.id)
        reply = await poll(look, read_source, report, self._wire.endpoint.pace, circumstances)
        if not reply.urls:
            raise JobError(Fault(kind=FaultKind.NO_MEDIA, maybe_billed=True))
        return (RemoteAsset(urls=reply.urls),)

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: closing the stream is all that this protocol offers."""


async def _hear(
    chunks: AsyncIterator[bytes], story: Story, until: float | None
) -> list[Queued | Rendering] | None:
    """Give the events in the next bytes; None at the end, and when the stream breaks."""
    try:
        async with asyncio.timeout_at(until):
            return story.hear(await anext(chunks))
    except (StopAsyncIteration, TimeoutError):
        pass
    except (httpx.TransportError, httpx.DecodingError, ValueError) as error:
        story.broken = _broken(error)
    return None


async def _tell_task(story: Story, told: str, report: Report) -> str:
    if story.task_url != told:
        await report(Accepted(task=TaskRef(id=story.task_url)))
    return story.task_url


def _broken(error: Exception) -> Fault:
    match error:
        case httpx.TimeoutException():
            kind = FaultKind.TIMEOUT
        case httpx.TransportError():
            kind = FaultKind.NETWORK
        case _:
            kind = FaultKind.BAD_PAYLOAD
    return Fault(kind=kind, reason=quote(str(error)), maybe_billed=True)
