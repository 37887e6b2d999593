"""Plays a transcript of `cliprelay try`: the answers of a real gateway, once more.

Each request is answered as it was then; one that was repeated is answered in the same order, and
the last answer stays. Media are not in a transcript, so a clip or picture of our own stands in.
"""

import asyncio
import base64
import json
import re
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.media.picture import save_picture
from sandbox.media.video import MediaSpec, encode

ORIGIN = "ORIGIN"
CLIP_PATH = "/replayed.mp4"
PICTURE_PATH = "/replayed.png"
PICTURE = re.compile(r"PICTURE \(\d+ characters\)")
CLIP = MediaSpec(size=(640, 360), fps=24, frames=48, text="replayed", label="", hue=200)
DRAWING = replace(CLIP, size=(640, 640), frames=1)
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
    media = cast("list[Json]", outcome.get("media", []))
    is_picture = any(str(each.get("mime", "")).startswith("image/") for each in media)
    player = _Player(answers, links, PICTURE_PATH if is_picture else CLIP_PATH)
    return Starlette(routes=[Route("/{path:path}", player.answer, methods=METHODS)])


class _Player:
    """Answers as then; `stand_in` is where what was made lies now."""

    def __init__(
        self, answers: Mapping[tuple[str, str], list[Json]], links: list[str], stand_in: str
    ) -> None:
        self._answers = answers
        self._links = links
        self._stand_in = stand_in
        self._media = {stand_in, *(_address(link) for link in links)}

    async def answer(self, request: Request) -> Response:
        """What was answered then."""
        url = request.url
        asked = request.method, url.path + (f"?{url.query}" if url.query else "")
        if asked[1] in self._media and asked not in self._answers:
            return await _media(self._stand_in)
        told = self._answers.get(asked)
        if not told:
            missing = f"the transcript has no {' '.join(asked)}"
            return JSONResponse({"error": {"message": missing}}, 404)
        said = told.pop(0) if len(told) > 1 else told[0]
        return await self._as_it_was(said, str(request.base_url).rstrip("/"))

    async def _as_it_was(self, said: Json, root: str) -> Response:
        body = said.get("body")
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        for link in self._links:
            text = text.replace(link, f"{root}{self._stand_in}")
        if PICTURE.search(text):
            picture = await asyncio.to_thread(_made, PICTURE_PATH)
            text = PICTURE.sub(base64.b64encode(picture).decode(), text)
        headers = cast("Mapping[str, str]", said.get("headers", {}))
        text = text.replace(ORIGIN, root)
        return Response(text, int(str(said["status"])), headers=dict(headers))


async def _media(path: str) -> Response:
    kind = "image/png" if path == PICTURE_PATH else "video/mp4"
    return Response(await asyncio.to_thread(_made, path), media_type=kind)


def _made(name: str) -> bytes:
    """The bytes of what stands in."""
    with TemporaryDirectory() as folder:
        path = Path(folder + name)
        if name == PICTURE_PATH:
            save_picture(DRAWING, path, threading.Event())
        else:
            encode(CLIP, path, threading.Event())
        return path.read_bytes()


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
