"""What has been heard of an answer so far."""

from dataclasses import dataclass, field

from core.talk import Answered, Ended, Said, Source, Text, Thought, ToolCall, Usage


@dataclass(slots=True)
class HeardAnswer:
    """Grows with each piece, at a cost that does not grow with what is there already."""

    sources: list[Source] = field(default_factory=list[Source])
    usage: Usage | None = None
    is_cut: bool = False
    _words: list[str] = field(default_factory=list[str])
    _thoughts: list[str] = field(default_factory=list[str])
    _calls: list[ToolCall] = field(default_factory=list[ToolCall])
    _earlier: int = 0

    def take(self, said: Said) -> None:
        match said:
            case Text():
                self._words.append(said.text)
            case Thought():
                self._thoughts.append(said.text)
            case ToolCall():
                self._calls.append(said)
            case Source():
                self.sources.append(said)
            case Usage():
                self.usage = _sum(self.usage, said)
            case Ended():
                self.is_cut = said.cut

    @property
    def text(self) -> str:
        return _joined(self._words)

    @property
    def thought(self) -> str:
        return _joined(self._thoughts)

    def end_round(self) -> Answered | None:
        """What was said and wanted since the last round; None where nothing is wanted.

        What is said next is a paragraph of its own.
        """
        if not self._calls:
            return None
        whole = self.text
        said = Answered(text=whole[self._earlier :], calls=tuple(self._calls))
        if said.text:
            self._words.append("\n\n")
        self._earlier = len(self.text)
        self._calls = []
        return said

    @property
    def has_begun(self) -> bool:
        """Whether the model has said or thought anything."""
        return bool(self._words or self._thoughts)


def _sum(before: Usage | None, more: Usage) -> Usage:
    """All that was spent: each round with a tool is paid for."""
    if before is None:
        return more
    return Usage(
        before.input_tokens + more.input_tokens, before.output_tokens + more.output_tokens
    )


def _joined(pieces: list[str]) -> str:
    # Kept joined, or each look would join everything anew.
    pieces[:] = ["".join(pieces)] if pieces else []
    return pieces[0] if pieces else ""
