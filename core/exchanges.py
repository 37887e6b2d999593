"""A question to a chat model and its answer: a row, and a place in a conversation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from unicodedata import category

from core.errors import Fault
from core.events import Event
from core.media import Asset, MediaRequest
from core.platform import Button, ConversationRef, MessageRef, Party, User
from core.talk import Source, Usage

# Separators, and what has no form: controls, joiners, marks of direction.
_BLANK = "ZC"


def ledger_ref(exchange_id: str) -> str:
    """The `ref` of all entries about it in the ledger; its bare id is that of its draft."""
    return f"answer/{exchange_id}"


class ExchangeState(StrEnum):
    """ASKING > DONE | STOPPED (by its person) | BROKEN (part of it is there) | FAILED."""

    ASKING = "asking"
    DONE = "done"
    STOPPED = "stopped"
    BROKEN = "broken"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One row. Times are seconds since 1970.

    Attributes:
        model: full key of the chat model that answers ("gateway/name").
        route: all models that can answer this, in the order in which they are asked.
        quoted: words of somebody else that it is about.
        follows: the exchange that this one goes on from, or whose suggestion it replaces; "" where
            a conversation begins.
        shows_thoughts: whether the chat is shown what the model thinks.
        request: what the answer is to word, where it is asked for in a form: a suggestion, which
            becomes the draft of the same id. None where it is asked for in words.
        command: the message that asked.
        is_cut: whether the answer had to stop at the most that one may have.
        credits: what the answer cost, in the operator's unit, as far as the gateway has told.
        heard_credits: the part of it for listening to the question.
        paid: what its person is told about that; "" where nothing is.
        messages: where the answer stands, in the order of reading.
        stand_in: a message that the last of them takes the place of, until it is taken away.
        posting: whether one more may be in the chat, whose id is not known: by ourselves it is
            not posted again.
        offers: buttons under the answer, for what the model wants the person to decide.
        note: what the person is told about how it was asked.
        told: whether the chat shows how it has ended.
    """

    id: str
    user: User
    locale: str
    conversation: ConversationRef
    model: str
    prompt: str
    created_at: float
    route: tuple[str, ...] = ()
    media: tuple[Asset, ...] = ()
    thinks: bool = False
    searches: bool = False
    shows_thoughts: bool = True
    quoted: str = ""
    follows: str = ""
    request: MediaRequest | None = None
    command: MessageRef | None = None
    state: ExchangeState = ExchangeState.ASKING
    text: str = ""
    thought: str = ""
    sources: tuple[Source, ...] = ()
    is_cut: bool = False
    usage: Usage | None = None
    credits: float = 0.0
    heard_credits: float = 0.0
    paid: str = ""
    messages: tuple[MessageRef, ...] = ()
    stand_in: MessageRef | None = None
    posting: bool = False
    offers: tuple[Button, ...] = ()
    note: str = ""
    told: bool = False
    fault: Fault | None = None
    ended_at: float | None = None

    @property
    def model_name(self) -> str:
        """What people call the model: without its gateway."""
        return self.model.partition("/")[2]

    @property
    def is_listened_to(self) -> bool:
        """Whether it holds the place of a question that is not in words yet."""
        return self.state is ExchangeState.ASKING and not self.prompt

    @property
    def is_ended(self) -> bool:
        return self.state is not ExchangeState.ASKING

    @property
    def has_words(self) -> bool:
        """Whether there is something to read: not only spaces, and marks that cannot be seen."""
        return any(category(letter)[0] not in _BLANK for letter in self.text)

    @property
    def is_complete(self) -> bool:
        """Whether all that the model wanted to say is there."""
        return self.state is ExchangeState.DONE and not self.is_cut


class ExchangeStore(Protocol):
    """Where exchanges are kept, until their time is over or their person wants them gone."""

    async def add(
        self,
        exchange: Exchange,
        event: Event | None = None,
        *,
        reserved: float = 0.0,
        at_once: int | None = None,
    ) -> None:
        """Store a new one, take its event and reserve what it may cost, all or nothing.

        It comes in the place of one with its id that was listened to.

        Args:
            exchange: what is asked.
            event: what asks.
            reserved: credits; when it has ended, what it has cost is settled.
            at_once: for how many a person may wait in all processes; asked where there are others.

        Raises:
            TakenError: the event had its effect.
            UserError: its person may not spend so much, or waits for too many.
        """
        ...

    async def withdraw(self, exchange_id: str) -> None:
        """Delete one that was listened to in vain, and give back what was reserved for it."""
        ...

    async def save(self, exchange: Exchange) -> None:
        """Write what changes while it is answered; nothing where it was forgotten meanwhile.

        Raises:
            LostRunError: another process has it, which held this one for dead.
        """
        ...

    async def get(self, exchange_id: str) -> Exchange | None: ...

    async def chain(self, exchange_id: str, *, limit: int) -> Sequence[Exchange]:
        """That exchange and those before it, oldest first, as far as they are still there."""
        ...

    async def said_in(self, message: MessageRef) -> Exchange | None:
        """The one whose answer in words stands in that message."""
        ...

    async def latest(self, user: User, place: ConversationRef) -> Exchange | None:
        """The last one of a person at a place that was answered in words."""
        ...

    async def rename(self, old: Party, new: Party) -> None:
        """Let all of a chat go on under the id that it has now; their messages keep theirs."""
        ...

    async def take_up(
        self, platforms: Collection[str], besides: Collection[str] = ()
    ) -> Sequence[Exchange]:
        """Those that have not ended, or whose chat was not told how, and that no process has.

        From now on this process has them, until they are told.

        Args:
            platforms: where they were asked.
            besides: the ids of those that it has already.
        """
        ...

    async def waited_for(self, user: Party) -> Sequence[str]:
        """The ids of those that a person waits for, whichever process answers them."""
        ...

    async def forget(self, user: Party, *, limit: int, only: str = "") -> Sequence[str]:
        """Delete so many of a person's, at most, or `only` that one; gives their ids."""
        ...

    async def prune(self, before: float, *, limit: int) -> Sequence[str]:
        """Delete so much of what is older, at most; gives the ids."""
        ...

    async def count(self, user: Party) -> int:
        """How many of a person's there are."""
        ...

    async def known(self, ids: Collection[str]) -> Collection[str]:
        """Those of these ids that are there."""
        ...
