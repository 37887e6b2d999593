"""An answer as each protocol tells it: in frames, or whole."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sandbox.orders.order import PaidOrder
from sandbox.orders.refusals import compact
from sandbox.protocols.talk.replies import TalkReply

Body = Mapping[str, object]
Frames = Callable[[TalkReply, PaidOrder], Iterator[bytes]]
Whole = Callable[[TalkReply, PaidOrder], Body]
DONE = b"data: [DONE]\n\n"
ERROR = {"message": "upstream exploded", "type": "server_error", "code": "500"}
FINISHES = {"stop": "stop", "length": "length", "filter": "content_filter"}
GEMINI_FINISHES = {"stop": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}


@dataclass(frozen=True, slots=True)
class TalkWire:
    """How one protocol tells an answer; `frames` gives nothing behind what goes wrong."""

    frames: Frames
    whole: Whole


def _data(body: Body) -> bytes:
    return b"data: " + compact(body) + b"\n\n"


def _usage(reply: TalkReply) -> Body:
    asked, made = reply.tokens
    return {"prompt_tokens": asked, "completion_tokens": made, "total_tokens": asked + made}


def _broken(reply: TalkReply) -> Iterator[bytes]:
    if reply.ending == "error":
        yield _data({"error": ERROR})


def _chat_frames(reply: TalkReply, order: PaidOrder) -> Iterator[bytes]:
    def chunk(delta: Body, finish: str | None = None, **more: object) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        head = {"id": f"chatcmpl-{order.id[:29]}", "object": "chat.completion.chunk"}
        body = {"created": int(order.accepted_at), "model": order.model, "choices": [choice]}
        return _data({**head, **body, **more})

    yield chunk({"role": "assistant", "content": ""})
    if reply.thought:
        yield chunk({"reasoning_content": reply.thought})
    yield from (chunk({"content": piece}) for piece in reply.pieces)
    for nth, (name, arguments) in enumerate(reply.calls):
        function = {"name": name, "arguments": ""}
        yield chunk({"tool_calls": [{"index": nth, "id": f"call_{nth}", "function": function}]})
        for at in range(0, len(arguments), 7):
            piece = {"arguments": arguments[at : at + 7]}
            yield chunk({"tool_calls": [{"index": nth, "function": piece}]})
    yield from _broken(reply)
    if finish := FINISHES.get(reply.ending):
        yield chunk({}, "tool_calls" if reply.calls else finish)
        yield chunk({}, usage=_usage(reply))
        yield DONE


def _chat_whole(reply: TalkReply, order: PaidOrder) -> Body:
    message: dict[str, object] = {"role": "assistant", "content": "".join(reply.pieces)}
    if reply.thought:
        message["reasoning_content"] = reply.thought
    if reply.calls:
        message["tool_calls"] = [
            {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": args}}
            for n, (name, args) in enumerate(reply.calls)
        ]
    finish = "tool_calls" if reply.calls else FINISHES.get(reply.ending)
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {"id": f"chatcmpl-{order.id[:29]}", "choices": [choice], "usage": _usage(reply)}


def _completion_frames(reply: TalkReply, order: PaidOrder) -> Iterator[bytes]:
    def chunk(text: str, finish: str | None = None, **more: object) -> bytes:
        choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}
        return _data({"id": f"cmpl-{order.id[:29]}", "choices": [choice], **more})

    yield from (chunk(piece) for piece in ("\n\n", *reply.pieces))
    yield from _broken(reply)
    if finish := FINISHES.get(reply.ending):
        yield chunk("", finish, usage=_usage(reply))
        yield DONE


def _completion_whole(reply: TalkReply, order: PaidOrder) -> Body:
    finish = FINISHES.get(reply.ending)
    choice = {"text": "\n\n" + "".join(reply.pieces), "index": 0, "finish_reason": finish}
    return {"id": f"cmpl-{order.id[:29]}", "choices": [choice], "usage": _usage(reply)}


def _gemini_parts(reply: TalkReply) -> Iterator[Body]:
    if reply.thought:
        yield {"text": reply.thought, "thought": True}
    yield from ({"text": piece} for piece in reply.pieces)
    for name, arguments in reply.calls:
        call = {"name": name, "args": json.loads(arguments)}
        yield {"functionCall": call, "thoughtSignature": "c2lnbmVk"}


def _gemini_end(reply: TalkReply) -> Body:
    asked, made = reply.tokens
    tokens = {"promptTokenCount": asked, "candidatesTokenCount": made}
    return {"candidates": [_gemini_finish(reply)], "usageMetadata": tokens}


def _gemini_finish(reply: TalkReply) -> Body:
    candidate: dict[str, object] = {"finishReason": GEMINI_FINISHES.get(reply.ending), "index": 0}
    if reply.sources:
        chunks = [{"web": {"uri": url, "title": title}} for url, title in reply.sources]
        candidate["groundingMetadata"] = {"groundingChunks": chunks}
    return candidate


def _gemini_frames(reply: TalkReply, _: PaidOrder) -> Iterator[bytes]:
    for part in _gemini_parts(reply):
        yield _data({"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}]})
    yield from _broken(reply)
    if reply.ending in GEMINI_FINISHES:
        yield _data(_gemini_end(reply))


def _gemini_whole(reply: TalkReply, _: PaidOrder) -> Body:
    content = {"role": "model", "parts": list(_gemini_parts(reply))}
    return {**_gemini_end(reply), "candidates": [{"content": content, **_gemini_finish(reply)}]}


def _response(reply: TalkReply, order: PaidOrder, status: str = "") -> Body:
    reasons = {"length": "max_output_tokens", "filter": "content_filter"}
    reason = reasons.get(reply.ending)
    asked, made = reply.tokens
    ended = "incomplete" if reason else "completed"
    return {
        "id": f"resp_{order.id}",
        "object": "response",
        "status": status or ended,
        "error": None,
        "incomplete_details": {"reason": reason} if reason and not status else None,
        "model": order.model,
        "output": [] if status else list(_items(reply)),
        "usage": None if status else {"input_tokens": asked, "output_tokens": made},
    }


def _items(reply: TalkReply) -> Iterator[Body]:
    if reply.thought:
        summary = [{"type": "summary_text", "text": reply.thought}]
        yield {"type": "reasoning", "id": "rs_1", "summary": summary}
    if reply.sources:
        action = {"type": "search", "query": "sandbox"}
        yield {"type": "web_search_call", "status": "completed", "action": action}
    if reply.pieces:
        notes = [{"type": "url_citation", "url": u, "title": t} for u, t in reply.sources]
        part = {"type": "output_text", "text": "".join(reply.pieces), "annotations": notes}
        yield {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}
    for nth, (name, arguments) in enumerate(reply.calls):
        call = {"call_id": f"call_{nth}", "name": name, "arguments": arguments}
        yield {"type": "function_call", "id": f"fc_{nth}", **call}


def _response_frames(reply: TalkReply, order: PaidOrder) -> Iterator[bytes]:
    numbers = iter(range(1_000_000))

    def event(kind: str, **fields: object) -> bytes:
        name = f"response.{kind}"
        body = {"type": name, "sequence_number": next(numbers), **fields}
        return f"event: {name}\n".encode() + _data(body)

    yield event("created", response=_response(reply, order, "in_progress"))
    yield event("in_progress", response=_response(reply, order, "in_progress"))
    if reply.thought:
        yield event("reasoning_summary_text.delta", item_id="rs_1", delta=reply.thought)
        yield event("reasoning_summary_text.done", item_id="rs_1", text=reply.thought)
    for piece in reply.pieces:
        yield event("output_text.delta", item_id="msg_1", content_index=0, delta=piece)
    if reply.ending == "error":
        failed = {**_response(reply, order, "failed"), "error": ERROR}
        yield event("failed", response=failed)
    if reply.ending in FINISHES:
        if reply.pieces:
            yield event("output_text.done", item_id="msg_1", text="".join(reply.pieces))
        for item in _items(reply):
            yield event("output_item.done", item=item)
        response = _response(reply, order)
        yield event(str(response["status"]), response=response)


WIRES: Mapping[str, TalkWire] = {
    "chat_completions": TalkWire(_chat_frames, _chat_whole),
    "completions": TalkWire(_completion_frames, _completion_whole),
    "gemini_text": TalkWire(_gemini_frames, _gemini_whole),
    "responses": TalkWire(_response_frames, _response),
}
