"""`POST /v1/videos` or `/v1/videos/{id}/remix`, then `GET /v1/videos/{id}` and its `/content`.

Source: provider reference 3.4 (OpenAI's video format, whatai family, eronmind), as of 2026-11-20.
"""

import re
from functools import partial
from urllib.parse import quote as percent_encode

import httpx

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.dialects._creation import create_task
from core.dialects._faults import Circumstances
from core.dialects._flags import separate_names
from core.dialects._http import FilePart, MultipartForm, Wire
from core.dialects._json import Json
from core.dialects._poll import poll
from core.dialects._tasks import Status, TaskReply, read_task
from core.dialects.endpoint import Endpoint
from core.files.crop import crop
from core.media import Accepted, MediaRequest, RemoteAsset, Report, TaskRef

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

    async def generate(
        self,
        model: Model,
        request: MediaRequest,
        report: Report,
        task: TaskRef | None = None,
        hook: Hook | None = None,
    ) -> tuple[RemoteAsset, ...]:
        circumstances = Circumstances(has_images=bool(request.images))
        if task is None:
            task = await self._create(model, request, circumstances)
            await report(Accepted(task=task))
        path = _path(task)
        content = f"{self._wire.endpoint.root}{path}/content"
        look, read = partial(self._wire.look, path), partial(read_video, content=content)
        pace = self._wire.endpoint.pace
        reply = await poll(look, read, report, pace, circumstances, hook=hook)
        return answer(reply, content)

    async def _create(
        self, model: Model, request: MediaRequest, circumstances: Circumstances
    ) -> TaskRef:
        if request.source:
            path, body = f"{_path(request.source)}/remix", remix(request)
        else:
            path, body = _VIDEOS, payload(model, request, await _reference(model, request))
        return await create_task(self._wire, path, body, circumstances)

    async def cancel(self, task: TaskRef) -> None:
        """Do nothing: this protocol deletes only what has ended."""


def _path(task: TaskRef) -> str:
    return f"{_VIDEOS}/{percent_encode(task.id, safe='')}"


async def _reference(model: Model, request: MediaRequest) -> FilePart | None:
    """The picture to begin with, in exactly the size of the video, or it would be refused."""
    if not request.images:
        return None
    picture = request.images[0]
    wanted = _PIXELS.fullmatch(model.size_for(request))
    width, height = map(int, wanted.groups()) if wanted else (picture.width, picture.height)
    content = await crop(picture.path, width, height)
    return FilePart(
        name="input_reference", filename="reference.jpg", mime="image/jpeg", content=content
    )
