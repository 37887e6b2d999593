"""/source and /web: follow a chat task whose stream was lost; look-alikes of asyncdata."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.orders.intake import Intake
from sandbox.protocols.chat.answer import MODERATED
from sandbox.protocols.polls import REVIEWED_AT, Poll, poll_errors, poll_of

STAGES = (
    (0.1, "pending"),
    (0.2, "prompt_enhancing"),
    (0.8, "video_generating"),
    (1.0, "video_upsampling"),
)


class FollowRoutes:
    """The pages need no key: who knows the id may look."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.routes = [Route("/source/{task_id}", self.source), Route("/web/{task_id}", self.web)]

    async def source(self, request: Request) -> Response:
        """The task as JSON."""
        poll = self._poll(request)
        if poll is None:
            return JSONResponse({"error": "task not found"}, 404)
        if "poll-errors" in poll.order.words and (trouble := poll_errors(poll)):
            return trouble
        return JSONResponse(progress(poll))

    async def web(self, request: Request) -> Response:
        """The task for people."""
        poll = self._poll(request)
        if poll is None:
            return HTMLResponse("<!doctype html><title>404</title>task not found", 404)
        return HTMLResponse(_page(poll))

    def _poll(self, request: Request) -> Poll | None:
        order = self._intake.ledger.find_task(request.path_params["task_id"])
        return poll_of(self._intake, request, order) if order else None


def progress(poll: Poll) -> dict[str, object]:
    """Where the task stands."""
    words, fraction = poll.order.words, poll.fraction
    if "hang" in words:
        return _progress(poll, "video_generating")
    if "fail-moderation" in words and fraction >= REVIEWED_AT:
        return _progress(poll, "failed", reason=MODERATED)
    if fraction < 1:
        return _progress(poll, next(stage for end, stage in STAGES if fraction < end))
    if "no-url" in words or "nolink" in words:
        return _progress(poll, "completed")
    return _progress(poll, "completed", url=poll.links.watch())


def _progress(poll: Poll, status: str, *, url: str = "", reason: str = "") -> dict[str, object]:
    preview = poll.links.preview() if url or status == "video_upsampling" else None
    return {
        "id": poll.order.task_id,
        "status": status,
        "running": status not in {"completed", "failed"},
        "video_url": preview,
        "upsample_video_url": url or None,
        "video_generation_error": reason or None,
        "error_message": reason or None,
        "retry_count": 0,
    }


def _page(poll: Poll) -> str:
    video = f'<video src="{poll.links.watch()}" controls></video>' if poll.fraction >= 1 else ""
    return (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>数据预览</title></head>'
        f"<body><p>{escape(poll.order.task_id)}</p><p>{poll.fraction:.0%}</p>{video}</body></html>"
    )
