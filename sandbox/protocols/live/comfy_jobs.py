"""How a ComfyUI job is told: as a job, and as an entry of the history."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from sandbox.protocols.polls import STARTS_AT, Poll, PollAnswer, TaskFormat, first_answer

KNOWN_UNTIL = 0.5
OUTPUT_NODE = "11"
# Obeyed where the routes are: by all of them.
OLD_BUILD, LOST, LEFT_OUT, TORN = "old-build", "lost", "left-out", "steps-torn"
OUT_OF_MEMORY = "Allocation on device would exceed allowed memory. (out of memory)"


def unknown() -> Response:
    """Nobody knows the id."""
    return JSONResponse({"error": "Job not found"}, 404)


def is_lost(poll: Poll) -> bool:
    """Whether the server was started anew since it was ordered."""
    return LOST in poll.order.words and poll.fraction >= KNOWN_UNTIL


def job(poll: Poll) -> Response:
    """How a job is, or what its prompt wants to be said instead."""
    return first_answer(JOB_ANSWERS, poll) or JSONResponse(_state(poll, word(poll)))


def word(poll: Poll) -> str:
    """The status by the clock."""
    if poll.fraction < STARTS_AT:
        return "pending"
    return "completed" if poll.fraction >= 1 else "in_progress"


def cancelled(poll: Poll) -> Response:
    """A job that ran and was stopped."""
    return JSONResponse(_state(poll, "cancelled"))


def entry(poll: Poll, *, stopped: bool = False) -> Mapping[str, object]:
    """The history of a job: none before its end."""
    if not stopped and poll.fraction < 1:
        return {}
    event = ["execution_interrupted", {"node_id": "8"}]
    status: dict[str, object] = {
        "status_str": "error" if stopped else "success",
        "completed": not stopped,
        "messages": [event] if stopped else [],
    }
    made = {} if stopped else outputs(poll)
    return {poll.order.task_id: {"outputs": made, "status": status}}


def outputs(poll: Poll) -> dict[str, object]:
    """A preview, which is no result, and the result."""
    suffix = "png" if poll.order.picture else "mp4"
    made = {"filename": f"{poll.order.id}-1.{suffix}", "subfolder": "", "type": "output"}
    preview = {"filename": "ComfyUI_temp_00001_.png", "subfolder": "", "type": "temp"}
    return {
        "5": {"images": [preview]},
        OUTPUT_NODE: {"images": [made], "animated": [not poll.order.picture]},
    }


def _state(poll: Poll, status: str | None, error: str = "") -> dict[str, object]:
    said: dict[str, object] = {
        "id": poll.order.task_id,
        "status": status,
        "priority": 0,
        "create_time": int(poll.order.accepted_at * 1000),
    }
    if status == "completed":
        said["outputs"] = outputs(poll)
    if error:
        about = {"node_id": "8", "node_type": "KSampler", "traceback": ["..."]}
        said["execution_error"] = {**about, "exception_message": error}
    return said


def _out_of_memory(poll: Poll) -> Response | None:
    failed = _state(poll, "failed", OUT_OF_MEMORY)
    return JSONResponse(failed) if poll.fraction >= KNOWN_UNTIL else None


_FORMAT = TaskFormat(
    unknown=unknown,
    strange=_state,
    stuck=lambda poll: _state(poll, "in_progress"),
    moderated=lambda poll: _state(poll, "failed", "Output blocked by content moderation"),
    linkless=lambda poll: {**_state(poll, "completed"), "outputs": {}},
)
JOB_ANSWERS: dict[str, PollAnswer] = {
    **_FORMAT.odd_answers(),
    "task-cancelled": cancelled,
    "out-of-memory": _out_of_memory,
}
COMFY_WORDS = (*JOB_ANSWERS, OLD_BUILD, LOST, LEFT_OUT, TORN)
