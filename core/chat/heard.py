"""What has been heard of an answer so far."""

from dataclasses import dataclass, field

from core.talk import Ended, Said, Source, Text, Thought, ToolCall, Usage


@dataclass(slots=True)
class HeardAnswer:
    """Grows with each piece, at a cost that does not grow with what is there already."""

    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    sources: list[Source] = field(default_factory=list[Source])
    usage: Usage | None = None
    is_cut: bool = False
    _words: list[str] = field(default_factory=list[str])
    _thoughts: list[str] = field(default_factory=list[str])

    def take(self, said: Said) -> None:
        match said:
            case Text():
                self._words.append(said.text)
            case Thought():
                self._thoughts.append(said.text)
            case ToolCall():
                self.calls.append(said)
            case Source():
                self.sources.append(said)
            case Usage():
                self.usage = said
            case Ended():
                self.is_cut = said.cut

    @property
    def text(self) -> str:
        return _joined(self._words)

    @property
    def thought(self) -> str:
        return _joined(self._thoughts)

    @property
    def has_begun(self) -> bool:
        """Whether the model has said or thought anything."""
        return bool(self._words or self._thoughts)


def _joined(pieces: list[str]) -> str:
    # Kept joined, or each look would join everything anew.
    pieces[:] = ["".join(pieces)] if pieces else []
    return pieces[0] if pieces else ""
