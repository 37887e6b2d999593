"""What has been heard of a chat-format video stream so far."""

import re
from collections.abc import Collection
from typing import cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.dialects._faults import is_html, is_refusal
from core.dialects._json import Json, items, mapping, text
from core.dialects._narration import (
    Link,
    echo_end,
    fraction_of,
    is_queued,
    is_retrying,
    links_in,
    status_url,
)
from core.dialects._sse import DONE, Decoder, Frame
from core.media import Queued, Rendering

_URL = re.compile(r"https?://[^\s<>\"'`，。、）)\]]+")


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Output(_Lenient):
    url: str = ""


class _Said(_Lenient):
    """A delta, or the message that some relays send instead of one."""

    content: object = None
    reasoning_content: str | None = None
    output: list[_Output] | None = None
    video_url: str | None = None


class _Choice(_Lenient):
    index: int | None = 0
    delta: _Said | None = None
    message: _Said | None = None


class _Chunk(_Lenient):
    choices: list[_Choice] | None = Field(default=None)
    video_url: str | None = None


class Story:
    """Collects frames; says what they mean for the one who waits.

    Attributes:
        refusal: an error object that came inside the stream, if one did.
        done: whether the stream said that it was over (which proves nothing).
        fraction: the furthest progress it told, in 0..1.
        task_url: where the task can be polled when the stream breaks; "" until it said so.
    """

    def __init__(self, origin: str, banned: Collection[str]) -> None:
        self.refusal: Json | None = None
        self.done = False
        self.fraction: float | None = None
        self.task_url = ""
        self.decoder = Decoder()
        self._origin = origin
        self._banned = banned
        self._contents: dict[int, str] = {}
        self._starts: dict[int, int] = {}
        self._reasoning = ""
        self._given: list[str] = []

    def hear(self, chunk: bytes) -> list[Queued | Rendering]:
        """Take bytes from the wire; gives the events in them.

        Raises:
            ValueError: the stream is absurdly large.
        """
        return [e for frame in self.decoder.feed(chunk) if (e := self._take(frame))]

    def end(self) -> None:
        """Nothing more comes."""
        for frame in self.decoder.end():
            self._take(frame)
        for text_ in (self.content, self._reasoning):
            self.task_url = self.task_url or status_url(text_, self._origin)

    def _take(self, frame: Frame) -> Queued | Rendering | None:
        if isinstance(frame, str):
            self.done = self.done or frame == DONE
            return None
        try:
            chunk = _Chunk.model_validate(frame)
        except ValidationError:
            self.decoder.malformed += 1
            return None
        if not chunk.choices and is_refusal(frame):
            self.refusal = frame
        self._given += [chunk.video_url] if chunk.video_url else []
        events = [self._listen(choice) for choice in chunk.choices or ()]
        return next((event for event in reversed(events) if event), None)

    def _listen(self, choice: _Choice) -> Queued | Rendering | None:
        said = choice.delta or choice.message
        if said is None:
            return None
        self._given += [output.url for output in said.output or () if output.url]
        self._given += [said.video_url] if said.video_url else []
        content, reasoning = _words(said.content), said.reasoning_content or ""
        if not content and not reasoning:
            return None
        lines = self._append(choice.index or 0, content) + self._append_reasoning(reasoning)
        return self._event(lines)

    def _append(self, index: int, content: str) -> str:
        """Keep the text; gives the lines that it completes or lengthens."""
        if not content:
            return ""
        before = self._contents.get(index, "")
        after = self._contents[index] = before + content
        start = self._starts.get(index)
        if start is not None:
            return after[max(start, before.rfind("\n") + 1) :]
        start = echo_end(after, ended=False)
        if start is None:
            return ""
        self._starts[index] = start
        return after[start:]

    def _append_reasoning(self, reasoning: str) -> str:
        start = self._reasoning.rfind("\n") + 1
        self._reasoning += reasoning
        return self._reasoning[start:] if reasoning else ""

    def _event(self, lines: str) -> Queued | Rendering:
        if "http" in lines:
            self.task_url = self.task_url or status_url(lines, self._origin, ended=False)
        fraction = fraction_of(lines)
        if fraction is not None:
            self.fraction = max(fraction, self.fraction or 0.0)
            return Rendering(fraction=fraction)
        if self.fraction is None and is_queued(lines):
            return Queued()
        return Rendering(retrying=is_retrying(lines))

    @property
    def content(self) -> str:
        """All text without the echo of the prompt."""
        parts = (part for _, part in sorted(self._contents.items()))
        return "\n".join(part[echo_end(part, ended=True) :] for part in parts)

    @property
    def reasoning(self) -> str:
        return self._reasoning

    @property
    def html(self) -> bool:
        return is_html(self.decoder.loose)

    def links(self) -> list[Link]:
        """All links of the text; those of the reasoning only when the text has none."""
        given = "\n".join(self._given)
        for story in (f"{given}\n{self.content}", self._reasoning):
            found = links_in(story, origin=self._origin, banned=self._banned)
            if found:
                return found
        return []

    def has_video(self) -> bool:
        return any(link.sort == "video" for link in self.links())


def _words(content: object) -> str:
    if isinstance(content, list):
        return "".join(text(mapping(part).get("text")) for part in items(cast("object", content)))
    return text(content)


def urls_of(prompt: str) -> set[str]:
    """The addresses in the user's own words, which an echo may repeat."""
    return {url.rstrip(".,;:!?") for url in _URL.findall(prompt)}
