"""What happens with one job, bounded: its beginning and its end are kept, the middle is left out.

What comes in is kept as it is, and made fit to be shown only when somebody looks or it is stored:
nothing is searched for secrets while jobs wait.
"""

import json
import logging
import re
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from core.job_logs import NUMBER, LogLine
from core.redact import beginning, redact

_HEAD_LINES, _TAIL_LINES = 60, 140
_HEAD_BYTES, _TAIL_BYTES = 24_000, 40_000
_LINE_BYTES = 200
_TEXT_CHARS, _FIELD_CHARS = 2_000, 500
# What is held is more than what is shown: keys are taken out only then, and make it shorter.
_HELD_CHARS = 8_000
# Of bodies; what is shown of them is less, since it is cut where no secret can be.
_ASKED_BYTES, _FIRST_BYTES, _LAST_BYTES = 2_000, 3_000, 1_000
_KIND_CHARS = 100
_LONG = re.compile(r"[A-Za-z0-9+/_-]{200,}={0,2}")
# No key and no signature has one of these, so none is cut in two between them.
_SEAM = re.compile(r"[,\n]")
# Of entries and of their changes: one that is begun anew is never taken for an earlier one, and
# what comes after a restart stands behind what a page has from before it. Exact in browsers.
_numbers = count(int(time.time() * 1000))
# What every record has; the rest are the fields that we have given it.
_COMMON = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class LogEntry(Protocol):
    """One thing that happened."""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        ...

    def told(self) -> LogLine:
        """The same without secrets, as values of JSON."""
        ...


@dataclass(frozen=True, slots=True)
class LoggedLine:
    """A line of the log."""

    at: float
    level: str
    text: str
    fields: Mapping[str, str | float]

    @property
    def size(self) -> int:
        """See `LogEntry`."""
        fields = sum(len(value) for value in self.fields.values() if isinstance(value, str))
        return _LINE_BYTES + len(self.text) + fields

    @classmethod
    def of(cls, record: logging.LogRecord) -> "LoggedLine":
        """What a record says; raises whatever it does where its arguments do not fit its text."""
        fields = {
            name: beginning(value, _TEXT_CHARS) if isinstance(value, str) else value
            for name, value in vars(record).items()
            if name not in _COMMON and isinstance(value, str | int | float)
        }
        text = record.getMessage()
        if record.exc_info:
            text = f"{text}\n{logging.Formatter().formatException(record.exc_info)}"
        return cls(record.created, record.levelname.lower(), beginning(text, _HELD_CHARS), fields)

    def told(self) -> LogLine:
        """See `LogEntry`."""
        fields = {name: _plain(value) for name, value in self.fields.items()}
        return {
            "at": self.at,
            "level": self.level,
            "text": redact(self.text)[:_TEXT_CHARS],
            "fields": fields,
        }


@dataclass(slots=True)
class LoggedExchange:
    """A request to the gateway and what it has answered, by their beginnings and ends.

    Attributes:
        asked: the first bytes that were sent.
        shows_bodies: False for what is private.
    """

    method: str
    url: str
    asked: bytes
    asked_size: int
    shows_bodies: bool
    at: float = field(default_factory=time.time)
    status: int | None = None
    seconds: float | None = None
    kind: str = ""
    _first: bytes = b""
    _last: bytes = b""
    _heard: int = 0

    @property
    def size(self) -> int:
        """See `LogEntry`."""
        return _LINE_BYTES + len(self.url) + len(self.asked) + len(self._first) + len(self._last)

    def heard(self, piece: bytes) -> None:
        """Note a piece of the answer."""
        self._heard += len(piece)
        if not self.shows_bodies:
            return
        if (room := _FIRST_BYTES - len(self._first)) > 0:
            self._first += piece[:room]
            piece = piece[room:]
        if piece:
            self._last = (self._last + piece)[-_LAST_BYTES:]

    def closed(self) -> None:
        """Note when the answer has ended."""
        self.seconds = round(time.time() - self.at, 2)

    def told(self) -> LogLine:
        """See `LogEntry`."""
        whole = self._heard <= _FIRST_BYTES + _LAST_BYTES
        answered = (
            _words(self._first + self._last, is_whole=True)
            if whole
            else [
                *_words(self._first),
                f"… {self._heard} bytes …",
                *_words(self._last, is_end=True),
            ]
        )
        return {
            "at": self.at,
            "method": self.method,
            "url": redact(self.url),
            "status": self.status,
            "seconds": self.seconds,
            "kind": redact(self.kind)[:_KIND_CHARS],
            "asked": self._body(
                _words(self.asked, is_whole=self.asked_size <= len(self.asked)), self.asked_size
            ),
            "answered": self._body(answered, self._heard),
        }

    def _body(self, words: Iterable[str], size: int) -> str:
        if not size:
            return ""
        return "\n".join(words) if self.shows_bodies else f"({size} bytes)"


@dataclass(slots=True)
class _Kept:
    """An entry of a log.

    Attributes:
        number: its place among all that is kept, by when it has begun; of this process alone.
        changed: when it was last another one, in the same numbers.
        size: about how many bytes it took when it came: one whose answer is still read grows.
    """

    number: int
    entry: LogEntry
    size: int
    changed: int

    def told(self) -> LogLine:
        return {**self.entry.told(), NUMBER: self.number}


class JobLog:
    """What has happened with a job in this process.

    Attributes:
        is_private: whether nothing that its person has said is to be kept.
        begins: the number that it begins after, by which it is told from an earlier one.
        changed: the number of its last change.
    """

    def __init__(self, *, is_private: bool) -> None:
        self.is_private = is_private
        self.begins = self.changed = next(_numbers)
        self._under_way: _Kept | None = None
        self._head: list[_Kept] = []
        self._tail = deque[_Kept]()
        self._head_bytes = self._tail_bytes = self._left_out = 0

    def add(self, entry: LogEntry) -> None:
        """Note something; what was in the middle makes room for it."""
        self._put(self._new(entry))

    def begin(self, exchange: LoggedExchange) -> None:
        """Note that a gateway is asked; one before that is not answered yet may never be."""
        self.settle()
        self._under_way = self._new(exchange)

    def answers(self, exchange: LoggedExchange) -> None:
        """Note that an answer begins."""
        for kept in self._all():
            if kept.entry is exchange:
                kept.changed = self.changed = next(_numbers)

    def end(self, exchange: LoggedExchange) -> None:
        """Note that it has answered."""
        exchange.closed()
        self.answers(exchange)
        if self._under_way and self._under_way.entry is exchange:
            self.settle()
        else:
            self._recount()

    def settle(self) -> None:
        """Let what is under way be an entry like the others."""
        if kept := self._under_way:
            self._under_way = None
            kept.size = kept.entry.size
            self._put(kept)

    def told(self) -> Iterator[LogLine]:
        """All of it, in its order. Takes its time: not for the loop."""
        yield from (each.told() for each in tuple(self._head))
        if self._left_out:
            yield {"left_out": self._left_out}
        yield from (each.told() for each in tuple(self._tail))
        if kept := self._under_way:
            yield kept.told()

    def since(self, number: int) -> Sequence[_Kept]:
        """What has come or changed after that; tell it elsewhere than in the loop."""
        if self.changed <= number:
            return ()
        return [each for each in self._all() if each.changed > number]

    def _new(self, entry: LogEntry) -> _Kept:
        self.changed = next(_numbers)
        return _Kept(self.changed, entry, entry.size, self.changed)

    def _all(self) -> Iterator[_Kept]:
        yield from self._head
        yield from self._tail
        if self._under_way:
            yield self._under_way

    def _put(self, kept: _Kept) -> None:
        fits = self._head_bytes + kept.size <= _HEAD_BYTES
        is_beginning = not self._tail and not self._left_out
        if is_beginning and len(self._head) < _HEAD_LINES and fits:
            self._head.append(kept)
            self._head_bytes += kept.size
            return
        self._tail.append(kept)
        self._tail_bytes += kept.size
        self._make_room()

    def _make_room(self) -> None:
        while len(self._tail) > _TAIL_LINES or self._tail_bytes > _TAIL_BYTES:
            self._tail_bytes -= self._tail.popleft().size
            self._left_out += 1

    def _recount(self) -> None:
        """Make room again: one that was an entry already has grown."""
        for kept in self._all():
            kept.size = kept.entry.size
        self._head_bytes = sum(each.size for each in self._head)
        while self._head_bytes > _HEAD_BYTES:
            self._head_bytes -= self._head.pop().size
            self._left_out += 1
        self._tail_bytes = sum(each.size for each in self._tail)
        self._make_room()


def _plain(value: str | float) -> str | float:
    return redact(value)[:_FIELD_CHARS] if isinstance(value, str) else value


def _words(body: bytes, *, is_whole: bool = False, is_end: bool = False) -> Iterator[str]:
    """A body as text: the beginning of one, the end, or all, cut only where no secret is."""
    text = body.decode("utf-8", "replace")
    if "\ufffd" in text[:200] or "\0" in text:
        yield f"({len(body)} bytes that are no text)"
        return
    if not is_whole:
        seams = [found.end() for found in _SEAM.finditer(text)]
        text = text[seams[0] :] if seams and is_end else text[: seams[-1]] if seams else ""
    text = redact(_unescaped(text) if is_whole else text)
    yield _LONG.sub(lambda found: f"({len(found[0])} characters)", text)


def _unescaped(text: str) -> str:
    """JSON with its words as people read them."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):  # no JSON, or nested only to do harm
        return text
