"""What a text says to a person who reads it, however its letters are decorated or spelled out.

Needs `regex`, which is imported only where somebody looks for words.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import Enum

# Joiners, marks of direction and the like, which tear a word apart that nobody sees torn.
_UNSEEN = r"[\p{Default_Ignorable_Code_Point}\p{Cc}\u2800--[\t\n\r ]]"
# Only here marks decorate. Elsewhere they make another word: が is not か, and in Hindi they are
# vowels.
_LETTER = r"[\p{Latin}\p{Greek}\p{Cyrillic}]"
_MARKS = rf"(?<={_LETTER})\p{{M}}+"
_BEYOND_ASCII = rf"[{_LETTER}--\p{{ASCII}}]"
# A mark at the beginning of a word stands on nothing, or on what is before it.
_LOOSE = rf"(?<![\p{{L}}\p{{M}}])\p{{M}}+(?={_LETTER})"
# Four letters or more, each by itself: fewer are initials, abbreviations, chords. All that stand
# so beside each other are one word, or "G R A P E" would have another one in it.
_APART = r"(?<![\p{{L}}\p{{N}}\p{{M}}])(?:{0}{1}){{3,}}{0}(?![\p{{L}}\p{{N}}\p{{M}}])"
_SPELLED = "|".join(_APART.format(_LETTER, gap) for gap in (r"[^\p{L}\p{N}\p{M}\s]", r"\s"))
_GAPS = r"\P{L}+"


class Reading(Enum):
    """How a text is read.

    Attributes:
        WRITTEN: in one form of each letter, without case, width and what nobody sees.
        DECORATED: besides, without marks that are a part of no letter of any language, and with
            spelled-out words put together.
        BARE: besides, without any marks on letters that are letters without them.
    """

    WRITTEN = "written"
    DECORATED = "decorated"
    BARE = "bare"


def readings(text: str) -> Mapping[Reading, Sequence[str]]:
    """A text in each of them; where letters are spelled out, in two versions."""
    written = _plain(text)
    decorated = _without_loose_marks(written)
    return {
        Reading.WRITTEN: (written,),
        Reading.DECORATED: _put_together(decorated),
        Reading.BARE: _put_together(_without_marks(decorated)),
    }


def read_word(word: str) -> tuple[str, Reading]:
    """A word as it is looked for, and in which reading.

    One with marks of its own is found with them alone: who looks for "año" does not mean "ano".
    """
    decorated = _without_loose_marks(_plain(word))
    bare = _without_marks(decorated)
    return (bare, Reading.BARE) if bare == decorated else (decorated, Reading.DECORATED)


def _plain(text: str) -> str:
    import regex  # noqa: PLC0415 - see the module

    seen = regex.sub(_UNSEEN, "", text, flags=regex.V1)
    return unicodedata.normalize("NFKC", seen).casefold()


def _without_loose_marks(text: str) -> str:
    import regex  # noqa: PLC0415 - see the module

    if text.isascii():
        return text
    # What belongs to a letter is one character with it by now.
    composed = unicodedata.normalize("NFC", text)
    return regex.sub(rf"{_MARKS}|{_LOOSE}", "", composed, flags=regex.V1)


def _without_marks(text: str) -> str:
    import regex  # noqa: PLC0415 - see the module

    if text.isascii():
        return text
    return regex.sub(_BEYOND_ASCII, lambda found: _base(found[0]), text, flags=regex.V1)


def _base(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    return "".join(part for part in parts if not unicodedata.category(part).startswith("M"))


def _put_together(text: str) -> tuple[str, ...]:
    """The text, and where letters stand one by one, the text with the words that they spell."""
    import regex  # noqa: PLC0415 - see the module

    together = regex.sub(
        _SPELLED, lambda found: regex.sub(_GAPS, "", found[0]), text, flags=regex.V1
    )
    return (text,) if together == text else (text, together)
