"""`POST /v1beta/models/{model}:streamGenerateContent?alt=sse` that answers in words.

Models that do not stream are asked at `:generateContent`.

Source: docs/gateways.md, "gemini_text".
"""

import json
from collections.abc import AsyncGenerator, Iterator
from urllib.parse import quote as percent_encode

import httpx

from core.catalog import ChatModel
from core.dialects._gemini import (
    FILTERED,
    blocked_of,
    check_size,
    inline_part,
    parts_of,
    told_of,
)
from core.dialects._http import Creation, Wire
from core.dialects._instructions import system_text
from core.dialects._json import Json, dig, items, mapping, parse, text
from core.dialects._parts import Addresses, addresses_in, addresses_of
from core.dialects._replies import Reply, filtered, hear
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError
from core.media import Asset
from core.redact import quote
from core.talk import (
    Answered,
    Asked,
    MediaLink,
    Question,
    Said,
    Text,
    Thought,
    ToolCall,
    Turn,
)


def payload(model: ChatModel, question: Question, addresses: Addresses) -> Json:
    """The body of a request; options only where asked for."""
    body: dict[str, object] = {"contents": [_content(turn, addresses) for turn in question.turns]}
    if system := system_text(model, question):
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if config := dict(_config(model, question)):
        body["generationConfig"] = config
    if tools := list(_tools(question)):
        body["tools"] = tools
    return body


def _config(model: ChatModel, question: Question) -> Iterator[tuple[str, object]]:
    if model.answer_tokens:
        yield "maxOutputTokens", model.answer_tokens
    if question.schema:
        yield "responseMimeType", "application/json"
        if model.structured == "schema":
            yield "responseJsonSchema", question.schema.schema
    if question.thinks:
        thinking: dict[str, object] = {"includeThoughts": True}
        if model.thinking_budget is not None:
            thinking["thinkingBudget"] = model.thinking_budget
        yield "thinkingConfig", thinking


def _tools(question: Question) -> Iterator[Json]:
    if question.searches:
        yield {"googleSearch": {}}
    if question.tools:
        yield {
            "functionDeclarations": [
                {
                    "name": tool.name,
                    "description": tool.description,
                    "parametersJsonSchema": tool.parameters,
                }
                for tool in question.tools
            ]
        }


def _content(turn: Turn, addresses: Addresses) -> Json:
    if isinstance(turn, Asked):
        media = [_part(each, url) for each, url in addresses_in(turn, addresses)]
        return {"role": "user", "parts": [*media, {"text": turn.text}]}
    if isinstance(turn, Answered):
        words = [{"text": turn.text}] if turn.text else []
        return {"role": "model", "parts": [*words, *map(_call, turn.calls)]}
    returned = {"name": turn.call.name, "response": {"result": turn.text}}
    return {"role": "user", "parts": [{"functionResponse": returned}]}


def _part(each: Asset | MediaLink, url: str) -> Json:
    if isinstance(each, Asset):
        return inline_part(url)
    return {"fileData": {"fileUri": url, "mimeType": each.mime}}


def _call(call: ToolCall) -> Json:
    part: dict[str, object] = {
        "functionCall": {"name": call.name, "args": mapping(parse(call.arguments))}
    }
    return {**part, "thoughtSignature": call.signature} if call.signature else part


class _Reader:
    """Reads what each frame adds, or the one answer that came in their place."""

    def __init__(self) -> None:
        self.reply = Reply()

    def read(self, frame: Json) -> list[Said]:
        if blocked := blocked_of(frame):
            reason = quote(told_of(frame) or blocked)
            raise JobError(
                Fault(kind=FaultKind.MODERATION_PROMPT, reason=reason, maybe_billed=True)
            )
        told = [said for part in parts_of(frame) for said in self._take(part)]
        for candidate in items(frame.get("candidates")):
            for chunk in items(dig(candidate, "groundingMetadata.groundingChunks")):
                page = mapping(mapping(chunk).get("web"))
                told += self.reply.source(text(page.get("uri")), text(page.get("title")))
            self._end(text(mapping(candidate).get("finishReason")), told_of(frame))
        self._count(mapping(frame.get("usageMetadata")))
        return told

    def _take(self, part: Json) -> list[Said]:
        if call := mapping(part.get("functionCall")):
            signature = text(part.get("thoughtSignature"))
            self.reply.calls.append(self._called(call, signature))
        words = text(part.get("text"))
        if not words:
            return []
        return [Thought(words) if part.get("thought") else Text(words)]

    def _called(self, call: Json, signature: str) -> ToolCall:
        return ToolCall(
            id=text(call.get("id")) or f"call_{len(self.reply.calls)}",
            name=text(call.get("name")),
            arguments=json.dumps(mapping(call.get("args")), ensure_ascii=False),
            signature=signature,
        )

    def _end(self, finish: str, told: str) -> None:
        if finish in FILTERED:
            raise filtered(told or finish)
        self.reply.over = self.reply.over or bool(finish)
        self.reply.cut = self.reply.cut or finish == "MAX_TOKENS"

    def _count(self, usage: Json) -> None:
        numbers = (usage.get("candidatesTokenCount"), usage.get("thoughtsTokenCount"))
        made = sum(number for number in numbers if isinstance(number, int))
        self.reply.count(usage.get("promptTokenCount"), made)

    def close(self) -> None:
        """Do nothing: each frame is whole."""


class GeminiText:
    """The dialect; see `ChatDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    def stream(self, model: ChatModel, question: Question) -> AsyncGenerator[Said]:
        return hear(self._wire, model, question, _creation, _Reader())


async def _creation(model: ChatModel, question: Question) -> Creation:
    addresses = await addresses_of(question)
    check_size("".join(turn.text for turn in question.turns), addresses.values())
    how = "streamGenerateContent?alt=sse" if model.streams else "generateContent"
    name = percent_encode(model.wire_name(question), safe="")
    path = f"/v1beta/models/{name}:{how}"
    return Creation(path=path, body=payload(model, question, addresses), names_model=True)
