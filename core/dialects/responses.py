"""`POST /v1/responses` that answers in words.

Source: docs/gateways.md, "responses".
"""

from collections.abc import AsyncGenerator, Iterator, Sequence

import httpx

from core.catalog import ChatModel
from core.dialects._http import Creation, Wire
from core.dialects._instructions import system_text
from core.dialects._json import Json, dig, items, mapping, text
from core.dialects._parts import Addresses, addresses_in, addresses_of
from core.dialects._replies import Reply, failed, filtered, hear
from core.dialects.endpoint import Endpoint
from core.talk import (
    Answered,
    Asked,
    Question,
    Returned,
    Said,
    Schema,
    Text,
    Thought,
    ToolCall,
    Turn,
)

_CREATE = "/v1/responses"
_SEARCH: Json = {"type": "web_search_preview"}
_TEXT = ("response.output_text.delta", "response.refusal.delta")
_THOUGHTS = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
_LAST = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")


def payload(model: ChatModel, question: Question, addresses: Addresses) -> Json:
    """The body of a request; options only where asked for."""
    body: dict[str, object] = {
        "model": model.wire_name(question),
        "stream": model.streams,
        "input": [item for turn in _new(question) for item in _items(turn, addresses)],
    }
    if system := system_text(model, question):
        body["instructions"] = system
    if question.follows:
        body["previous_response_id"] = question.follows
    if model.answer_tokens:
        body["max_output_tokens"] = model.answer_tokens
    if question.schema:
        body["text"] = {"format": _format(model, question.schema)}
    if tools := list(_tools(question)):
        body["tools"] = tools
    if question.thinks:
        body["reasoning"] = {"summary": "auto"}
    return body


def _new(question: Question) -> Sequence[Turn]:
    """What the gateway does not know yet."""
    turns = question.turns
    if not question.follows:
        return turns
    answers = [nth for nth, turn in enumerate(turns) if isinstance(turn, Answered)]
    return turns[answers[-1] + 1 :] if answers else turns


def _items(turn: Turn, addresses: Addresses) -> Iterator[Json]:
    match turn:
        case Asked():
            yield {"role": "user", "content": _content(turn, addresses)}
        case Answered():
            if turn.text:
                yield {"role": "assistant", "content": turn.text}
            for call in turn.calls:
                said = {"call_id": call.id, "name": call.name, "arguments": call.arguments}
                yield {"type": "function_call", **said}
        case Returned():
            yield {"type": "function_call_output", "call_id": turn.call.id, "output": turn.text}


def _content(turn: Asked, addresses: Addresses) -> str | list[Json]:
    if not turn.media:
        return turn.text
    # The address itself: an object, as in chat_completions, is refused here.
    parts = [{"type": "input_image", "image_url": url} for _, url in addresses_in(turn, addresses)]
    return [{"type": "input_text", "text": turn.text}, *parts]


def _format(model: ChatModel, schema: Schema) -> Json:
    if model.structured != "schema":
        return {"type": "json_object"}
    return {"type": "json_schema", "name": schema.name, "schema": schema.schema, "strict": True}


def _tools(question: Question) -> Iterator[Json]:
    if question.searches:
        yield _SEARCH
    for tool in question.tools:
        yield {
            "type": "function",
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        }


class _Reader:
    """Reads events, or the one response that came in their place.

    The events that end a part, an item or the response repeat all of their text. So the text is
    taken from the pieces, and from the whole response only where there were none.
    """

    def __init__(self, prompt: str) -> None:
        self.reply = Reply()
        self._prompt = prompt
        self._spoken = False
        self._calls: dict[str, ToolCall] = {}

    def read(self, frame: Json) -> list[Said]:
        event = text(frame.get("type"))
        response = mapping(frame.get("response")) or (frame if "output" in frame else {})
        self.reply.id = text(response.get("id")) or self.reply.id
        if event in _LAST or (not event and response):
            return self._end(response)
        piece = text(frame.get("delta"))
        if event in _TEXT and piece:
            self._spoken = True
            return [Text(piece)]
        if event in _THOUGHTS and piece:
            return [Thought(piece)]
        if event == "response.output_text.annotation.added":
            return self._cite(mapping(frame.get("annotation")))
        if event == "response.output_item.done":
            self._keep_call(mapping(frame.get("item")))
        return []

    def _end(self, response: Json) -> list[Said]:
        status = text(response.get("status"))
        if status in ("failed", "cancelled"):
            raise failed(response, prompt=self._prompt, spoken=self._spoken)
        usage = mapping(response.get("usage"))
        self.reply.count(usage.get("input_tokens"), usage.get("output_tokens"))
        told = [
            said for item in items(response.get("output")) for said in self._item(mapping(item))
        ]
        why = text(dig(response, "incomplete_details.reason"))
        if why == "content_filter":
            raise filtered(why)
        self.reply.cut = status == "incomplete"
        self.reply.over = status in ("", "completed", "incomplete")
        return told

    def _item(self, item: Json) -> list[Said]:
        """What an item of the whole response adds; reasoning may look like text."""
        self._keep_call(item)
        if text(item.get("type")) != "message":
            return []
        told: list[Said] = []
        for part in map(mapping, items(item.get("content"))):
            words = text(part.get("text")) or text(part.get("refusal"))
            if words and not self._spoken:
                told.append(Text(words))
            for note in map(mapping, items(part.get("annotations"))):
                told += self._cite(note)
        return told

    def _cite(self, note: Json) -> list[Said]:
        return self.reply.source(text(note.get("url")), text(note.get("title")))

    def _keep_call(self, item: Json) -> None:
        if text(item.get("type")) != "function_call":
            return
        name = text(item.get("call_id")) or text(item.get("id")) or f"call_{len(self._calls)}"
        self._calls[name] = ToolCall(
            id=name, name=text(item.get("name")), arguments=text(item.get("arguments")) or "{}"
        )

    def close(self) -> None:
        self.reply.calls = list(self._calls.values())


class Responses:
    """The dialect; see `ChatDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    def stream(self, model: ChatModel, question: Question) -> AsyncGenerator[Said]:
        reader = _Reader(question.last_words)
        return hear(self._wire, model, question, _creation, reader)


async def _creation(model: ChatModel, question: Question) -> Creation:
    body = payload(model, question, await addresses_of(question))
    return Creation(path=_CREATE, body=body)
