"""`POST /{endpoint}` of fal's queue with the model's own input, then its status, then its result.

Source: docs/gateways.md, "fal".
"""

import re
from dataclasses import replace
from functools import partial
from urllib.parse import quote as percent_encode

import httpx

from core.dialects._fields import filled
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._json import Json, items, mapping, text, texts
from core.dialects._logs import share_in
from core.dialects._poll import Ask
from core.dialects._polled import Looks, each_link, generate_polled
from core.dialects._tasks import Status, TaskReply, cost_of, read_task, status_of, task_id_of
from core.dialects._vocabulary import Circumstances
from core.dialects.endpoint import Endpoint
from core.errors import Fault, JobError
from core.media import Cost, RemoteAsset, TaskRef

_TASK = re.compile(r"/((?:\w[\w.-]*/){2,3}requests/\w[\w.-]*)(?:/status)?(?:\?.*)?")
# Apps of these have three parts, all others two; what follows is one of the app's endpoints.
_LONGER = frozenset({"workflows", "comfy"})
_RESULTS = ("video.url", "videos.*.url", "images.*.url", "image.url")
# So it refuses what was asked for; the others are about the key, the address or the load.
_OF_THE_JOB = frozenset({400, 413, 415, 422})


def task_of(endpoint: Endpoint, name: str, body: Json) -> str:
    """Find `owner/app/requests/ID` in the answer to a creation; "" when nothing is named.

    Addresses on another host are not followed: they would get the key.
    """
    for told in (body.get("response_url"), body.get("status_url")):
        if found := _TASK.fullmatch(endpoint.path_of(text(told))):
            return found[1]
    number = task_id_of({"id": body.get("request_id")})
    app = name.split("/")[: 3 if name.partition("/")[0] in _LONGER else 2]
    return "/".join((*app, "requests", percent_encode(number, safe=""))) if number else ""


def read(body: Json) -> TaskReply:
    """Read one look: the status, with its result under `made`. A failure is completed, too.

    Raises:
        JobError: it is no answer about the task.
    """
    reply, made = read_task(body), mapping(body.get("made"))
    nsfw = items(made.get("has_nsfw_concepts"))
    links = [found for place in _RESULTS if (found := texts(made, place))]
    cost, lines = body.get("cost"), texts(body, "logs.*.message")
    failed = body.get("error") and reply.status is Status.SUCCEEDED
    return replace(
        reply,
        status=Status.FAILED if failed else reply.status,
        kept_back=bool(nsfw) and all(nsfw),  # the pictures are black
        fraction=share_in("\n".join(lines)),
        cost=cost if isinstance(cost, Cost) else None,
        urls=links[0] if links else (),
    )


def _looks_at(path: str) -> Ask:
    async def look(wire: Wire, circumstances: Circumstances) -> Json:
        said = await wire.look(f"{path}/status?logs=1", circumstances)
        if status_of(said.get("status")) is not Status.SUCCEEDED or said.get("error"):
            return said
        try:
            made = await wire.ask("GET", path, circumstances=replace(circumstances, begun=True))
        except JobError as error:
            error.is_final = _is_of_the_job(error.fault)
            raise
        return {**said, "made": made.body, "cost": cost_of(made.body, made.headers)}

    return look


def _is_of_the_job(fault: Fault) -> bool:
    """Whether the result is this refusal, and will not be another one later."""
    said = fault.reason.casefold()
    return fault.http_status in _OF_THE_JOB and bool(said) and "still in progress" not in said


async def _creation(generation: Generation) -> Creation:
    model, request, hook = generation.model, generation.request, generation.hook
    query = f"?fal_webhook={percent_encode(hook.url, safe='')}" if hook else ""
    return Creation(
        path=f"/{percent_encode(model.wire_name(request))}{query}",
        body=filled(model, request, await data_uris(request.images)),
        names_model=True,
    )


class Fal:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        answer = partial(each_link, generation)
        named = generation.model.wire_name(generation.request)
        return await generate_polled(
            self._wire,
            generation,
            create=_creation,
            read_id=partial(task_of, self._wire.endpoint, named),
            looks=lambda task: Looks(ask=_looks_at(f"/{task.id}"), read=read, answer=answer),
        )

    async def cancel(self, task: TaskRef) -> None:
        """Take the task back if it is still queued; a running one may go on and be billed."""
        await self._wire.withdraw(f"/{task.id}/cancel", "PUT")
