"""What has been heard of a chat-format stream of a video or picture so far."""

from core.dialects._chat_text import (
    Link,
    echo_end,
    fraction_of,
    is_queued,
    is_retrying,
    links_in,
    status_url,
)
from core.dialects._faults import is_refusal
from core.dialects._growing import Allowance, GrowingText
from core.dialects._inline import Sieve
from core.dialects._json import Json, dig, items, mapping, text
from core.dialects._sse import Decoder, Frame
from core.errors import Fault
from core.media import MediaKind, Queued, Rendering

# A search for links costs a hundred times more than one for the end of the echo.
_FREE_CHARS = 100_000
_ECHO_CHARS = 1_000_000


class ChatStream:
    """Collects frames; says what they mean for the one who waits.

    Attributes:
        kind: what is waited for.
        refusal: an error object that came inside the stream, if one did.
        done: whether the stream said that it was over (which proves nothing).
        fraction: the furthest progress it told, in 0..1.
        task_url: where the task can be polled when the stream breaks; "" until it said so.
        broken: why the stream did not end by itself.
    """

    def __init__(self, origin: str, prompt: str, kind: MediaKind = MediaKind.VIDEO) -> None:
        self.kind = kind
        self.refusal: Json | None = None
        self.done = False
        self.fraction: float | None = None
        self.task_url = ""
        self.broken: Fault | None = None
        self.decoder = Decoder()
        self._origin = origin
        self._prompt = prompt
        self._sieves: dict[int, Sieve] = {}
        self._contents: dict[int, _Content] = {}
        self._reasoning = GrowingText()
        self._given: list[str] = []
        self._finish = ""
        self._looks = Allowance(_FREE_CHARS)

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
        for index, sieve in self._sieves.items():
            self._append(index, sieve.end())
        for told in (self.content, self.reasoning):
            self._learn_task(told, ended=self.told_to_its_end)

    def _take(self, frame: Frame) -> Queued | Rendering | None:
        if isinstance(frame, str):
            self.done = True
            return None
        choices = [mapping(choice) for choice in items(frame.get("choices"))]
        if frame.get("error") or (not choices and is_refusal(frame)):
            self.refusal = frame
        self._given.append(text(frame.get("video_url")))
        events = [self._listen(choice) for choice in choices]
        return next((event for event in reversed(events) if event), None)

    def _listen(self, choice: Json) -> Queued | Rendering | None:
        # Some relays send a message where a delta belongs; a body that is no stream has one.
        said = mapping(choice.get("delta")) or mapping(choice.get("message"))
        whole = "stop" if "message" in choice and "delta" not in choice else ""
        self._finish = text(choice.get("finish_reason")).casefold() or whole or self._finish
        self._given += [text(dig(output, "url")) for output in items(said.get("output"))]
        self._given.append(text(said.get("video_url")))
        content, reasoning = _words(said), text(said.get("reasoning_content"))
        if not content and not reasoning:
            return None
        index = choice.get("index")
        index = index if isinstance(index, int) else 0
        lines = self._append(index, self._sieves.setdefault(index, Sieve()).feed(content))
        return self._event("\n".join(filter(None, (lines, self._append_reasoning(reasoning)))))

    def _append(self, index: int, content: str) -> str:
        """Keep the text; gives the lines that it completes or lengthens."""
        if not content:
            return ""
        return self._contents.setdefault(index, _Content()).add(content)

    def _append_reasoning(self, reasoning: str) -> str:
        return self._reasoning.add(reasoning) if reasoning else ""

    def _event(self, lines: str) -> Queued | Rendering:
        if "http" in lines:
            self._learn_task(lines, ended=False)
        fraction = fraction_of(lines)
        if fraction is not None:
            self.fraction = max(fraction, self.fraction or 0.0)
            return Rendering(fraction=fraction)
        if self.fraction is None and is_queued(lines):
            return Queued()
        return Rendering(retrying=is_retrying(lines))

    def _learn_task(self, told: str, *, ended: bool) -> None:
        if not self.task_url:
            self.task_url = status_url(told, self._origin, prompt=self._prompt, ended=ended)

    @property
    def told_to_its_end(self) -> bool:
        """Whether the last word is whole, as far as gateways can be believed."""
        return self._finish == "stop" or (self.done and not self._finish)

    @property
    def content(self) -> str:
        """All text without the echo of the prompt."""
        return "\n".join(self._parts())

    def _parts(self) -> list[str]:
        return [content.told() for _, content in sorted(self._contents.items())]

    @property
    def reasoning(self) -> str:
        return self._reasoning.whole()

    @property
    def chars(self) -> int:
        """How much text came in all."""
        return self._reasoning.chars + sum(each.chars for each in self._contents.values())

    def links(self) -> list[Link]:
        """All links of the text; those of the reasoning only when the text has none."""
        given = "".join(f'<video src="{url}">\n' for url in self._given if url)
        found = [link for part in (given, *self._parts()) for link in self._links_in(part)]
        return found or self._links_in(self.reasoning)

    def _links_in(self, told: str) -> list[Link]:
        whole = self.told_to_its_end
        return links_in(told, origin=self._origin, prompt=self._prompt, ended=whole)

    @property
    def pictures(self) -> list[str]:
        """The pictures in the text itself, as base64."""
        whole = self.told_to_its_end
        sieves = (sieve for _, sieve in sorted(self._sieves.items()))
        return [found for sieve in sieves for found in sieve.pictures(ended=whole)]

    def may_have_result(self) -> bool:
        """Whether there is a result already; False while looking would cost too much."""
        if not self._looks.covers(self.chars + sum(map(len, self._given))):
            return False
        sieves, whole = self._sieves.values(), self.told_to_its_end
        if self.kind is MediaKind.IMAGE and any(s.has_picture(ended=whole) for s in sieves):
            return True
        return any(link.sort == self.kind for link in self.links())


class _Content:
    """The text of one choice, behind the echo of the prompt that may lead it."""

    def __init__(self) -> None:
        self._text = GrowingText()
        self._start: int | None = None
        self._tries = Allowance(_ECHO_CHARS)

    @property
    def chars(self) -> int:
        return self._text.chars

    def add(self, piece: str) -> str:
        """Keep a piece; gives the lines that it completes or lengthens, once the echo is over."""
        told = self._text.add(piece)
        if self._start is not None:
            return told
        if not self._tries.covers(self.chars):
            return ""
        whole = self._text.whole()
        self._start = echo_end(whole, ended=False)
        return "" if self._start is None else self._text.begin_at(self._start)

    def told(self) -> str:
        """All but the echo."""
        whole = self._text.whole()
        return whole[echo_end(whole, ended=True) :]


def _words(said: Json) -> str:
    """The text of a message; pictures beside it as they would stand in it."""
    content = said.get("content")
    parts = [*items(content), *items(said.get("images"))]
    return text(content) + "".join(_part(mapping(part)) for part in parts)


def _part(part: Json) -> str:
    picture = text(dig(part, "image_url.url"))
    return text(part.get("text")) or (f"![]({picture})\n" if picture else "")
