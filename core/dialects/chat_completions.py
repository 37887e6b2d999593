"""`POST /v1/chat/completions` that answers in words.

Source: docs/gateways.md, "chat_completions", "Answers that stream".
"""

import json
from collections.abc import AsyncGenerator, Iterator

import httpx

from core.catalog import ChatModel
from core.dialects._http import Creation, Wire
from core.dialects._instructions import system_text
from core.dialects._json import Json, dig, items, mapping, text
from core.dialects._parts import Addresses, addresses_in, addresses_of
from core.dialects._replies import Reply, hear
from core.dialects.endpoint import Endpoint
from core.talk import Answered, Asked, Question, Said, Schema, Text, Thought, ToolCall, Turn

_CREATE = "/v1/chat/completions"


def payload(model: ChatModel, question: Question, addresses: Addresses) -> Json:
    """The body of a request; options only where asked for."""
    body: dict[str, object] = {
        "model": model.wire_name(question),
        "stream": model.streams,
        "messages": list(_messages(model, question, addresses)),
    }
    if model.streams:
        body["stream_options"] = {"include_usage": True}
    if model.answer_tokens:
        body["max_tokens"] = model.answer_tokens
    if question.schema:
        body["response_format"] = _format(model, question.schema)
    if question.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters,
                },
            }
            for tool in question.tools
        ]
    return body


def _format(model: ChatModel, schema: Schema) -> Json:
    if model.structured != "schema":
        return {"type": "json_object"}
    form = {"name": schema.name, "schema": schema.schema, "strict": True}
    return {"type": "json_schema", "json_schema": form}


def _messages(model: ChatModel, question: Question, addresses: Addresses) -> Iterator[Json]:
    if system := system_text(model, question):
        yield {"role": "system", "content": system}
    for turn in question.turns:
        yield _message(turn, addresses)


def _message(turn: Turn, addresses: Addresses) -> Json:
    if isinstance(turn, Asked):
        return {"role": "user", "content": _content(turn, addresses)}
    if isinstance(turn, Answered):
        said: dict[str, object] = {"role": "assistant", "content": turn.text}
        return {**said, "tool_calls": [_call(call) for call in turn.calls]} if turn.calls else said
    return {"role": "tool", "tool_call_id": turn.call.id, "content": turn.text}


def _content(turn: Asked, addresses: Addresses) -> str | list[Json]:
    if not turn.media:
        return turn.text
    # A video stands where a picture does: there is no part of its own for it.
    parts = [
        {"type": "image_url", "image_url": {"url": url}}
        for _, url in addresses_in(turn, addresses)
    ]
    return [{"type": "text", "text": turn.text}, *parts]


def _call(call: ToolCall) -> Json:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


class _Reader:
    """Reads chunks, or the one completion that came in their place."""

    def __init__(self) -> None:
        self.reply = Reply()
        self._calls: list[_CallInPieces] = []

    def read(self, frame: Json) -> list[Said]:
        usage = mapping(frame.get("usage"))
        self.reply.count(usage.get("prompt_tokens"), usage.get("completion_tokens"))
        choices = [mapping(choice) for choice in items(frame.get("choices"))]
        return [
            said for choice in choices if not choice.get("index") for said in self._take(choice)
        ]

    def _take(self, choice: Json) -> list[Said]:
        # Some relays send a message where a delta belongs.
        whole = mapping(choice.get("message"))
        said = mapping(choice.get("delta")) or whole
        for piece in map(mapping, items(said.get("tool_calls"))):
            self._collect(piece)
        thought = text(said.get("reasoning_content")) or text(said.get("reasoning"))
        told: list[Said] = [Thought(thought)] if thought else []
        if words := _words(said):
            told.append(Text(words))
        for note in map(mapping, items(said.get("annotations"))):
            cited = mapping(note.get("url_citation"))
            told += self.reply.source(text(cited.get("url")), text(cited.get("title")))
        finish = text(choice.get("finish_reason")).casefold()
        self.reply.finish(finish, is_whole=bool(whole))
        return told

    def _collect(self, piece: Json) -> None:
        """Put a call together. Some gateways give every call the same place."""
        place, name = piece.get("index"), text(piece.get("id"))
        same = [call for call in self._calls if place is None or call.place == place]
        call = same[-1] if same else None
        if call is None or (name and call.id and name != call.id):
            call = _CallInPieces(place)
            self._calls.append(call)
        call.add(piece)

    def close(self) -> None:
        self.reply.calls = [call.whole(nth) for nth, call in enumerate(self._calls)]


class _CallInPieces:
    def __init__(self, place: object) -> None:
        self.place = place
        self.id = ""
        self._name = ""
        self._arguments: list[str] = []

    def add(self, piece: Json) -> None:
        self.id = self.id or text(piece.get("id"))
        self._name = self._name or text(dig(piece, "function.name"))
        arguments = dig(piece, "function.arguments")
        # Some relays give the object itself.
        whole = mapping(arguments)
        self._arguments.append(text(arguments) or (json.dumps(whole) if whole else ""))

    def whole(self, nth: int) -> ToolCall:
        arguments = "".join(self._arguments) or "{}"
        return ToolCall(id=self.id or f"call_{nth}", name=self._name, arguments=arguments)


def _words(said: Json) -> str:
    """The text of a message, whether one or in parts; a model's refusal is its answer."""
    content = said.get("content")
    parts = "".join(text(mapping(part).get("text")) for part in items(content))
    return text(content) or parts or text(said.get("refusal"))


class ChatCompletions:
    """The dialect; see `ChatDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    def stream(self, model: ChatModel, question: Question) -> AsyncGenerator[Said]:
        return hear(self._wire, model, question, _creation, _Reader())


async def _creation(model: ChatModel, question: Question) -> Creation:
    body = payload(model, question, await addresses_of(question))
    return Creation(path=_CREATE, body=body)
