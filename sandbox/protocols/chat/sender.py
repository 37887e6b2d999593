"""Sends a chat answer: each chunk in its frame, at its moment."""

import asyncio
import time
from dataclasses import dataclass

from sandbox.orders.order import PaidOrder
from sandbox.orders.refusals import compact
from sandbox.protocols.chat.answer import AnswerChunk, ChatAnswer, ChatStyle, Ending
from sandbox.slow_response import ClientConnection

STREAM_HEADERS = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
JSON_HEADERS = {"content-type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedAnswer:
    """An answer, the order that it belongs to, and how long it takes."""

    answer: ChatAnswer
    order: PaidOrder
    seconds: float


async def stream(timed: TimedAnswer, connection: ClientConnection) -> None:
    """Send frame by frame, on the clock of the first moment: lateness never adds up."""
    await connection.open(200, STREAM_HEADERS)
    now = asyncio.get_running_loop().time
    start = now()
    for index, chunk in enumerate(timed.answer.chunks):
        wait = start + chunk.at * timed.seconds - now()
        if wait > 0:
            await asyncio.sleep(wait)
        await _write(connection, frame(timed, chunk, index), timed.answer.write_bytes)
    await _end(connection, timed.answer.ending)


async def whole(timed: TimedAnswer, connection: ClientConnection) -> None:
    """Send everything as one JSON body when all is said."""
    await asyncio.sleep(timed.seconds * max(chunk.at for chunk in timed.answer.chunks))
    if timed.answer.ending is not Ending.END:
        await _end(connection, timed.answer.ending)
    error = next((chunk.error for chunk in timed.answer.chunks if chunk.error), None)
    await connection.open(500 if error else 200, JSON_HEADERS)
    await connection.write(compact({"error": error} if error else _completion(timed)))
    await connection.close()


def frame(timed: TimedAnswer, chunk: AnswerChunk, index: int) -> bytes:
    """One chunk as it stands on the wire."""
    if chunk.raw:
        return chunk.raw
    error: dict[str, object] = {"error": chunk.error}
    body = error if chunk.error else _chunk(timed, chunk, index)
    if chunk.stamped:
        body["sent_at"] = time.time()
    return compact(body) + b"\n" if timed.answer.bare else b"data: " + compact(body) + b"\n\n"


def _chunk(timed: TimedAnswer, chunk: AnswerChunk, index: int) -> dict[str, object]:
    order, style = timed.order, timed.answer.style
    nameless = style.sora2api
    body: dict[str, object] = {
        "id": f"{style.id_prefix}{order.id[:29]}{index if nameless else ''}",
        "object": "chat.completion.chunk",
        "created": int(order.accepted_at),
        "model": "sora" if nameless else order.model,
        "choices": [_choice(chunk, nulls=nameless)],
    }
    if nameless:
        body["usage"] = {"prompt_tokens": 0}
    elif chunk.usage:
        body["usage"] = _usage(style)
    return body


def _choice(chunk: AnswerChunk, *, nulls: bool) -> dict[str, object]:
    said = {"role": chunk.role, "content": chunk.content, "reasoning_content": chunk.reasoning}
    delta: dict[str, object] = {key: text for key, text in said.items() if text}
    if nulls:
        nothing: dict[str, object] = {"content": None, "reasoning_content": None}
        delta = nothing | delta | {"tool_calls": None}
    choice: dict[str, object] = {"index": 0, "delta": delta, "finish_reason": chunk.finish}
    return choice | {"native_finish_reason": chunk.finish} if nulls else choice


def _completion(timed: TimedAnswer) -> dict[str, object]:
    chunks, order = timed.answer.chunks, timed.order
    message = {"role": "assistant", "content": "".join(chunk.content for chunk in chunks)}
    if reasoning := "".join(chunk.reasoning for chunk in chunks):
        message["reasoning_content"] = reasoning
    finish = next((chunk.finish for chunk in chunks if chunk.finish), None)
    return {
        "id": f"{timed.answer.style.id_prefix}{order.id[:29]}",
        "object": "chat.completion",
        "created": int(order.accepted_at),
        "model": order.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": _usage(timed.answer.style),
    }


def _usage(style: ChatStyle) -> dict[str, int]:
    prompt, completion = style.usage
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


async def _write(connection: ClientConnection, data: bytes, size: int | None) -> None:
    for start in range(0, len(data), size or len(data)):
        await connection.write(data[start : start + (size or len(data))])


async def _end(connection: ClientConnection, ending: Ending) -> None:
    match ending:
        case Ending.END:
            await connection.close()
        case Ending.CUT:
            await connection.hang_up()
        case Ending.HANG:
            await connection.stay_silent()
