"""`POST /prompt` of a ComfyUI server under an id of ours, then `GET /api/jobs/{id}`; no key.

Pictures are uploaded before. What is sent is the operator's own workflow, filled in. The files lie
at `/view`.
Source: docs/gateways.md, "comfyui".
"""

from contextlib import suppress
from functools import partial
from uuid import uuid4

import httpx

from core.dialects._comfy_answers import (
    OutputLeftOutError,
    OutputLinks,
    place_in_queue,
    read_creation,
    read_job,
)
from core.dialects._comfy_uploads import uploaded
from core.dialects._comfy_workflow import filled_in
from core.dialects._faults import Circumstances
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._json import Json, mapping
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import TaskReply
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError
from core.media import RemoteAsset, TaskRef

# A job and the queue are told with all their workflows.
_LOOK_BYTES = 32_000_000
_NO_SUCH_PATH = frozenset({404, 405})


class Comfyui:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http, look_bytes=_LOOK_BYTES)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        try:
            return await generate_polled(
                self._wire,
                generation,
                create=self._creation,
                read_id=partial(read_creation, output=_output(generation)),
                looks=partial(self._looks, generation),
            )
        except OutputLeftOutError as error:
            # The rest of it would be made for nobody.
            await self.cancel(error.task)
            raise

    async def _creation(self, generation: Generation) -> Creation:
        pictures = await uploaded(self._wire, generation.request.images)
        prompt = filled_in(generation.model, generation.request, pictures)
        # A second creation under an id would run a second time: it is asked for instead.
        name = str(uuid4())
        body = {"prompt": prompt, "prompt_id": name}
        return Creation(path="/prompt", body=body, task=TaskRef(id=name))

    def _looks(self, generation: Generation, task: TaskRef) -> Looks:
        model, root = generation.model, self._wire.endpoint.root
        links = OutputLinks(root, _output(generation), model.kind)

        def answer(reply: TaskReply) -> tuple[RemoteAsset, ...]:
            if not reply.urls:
                raise JobError(Fault(kind=FaultKind.NO_MEDIA, maybe_billed=True))
            urls = reply.urls[: generation.request.count]
            # No key, but a proxy before it may want one; nobody else ever gets it.
            return tuple(
                RemoteAsset(urls=(url,), kind=model.kind, authorized=True) for url in urls
            )

        return Looks(ask=partial(_look, task), read=partial(read_job, links=links), answer=answer)

    async def cancel(self, task: TaskRef) -> None:
        call = self._wire.call
        with suppress(JobError):
            try:
                await call("POST", f"/api/jobs/{in_path(task)}/cancel")
            except JobError as error:
                if error.fault.http_status not in _NO_SUCH_PATH:
                    raise
                await call("POST", "/queue", {"delete": [task.id]})
                # The oldest stop whoever is at work, whatever id they are told.
                if place_in_queue(await self._wire.look("/queue"), task.id) == 0:
                    await call("POST", "/interrupt", {"prompt_id": task.id})


def _output(generation: Generation) -> str:
    workflow = generation.model.workflow
    return workflow.node(workflow.output) if workflow else ""


async def _look(task: TaskRef, wire: Wire, circumstances: Circumstances) -> Json:
    """What is known about a job, wherever this build keeps it.

    Raises:
        JobError: nobody knows it: it never came, or the server was started anew.
    """
    try:
        job = await wire.look(f"/api/jobs/{in_path(task)}", circumstances)
    except JobError as error:
        if error.fault.http_status not in _NO_SUCH_PATH:
            raise
    else:
        return {**job, **await _place(task, wire)} if job.get("status") == "pending" else job
    history = await wire.look(f"/history/{in_path(task)}", circumstances)
    if ended := mapping(history.get(task.id)):
        return ended
    place = place_in_queue(await wire.look("/queue", circumstances), task.id)
    if place is None:
        raise JobError(Fault(kind=FaultKind.EXPIRED, http_status=404))
    return {"status": "pending" if place else "in_progress", "place": place}


async def _place(task: TaskRef, wire: Wire) -> Json:
    """Its place in line, which nobody needs to know."""
    with suppress(JobError):
        return {"place": place_in_queue(await wire.look("/queue"), task.id)}
    return {}
