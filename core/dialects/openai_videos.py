"""`POST /v1/videos` or `/v1/videos/{id}/remix`, then `GET /v1/videos/{id}` and its `/content`.

Source: docs/gateways.md, "openai_videos".
"""

import re
from functools import partial

import httpx

from core.catalog import Model
from core.dialects._generation import Generation
from core.dialects._http import Creation, FilePart, MultipartForm, Wire
from core.dialects._json import Json
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import Status, TaskReply, read_task, task_id_of
from core.dialects.endpoint import Endpoint
from core.files.crop import crop
from core.media import MediaRequest, RemoteAsset, TaskRef
from core.names import separate_names

_VIDEOS = "/v1/videos"
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


def remix(request: MediaRequest) -> Json:
    """The body of a change: nothing but the prompt; all else is as it was."""
    return {"prompt": request.prompt}


def read_video(body: Json, content: str) -> TaskReply:
    """Read an answer to a poll. Official ones name no link: `content` is where the video is."""
    reply = read_task(body)
    if reply.urls or reply.status is not Status.SUCCEEDED:
        return reply
    return TaskReply(status=reply.status, fraction=reply.fraction, urls=(content,))


def answer(reply: TaskReply, content: str) -> tuple[RemoteAsset, ...]:
    """What a task that has succeeded made; the gateway's own copy wants the key."""
    own = any(url.endswith("/content") for url in reply.urls)
    urls = dict.fromkeys((*reply.urls, content) if own else reply.urls)
    return (RemoteAsset(urls=tuple(urls), authorized=own),)


class OpenaiVideos:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=_creation, read_id=task_id_of, looks=self._looks
        )

    def _looks(self, task: TaskRef) -> Looks:
        path = f"{_VIDEOS}/{in_path(task)}"
        content = f"{self._wire.endpoint.root}{path}/content"
        read = partial(read_video, content=content)
        return Looks(path=path, read=read, answer=partial(answer, content=content))

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: this protocol deletes only what has ended."""


async def _creation(generation: Generation) -> Creation:
    model, request = generation.model, generation.request
    if request.source:
        return Creation(path=f"{_VIDEOS}/{in_path(request.source)}/remix", body=remix(request))
    return Creation(path=_VIDEOS, body=payload(model, request, await _reference(model, request)))


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
