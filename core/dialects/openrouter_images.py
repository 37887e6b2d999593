"""`POST /v1/chat/completions` of OpenRouter with `modalities`: its answer holds the pictures.

Source: docs/gateways.md, "openrouter_images".
"""

from collections.abc import Sequence
from dataclasses import replace

import httpx

from core.catalog import Model
from core.dialects._faults import Circumstances, refuse
from core.dialects._gemini import FILTERED
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris, picture_part
from core.dialects._inline import decode
from core.dialects._json import Json, dig, mapping, text, texts
from core.dialects._results import generate_at_once, nothing_made
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind
from core.media import MediaKind, MediaRequest, RemoteAsset, TaskRef

_CREATE = "/v1/chat/completions"
# What OpenAI calls it, beside the words of the maker.
_FILTERED = FILTERED | {"CONTENT_FILTER"}


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation; which `modalities` there are is among the model's constants."""
    shape = {"aspect_ratio": request.ratio, "image_size": model.resolution_for(request).upper()}
    content = [{"type": "text", "text": request.prompt}, *map(picture_part, images)]
    body: dict[str, object] = {
        "model": model.wire_name(request),
        "messages": [{"role": "user", "content": content}],
        **model.constants,
    }
    if said := {name: value for name, value in shape.items() if value}:
        body["image_config"] = said
    if request.seed is not None:
        body["seed"] = request.seed
    return body


def answer(reply: Json, request: MediaRequest) -> tuple[RemoteAsset, ...]:
    """The pictures in an answer; empty when there are none."""
    found = texts(reply, "choices.*.message.images.*.image_url.url")
    return tuple(asset for asset in map(_asset, found) if asset)[-request.count :]


def _asset(url: str) -> RemoteAsset | None:
    if url.startswith(("http://", "https://")):
        return RemoteAsset(urls=(url,), kind=MediaKind.IMAGE)
    data = decode(url)
    return RemoteAsset(data=data, kind=MediaKind.IMAGE) if data else None


def failure(reply: Json, circumstances: Circumstances) -> Fault:
    """Say why a good answer holds no picture: in the model's words, else in its end's.

    Raises:
        JobError: the maker has refused behind a good status.
    """
    choice = mapping(dig(reply, "choices.0"))
    refuse(choice, circumstances)
    words = (text(dig(choice, f"message.{name}")).strip() for name in ("refusal", "content"))
    ends = [text(choice.get(name)) for name in ("native_finish_reason", "finish_reason")]
    fault = nothing_made(next(filter(None, (*words, *ends)), ""), circumstances)
    filtered = _FILTERED & {end.upper() for end in ends}
    return replace(fault, kind=FaultKind.MODERATION_OUTPUT) if filtered else fault


class OpenrouterImages:
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
    images = await data_uris(generation.request.images)
    return Creation(path=_CREATE, body=payload(generation.model, generation.request, images))
