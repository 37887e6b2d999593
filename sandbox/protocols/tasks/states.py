"""What /v2/videos/generations says of a task, and the #words that change it."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from sandbox.orders.refusals import task_error
from sandbox.protocols.chat.answer import MODERATED
from sandbox.protocols.polls import STARTS_AT, Poll, PollAnswer, TaskFormat, first_answer


def unknown_task() -> Response:
    """Nobody knows the id."""
    return task_error(400, "task_not_exist", "task_not_exist")


def answer(poll: Poll) -> Response:
    """The state of a task, or what its prompt wants to be said instead."""
    return first_answer(POLLS, poll) or JSONResponse(state(poll))


def state(poll: Poll) -> dict[str, object]:
    """The honest answer."""
    if poll.fraction < STARTS_AT:
        return _state(poll, "NOT_START", 0)
    if poll.fraction < 1:
        return _state(poll, "IN_PROGRESS", int(100 * poll.fraction))
    return _state(poll, "SUCCESS", 100, data={"output": poll.links.watch()})


def _state(
    poll: Poll,
    status: str | None,
    percent: int,
    *,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> dict[str, object]:
    submitted = poll.order.accepted_at
    started = submitted + STARTS_AT * poll.seconds
    over = status in {"SUCCESS", "FAILURE"}
    is_google = poll.order.model.startswith("veo")
    return {
        "task_id": poll.order.task_id,
        "platform": "google" if is_google else "openai",
        "action": "google-videos" if is_google else "sora-video",
        "status": status,
        "fail_reason": reason,
        "submit_time": int(submitted),
        "start_time": int(started) if percent else 0,
        "finish_time": int(submitted + poll.seconds) if over else 0,
        "progress": f"{percent}%",
        "data": data,
        "search_item": "",
    }


def _odd_url(poll: Poll) -> Response | None:
    if poll.fraction < 1:
        return None
    upstream = {"data": {"data": {"output": poll.links.watch()}}}
    data = {"task_id": poll.order.task_id, "status": "SUCCESS", "progress": "100%"} | upstream
    return JSONResponse({"code": "success", "message": "", "data": data})


_FORMAT = TaskFormat(
    unknown=unknown_task,
    strange=lambda poll, status: _state(poll, status, int(100 * poll.fraction)),
    stuck=lambda poll: _state(poll, "IN_PROGRESS", 9),
    moderated=lambda poll: _state(poll, "FAILURE", 100, reason=MODERATED),
    linkless=lambda poll: _state(poll, "SUCCESS", 100),
)
POLLS: dict[str, PollAnswer] = {
    **_FORMAT.odd_answers(),
    "odd-url": _odd_url,
    "array-url": _FORMAT.array_url,
}
