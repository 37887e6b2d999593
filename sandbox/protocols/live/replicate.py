"""POST /v1/models/{owner}/{name}/predictions as Replicate has it."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import replicate_error
from sandbox.protocols.bodies import ParsedRequest, parse_body
from sandbox.protocols.live.inputs import read_input
from sandbox.protocols.live.routes import LiveProtocol, Withdrawal
from sandbox.protocols.polls import Poll

LOOK = "/v1/predictions/{task_id}"
SENSITIVE = "The output was flagged as sensitive. Please try again with different inputs. (E005)"


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    input: dict[str, Any]
    webhook: str = ""
    webhook_events_filter: Annotated[list[str], Field(max_length=4)] = []


def read(models: Models, raw: bytes, name: str) -> ParsedRequest:
    """Understand the body of a creation for the model that its path names."""
    body = parse_body(_Body, raw, Kind.REPLICATE)
    own = json.dumps(body.input).encode()
    return read_input(Kind.REPLICATE, models, name, own, body.webhook)


def created(order: PaidOrder, links: Links) -> dict[str, object]:
    """The answer to a creation."""
    url = f"{links.root}/v1/predictions/{order.task_id}"
    return {
        "id": order.task_id,
        "model": order.model,
        "status": "starting",
        "output": None,
        "logs": "",
        "error": None,
        "urls": {"get": url, "cancel": f"{url}/cancel"},
    }


def unknown() -> Response:
    """Nobody knows the id."""
    return replicate_error(404, "Not found", "The requested resource could not be found.")


def _made(poll: Poll) -> dict[str, object]:
    links = [poll.links.watch(nth) for nth in range(1, poll.order.count + 1)]
    # One video is a text, pictures are a list, be it only one.
    return _state(poll, "succeeded", links if poll.order.picture else links[0])


def _state(
    poll: Poll, status: str | None, output: list[str] | str | None = None, error: str | None = None
) -> dict[str, object]:
    percent = int(100 * poll.fraction)
    return {
        "id": poll.order.task_id,
        "model": poll.order.model,
        "status": status,
        "output": output,
        "error": error,
        "logs": f"Using seed: 7\n  0%|          | 0/28\n {percent:3}%|####      | 12/28\n",
        "metrics": {"predict_time": poll.seconds},
    }


REPLICATE = LiveProtocol(
    kind=Kind.REPLICATE,
    create="/v1/models/{model:path}/predictions",
    look=LOOK,
    read=read,
    created=created,
    state=_state,
    queued="starting",
    running="processing",
    done=_made,
    moderated=lambda poll: _state(poll, "failed", error=SENSITIVE),
    linkless=lambda poll: _state(poll, "succeeded"),
    words={
        "task-aborted": lambda poll: JSONResponse(_state(poll, "aborted")),
        "fail-completed": lambda poll: JSONResponse(
            _state(poll, "failed", error="Prediction interrupted; please retry (code: PA)")
        ),
    },
    unknown=unknown,
    cancelled="canceled",
    cancel=Withdrawal(
        method="POST",
        path=LOOK + "/cancel",
        done=lambda poll: JSONResponse(_state(poll, "canceled")),
        refused=lambda poll: JSONResponse(_state(poll, "succeeded")),
        running=True,
    ),
    status=201,
)
