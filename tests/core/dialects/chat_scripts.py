"""The same things said in each protocol of answers in words, and who asks for them."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

import sandbox
from core.catalog import ChatModel, load
from core.dialects import CHAT_DIALECTS, DIALECTS
from core.dialects.endpoint import Pace
from core.errors import Fault, JobError
from core.talk import Asked, Ended, Question, Said, Source, Text, Thought, ToolCall, Usage
from tests.core.dialects.http_answers import RESET, Answer
from tests.core.dialects.scripted_gateway import CALM, LIMIT_SECONDS, client, endpoint
from tests.fakes.raw_server import raw_server

OWN = Path(sandbox.__file__).parent / "catalog.toml"
CHATS = {m.key: m for m in load((OWN,), tuple(DIALECTS), tuple(CHAT_DIALECTS)).chats}
QUESTION = Question(turns=(Asked(text="画只猪在天上飞"),))
DONE = "data: [DONE]\n\n"
STALL = b"(stall)"
"""A piece that never comes, nor anything behind it."""


def event(body: Mapping[str, object]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatScript:
    """How one protocol says things.

    Attributes:
        ends: how an answer ends well, with 9 tokens in and 12 out; long: at its limit.
        filtered: what is said when the filter takes the answer away.
        nothing: frames that say nothing.
        whole: an answer that is no stream.
        calls: two calls of `look`, of cats and of dogs, in 200 pieces where there are pieces.
    """

    model: ChatModel
    path: str
    say: Callable[[str], str]
    think: Callable[[str], str] | None
    ends: str
    long: str
    filtered: str
    nothing: str
    whole: Callable[[str], Mapping[str, object]]
    calls: str = ""


def _chunk(delta: Mapping[str, object], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"id": "c1", "object": "chat.completion.chunk", "choices": [choice]})


_NOTHING: Mapping[str, object] = {}
_COUNT = {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}


def _chat_calls() -> str:
    """Both at once, their pieces mixed."""
    asked = [
        json.dumps({"of": "cats", "why": "喵" * 80}, ensure_ascii=False),
        json.dumps({"of": "dogs", "why": "汪" * 80}, ensure_ascii=False),
    ]
    opening = "".join(
        _chunk({"tool_calls": [{"index": nth, "id": f"c{nth}", "function": {"name": "look"}}]})
        for nth in (0, 1)
    )
    pieces = "".join(
        _chunk({"tool_calls": [{"index": nth, "function": {"arguments": words[at : at + 1]}}]})
        for at in range(max(map(len, asked)))
        for nth, words in enumerate(asked)
    )
    return opening + pieces + _chunk({}, "tool_calls") + DONE


CHAT = ChatScript(
    model=CHATS["sandbox/sandbox-chat"],
    path="/v1/chat/completions",
    say=lambda piece: _chunk({"content": piece}),
    think=lambda piece: _chunk({"reasoning_content": piece}),
    ends=_chunk({})
    + _chunk({}, "stop")
    + event({"choices": [{"index": 0, "delta": _NOTHING}], "usage": {**_COUNT, "input_tokens": 0}})
    + DONE,
    long=_chunk({}, "length") + DONE,
    filtered=_chunk({}, "content_filter") + DONE,
    nothing=_chunk({"role": "assistant", "content": ""})
    + _chunk({"content": None, "reasoning_content": None, "tool_calls": None})
    + event({"choices": []})
    + event({"choices": [{"index": 0, "delta": _NOTHING}], "usage": {"prompt_tokens": 0}})
    + event({"choices": None, "error": None, "code": 12}),
    whole=lambda words: {
        "id": "msg_1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": words},
                "finish_reason": "stop",
            }
        ],
        "usage": _COUNT,
    },
    calls=_chat_calls(),
)


def _response(status: str, words: str = "", **fields: object) -> Mapping[str, object]:
    content = [{"type": "output_text", "text": words, "annotations": None}]
    thought: Mapping[str, object] = {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "hm"}],
    }
    output: list[Mapping[str, object]] = (
        [thought, {"type": "message", "role": "assistant", "content": content}] if words else []
    )
    return {
        "id": "resp_1",
        "object": "response",
        "status": status,
        "error": None,
        "incomplete_details": None,
        "output": output,
        "usage": {"input_tokens": 9, "output_tokens": 12} if status == "completed" else None,
        **fields,
    }


def _response_calls() -> str:
    frames: list[str] = []
    for nth, (of, why) in enumerate((("cats", "喵" * 80), ("dogs", "汪" * 80))):
        arguments = json.dumps({"of": of, "why": why}, ensure_ascii=False)
        item = {"type": "function_call", "id": f"fc_{nth}", "call_id": f"c{nth}", "name": "look"}
        named = {"type": "response.output_item.added", "item": {**item, "arguments": ""}}
        kind = "response.function_call_arguments"
        pieces = [event({"type": f"{kind}.delta", "delta": letter}) for letter in arguments]
        done = {"type": f"{kind}.done", "arguments": arguments}
        whole = {"type": "response.output_item.done", "item": {**item, "arguments": arguments}}
        frames += [event(named), *pieces, event(done), event(whole)]
    return "".join(frames) + event(
        {"type": "response.completed", "response": _response("completed")}
    )


RESPONSES = ChatScript(
    model=CHATS["sandbox/sandbox-responses"],
    path="/v1/responses",
    say=lambda piece: (
        "event: response.output_text.delta\n"
        + event({"type": "response.output_text.delta", "item_id": "msg_1", "delta": piece})
    ),
    think=lambda piece: event({"type": "response.reasoning_summary_text.delta", "delta": piece}),
    # All of these repeat the whole text.
    ends="".join(
        map(
            event,
            (
                {"type": "response.output_text.done", "text": "(whole)"},
                {"type": "response.content_part.done", "part": {"text": "(whole)"}},
                {
                    "type": "response.output_item.done",
                    "item": {"type": "message", "content": [{"text": "(whole)"}]},
                },
                {"type": "response.completed", "response": _response("completed", "(whole)")},
            ),
        )
    ),
    long=event(
        {
            "type": "response.incomplete",
            "response": _response(
                "incomplete", incomplete_details={"reason": "max_output_tokens"}
            ),
        }
    ),
    filtered=event(
        {
            "type": "response.incomplete",
            "response": _response("incomplete", incomplete_details={"reason": "content_filter"}),
        }
    ),
    nothing="".join(
        map(
            event,
            (
                {"type": "response.created", "response": _response("in_progress")},
                {"type": "response.in_progress", "response": _response("in_progress")},
                {"type": "response.output_item.added", "item": {"type": "message"}},
                {"type": "response.content_part.added", "part": {"text": ""}},
                {"type": "response.output_text.delta", "delta": ""},
                {"type": "response.output_text.delta", "delta": None},
                {"type": "response.web_search_call.searching", "item_id": "ws_1"},
            ),
        )
    ),
    whole=lambda words: _response("completed", words),
    calls=_response_calls(),
)


def _candidate(*parts: Mapping[str, object], finish: str = "") -> str:
    candidate: dict[str, object] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    return event({"candidates": [{**candidate, **({"finishReason": finish} if finish else {})}]})


_TOKENS = {"promptTokenCount": 9, "candidatesTokenCount": 7, "thoughtsTokenCount": 5}

GEMINI = ChatScript(
    model=CHATS["sandbox/sandbox-gemini"],
    path="/v1beta/models/sandbox-gemini:streamGenerateContent?alt=sse",
    say=lambda piece: _candidate({"text": piece}),
    think=lambda piece: _candidate({"text": piece, "thought": True}),
    ends=event({"candidates": [{"finishReason": "STOP"}], "usageMetadata": _TOKENS}),
    long=_candidate(finish="MAX_TOKENS"),
    filtered=_candidate(finish="SAFETY"),
    nothing=_candidate()
    + _candidate({"text": ""})
    + event({"candidates": None})
    + event({"usageMetadata": {"promptTokenCount": 9}}),
    whole=lambda words: {
        "candidates": [{"content": {"parts": [{"text": words}]}, "finishReason": "STOP"}],
        "usageMetadata": _TOKENS,
    },
    calls=_candidate(
        {
            "functionCall": {"id": "c0", "name": "look", "args": {"of": "cats", "why": "喵" * 80}},
            "thoughtSignature": "c2lnbmVk",
        },
        {"functionCall": {"id": "c1", "name": "look", "args": {"of": "dogs", "why": "汪" * 80}}},
        finish="STOP",
    ),
)


def _completion(words: str, finish: str | None = None, **fields: object) -> str:
    choice = {"text": words, "index": 0, "logprobs": None, "finish_reason": finish}
    return event({"id": "cmpl-1", "object": "text_completion", "choices": [choice], **fields})


COMPLETIONS = ChatScript(
    model=CHATS["sandbox/sandbox-completions"],
    path="/v1/completions",
    say=_completion,
    think=None,
    ends=_completion("", "stop", usage=_COUNT) + DONE,
    long=_completion("", "length") + DONE,
    filtered=_completion("", "content_filter") + DONE,
    nothing=_completion("") + event({"choices": []}) + event({"choices": [{"text": None}]}),
    whole=lambda words: {
        "id": "cmpl-1",
        "choices": [{"text": f"\n\n{words}", "index": 0, "finish_reason": "stop"}],
        "usage": _COUNT,
    },
)

CHAT_SCRIPTS: Mapping[str, ChatScript] = {
    "chat_completions": CHAT,
    "completions": COMPLETIONS,
    "gemini_text": GEMINI,
    "responses": RESPONSES,
}


@dataclass(slots=True)
class ChatHeard:
    """What a model said, and how it ended."""

    said: list[Said] = field(default_factory=list[Said])
    fault: Fault | None = None
    requests: list[bytes] = field(default_factory=list[bytes])

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.said if isinstance(each, Text))

    @property
    def thoughts(self) -> str:
        return "".join(each.text for each in self.said if isinstance(each, Thought))

    @property
    def calls(self) -> list[ToolCall]:
        return [each for each in self.said if isinstance(each, ToolCall)]

    @property
    def sources(self) -> list[Source]:
        return [each for each in self.said if isinstance(each, Source)]

    @property
    def usage(self) -> Usage | None:
        return next((each for each in self.said if isinstance(each, Usage)), None)

    @property
    def ended(self) -> Ended | None:
        return next((each for each in self.said if isinstance(each, Ended)), None)

    @property
    def body(self) -> Mapping[str, object]:
        """The body of the only request."""
        (request,) = self.requests
        return json.loads(request.partition(b"\r\n\r\n")[2])


async def ask(
    name: str,
    *answers: Answer,
    question: Question = QUESTION,
    model: ChatModel | None = None,
    pace: Pace = CALM,
    http: Callable[[], httpx.AsyncClient] = client,
) -> ChatHeard:
    """Ask a gateway that answers as scripted, in the writes that it is given; the last stays."""
    left, heard = list(answers), ChatHeard()

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if answer == RESET:
            writer.transport.abort()
            return
        for piece in (answer,) if isinstance(answer, bytes) else answer:
            if piece == STALL:
                await asyncio.Event().wait()
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    async with raw_server(serve) as server, http() as pool, asyncio.timeout(LIMIT_SECONDS):
        dialect = CHAT_DIALECTS[name](endpoint(server.url, pace=pace), pool)
        asked = model or CHAT_SCRIPTS[name].model
        try:
            async with aclosing(dialect.stream(asked, question)) as stream:
                async for said in stream:
                    heard.said.append(said)
        except JobError as error:
            heard.fault = error.fault
        heard.requests = server.requests
    return heard


def in_bytes(answer: bytes) -> Sequence[bytes]:
    """The head at once, the body byte by byte."""
    head, split, body = answer.partition(b"\r\n\r\n")
    return [head + split, *(body[at : at + 1] for at in range(len(body)))]


def unstreamed(model: ChatModel) -> ChatModel:
    return model.model_copy(update={"streams": False})


__all__ = [
    "CHATS",
    "CHAT_SCRIPTS",
    "QUESTION",
    "STALL",
    "ChatHeard",
    "ChatScript",
    "ask",
    "event",
    "in_bytes",
    "replace",
    "unstreamed",
]
