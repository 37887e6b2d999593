"""A growing answer as it is printed: each line once, when it is whole. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce

from core.messages.fences import closing, fence_after
from core.platform import View

Paint = Callable[[str], list[str]]


@dataclass(slots=True)
class Speech:
    """How much of an answer has been printed.

    Attributes:
        thought: how many characters of what the model thinks.
        read: how many characters of the answer will not be looked at again.
        lines: how many lines of what is behind these, as they are printed.
    """

    thought: int = 0
    read: int = 0
    lines: int = 0

    def news(self, view: View, paint: Paint, mute: Callable[[str], str]) -> Iterator[str]:
        """The lines that are whole now; what comes later is behind them.

        Args:
            view: how far it has come.
            paint: makes lines of the answer, a beginning of it to a beginning of them.
            mute: makes a line of thoughts.
        """
        rest = view.text[self.read :]
        whole = rest if is_ended(view) else whole_lines(rest)
        thought = view.aside if self.read or whole else view.aside[: view.aside.rfind("\n") + 1]
        for line in thought[self.thought :].splitlines():
            if line.strip():
                yield mute(line.strip())
        self.thought = max(self.thought, len(thought))
        lines = paint(whole) if whole else []
        yield from lines[self.lines :]
        self.lines = max(self.lines, len(lines))
        if whole and not reduce(fence_after, whole.split("\n"), ""):
            # Outside of code nothing that follows depends on it.
            self.read += len(whole) + 1
            self.lines = 0


def is_ended(view: View) -> bool:
    """Whether nothing can be stopped any more."""
    return not view.buttons or any(button.style != "danger" for button in view.buttons)


def whole_lines(text: str) -> str:
    """The lines of a growing text that do not change any more."""
    lines = text.split("\n")
    fence = reduce(fence_after, lines[:-1], "")
    # A block of code that is open is shown with an end, which will stand further down.
    del lines[-2 if fence and lines[-1] == closing(fence) else -1 :]
    if not reduce(fence_after, lines, ""):
        # Each row of a table may widen it.
        while lines and "|" in lines[-1]:
            lines.pop()
    return "\n".join(lines)


def begun(text: str) -> str:
    """The rest of it: what is being written."""
    return text[len(whole_lines(text)) :].strip("\n")
