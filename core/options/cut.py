"""Takes the options out of a text, and leaves the words around them as they were typed."""

from collections.abc import Sequence


def cut(text: str, start: int, spans: Sequence[tuple[int, int]]) -> str:
    """Return the text from `start` on, without these parts of it."""
    begins = (start, *(end for _, end in spans))
    ends = (*(begin for begin, _ in spans), len(text))
    pieces: list[str] = []
    gaps: list[str] = []
    for begin, end in zip(begins, ends, strict=True):
        piece = text[begin:end]
        bare = piece.lstrip()
        gaps.append(piece[: len(piece) - len(bare)])
        if bare:
            words = bare.rstrip()
            pieces += (_join(gaps), words)
            gaps = [bare[len(words) :]]
    return "".join(pieces).strip()


def _join(gaps: Sequence[str]) -> str:
    """Choose one of the runs of white space around what was cut out; line breaks stay."""
    return max(reversed(gaps), key=lambda gap: gap.count("\n"))
