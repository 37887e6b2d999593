"""An answer in words, from the first byte to the last, whichever protocol tells it.

Source: docs/gateways.md, "Server-sent events", "Answers that stream". A stream that has begun may
have been paid for: it is never asked for again from here.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Protocol

import httpx

from core.bodies import body_of
from core.catalog import ChatModel
from core.dialects._faults import Circumstances, inside, is_html, is_refusal, known_fault
from core.dialects._http import Creation, Wire, broken_off
from core.dialects._json import Json
from core.dialects._letters import Legible, readable
from core.dialects._sse import Decoder, Frame
from core.errors import Fault, FaultKind, JobError
from core.media import MediaKind
from core.redact import quote
from core.talk import Ended, Question, Said, Source, Text, Thought, ToolCall, Usage

# Half a million words: nobody reads more, and a stream without an end must have one.
_LIMIT_BYTES = 32_000_000
# More pages than anybody opens; longer addresses are none that a message could hold.
_MOST_SOURCES = 100
_ADDRESS_CHARS = 500
# What frames of an answer have. A `code` beside it is no refusal.
_OF_ANSWERS = ("candidates", "choices", "output", "response")


@dataclass(slots=True)
class Reply:
    """What has been heard of an answer so far.

    Attributes:
        over: whether the model has said how it ended.
        cut: whether that was at the most that an answer may have.
        id: what the gateway keeps it under.
        calls: what the model wants done; told when it is over, for until then it may be cut.
    """

    over: bool = False
    cut: bool = False
    id: str = ""
    usage: Usage | None = None
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    _sources: set[str] = field(default_factory=set[str])

    def source(self, url: str, title: str) -> list[Said]:
        """A page, unless it was told already."""
        url = readable(url)
        is_address = url.startswith(("http://", "https://")) and len(url) <= _ADDRESS_CHARS
        if not is_address or url in self._sources or len(self._sources) >= _MOST_SOURCES:
            return []
        self._sources.add(url)
        return [Source(url, quote(title, 200))]

    def count(self, input_tokens: object, output_tokens: object) -> None:
        """Keep the numbers of tokens; nothing and zeros say nothing."""
        numbers = [n if isinstance(n, int) else 0 for n in (input_tokens, output_tokens)]
        if any(number > 0 for number in numbers):
            self.usage = Usage(*(max(number, 0) for number in numbers))

    def finish(self, reason: str, *, is_whole: bool = False) -> None:
        """Take note of a finish reason, as OpenAI's two protocols say it; "" is none.

        Raises:
            JobError: the content filter has ended it.
        """
        if reason == "content_filter":
            raise filtered(reason)
        self.over = self.over or bool(reason) or is_whole
        self.cut = self.cut or reason == "length"

    def rest(self) -> list[Said]:
        """What is told at the end. A call of an answer that was cut may be half a call."""
        calls = [] if self.cut else self.calls
        return [*calls, *([self.usage] if self.usage else []), Ended(cut=self.cut, id=self.id)]


class Reader(Protocol):
    """Reads the frames of one protocol."""

    reply: Reply

    def read(self, frame: Json) -> list[Said]:
        """What a frame says.

        Raises:
            JobError: that the answer was refused or has failed.
        """
        ...

    def close(self) -> None:
        """Complete the reply: nothing more comes."""
        ...


Create = Callable[[ChatModel, Question], Awaitable[Creation]]


async def hear(
    wire: Wire, model: ChatModel, question: Question, create: Create, reader: Reader
) -> AsyncGenerator[Said]:
    """Ask once, and tell the answer as it comes.

    Raises:
        JobError: what `Wire.create` raises, a refusal under status 200, that the answer broke off
            or that there is none. What was told before is what there is of it.
    """
    circumstances = circumstances_of(question)
    async with wire.create(
        await create(model, question), idle_seconds=model.idle_seconds, circumstances=circumstances
    ) as response:
        stream = _Stream(response, reader.reply, wire.endpoint.pace.afterwards)
        spoken, legible = False, Legible()
        async with aclosing(stream.frames()) as frames:
            async for frame in frames:
                _refuse(frame, circumstances, spoken=spoken)
                for said in filter(None, map(legible, reader.read(frame))):
                    spoken = spoken or isinstance(said, Text | Thought)
                    yield said
    if stream.broken and not reader.reply.over:
        raise JobError(stream.broken)
    reader.close()
    if stream.loose and not spoken:
        raise JobError(_unreadable(stream.loose, circumstances))
    if not (reader.reply.over or (stream.done and spoken)):
        detail = "the answer stopped before its end"
        raise JobError(Fault(kind=FaultKind.NETWORK, detail=detail, maybe_billed=True))
    if not spoken and not reader.reply.calls:
        raise JobError(Fault(kind=FaultKind.NO_ANSWER, maybe_billed=True))
    for said in filter(None, map(legible, reader.reply.rest())):
        yield said


def circumstances_of(question: Question) -> Circumstances:
    """What is known before anything has been sent."""
    return Circumstances(prompt=question.last_words, has_images=question.has(MediaKind.IMAGE))


def filtered(reason: str) -> JobError:
    """The filter has taken the answer away."""
    fault = Fault(kind=FaultKind.MODERATION_OUTPUT, reason=quote(reason), maybe_billed=True)
    return JobError(fault)


def failed(body: Json, *, prompt: str, spoken: bool) -> JobError:
    """The answer ended in an error, which came inside it."""
    circumstances = Circumstances(prompt=prompt)
    fault = known_fault(body, or_else=FaultKind.UPSTREAM, circumstances=circumstances)
    billed = spoken or not inside(body, prompt).is_refusal
    return JobError(replace(fault, maybe_billed=billed))


class _Stream:
    """The body of an answer.

    Attributes:
        done: whether it said that it was over; broken: why it did not end by itself.
        loose: what came that is no event stream.
    """

    def __init__(self, response: httpx.Response, reply: Reply, afterwards: float) -> None:
        self.done = False
        self.broken: Fault | None = None
        self.loose = ""
        self._response = response
        self._reply = reply
        self._afterwards = afterwards

    async def frames(self) -> AsyncGenerator[Json]:
        """All objects in it. Behind its end it is listened to for the count of tokens."""
        decoder = Decoder(_LIMIT_BYTES)
        until: float | None = None
        async with aclosing(body_of(self._response, _LIMIT_BYTES)) as chunks:
            while (
                not self.done and (frames := await self._next(chunks, decoder, until)) is not None
            ):
                for frame in self._objects(frames):
                    yield frame
                if self._reply.over and until is None:
                    until = asyncio.get_running_loop().time() + self._afterwards
        for frame in self._objects(decoder.end()):
            yield frame
        self.loose = decoder.loose

    async def _next(
        self, chunks: AsyncGenerator[bytes], decoder: Decoder, until: float | None
    ) -> list[Frame] | None:
        """The frames in the next bytes; None at the end, and when it breaks."""
        try:
            async with asyncio.timeout_at(until):
                return decoder.feed(await anext(chunks))
        except (StopAsyncIteration, TimeoutError):
            pass
        except (httpx.TransportError, httpx.DecodingError, ValueError) as error:
            self.broken = broken_off(error)
        return None

    def _objects(self, frames: list[Frame]) -> list[Json]:
        self.done = self.done or any(isinstance(frame, str) for frame in frames)
        return [frame for frame in frames if not isinstance(frame, str)]


def _refuse(frame: Json, circumstances: Circumstances, *, spoken: bool) -> None:
    if not is_refusal(frame):
        return
    if frame.get("error") or not any(mark in frame for mark in _OF_ANSWERS):
        raise failed(frame, prompt=circumstances.prompt, spoken=spoken)


def _unreadable(loose: str, circumstances: Circumstances) -> Fault:
    fault = known_fault(loose, or_else=FaultKind.BAD_PAYLOAD, circumstances=circumstances)
    # A page comes from a wrong address, which has asked nobody.
    return replace(fault, maybe_billed=not is_html(loose))
