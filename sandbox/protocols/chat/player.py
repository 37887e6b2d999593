"""Plays a script: puts its beats into frames and sends each at its moment."""

import asyncio
import time
from dataclasses import dataclass

from sandbox.orders.order import Order
from sandbox.orders.refusals import compact
from sandbox.protocols.chat.script import After, Beat, Script
from sandbox.protocols.chat.styles import Dialect
from sandbox.slow_response import Stage

STREAM_HEADERS = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
JSON_HEADERS = {"content-type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A script, who asked for it, and how long it takes."""

    script: Script
    dialect: Dialect
    order: Order
    seconds: float


async def stream(play: Play, stage: Stage) -> None:
    """Send frame by frame, on the clock of the first moment: lateness never adds up."""
    await stage.open(200, STREAM_HEADERS)
    now = asyncio.get_running_loop().time
    start = now()
    for index, beat in enumerate(play.script.beats):
        wait = start + beat.at * play.seconds - now()
        if wait > 0:
            await asyncio.sleep(wait)
        await _write(stage, frame(play, beat, index), play.script.write_bytes)
    await _end(stage, play.script.after)


async def whole(play: Play, stage: Stage) -> None:
    """Send everything as one JSON body when all is said."""
    await asyncio.sleep(play.seconds * max(beat.at for beat in play.script.beats))
    if play.script.after is not After.END:
        await _end(stage, play.script.after)
    error = next((beat.error for beat in play.script.beats if beat.error), None)
    await stage.open(500 if error else 200, JSON_HEADERS)
    await stage.write(compact({"error": error} if error else _completion(play)))
    await stage.close()


def frame(play: Play, beat: Beat, index: int) -> bytes:
    """One beat as it stands on the wire."""
    if beat.raw:
        return beat.raw
    error: dict[str, object] = {"error": beat.error}
    body = error if beat.error else _chunk(play, beat, index)
    if beat.stamped:
        body["sent_at"] = time.time()
    return compact(body) + b"\n" if play.script.bare else b"data: " + compact(body) + b"\n\n"


def _chunk(play: Play, beat: Beat, index: int) -> dict[str, object]:
    order, dialect = play.order, play.dialect
    nameless = dialect.sora2api
    chunk: dict[str, object] = {
        "id": f"{dialect.id_prefix}{order.id[:29]}{index if nameless else ''}",
        "object": "chat.completion.chunk",
        "created": int(order.accepted_at),
        "model": "sora" if nameless else order.model,
        "choices": [_choice(beat, nulls=nameless)],
    }
    if nameless:
        chunk["usage"] = {"prompt_tokens": 0}
    elif beat.usage:
        chunk["usage"] = _usage(dialect)
    return chunk


def _choice(beat: Beat, *, nulls: bool) -> dict[str, object]:
    said = {"role": beat.role, "content": beat.content, "reasoning_content": beat.reasoning}
    delta: dict[str, object] = {key: text for key, text in said.items() if text}
    if nulls:
        nothing: dict[str, object] = {"content": None, "reasoning_content": None}
        delta = nothing | delta | {"tool_calls": None}
    choice: dict[str, object] = {"index": 0, "delta": delta, "finish_reason": beat.finish}
    return choice | {"native_finish_reason": beat.finish} if nulls else choice


def _completion(play: Play) -> dict[str, object]:
    beats, order = play.script.beats, play.order
    message = {"role": "assistant", "content": "".join(beat.content for beat in beats)}
    if reasoning := "".join(beat.reasoning for beat in beats):
        message["reasoning_content"] = reasoning
    finish = next((beat.finish for beat in beats if beat.finish), None)
    return {
        "id": f"{play.dialect.id_prefix}{order.id[:29]}",
        "object": "chat.completion",
        "created": int(order.accepted_at),
        "model": order.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": _usage(play.dialect),
    }


def _usage(dialect: Dialect) -> dict[str, int]:
    prompt, completion = dialect.usage
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


async def _write(stage: Stage, data: bytes, size: int | None) -> None:
    for start in range(0, len(data), size or len(data)):
        await stage.write(data[start : start + (size or len(data))])


async def _end(stage: Stage, after: After) -> None:
    match after:
        case After.END:
            await stage.close()
        case After.CUT:
            await stage.hang_up()
        case After.HANG:
            await stage.stay_silent()
