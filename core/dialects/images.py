"""`POST /v1/images/generations` or, with pictures, `/v1/images/edits`: the answer is the result.

Source: docs/gateways.md, "images".
"""

from collections.abc import Sequence
from dataclasses import replace

import httpx

from core.catalog import Model
from core.dialects._faults import Circumstances, message_of
from core.dialects._generation import Generation
from core.dialects._http import Creation, FilePart, MultipartForm, Wire
from core.dialects._images import data_uris, file_parts
from core.dialects._inline import decode
from core.dialects._json import Json, each, items, mapping, text
from core.dialects._results import generate_at_once, nothing_made
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind
from core.media import MediaKind, MediaRequest, RemoteAsset, TaskRef

_CREATE = "/v1/images/generations"
_EDIT = "/v1/images/edits"


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation; some models take pictures in it."""
    body: dict[str, object] = {**_options(model, request)}
    if images:
        body["image"] = list(images)
    if request.count > 1:
        body["n"] = request.count
    return body


def edit(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of an edit, where it is JSON: one picture stands alone, several in a list."""
    pictures = [{"type": "image_url", "url": url} for url in images]
    given = {"images": pictures} if pictures[1:] else {"image": pictures[0]}
    return {**payload(model, request, []), **given}


def form(model: Model, request: MediaRequest, files: Sequence[FilePart]) -> MultipartForm:
    """The body of an edit: all options are texts."""
    texts = _options(model, request)
    if request.count > 1:
        texts["n"] = str(request.count)
    return MultipartForm(texts=texts, files=tuple(files))


def _options(model: Model, request: MediaRequest) -> dict[str, str]:
    """What both bodies say. What was not asked for is left out, never empty."""
    size = model.size_for(request)
    said = {
        "model": model.wire_name(request),
        "prompt": request.prompt,
        "size": size,
        "aspect_ratio": "" if size else request.ratio or "",
        "image_size": model.resolution_for(request).upper(),
        "quality": model.quality_for(request),
        "response_format": model.response_format,
    }
    return {name: value for name, value in said.items() if value}


def answer(reply: Json, request: MediaRequest) -> tuple[RemoteAsset, ...]:
    """The pictures in an answer; empty when there are none."""
    found = [_asset(mapping(item)) for item in items(reply.get("data"))]
    return tuple(asset for asset in found if asset)[: request.count]


def _asset(item: Json) -> RemoteAsset | None:
    if item.get("respect_moderation") is False:
        return None
    url = text(item.get("url")).strip()
    inside = text(item.get("b64_json")) or (url if url.startswith("data:") else "")
    urls = (url,) if url.startswith(("http://", "https://")) else ()
    data = decode(inside) or None
    return RemoteAsset(urls=urls, data=data, kind=MediaKind.IMAGE) if data or urls else None


def failure(reply: Json, circumstances: Circumstances) -> Fault:
    """Say why a good answer holds no picture."""
    fault = nothing_made(message_of(reply), circumstances)
    if any(kept is False for kept in each(reply, "data.*.respect_moderation")):
        return replace(fault, kind=FaultKind.MODERATION_OUTPUT)
    return fault


class Images:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_at_once(
            self._wire, generation, create=_creation, answer=answer, failure=failure
        )

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: there is no task, and closing the connection stops nobody."""


async def _creation(generation: Generation) -> Creation:
    model, request = generation.model, generation.request
    if request.images and model.edits not in ("", "json"):
        return Creation(path=_EDIT, body=form(model, request, await _files(model, request)))
    images = await data_uris(request.images)
    if images and model.edits:
        return Creation(path=_EDIT, body=edit(model, request, images))
    return Creation(path=_CREATE, body=payload(model, request, images))


async def _files(model: Model, request: MediaRequest) -> list[FilePart]:
    pictures = await file_parts(model.edits, request.images)
    masks = await file_parts("mask", [request.mask] if request.mask else [])
    return [*pictures, *masks]
