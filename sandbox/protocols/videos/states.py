"""What /v1/videos says of a video, and the #words that change it."""

from collections.abc import Callable

from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from sandbox.orders.refusals import openai_error, task_error
from sandbox.protocols.tasks import (
    KNOWN_FROM,
    REVIEWED_AT,
    STARTS_AT,
    STRANGE_STATUSES,
    Poll,
    poll_errors,
)

GUARDRAILS = (
    "This content may violate our guardrails concerning similarity to third-party content."
)


def unknown_task() -> Response:
    """Nobody knows the id."""
    return task_error(400, "task_not_exist", "task_not_exist")


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


def _late(poll: Poll) -> Response | None:
    return unknown_task() if poll.fraction < KNOWN_FROM else None


def _unknown_status(poll: Poll) -> Response | None:
    if poll.fraction >= 1:
        return None
    strange = STRANGE_STATUSES[(poll.nth - 1) % len(STRANGE_STATUSES)]
    return JSONResponse(_video(poll, strange, int(100 * poll.fraction)))


def _hang(poll: Poll) -> Response | None:
    return JSONResponse(_video(poll, "in_progress", 9))


def _fail_moderation(poll: Poll) -> Response | None:
    if poll.fraction < REVIEWED_AT:
        return None
    error = {"code": "generation_failed", "message": GUARDRAILS}
    return JSONResponse(_video(poll, "failed", 0) | {"error": error})


def _no_url(poll: Poll) -> Response | None:
    return JSONResponse(_video(poll, "completed", 100)) if poll.fraction >= 1 else None


def _odd_url(poll: Poll) -> Response | None:
    if poll.fraction < 1:
        return None
    return JSONResponse(_video(poll, "completed", 100) | {"metadata": {"url": poll.links.watch()}})


def _array_url(poll: Poll) -> Response | None:
    if poll.fraction < 1:
        return None
    odd = {"video_url": f'["{poll.links.watch()}"]'}
    return JSONResponse(_video(poll, "completed", 100) | odd)


VIDEO_POLLS: dict[str, Callable[[Poll], Response | None]] = {
    "late": _late,
    "poll-errors": poll_errors,
    "unknown-status": _unknown_status,
    "hang": _hang,
    "fail-moderation": _fail_moderation,
    "no-url": _no_url,
    "nolink": _no_url,
    "content-early": _no_url,
    "content-json": _no_url,
    "content-redirect": _no_url,
    "content-text": _no_url,
    "odd-url": _odd_url,
    "array-url": _array_url,
}
# What stands at /content in place of the bytes.
CONTENTS: dict[str, Callable[[str, int], Response | None]] = {
    "content-early": lambda _, nth: unfinished() if nth == 1 else None,
    "content-json": lambda link, _: JSONResponse({"url": link}),
    "content-redirect": lambda link, _: RedirectResponse(link, 302),
    "content-text": lambda link, _: PlainTextResponse(link),
}
