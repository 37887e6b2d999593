"""`POST /slides`, then `GET /slides/{number}` until the film is shown: a dialect to copy.

A real one names the vendor's page here, as a heading of docs/gateways.md.
"""

import httpx

from core.catalog import Model
from core.dialects._generation import Generation
from core.dialects._http import Creation, Wire
from core.dialects._images import data_uris
from core.dialects._json import Json, dig, text
from core.dialects._poll import at
from core.dialects._polled import Looks, generate_polled, in_path
from core.dialects._tasks import Status, TaskReply
from core.dialects.endpoint import Endpoint
from core.media import MediaRequest, RemoteAsset, TaskRef

NAME = "lantern"
_SLIDES = "/slides"
_PHASES = {
    "waiting": Status.QUEUED,
    "drawing": Status.RUNNING,
    "shown": Status.SUCCEEDED,
    "burnt": Status.FAILED,
}


def payload(model: Model, request: MediaRequest, images: list[str]) -> Json:
    """The body of a creation; what was not asked for is left out."""
    body: dict[str, object] = {"lens": model.wire_name(request), "scene": request.prompt}
    said = {"format": request.ratio, "seconds": request.seconds, "pictures": images}
    return body | {name: value for name, value in said.items() if value}


def read_id(body: Json) -> str:
    """The task's id in the answer to a creation; "" when there is none."""
    return text(dig(body, "slide.number"))


def read(body: Json) -> TaskReply:
    """One look at a task. A phase that we do not know leaves it unknown: it is asked on."""
    film, part = text(body.get("film")), body.get("part")
    return TaskReply(
        status=_PHASES.get(text(body.get("phase")), Status.UNKNOWN),
        fraction=part if isinstance(part, float) and 0 <= part <= 1 else None,
        urls=(film,) if film else (),
        reason=text(body.get("why")),
    )


async def _creation(generation: Generation) -> Creation:
    images = await data_uris(generation.request.images)
    return Creation(path=_SLIDES, body=payload(generation.model, generation.request, [*images]))


class Lantern:
    """The dialect; see `MediaDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        return await generate_polled(
            self._wire, generation, create=_creation, read_id=read_id, looks=self._looks
        )

    def _looks(self, task: TaskRef) -> Looks:
        return Looks(ask=at(f"{_SLIDES}/{in_path(task)}"), read=read)

    async def cancel(self, task: TaskRef) -> None:
        """Tell the gateway that nobody waits any more; what it says to that is no matter."""
        await self._wire.withdraw(f"{_SLIDES}/{in_path(task)}")
