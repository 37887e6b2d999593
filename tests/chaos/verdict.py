"""Whether a bot has come through: all faults at once, from what everybody has seen. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

# A stand-in may finish a request of a process that was killed a moment before.
_LATE_SECONDS = 5.0
# How long a bot may have been at a command that it never came to store.
_SOON_SECONDS = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What a person has asked for, by a word that nobody else says.

    Attributes:
        message: their own message; "" where the platform keeps none, and tells them by itself
            when the bot did not hear them.
    """

    word: str
    chat: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    """A message of the bot as it stands in a chat.

    Attributes:
        replies_to: the message that it answers.
        is_open: whether it still shows something that goes on, and can be stopped.
        media_at: since when it holds media; None where it holds none.
    """

    chat: str
    id: str
    text: str
    is_open: bool
    replies_to: str = ""
    media_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The row of a job or an answer.

    Attributes:
        word: of whose order it is.
        messages: where its chat shows it.
        is_made: whether it ended with what was asked for, which is media unless it is an answer.
    """

    word: str
    state: str
    chat: str
    messages: tuple[str, ...]
    is_ended: bool
    is_told: bool
    is_made: bool
    is_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known when everything is over. Times are by one clock.

    Attributes:
        paid: the words of all orders that the gateway has taken money for.
        kills: when the bot was killed.
        silent: when those were asked that were taken, and never heard more.
        left: whatever should not be there: files, processes, descriptors, amounts, outcries.
    """

    orders: Sequence[Ordered]
    shown: Sequence[ShownMessage]
    rows: Sequence[Stored]
    paid: Sequence[str]
    kills: Sequence[float]
    silent: Sequence[float] = ()
    left: Sequence[str] = ()


def faults(evidence: Evidence) -> list[str]:
    """What went wrong; a line for each."""
    return [
        *_lost(evidence),
        *_unfinished(evidence),
        *_hushed(evidence),
        *_paid_wrongly(evidence),
        *_repeated(evidence),
        *evidence.left,
    ]


def duplicates(evidence: Evidence) -> int:
    """How many media stand in a chat beside others of the same order."""
    return sum(max(len(each) - 1, 0) for each in _media(evidence).values())


def stale(evidence: Evidence) -> int:
    """How many messages go on for ever in their chats: their process died before it knew them."""
    return sum(shown.is_open for shown in evidence.shown)


def unheard(evidence: Evidence) -> int:
    """How many orders never came to a row; their platform has told so."""
    known = {row.word for row in evidence.rows}
    return sum(not each.message and each.word not in known for each in evidence.orders)


def _lost(evidence: Evidence) -> Iterator[str]:
    """Each message has an answer that says how it has ended."""
    answers = defaultdict[tuple[str, str], list[ShownMessage]](list)
    for shown in evidence.shown:
        answers[shown.chat, shown.replies_to].append(shown)
    for order in evidence.orders:
        told = answers[order.chat, order.message] if order.message else None
        if told is not None and all(each.is_open for each in told):
            yield f"{order.word}: lost; its person reads {[each.text for each in told]}"


def _unfinished(evidence: Evidence) -> Iterator[str]:
    """Each row has ended, and where it is shown the chat says so."""
    shown = {(each.chat, each.id): each for each in evidence.shown}
    media = _media(evidence)
    for row in evidence.rows:
        if not row.is_ended:
            yield f"{row.word}: still {row.state}"
        elif not row.is_told:
            yield f"{row.word}: {row.state}, and nobody was told"
        elif row.is_made and not row.is_answer and not media[row.word]:
            yield f"{row.word}: {row.state}, and nothing is in its chat"
        for message in row.messages:
            there = shown.get((row.chat, message))
            if there and there.is_open:
                yield f"{row.word}: {row.state}, but its chat reads {there.text!r}"


def _hushed(evidence: Evidence) -> Iterator[str]:
    """Who was told to wait hears more, unless the bot died soon after."""
    for asked in evidence.silent:
        if not any(asked <= kill <= asked + _SOON_SECONDS for kill in evidence.kills):
            yield f"asked at {asked:.0f}: taken, and then nothing"


def _paid_wrongly(evidence: Evidence) -> Iterator[str]:
    known = {row.word for row in evidence.rows}
    for word, times in Counter(evidence.paid).items():
        if times > 1:
            yield f"{word}: paid {times} times"
        if word not in known:
            yield f"{word}: paid, and no row knows it"
    for word, rows in Counter(row.word for row in evidence.rows).items():
        if rows > 1:
            yield f"{word}: ordered {rows} times"


def _repeated(evidence: Evidence) -> Iterator[str]:
    """Media are there twice only where a process died between the post and the row."""
    for word, times in _media(evidence).items():
        for first, second in pairwise(sorted(times)):
            if not any(first - _LATE_SECONDS <= kill <= second for kill in evidence.kills):
                yield f"{word}: posted twice by one process"


def _media(evidence: Evidence) -> Mapping[str, list[float]]:
    """When the media of each order came into its chat."""
    found = defaultdict[str, list[float]](list)
    words = [order.word for order in evidence.orders]
    for shown in evidence.shown:
        if shown.media_at is not None:
            for word in words:
                if word in shown.text:
                    found[word].append(shown.media_at)
    return found
