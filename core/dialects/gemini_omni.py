"""`POST /v1beta/interactions` of Gemini Omni, then `GET /v1beta/interactions/{id}`.

What is made lies at a link that wants the key. `POST …/{id}/cancel` stops an interaction.
Source: docs/gateways.md, "gemini_omni".
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import httpx

from core.catalog import Model
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._json import Json, items, mapping, text
from core.dialects._poll import at
from core.dialects._polled import Looks, generate_polled, in_path, links
from core.dialects._tasks import Status, TaskReply, cost_of, read_task, task_id_of
from core.dialects.endpoint import Endpoint
from core.media import ImageRole, MediaRequest, RemoteAsset, TaskRef

_INTERACTIONS = "/v1beta/interactions"
# Ends that are none of the words that others use.
_STOPPED = frozenset({"incomplete", "budget_exceeded", "requires_action"})


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation; without `background` and `uri` it would answer with the video."""
    wanted: dict[str, object] = {"type": "video", "delivery": "uri"}
    said = {
        "aspect_ratio": request.ratio,
        "resolution": model.resolution_for(request),
        "duration": request.seconds and f"{request.seconds}s",
    }
    config: dict[str, object] = {"video_config": {"task": _task(model, images)}}
    if request.seed is not None:
        config["seed"] = request.seed
    return {
        "model": model.wire_name(request),
        "input": [*map(_picture, images), {"type": "text", "text": request.prompt}],
        "background": True,
        "store": True,
        "response_format": wanted | {name: value for name, value in said.items() if value},
        "generation_config": config,
    }


def _task(model: Model, images: Sequence[str]) -> str:
    if not images:
        return "text_to_video"
    is_frame = model.images.role(0) is not ImageRole.REFERENCE
    return "image_to_video" if is_frame else "reference_to_video"


def _picture(uri: str) -> Json:
    mime, _, data = uri.removeprefix("data:").partition(";base64,")
    return {"type": "image", "data": data, "mime_type": mime}


def read(body: Json) -> TaskReply:
    """Read one look. A completed interaction of words alone is a refusal, and says why.

    Raises:
        JobError: the answer is a refusal, and says nothing about how the task is.
    """
    status, parts = text(body.get("status")), list(_made(body))
    uri = next((uri for part in parts if (uri := text(part.get("uri")))), "")
    if uri:
        return TaskReply(status=Status.SUCCEEDED, urls=(_bytes_at(uri),), cost=cost_of(body))
    words = " ".join(filter(None, (text(part.get("text")) for part in parts)))
    reply = read_task(body)
    if status in _STOPPED or (reply.status is Status.SUCCEEDED and words):
        reason, codes = reply.reason or words or status, reply.codes | {status}
        return replace(reply, status=Status.FAILED, reason=reason, codes=codes)
    return reply


def _made(body: Json) -> Iterator[Json]:
    for step in items(body.get("steps")):
        if mapping(step).get("type") == "model_output":
            yield from map(mapping, items(mapping(step).get("content")))


def _bytes_at(uri: str) -> str:
    if "alt=" in uri:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}alt=media"


def answer(reply: TaskReply) -> tuple[RemoteAsset, ...]:
    """What a completed interaction made, which the key opens; raises JobError if it is nothing."""
    return tuple(replace(asset, authorized=True) for asset in links(reply))


async def _creation(generation: Generation) -> Creation:
    images = await data_uris(generation.request.images)
    body = payload(generation.model, generation.request, images)
    return Creation(path=_INTERACTIONS, body=body)


class GeminiOmni:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=_creation, read_id=task_id_of, looks=_looks
        )

    async def cancel(self, task: TaskRef) -> None:
        """Stop the interaction; what it has cost so far stays."""
        await self._wire.withdraw(f"{_INTERACTIONS}/{in_path(task)}/cancel", "POST")


def _looks(task: TaskRef) -> Looks:
    return Looks(ask=at(f"{_INTERACTIONS}/{in_path(task)}"), read=read, answer=answer)
