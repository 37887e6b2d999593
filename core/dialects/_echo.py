"""Takes out of a gateway's words what a prompt has put into them. All pure.

Source: docs/gateways.md, "The echo of the prompt". Whoever writes "model not found" into a prompt
must not decide what a refusal that quotes the prompt means.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# So much in common is a quotation: in letters and digits of a script with spaces between its
# words, and in signs of one that says a word with two.
_LETTERS = 12
_SIGNS = 4
_LEAST = 2


@dataclass(frozen=True, slots=True)
class _Folded:
    """What a quotation leaves of a text: its letters and digits, and where each one stood."""

    letters: str
    places: Sequence[int]

    def is_whole(self, start: int, end: int) -> bool:
        """Whether no word goes on at either side of these letters."""
        first, last = self.places[start], self.places[end - 1]
        before = start > 0 and self.places[start - 1] == first - 1
        after = end < len(self.places) and self.places[end] == last + 1
        return not before and not after


def without(told: str, prompt: str) -> str:
    """The text without all that it quotes of the prompt, whole or in part.

    Quotations differ in case, spaces and escapes, and are cut anywhere.
    """
    wanted = _fold(prompt).letters
    if len(wanted) < _LEAST or not told:
        return told
    folded = _fold(told)
    return _cut(told, folded.places, _in_letters(folded, wanted) | _in_signs(folded, wanted))


def _fold(text: str) -> _Folded:
    kept = [(letter.casefold()[:1], at) for at, letter in enumerate(text) if letter.isalnum()]
    return _Folded("".join(letter for letter, _ in kept), [at for _, at in kept])


def _in_letters(told: _Folded, wanted: str) -> set[int]:
    size = min(_LETTERS, len(wanted))
    found = _found(told.letters, size, _pieces(wanted, size))
    # A prompt of one short word is part of half of all longer ones.
    return _spread((at for at in found if size == _LETTERS or told.is_whole(at, at + size)), size)


def _in_signs(told: _Folded, wanted: str) -> set[int]:
    size = min(_SIGNS, len(wanted))
    signs = {piece for piece in _pieces(wanted, size) if not any(map(str.isascii, piece))}
    return _spread(_found(told.letters, size, signs), size)


def _pieces(wanted: str, size: int) -> set[str]:
    return {wanted[at : at + size] for at in range(len(wanted) - size + 1)}


def _found(told: str, size: int, pieces: set[str]) -> Iterator[int]:
    return (at for at in range(len(told) - size + 1) if told[at : at + size] in pieces)


def _spread(starts: Iterable[int], size: int) -> set[int]:
    return {place for at in starts for place in range(at, at + size)}


def _cut(told: str, places: Sequence[int], quoted: set[int]) -> str:
    """Put a space in place of each run of quoted letters, and of what stands between them."""
    kept, end = list[str](), 0
    for number in sorted(quoted):
        if number - 1 not in quoted:
            kept.append(told[end : places[number]])
        end = places[number] + 1
    return " ".join([*kept, told[end:]])
