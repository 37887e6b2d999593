"""`POST /v1/videos` or `/v1/videos/{id}/remix`, then `GET /v1/videos/{id}` and its `/content`.

Source: docs/gateways.md, "openai_videos".
"""

import re

import httpx

from core.catalog import Model
from core.dialects._generation import Generation
from core.dialects._http import Creation, FilePart, MultipartForm, Wire
from core.dialects._polled import Looks, generate_polled
from core.dialects._tasks import task_id_of
from core.dialects._videos import VIDEOS, look_at, remix
from core.dialects.endpoint import Endpoint
from core.files.crop import crop
from core.media import MediaRequest, RemoteAsset, TaskRef
from core.names import separate_names

_PIXELS = re.compile(r"(\d{2,4})x(\d{2,4})")


def payload(
    model: Model, request: MediaRequest, reference: FilePart | None = None
) -> MultipartForm:
    """The form of a creation: `seconds` and the switch are texts, a number would be refused."""
    prompt = separate_names(request.prompt) if model.characters else request.prompt
    texts = {"model": model.wire_name(request), "prompt": prompt}
    if size := model.size_for(request):
        texts["size"] = size
    if request.seconds:
        texts["seconds"] = str(request.seconds)
    if model.watermark:
        texts["watermark"] = "true" if request.watermark else "false"
    return MultipartForm(texts=texts, files=(reference,) if reference else ())


class OpenaiVideos:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=_creation, read_id=task_id_of, looks=self._looks
        )

    def _looks(self, task: TaskRef) -> Looks:
        return look_at(self._wire.endpoint.root, task)

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: this protocol deletes only what has ended."""


async def _creation(generation: Generation) -> Creation:
    model, request = generation.model, generation.request
    if request.source:
        return remix(request.prompt, request.source)
    return Creation(path=VIDEOS, body=payload(model, request, await _reference(model, request)))


async def _reference(model: Model, request: MediaRequest) -> FilePart | None:
    """The first frame, in exactly the size of the video, or it would be refused."""
    if not request.images:
        return None
    picture = request.images[0]
    wanted = _PIXELS.fullmatch(model.size_for(request))
    width, height = map(int, wanted.groups()) if wanted else (picture.width, picture.height)
    content = await crop(picture.path, width, height)
    return FilePart(
        name="input_reference", filename="reference.jpg", mime="image/jpeg", content=content
    )
