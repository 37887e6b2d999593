"""`POST /v1/models/{owner}/{name}/predictions`, then `GET /v1/predictions/{id}` until its end.

Each model has an input of its own, which the model's `fields` say.
Source: docs/gateways.md, "replicate".
"""

from dataclasses import replace
from functools import partial
from urllib.parse import quote as percent_encode

import httpx

from core.dialects._fields import filled
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._json import Json, text, texts
from core.dialects._logs import share_in
from core.dialects._poll import at
from core.dialects._polled import Looks, each_link, generate_polled, in_path
from core.dialects._tasks import TaskReply, read_task, task_id_of
from core.dialects.endpoint import Endpoint
from core.media import RemoteAsset, TaskRef

_PREDICTIONS = "/v1/predictions"


def payload(body: Json, webhook: str = "") -> Json:
    """The body of a creation, around a model's own input."""
    if not webhook:
        return {"input": body}
    return {"input": body, "webhook": webhook, "webhook_events_filter": ["completed"]}


def read(body: Json) -> TaskReply:
    """Read one look. What was made is a link, or a list of them.

    Raises:
        JobError: it is no answer about the prediction.
    """
    reply = read_task(body)
    output = text(body.get("output"))
    return replace(
        reply,
        fraction=share_in(text(body.get("logs"))),
        urls=(output,) if output else texts(body, "output.*"),
    )


async def _creation(generation: Generation) -> Creation:
    model, request, hook = generation.model, generation.request, generation.hook
    own = filled(model, request, await data_uris(request.images))
    return Creation(
        path=f"/v1/models/{percent_encode(model.wire_name(request))}/predictions",
        body=payload(own, hook.url if hook else ""),
        names_model=True,
    )


class Replicate:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        answer = partial(each_link, generation)
        return await generate_polled(
            self._wire,
            generation,
            create=_creation,
            read_id=task_id_of,
            looks=lambda task: Looks(ask=at(_path(task)), read=read, answer=answer),
        )

    async def cancel(self, task: TaskRef) -> None:
        """Stop the prediction; what has run until then may be billed."""
        await self._wire.withdraw(f"{_path(task)}/cancel", "POST")


def _path(task: TaskRef) -> str:
    return f"{_PREDICTIONS}/{in_path(task)}"
