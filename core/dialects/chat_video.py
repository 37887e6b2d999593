"""`POST /v1/chat/completions` that answers with a story of the video or picture in the making.

At its end stands a link, or a picture itself.

Source: docs/gateways.md, "chat_video and chat_image", "Server-sent events".
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import httpx

from core.bodies import body_of
from core.catalog import Model
from core.dialects._chat_states import has_begun, stayed_outside
from core.dialects._chat_stream import ChatStream
from core.dialects._chat_text import choose_assets, reason_of
from core.dialects._faults import (
    Circumstances,
    classify,
    inside,
    is_html,
    known_fault,
    message_of,
)
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire, broken_off
from core.dialects._images import data_uris, picture_part
from core.dialects._inline import decode
from core.dialects._json import Json, dig, text
from core.dialects._poll import at, poll
from core.dialects._polled import links
from core.dialects._tasks import read_source
from core.dialects.endpoint import Endpoint
from core.errors import MODERATION, Fault, FaultKind, JobError
from core.media import (
    Accepted,
    MediaKind,
    MediaRequest,
    Queued,
    RemoteAsset,
    Rendering,
    Report,
    TaskRef,
)
from core.public_http import origin
from core.redact import quote

_CREATE = "/v1/chat/completions"
_LIMIT_BYTES = 128_000_000
_TOLD_IN_WORDS = MODERATION | {
    FaultKind.MODEL_GONE,
    FaultKind.OVERLOADED,
    FaultKind.QUOTA,
    FaultKind.RATE_LIMITED,
}


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation: always streamed, pictures behind the text, in order."""
    prompt = " ".join(filter(None, (model.prefix_for(request), request.prompt)))
    content: str | list[Json] = prompt
    if images:
        content = [{"type": "text", "text": prompt}, *map(picture_part, images)]
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


def answer(
    story: ChatStream, request: MediaRequest, images: Sequence[str] = ()
) -> tuple[RemoteAsset, ...]:
    """What an ended story names or holds; empty when it is nothing, or only what was sent."""
    if story.kind is MediaKind.IMAGE:
        sent = {image.rpartition(",")[2] for image in images}
        made = [decode(picture) for picture in story.pictures if picture not in sent]
        if found := tuple(RemoteAsset(data=data, kind=story.kind) for data in made if data):
            return found[-request.count :]
    return choose_assets(story.links(), request.count, story.kind)


def failure(story: ChatStream, circumstances: Circumstances) -> Fault:
    """Say why an ended story has no result; that it broke only when it has not told why."""
    now = replace(circumstances, fraction=story.fraction)
    if story.refusal is not None:
        return _refused(story, story.refusal, now)
    if story.decoder.loose and not story.chars:
        loose = story.decoder.loose
        fault = known_fault(loose, or_else=FaultKind.BAD_PAYLOAD, circumstances=now)
        # A page comes from a wrong address, which has asked nobody.
        return replace(fault, maybe_billed=not is_html(loose))
    reason = reason_of(story.content, story.reasoning, prompt=now.prompt)
    kind = classify(reason, None, now)
    if kind not in _TOLD_IN_WORDS:
        if story.broken:
            return story.broken
        kind = FaultKind.NO_MEDIA
    # Chat gateways bill a 200, whatever the story says ("What is billed when").
    said = message_of({"message": reason})
    return Fault(kind=kind, reason=quote(said), maybe_billed=True)


def _refused(story: ChatStream, refusal: Json, circumstances: Circumstances) -> Fault:
    """Read an error that came inside the story; states and codes say whether it was taken."""
    told = f"{story.content}\n{story.reasoning}"
    said = text(dig(refusal, "error.message")) or message_of(refusal)
    begun = has_begun(told, said)
    now = replace(circumstances, begun=begun)
    fault = known_fault(refusal, or_else=FaultKind.UPSTREAM, circumstances=now)
    coded = inside(refusal, now.prompt)
    refused = coded.is_refusal or (coded.status is None and stayed_outside(told))
    return replace(fault, maybe_billed=begun or not refused)


class ChatVideo:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        model, request, report = generation.model, generation.request, generation.report
        if generation.task is not None:
            return await self._resume(generation, generation.task)
        story = ChatStream(origin(self._wire.endpoint.root), request.prompt, model.kind)
        images = await data_uris(request.images)
        creation = Creation(path=_CREATE, body=payload(model, request, images))
        async with self._wire.create(
            creation, idle_seconds=model.idle_seconds, circumstances=generation.circumstances
        ) as response:
            await report(Accepted())
            accepted = asyncio.get_running_loop().time()
            await self._follow(response, story, report)
        assets = answer(story, request, images)
        # A preview is what one takes when the real thing cannot be had.
        if assets and not (assets[0].preview and story.task_url):
            return assets
        seconds = asyncio.get_running_loop().time() - accepted
        fault = failure(story, replace(generation.circumstances, seconds=seconds))
        if not story.task_url:
            raise JobError(fault)
        try:
            return await self._resume(generation, TaskRef(id=story.task_url))
        except JobError as error:
            if assets:
                return assets
            if error.fault.kind is FaultKind.NETWORK:  # it says nothing about the task
                raise JobError(fault) from error
            raise

    async def _follow(self, response: httpx.Response, story: ChatStream, report: Report) -> None:
        """Read the stream to its end."""
        chunks = body_of(response, _LIMIT_BYTES)
        until: float | None = None
        told = ""
        while (events := await _hear(chunks, story, until)) is not None:
            for event in events:
                await report(event)
            told = await _tell_task(story, told, report)
            if story.done and story.may_have_result():
                break
            if story.done and until is None:
                until = asyncio.get_running_loop().time() + self._wire.endpoint.pace.afterwards
        story.end()
        await _tell_task(story, told, report)

    async def _resume(self, generation: Generation, task: TaskRef) -> tuple[RemoteAsset, ...]:
        reply = await poll(self._wire, generation, at(task.id), read_source)
        return links(reply, generation.model.kind)

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: closing the stream is all that this protocol offers."""


async def _hear(
    chunks: AsyncIterator[bytes], story: ChatStream, until: float | None
) -> list[Queued | Rendering] | None:
    """Give the events in the next bytes; None at the end, and when the stream breaks."""
    try:
        async with asyncio.timeout_at(until):
            return story.hear(await anext(chunks))
    except (StopAsyncIteration, TimeoutError):
        pass
    except (httpx.TransportError, httpx.DecodingError, ValueError) as error:
        story.broken = broken_off(error)
    return None


async def _tell_task(story: ChatStream, told: str, report: Report) -> str:
    if story.task_url != told:
        await report(Accepted(task=TaskRef(id=story.task_url)))
    return story.task_url
