"""Asks a ComfyUI server about a job, wherever its build keeps that.

Source: docs/gateways.md, "What comfyui answers".
"""

from contextlib import suppress

from core.dialects._comfy_answers import place_in_queue
from core.dialects._faults import Circumstances
from core.dialects._http import Wire
from core.dialects._json import Json, mapping
from core.dialects._polled import in_path
from core.errors import Fault, FaultKind, JobError
from core.media import TaskRef

NO_SUCH_PATH = frozenset({404, 405})
"""How builds answer that are too old for a path."""


async def look(task: TaskRef, wire: Wire, circumstances: Circumstances) -> Json:
    """What is known about a job, wherever this build keeps it.

    Raises:
        JobError: nobody knows it: it never came, or the server was started anew.
    """
    try:
        job = await wire.look(f"/api/jobs/{in_path(task)}", circumstances)
    except JobError as error:
        if error.fault.http_status not in NO_SUCH_PATH:
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
