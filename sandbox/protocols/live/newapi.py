"""POST /v1/video/generations as relays that run new-api have it."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import task_error
from sandbox.protocols.bodies import ParsedRequest, parse_body
from sandbox.protocols.live.inputs import read_input
from sandbox.protocols.live.routes import LiveProtocol
from sandbox.protocols.polls import Poll

# Made up for each word, as there.
PROGRESS = {"QUEUED": "20%", "IN_PROGRESS": "50%", "SUCCESS": "100%", "FAILURE": "100%"}
KEPT_BACK = "OutputVideoSensitiveContentDetected"


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")

    model: str


def read(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of a creation: what stands beside the model is the model's own input."""
    body = parse_body(_Body, raw, Kind.NEWAPI)
    own: dict[str, Any] = body.model_extra or {}
    return read_input(Kind.NEWAPI, models, body.model, json.dumps(own).encode())


def created(order: PaidOrder, _: Links) -> dict[str, object]:
    """The answer to a creation: OpenAI's object, with the relay's own id twice."""
    return {
        "id": order.task_id,
        "task_id": order.task_id,
        "object": "video",
        "model": order.model,
        "status": "queued",
    }


def unknown() -> Response:
    """Nobody knows the id."""
    return task_error(400, "task_not_exist", "task_not_exist")


def _state(poll: Poll, status: str | None, **more: object) -> dict[str, object]:
    progress = PROGRESS.get(status or "", "30%")
    task = {"task_id": poll.order.task_id, "status": status, "progress": progress}
    said = {"fail_reason": "", "result_url": "", "data": {"status": "running"}, **more}
    return {"code": "success", "message": "", "data": {**task, **said}}


def _kept_back(poll: Poll) -> dict[str, object]:
    error = {"code": KEPT_BACK, "message": "The output may contain sensitive information."}
    told = {"status": "failed", "error": error}
    return _state(poll, "FAILURE", fail_reason="task failed", data=told)


def _in_reason(poll: Poll) -> Response | None:
    """Older builds put the link where they say why there is none."""
    if poll.fraction < 1:
        return None
    return JSONResponse(_state(poll, "SUCCESS", fail_reason=poll.links.watch()))


def _from_maker(poll: Poll) -> Response | None:
    """Some say it only in the maker's own answer, which stands inside."""
    if poll.fraction < 1:
        return None
    told = {"status": "succeeded", "content": {"video_url": poll.links.watch()}}
    return JSONResponse(_state(poll, "SUCCESS", data=told))


NEWAPI = LiveProtocol(
    kind=Kind.NEWAPI,
    create="/v1/video/generations",
    look="/v1/video/generations/{task_id}",
    read=read,
    created=created,
    state=_state,
    queued="QUEUED",
    running="IN_PROGRESS",
    done=lambda poll: _state(poll, "SUCCESS", result_url=poll.links.watch()),
    moderated=_kept_back,
    linkless=lambda poll: _state(poll, "SUCCESS"),
    words={
        "link-in-reason": _in_reason,
        "link-from-maker": _from_maker,
        "fail-completed": lambda poll: JSONResponse(
            _state(poll, "FAILURE", fail_reason="upstream error: do request failed")
        ),
    },
    unknown=unknown,
)
