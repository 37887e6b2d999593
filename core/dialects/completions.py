"""`POST /v1/completions`, the oldest: a model that only goes on writing.

Source: docs/gateways.md, "completions".
"""

from collections.abc import AsyncGenerator

import httpx

from core.catalog import ChatModel
from core.dialects._http import Creation, Wire
from core.dialects._json import Json, items, mapping, text
from core.dialects._replies import Reply, hear
from core.dialects.endpoint import Endpoint
from core.talk import Asked, Question, Said, Text

_CREATE = "/v1/completions"
# Without a limit of our own it writes 16 tokens.
_LEAST_USEFUL_TOKENS = 1000
_PERSON = "User:"
_MODEL = "Assistant:"


def payload(model: ChatModel, question: Question) -> Json:
    """The body of a request: the conversation as a text that the model goes on with."""
    return {
        "model": model.wire_name(question),
        "prompt": prompt_of(question),
        "stream": model.streams,
        "max_tokens": model.answer_tokens or _LEAST_USEFUL_TOKENS,
        # Or it goes on with what the person might say next.
        "stop": [f"\n{_PERSON}"],
    }


def prompt_of(question: Question) -> str:
    """What was said so far, as a play of two."""
    lines = [
        f"{_PERSON if isinstance(turn, Asked) else _MODEL} {turn.text}" for turn in question.turns
    ]
    return "\n\n".join(filter(None, (question.system, *lines, _MODEL)))


class _Reader:
    """Reads chunks, or the one completion that came in their place."""

    def __init__(self) -> None:
        self.reply = Reply()
        self._spoken = False

    def read(self, frame: Json) -> list[Said]:
        usage = mapping(frame.get("usage"))
        self.reply.count(usage.get("prompt_tokens"), usage.get("completion_tokens"))
        choices = [mapping(choice) for choice in items(frame.get("choices"))]
        return [
            said for choice in choices if not choice.get("index") for said in self._take(choice)
        ]

    def _take(self, choice: Json) -> list[Said]:
        self.reply.finish(text(choice.get("finish_reason")).casefold())
        words = text(choice.get("text"))
        # It goes on behind a colon: the space or the empty lines are not its answer's.
        words = words if self._spoken else words.lstrip()
        self._spoken = self._spoken or bool(words)
        return [Text(words)] if words else []

    def close(self) -> None:
        """Do nothing: each chunk is whole."""


class Completions:
    """The dialect; see `ChatDialect` for the contract."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._wire = Wire(endpoint, http)

    def stream(self, model: ChatModel, question: Question) -> AsyncGenerator[Said]:
        return hear(self._wire, model, question, _creation, _Reader())


async def _creation(model: ChatModel, question: Question) -> Creation:
    return Creation(path=_CREATE, body=payload(model, question))
