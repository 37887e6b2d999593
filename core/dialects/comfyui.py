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
from core.dialects._comfy_looks import NO_SUCH_PATH, look
from core.dialects._comfy_progress import ProgressListener
from core.dialects._comfy_uploads import uploaded
from core.dialects._comfy_workflow import filled_in
from core.dialects._faults import Circumstances
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._json import Json
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import TaskReply
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError
from core.media import RemoteAsset, TaskRef

# A job and the queue are told with all their workflows.
_LOOK_BYTES = 32_000_000


class Comfyui:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http, look_bytes=_LOOK_BYTES)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        # A second creation under a name would run a second time: it is asked for instead.
        name = generation.task or TaskRef(id=str(uuid4()))
        try:
            async with ProgressListener(self._wire.endpoint, name.id) as listener:
                return await generate_polled(
                    self._wire,
                    generation,
                    create=partial(self._creation, name),
                    read_id=partial(read_creation, output=_output(generation)),
                    looks=partial(self._looks, generation, listener),
                )
        except OutputLeftOutError as error:
            # The rest of it would be made for nobody.
            await self.cancel(error.task)
            raise

    async def _creation(self, name: TaskRef, generation: Generation) -> Creation:
        pictures = await uploaded(self._wire, generation.request.images)
        prompt = filled_in(generation.model, generation.request, pictures)
        body = {"prompt": prompt, "prompt_id": name.id, "client_id": name.id}
        return Creation(path="/prompt", body=body, task=name)

    def _looks(self, generation: Generation, listener: ProgressListener, task: TaskRef) -> Looks:
        kind, root = generation.model.kind, self._wire.endpoint.root
        links = OutputLinks(root, _output(generation), kind)

        async def ask(wire: Wire, circumstances: Circumstances) -> Json:
            job = await look(task, wire, circumstances)
            if job.get("status") == "in_progress":
                listener.begin()
            return job

        return Looks(
            ask=ask,
            read=lambda body: read_job(body, links, listener.heard.fraction),
            answer=partial(_answer, generation),
        )

    async def cancel(self, task: TaskRef) -> None:
        call = self._wire.call
        with suppress(JobError):
            try:
                await call("POST", f"/api/jobs/{in_path(task)}/cancel")
            except JobError as error:
                if error.fault.http_status not in NO_SUCH_PATH:
                    raise
                await call("POST", "/queue", {"delete": [task.id]})
                # The oldest stop whoever is at work, whatever id they are told.
                if place_in_queue(await self._wire.look("/queue"), task.id) == 0:
                    await call("POST", "/interrupt", {"prompt_id": task.id})


def _output(generation: Generation) -> str:
    workflow = generation.model.workflow
    return workflow.node(workflow.output) if workflow else ""


def _answer(generation: Generation, reply: TaskReply) -> tuple[RemoteAsset, ...]:
    if not reply.urls:
        raise JobError(Fault(kind=FaultKind.NO_MEDIA, maybe_billed=True))
    kind, urls = generation.model.kind, reply.urls[: generation.request.count]
    # No key, but a proxy before it may want one; nobody else ever gets it.
    return tuple(RemoteAsset(urls=(url,), kind=kind, authorized=True) for url in urls)
