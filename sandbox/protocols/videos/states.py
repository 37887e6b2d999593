"""What /v1/videos says of a video, and the #words that change it."""

from collections.abc import Callable

from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from sandbox.orders.refusals import openai_error
from sandbox.protocols.polls import STARTS_AT, Poll, PollAnswer, TaskFormat
from sandbox.protocols.tasks.states import unknown_task

GUARDRAILS = (
    "This content may violate our guardrails concerning similarity to third-party content."
)


def unknown_video() -> Response:
    """There is nothing to download."""
    return openai_error(404, "Task not found", kind="invalid_request_error", code=None)


def unfinished() -> Response:
    """There is nothing to download yet."""
    message = "Task is not completed yet, current status: IN_PROGRESS"
    return openai_error(400, message, kind="invalid_request_error", code=None)


def state(poll: Poll) -> dict[str, object]:
    """The honest answer."""
    if poll.fraction < STARTS_AT:
        return _video(poll, "queued", 0)
    if poll.fraction < 1:
        return _video(poll, "in_progress", int(100 * poll.fraction))
    link = poll.links.watch()
    return _video(poll, "completed", 100) | {"url": link, "video_url": link}


def _video(poll: Poll, status: str | None, percent: int) -> dict[str, object]:
    order = poll.order
    width, height = order.size
    changed = {"remixed_from_video_id": order.source} if order.source else {}
    return {
        "id": order.task_id,
        "object": "video",
        "model": order.model,
        "status": status,
        "progress": percent,
        "created_at": int(order.accepted_at * 1000),  # some say milliseconds
        "seconds": str(order.seconds),
        "size": f"{width}x{height}",  # and some call it by another name
        "error": None,
        "video_url": "",
        **changed,
    }


def _moderated(poll: Poll) -> dict[str, object]:
    error = {"code": "generation_failed", "message": GUARDRAILS}
    return _video(poll, "failed", 0) | {"error": error}


def _odd_url(poll: Poll) -> Response | None:
    if poll.fraction < 1:
        return None
    return JSONResponse(_video(poll, "completed", 100) | {"metadata": {"url": poll.links.watch()}})


_FORMAT = TaskFormat(
    unknown=unknown_task,
    strange=lambda poll, status: _video(poll, status, int(100 * poll.fraction)),
    stuck=lambda poll: _video(poll, "in_progress", 9),
    moderated=_moderated,
    linkless=lambda poll: _video(poll, "completed", 100),
)
# What stands at /content in place of the bytes.
CONTENTS: dict[str, Callable[[str, int], Response | None]] = {
    "content-early": lambda _, nth: unfinished() if nth == 1 else None,
    "content-json": lambda link, _: JSONResponse({"url": link}),
    "content-redirect": lambda link, _: RedirectResponse(link, 302),
    "content-text": lambda link, _: PlainTextResponse(link),
}
VIDEO_POLLS: dict[str, PollAnswer] = {
    **_FORMAT.odd_answers(),
    **dict.fromkeys(CONTENTS, _FORMAT.without_link),
    "odd-url": _odd_url,
    "array-url": _FORMAT.array_url,
}
