"""Words that the operator does not allow in what people order and ask."""

import asyncio
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from core.errors import SettingsError, UserError
from core.people.readings import Reading, read_word, readings

log = logging.getLogger(__name__)

# Far more than any expression that was meant well needs for the longest prompt.
_SECONDS = 0.1
_EXPRESSION = re.compile(r"/(.+)/")
# Where letters are not written together to words, a word is found within others.
_TOGETHER = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")


class _Pattern(Protocol):
    def search(self, text: str, *, timeout: float, concurrent: bool) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the list: where it stands, what it finds, and in which reading of a text."""

    number: int
    pattern: _Pattern
    reading: Reading


@dataclass(frozen=True, slots=True)
class BlockedWords:
    """The operator's list."""

    lines: tuple[_Line, ...] = ()

    @classmethod
    def read(cls, file: Path) -> "BlockedWords":
        """Read a file with a word, some words, or a regular expression between slashes per line.

        Blank lines and those that begin with # mean nothing. Case, width and invisible characters
        never matter; for words, neither do marks on letters, nor what stands between letters that
        are written one by one (see `core/people/readings.py`).

        Raises:
            SettingsError: it cannot be read; or a line for each expression that is none.
        """
        try:
            text = file.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise SettingsError(f"BLOCKED_WORDS: {file}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"BLOCKED_WORDS: {file} is not UTF-8 text") from error
        found: list[_Line] = []
        wrong: list[str] = []
        for number, line in _written(text):
            try:
                found.append(_compiled(number, line))
            except ValueError as error:
                wrong.append(f"BLOCKED_WORDS: {file}, line {number}: {error}")
        if wrong:
            raise SettingsError("\n".join(wrong))
        return cls(tuple(found))

    async def check(self, *texts: str) -> None:
        """Raise UserError where one of them has such a word, or takes too long to look at."""
        if not self.lines:
            return
        number = await asyncio.to_thread(self._first, [text for text in texts if text])
        if number:
            log.info("an order was refused: line %d of BLOCKED_WORDS", number)
            raise UserError("words-blocked")

    def _first(self, texts: list[str]) -> int:
        """The line of the first word or expression that is found; 0 without one."""
        read = [readings(text) for text in texts]
        for line in self.lines:
            for text in (version for each in read for version in each[line.reading]):
                try:
                    if line.pattern.search(text, timeout=_SECONDS, concurrent=True):
                        return line.number
                except TimeoutError:
                    # What makes it slow may have been written for that.
                    log.warning("line %d of BLOCKED_WORDS takes too long", line.number)
                    return line.number
        return 0


def _written(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        meant = line.strip()
        if meant and not meant.startswith("#"):
            yield number, meant


def _compiled(number: int, line: str) -> _Line:
    """What a line finds; raises ValueError where it is no expression."""
    import regex  # noqa: PLC0415 - 8 MB, and few operators have a list

    expression = _EXPRESSION.fullmatch(line)
    if expression:
        wanted, reading = expression[1], Reading.WRITTEN
    else:
        word, reading = read_word(line)
        parted = r"\s+".join(regex.escape(part) for part in word.split())
        wanted = parted if _TOGETHER.search(word) else rf"(?<![^\W_]){parted}(?![^\W_])"
    try:
        compiled: Any = regex.compile(wanted, regex.IGNORECASE | regex.FULLCASE)
    except regex.error as error:
        raise ValueError(f"this is no regular expression: {error}") from error
    return _Line(number=number, pattern=compiled, reading=reading)
