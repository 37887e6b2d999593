"""Plays a transcript of `cliprelay try`: the answers of a real gateway, once more.

Each request is answered as it was then; one that was repeated is answered in the same order, and
the last answer stays. Media are not in a transcript, so a clip of our own stands in.
"""

import asyncio
import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.media.video import MediaSpec, encode

ORIGIN = "ORIGIN"
CLIP_PATH = "/replayed.mp4"
CLIP = MediaSpec(size=(640, 360), fps=24, frames=48, text="replayed", label="", hue=200)
METHODS = ("GET", "POST", "PUT", "DELETE")
Json = Mapping[str, object]


def replay(transcript: Path) -> Starlette:
    """The gateway of a transcript as an ASGI application.

    Raises:
        ValueError: the file is no transcript.
    """
    lines = _lines(transcript)
    answers: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for line in lines:
        if "request" in line:
            request = cast("Json", line["request"])
            address = _address(str(request["url"]))
            answers[str(request["method"]), address].append(cast("Json", line["response"]))
    outcome = cast("Json", lines[-1].get("outcome", {}))
    links = cast("list[str]", outcome.get("links", []))
    player = _Player(answers, links)
    return Starlette(routes=[Route("/{path:path}", player.answer, methods=METHODS)])


class _Player:
    def __init__(self, answers: Mapping[tuple[str, str], list[Json]], links: list[str]) -> None:
        self._answers = answers
        self._links = links
        self._clips = {CLIP_PATH, *(_address(link) for link in links)}

    async def answer(self, request: Request) -> Response:
        """What was answered then."""
        url = request.url
        asked = request.method, url.path + (f"?{url.query}" if url.query else "")
        if asked[1] in self._clips and asked not in self._answers:
            return await _clip()
        told = self._answers.get(asked)
        if not told:
            missing = f"the transcript has no {' '.join(asked)}"
            return JSONResponse({"error": {"message": missing}}, 404)
        said = told.pop(0) if len(told) > 1 else told[0]
        return _as_it_was(said, str(request.base_url).rstrip("/"), self._links)


def _as_it_was(said: Json, root: str, links: list[str]) -> Response:
    body = said.get("body")
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    for link in links:
        text = text.replace(link, f"{root}{CLIP_PATH}")
    headers = cast("Mapping[str, str]", said.get("headers", {}))
    return Response(text.replace(ORIGIN, root), int(str(said["status"])), headers=dict(headers))


async def _clip() -> Response:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "replayed.mp4"
        await asyncio.to_thread(encode, CLIP, path, threading.Event())
        return Response(path.read_bytes(), media_type="video/mp4")


def _address(url: str) -> str:
    parts = urlsplit(url.removeprefix(ORIGIN))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _lines(transcript: Path) -> list[Json]:
    try:
        lines = [json.loads(line) for line in transcript.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise ValueError(f"{transcript}: is no transcript: {error}") from error
    if not lines or "cliprelay" not in lines[0]:
        raise ValueError(f"{transcript}: is no transcript")
    return lines
