"""`POST /v1beta/models/{model}:generateContent`: pictures in and out as base64 inside JSON.

Source: docs/gateways.md, "gemini".
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from urllib.parse import quote as percent_encode

import httpx

from core.catalog import Model
from core.dialects._chat_text import choose_assets, links_in
from core.dialects._faults import Circumstances, message_of
from core.dialects._gemini import FILTERED, blocked_of, check_size, inline_part, parts_of, told_of
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._inline import Sieve, decode
from core.dialects._json import Json, dig, items, mapping, text
from core.dialects._results import generate_at_once, nothing_made
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind
from core.media import MediaKind, MediaRequest, RemoteAsset, TaskRef

_GOOD_ENDS = ("", "STOP")
_EMPTY = RemoteAsset(kind=MediaKind.IMAGE)


def payload(model: Model, request: MediaRequest, images: Sequence[str]) -> Json:
    """The body of a creation: pictures before the words, options only where asked for."""
    shape = {"aspectRatio": request.ratio, "imageSize": model.resolution_for(request).upper()}
    config: dict[str, object] = {"responseModalities": ["IMAGE"]}
    if said := {name: value for name, value in shape.items() if value}:
        config["imageConfig"] = said
    if request.seed is not None:
        config["seed"] = request.seed
    parts = [*map(inline_part, images), {"text": request.prompt}]
    return {"contents": [{"role": "user", "parts": parts}], "generationConfig": config}


def answer(reply: Json, request: MediaRequest, root: str) -> tuple[RemoteAsset, ...]:
    """The pictures in an answer, without drafts where there is better; empty if there are none."""
    parts = list(parts_of(reply))
    final = [each for part in parts if not part.get("thought") for each in _found(part, request)]
    if not final and not _end_of(reply):
        drafts = [each for part in parts for each in _found(part, request)]
        final = [replace(draft, preview=True) for draft in drafts[-1:]]
    keyed = [replace(each, authorized=_is_own(each, root)) for each in final]
    return tuple(keyed[-request.count :])


def _found(part: Json, request: MediaRequest) -> Iterator[RemoteAsset]:
    inline = mapping(part.get("inlineData") or part.get("inline_data"))
    file = mapping(part.get("fileData") or part.get("file_data"))
    if data := decode(text(inline.get("data"))):
        yield replace(_EMPTY, data=data)
    if url := text(file.get("fileUri") or file.get("file_uri")):
        yield replace(_EMPTY, urls=(url,))
    yield from _found_in(text(part.get("text")), request)


def _found_in(told: str, request: MediaRequest) -> Iterator[RemoteAsset]:
    """Some resellers put the picture into the text, itself or as a link."""
    sieve = Sieve()
    told = sieve.feed(told) + sieve.end()
    for data in filter(None, map(decode, sieve.pictures())):
        yield replace(_EMPTY, data=data)
    links = [link for link in links_in(told, prompt=request.prompt) if link.sort == "image"]
    if links:
        yield from choose_assets(links, request.count, MediaKind.IMAGE)


def _is_own(asset: RemoteAsset, root: str) -> bool:
    """Whether it lies at the gateway itself, which wants the key for it."""
    return any(url.startswith(f"{root}/") for url in asset.urls)


def _end_of(reply: Json) -> str:
    """The first word for how it ended that is not a good one; "" when nothing is said."""
    ends = [text(dig(each, "finishReason")) for each in items(reply.get("candidates"))]
    bad = [end for end in ends if end not in _GOOD_ENDS]
    return bad[0] if bad else ""


def failure(reply: Json, circumstances: Circumstances) -> Fault:
    """Say why a good answer holds no picture: in the model's words, else in the protocol's."""
    blocked = blocked_of(reply)
    end = blocked or _end_of(reply)
    said = " ".join(text(part.get("text")) for part in parts_of(reply) if not part.get("thought"))
    fault = nothing_made(said.strip() or told_of(reply) or end or message_of(reply), circumstances)
    if blocked:
        kind = FaultKind.MODERATION_PROMPT
        if blocked == "IMAGE_SAFETY" and circumstances.has_images:
            kind = FaultKind.MODERATION_INPUT_IMAGE
        return replace(fault, kind=kind)
    return replace(fault, kind=FaultKind.MODERATION_OUTPUT) if end in FILTERED else fault


async def _creation(generation: Generation) -> Creation:
    model, request = generation.model, generation.request
    images = await data_uris(request.images)
    check_size(request.prompt, images)
    name = percent_encode(model.wire_name(request), safe="")
    path = f"/v1beta/models/{name}:generateContent"
    return Creation(path=path, body=payload(model, request, images), names_model=True)


class Gemini:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        wire = self._wire
        return await generate_at_once(
            wire,
            generation,
            create=_creation,
            answer=partial(answer, root=wire.endpoint.root),
            failure=failure,
        )

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: there is no task, and closing the connection stops nobody."""
