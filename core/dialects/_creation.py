"""A creation that is answered with the name of a task.

Source: provider reference 5.4, H40, H41.
"""

from core.dialects._faults import Circumstances, fault_of, is_html
from core.dialects._http import Body, Wire, read_text, refuse
from core.dialects._json import mapping, parse
from core.dialects._tasks import task_id_of
from core.errors import Fault, FaultKind, JobError
from core.media import TaskRef
from core.redact import quote

_IDLE_SECONDS = 120.0


async def create_task(wire: Wire, path: str, body: Body, circumstances: Circumstances) -> TaskRef:
    """Post a request that costs money, once, and give the task that it has become.

    Raises:
        JobError: what `Wire.create` raises, a refusal under status 200, or AMBIGUOUS when the
            answer names no task: it may exist all the same.
    """
    async with wire.create(
        path, body, idle_seconds=_IDLE_SECONDS, circumstances=circumstances
    ) as response:
        raw = await read_text(response)
    reply = mapping(parse(raw))
    refuse(reply, circumstances)
    if is_html(raw):
        raise JobError(fault_of(raw, response.status_code))
    task_id = task_id_of(reply)
    if not task_id:
        fault = Fault(kind=FaultKind.AMBIGUOUS, reason=quote(raw), maybe_billed=True)
        raise JobError(fault)
    return TaskRef(id=task_id)
