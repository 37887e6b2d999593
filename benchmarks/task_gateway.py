"""A gateway whose tasks take as long as their prompts say, and that counts who looks at them."""

import re
import time
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

from benchmarks.journal import Journal, name_in
from sandbox.server import serve_app
from tests.fakes.movies import make_movie

_SECONDS = re.compile(r"#takes=([0-9.]+)")
_TASKS = "/v2/videos/generations"


@dataclass(kw_only=True)
class TaskGateway:
    """Tasks by the names of their streams; all times are those of `time.monotonic`."""

    root: str = ""
    journal: Journal = field(default_factory=Journal)
    began: dict[str, float] = field(default_factory=dict[str, float])
    looks: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def create(self, request: Request) -> JSONResponse:
        """Take an order: `clip1 #takes=2.5`."""
        prompt = (await request.json())["prompt"]
        name, seconds = name_in(prompt), _SECONDS.search(prompt)
        now = time.monotonic()
        self.began[name] = now
        self.journal.ended[name] = now + float(seconds[1] if seconds else 0)
        return JSONResponse({"task_id": name})

    async def look(self, request: Request) -> JSONResponse:
        """Tell how far a task is; percentages go evenly."""
        name, now = request.path_params["name"], time.monotonic()
        self.looks[name].append(now)
        began, ended = self.began[name], self.journal.ended[name]
        if now >= ended:
            link = f"{self.root}/film.mp4"
            return JSONResponse({"status": "SUCCESS", "data": {"output": link}})
        percent = int(100 * (now - began) / (ended - began))
        return JSONResponse({"status": "IN_PROGRESS", "progress": f"{percent}%"})


@asynccontextmanager
async def open_task_gateway(folder: Path) -> AsyncGenerator[TaskGateway]:
    """Serve one while the block runs; its film is tiny."""
    gateway, film = TaskGateway(), make_movie(folder / "film.mp4", 64, 114, 1)

    async def fetch(_: Request) -> FileResponse:
        return FileResponse(film)

    app = Starlette(
        routes=[
            Route(_TASKS, gateway.create, methods=["POST"]),
            Route(f"{_TASKS}/{{name}}", gateway.look),
            Route("/film.mp4", fetch),
        ]
    )
    async with serve_app(app) as gateway.root:
        yield gateway
