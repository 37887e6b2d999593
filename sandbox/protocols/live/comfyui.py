"""A ComfyUI server: no key, its paths at the root, queue and history as it has them."""

from collections.abc import Iterator
from functools import partial
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.media.cache import MediaCache
from sandbox.media.cdn import RenderedFile
from sandbox.media.faults import Download, spoil
from sandbox.orders.forms import read_form
from sandbox.orders.intake import Intake
from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import comfy_node_error
from sandbox.protocols.bodies import ParsedRequest
from sandbox.protocols.live.comfy_jobs import (
    LEFT_OUT,
    OLD_BUILD,
    cancelled,
    entry,
    is_lost,
    job,
    unknown,
    word,
)
from sandbox.protocols.live.comfy_socket import STEPS, StepsTeller
from sandbox.protocols.live.workflow import check_pictures, order_of, parse_creation
from sandbox.protocols.polls import Poll, poll_of

STATS = {
    "system": {"os": "linux", "comfyui_version": "0.33.0"},
    "devices": [{"name": "sandbox", "vram_total": 12_000_000_000, "vram_free": 10_000_000_000}],
}


class ComfyRoutes:
    """The server. What was uploaded and cancelled is in memory, as everything is there."""

    def __init__(self, intake: Intake, cache: MediaCache) -> None:
        self._intake = intake
        self._cache = cache
        self._uploads: dict[str, bytes] = {}
        self._cancelled: set[str] = set()
        self._stopped: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._clients: dict[str, str] = {}
        self.routes = [
            Route("/upload/image", self.upload, methods=["POST"]),
            Route("/prompt", self.create, methods=["POST"]),
            Route("/api/jobs/{task_id}", self.job, methods=["GET"]),
            Route("/api/jobs/{task_id}/cancel", self.cancel, methods=["POST"]),
            Route("/history/{task_id}", self.history, methods=["GET"]),
            Route("/queue", self.queue, methods=["GET"]),
            Route("/queue", self.delete, methods=["POST"]),
            Route("/interrupt", self.interrupt, methods=["POST"]),
            Route("/view", self.view, methods=["GET"]),
            Route("/ws", self.steps, methods=["GET"]),
            Route("/system_stats", self.stats, methods=["GET"]),
            Route("/object_info/{name}", self.node, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        """Keep a picture; the same bytes under a name stay one."""
        form = read_form(request.headers.get("content-type", ""), await request.body())
        files = [part for part in form if part.name == "image" and part.filename]
        folder = next((part.text for part in form if part.name == "subfolder"), "")
        if not files or ".." in folder:
            return Response(status_code=400)
        name, content = files[0].filename.replace("/", "%2F"), files[0].content
        path = f"{folder}/{name}" if folder else name
        if self._uploads.get(path, content) != content:
            name = f"{sha256(content).hexdigest()[:8]} {name}"
            path = f"{folder}/{name}" if folder else name
        self._uploads[path] = content
        return JSONResponse({"name": name, "subfolder": folder, "type": "input"})

    async def create(self, request: Request) -> Response:
        """Take an order, under the id that it has or gets."""
        try:
            return await self._intake.take(request, self._read, self._created, keyless=True)
        except ValueError:
            return Response("500 Internal Server Error\n\nServer got itself in trouble", 500)

    def _read(self, _: Models, raw: bytes) -> ParsedRequest:
        body = parse_creation(raw)
        pictures = check_pictures(body, self._uploads)
        is_new = not body.prompt_id or self._intake.ledger.find_task(body.prompt_id) is None
        order = order_of(body, len(pictures), is_new=is_new)
        self._numbers[order.id] = len(self._numbers)
        self._clients[order.id] = body.client_id or ""
        return ParsedRequest(order=order, pictures=pictures)

    def _created(self, parsed: ParsedRequest, _: Links) -> Response:
        order = parsed.order
        wrong = {}
        if LEFT_OUT in order.words:
            wrong = comfy_node_error("11", "custom_validation_failed", "Custom failed", "video")
        number = self._numbers[order.id]
        said = {"prompt_id": order.source or order.task_id, "number": number}
        return JSONResponse({**said, "node_errors": wrong})

    async def job(self, request: Request) -> Response:
        """How a job is. Old builds have no such path."""
        poll = self._find(request)
        if poll is None or OLD_BUILD in poll.order.words:
            return unknown()
        return cancelled(poll) if poll.order.id in self._stopped else job(poll)

    async def history(self, request: Request) -> Response:
        """What has ended."""
        poll = self._find(request)
        if poll is None:
            return JSONResponse({})
        return JSONResponse(entry(poll, stopped=poll.order.id in self._stopped))

    async def queue(self, request: Request) -> Response:
        """What runs and what waits, each with its number."""
        told: dict[str, list[object]] = {"in_progress": [], "pending": []}
        for poll in self._polls(request):
            if (state := word(poll)) in told:
                number = self._numbers.get(poll.order.id, 0)
                told[state].append([number, poll.order.task_id])
        running, pending = told.values()
        return JSONResponse({"queue_running": running, "queue_pending": pending})

    async def cancel(self, request: Request) -> Response:
        """Take back what waits, without a trace, or stop what runs."""
        poll = self._find(request)
        if poll and OLD_BUILD in poll.order.words:
            return unknown()
        done = poll is not None and self._end(poll)
        return JSONResponse({"cancelled": done})

    async def delete(self, request: Request) -> Response:
        """Take back what waits."""
        ids = (await request.json()).get("delete", ())
        for poll in [*self._polls(request)]:
            if poll.order.task_id in ids and word(poll) == "pending":
                self._end(poll)
        return Response()

    async def interrupt(self, request: Request) -> Response:
        """Stop what runs: that one, or without an id whoever it is."""
        wanted = (await request.json()).get("prompt_id") if await request.body() else None
        for poll in [*self._polls(request)]:
            if wanted in (None, poll.order.task_id) and word(poll) == "in_progress":
                self._end(poll)
        return Response()

    async def view(self, request: Request) -> Response:
        """The bytes of a file."""
        name = request.query_params.get("filename", "").rpartition(".")[0]
        clip = self._cache.clip(name)
        if clip is None or clip.order.kind is not Kind.COMFYUI:
            return Response(status_code=404)
        is_picture = clip.order.picture
        make = self._cache.picture if is_picture else self._cache.video
        nth = self._intake.nth_time("download", clip.order)
        download = Download(render=partial(make, clip), nth=nth)
        mime = "image/png" if is_picture else "video/mp4"
        return spoil(download, clip.order.words) or RenderedFile(
            download, attachment=False, mime=mime
        )

    async def steps(self, request: Request) -> Response:
        """Tell a client how far its jobs are, over a websocket."""
        client = request.query_params.get("clientId", "")
        pause = self._intake.options.seconds_per_clip / self._intake.options.speed / STEPS
        key = request.headers.get("sec-websocket-key", "")
        return StepsTeller(key, partial(self._jobs_of, client, request), pause).response()

    def _jobs_of(self, client: str, request: Request) -> list[Poll]:
        return [
            poll_of(self._intake, request, order, "steps")
            for order in self._intake.ledger
            if self._clients.get(order.id) == client and order.id not in self._ended
        ]

    @property
    def _ended(self) -> set[str]:
        return self._cancelled | self._stopped

    async def stats(self, _: Request) -> Response:
        """How the server is."""
        return JSONResponse(STATS)

    async def node(self, request: Request) -> Response:
        """Every node is known, and takes everything; but those of a name with `Missing`."""
        name = request.path_params["name"]
        return JSONResponse({} if "Missing" in name else {name: {"input": {"required": {}}}})

    def _end(self, poll: Poll) -> bool:
        state = word(poll)
        if state == "pending":
            self._cancelled.add(poll.order.id)
        if state == "in_progress":
            self._stopped.add(poll.order.id)
        return state != "completed"

    def _find(self, request: Request) -> Poll | None:
        order = self._intake.ledger.find_task(request.path_params["task_id"])
        return self._known(request, order) if order else None

    def _known(self, request: Request, order: PaidOrder) -> Poll | None:
        if order.kind is not Kind.COMFYUI or order.id in self._cancelled:
            return None
        poll = poll_of(self._intake, request, order)
        return None if is_lost(poll) else poll

    def _polls(self, request: Request) -> Iterator[Poll]:
        for order in self._intake.ledger:
            if (poll := self._known(request, order)) and order.id not in self._stopped:
                yield poll
