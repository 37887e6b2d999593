"""What reading a stream costs: the same for each event, however long its text has become.

Work is counted, not timed: all text that passes through the functions of the dialects.
"""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

import pytest

from core.dialects._chat_stream import ChatStream
from core.dialects._faults import Circumstances
from core.dialects.chat_video import answer, failure
from core.media import MediaRequest

ASKED = MediaRequest(prompt="a cat surfing")
_HERE = "core/dialects/"


@dataclass(slots=True)
class ReadingWork:
    """Each text counts once; who makes another out of it, or a longer one, has worked again."""

    texts: dict[int, str | bytes] = field(default_factory=dict[int, str | bytes])

    @property
    def chars(self) -> int:
        return sum(map(len, self.texts.values()))


@contextmanager
def counted() -> Generator[ReadingWork]:
    """Count the texts that functions of the dialects hold when they end."""
    work = ReadingWork()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and _HERE in frame.f_code.co_filename:
            held = frame.f_locals.values()
            work.texts |= {id(each): each for each in held if isinstance(each, str | bytes)}

    sys.setprofile(note)
    try:
        yield work
    finally:
        sys.setprofile(None)


def frame_of(text: str, *, reasoning: bool = False) -> bytes:
    delta = {"reasoning_content" if reasoning else "content": text}
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta}]})}\n\n".encode()


def work_of(deltas: list[str], *, reasoning: bool = False, done: bool = False) -> int:
    """Hear a stream to its end, and read what has become of it."""
    frames = [frame_of(delta, reasoning=reasoning) for delta in deltas]
    story = ChatStream("http://gateway", ASKED.prompt)
    with counted() as work:
        if done:
            story.hear(b"data: [DONE]\n\n")
        for each in frames:
            story.hear(each)
            if story.done:
                story.may_have_result()
        story.end()
        answer(story, ASKED)
        failure(story, Circumstances(prompt=ASKED.prompt))
    return work.chars


PIECES: dict[str, Callable[[int], str]] = {
    "words": lambda _: "no line break at all, ",
    "dots": lambda _: "进度 42..54.." * 3,
    "percent": lambda n: f"进度：{n % 100}% progress: 5% ",
    "links": lambda n: f"http://h/{n}.txt https://asyncdata.net/",
    "brackets": lambda _: "[![(<a <video src=",
    "blanks": lambda _: "进度" + " " * 40,
    "echo": lambda n: "```json" if n == 0 else '{"prompt": "a ',
    "closings": lambda n: '```json\n{"' if n == 0 else '"}```',
}


@pytest.mark.slow
@pytest.mark.parametrize("where", ["content", "reasoning", "behind the end mark"])
@pytest.mark.parametrize("piece", PIECES)
def test_a_stream_without_line_breaks_costs_the_same_for_each_event(
    piece: str, where: str
) -> None:
    few = 1500 if piece in ("echo", "closings") and where == "content" else 400
    reasoning, done = where == "reasoning", where == "behind the end mark"

    short, long = (
        work_of([PIECES[piece](n) for n in range(times)], reasoning=reasoning, done=done)
        for times in (few, 4 * few)
    )

    assert long < 6 * short  # four times as many; where each reads all it would be sixteen


def test_many_addresses_in_one_line_cost_no_more_than_in_many() -> None:
    addresses = [f"http://h/{n}.mp4 " for n in range(4000)]

    one_line = work_of(["".join(addresses)])
    many_lines = work_of(["\n".join(addresses)])

    assert one_line < 3 * many_lines + 4000 * 500
