"""Who may use the bot: its admins, what they have decided in chat, what the operator has set."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from core.errors import UserError
from core.people.audit import Act
from core.platform import ConversationRef, Party, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator has set, each as "platform:id"; no chat at all means every chat.

    Attributes:
        terminals: platforms that nobody but the operator sits at.
    """

    terminals: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    allowed_chats: frozenset[str] = frozenset()

    def is_admin(self, party: Party) -> bool:
        if party.platform in self.terminals:
            return True
        return party.kind == "user" and str(party) in self.admins


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an admin has decided about somebody, and how that came about.

    Attributes:
        banned: whether nothing is answered at all; only of who is not allowed.
    """

    party: Party
    allowed: bool
    banned: bool = False
    act: Act


class Verdict(StrEnum):
    """What rules are listed by."""

    ALLOWED = "allowed"
    DENIED = "denied"
    BANNED = "banned"
    KEPT_OUT = "kept-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A rule as it is listed.

    Attributes:
        by: who decided, as "platform:id"; "" where an earlier version has not kept it.
        at: when, in seconds since 1970; 0 likewise.
        where: the chat that somebody is kept out of; None where it counts everywhere.
    """

    party: Party
    verdict: Verdict
    by: str
    at: float
    where: Party | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Its place in the list."""
        party = self.party
        return party.platform, self.where.id if self.where else party.kind, party.id


class AccessStore(Protocol):
    """Where the admins' rules are kept: one for each party, the last that was made."""

    async def rules(self, *parties: Party) -> Mapping[Party, bool]:
        """Whether each of these is allowed; without those that nothing was decided about."""
        ...

    async def banned(self) -> Collection[Party]:
        """All that are banned."""
        ...

    async def save(self, rule: Rule) -> None:
        """Let it count, and write down what the admin has done."""
        ...

    async def keep_out(self, user: Party, chat: Party, act: Act, *, out: bool) -> None:
        """Keep a person out in one chat, or no longer; the act is written with it."""
        ...

    async def is_kept_out(self, user: Party, chat: Party) -> bool:
        """Whether the admins of that chat want so."""
        ...

    async def decided(
        self,
        verdict: Verdict | None,
        *,
        limit: int,
        beginning: str = "",
        after: tuple[str, str, str] | None = None,
    ) -> Sequence[Decided]:
        """Rules in the order of their keys, those of one verdict or all but `KEPT_OUT`.

        Args:
            verdict: which.
            limit: how many at most.
            beginning: with what an id begins, with its platform or without.
            after: the key of the last one that is known.
        """
        ...

    async def rename(self, old: Party, new: Party) -> None:
        """Let the rule about a chat count under the id that it has now, and remember both."""
        ...

    async def former(self, party: Party) -> Party | None:
        """What a chat was called before."""
        ...

    async def latter(self, party: Party) -> Party | None:
        """What a chat is called now that was called so before."""
        ...


def decide(
    policy: Policy, user: User, conversation: ConversationRef, rules: Mapping[Party, bool]
) -> bool:
    """Whether this user may use the bot here.

    Admins always may. What an admin has decided beats what the operator has set, and of several
    decisions a denial wins.
    """
    if policy.is_admin(user.party):
        return True
    decided = [rules[party] for party in (user.party, conversation.party) if party in rules]
    if decided:
        return all(decided)
    return not policy.allowed_chats or str(conversation.party) in policy.allowed_chats


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The policy together with the rules that are stored."""

    policy: Policy
    store: AccessStore
    _banned: set[Party] = field(default_factory=set[Party])

    async def recall(self) -> None:
        """Learn who is banned, as it stands in the store."""
        banned = await self.store.banned()
        # Now, and not before: nobody is let in while it is looked up.
        self._banned.clear()
        self._banned.update(banned)

    async def save(self, rule: Rule) -> None:
        """Let a rule count from now on."""
        await self.store.save(rule)
        self._banned.discard(rule.party)
        if rule.banned:
            self._banned.add(rule.party)

    async def rename(self, old: Party, new: Party) -> None:
        """Let what was decided about a chat count under the id that it has now."""
        await self.store.rename(old, new)
        await self.recall()

    async def present(self, place: ConversationRef) -> ConversationRef:
        """A place by the id that its chat has now: what was decided about it counts for that."""
        latter = await self.store.latter(place.party)
        return replace(place, chat=latter.id) if latter else place

    def bans(self, user: User, conversation: ConversationRef | None = None) -> bool:
        """Whether this user is not to be answered, here or, without a place, anywhere.

        Known at once: some platforms want to hear within seconds that something has arrived.
        """
        if self.is_admin(user):
            return False
        here = conversation.party if conversation else None
        return user.party in self._banned or here in self._banned

    def is_admin(self, user: User) -> bool:
        return self.policy.is_admin(user.party)

    async def is_named(self, user: User) -> bool:
        """Whether somebody has allowed this very user, and not only everybody or a chat."""
        if self.is_admin(user):
            return True
        return (await self.store.rules(user.party)).get(user.party, False)

    async def check_name(self, user: User) -> None:
        """Let nobody spend under one of many names, where nobody has allowed that very name.

        Raises:
            UserError: each of them would have an allowance, and a ban would be about one of them.
        """
        if not await self.is_named(user):
            raise UserError("write-as-yourself")

    async def denies(self, user: User) -> bool:
        """Whether somebody keeps this user out wherever that is."""
        if self.is_admin(user):
            return False
        return (await self.store.rules(user.party)).get(user.party) is False

    async def check(self, user: User, conversation: ConversationRef) -> None:
        """Raise UserError where this user may not use the bot here."""
        if not await self.admits(user, conversation):
            raise UserError("access-denied", chat=str(conversation.party), user=str(user.party))

    async def admits(self, user: User, conversation: ConversationRef) -> bool:
        rules = await self.store.rules(user.party, conversation.party)
        admitted = decide(self.policy, user, conversation, rules)
        if admitted and await self._is_kept_out(user, conversation):
            return False
        if admitted or rules:
            return admitted
        # The operator may have named the chat before it got its id of today.
        former = await self.store.former(conversation.party)
        if former is None or await self._is_kept_out(user, conversation):
            return False
        return decide(self.policy, user, replace(conversation, chat=former.id), {})

    async def _is_kept_out(self, user: User, conversation: ConversationRef) -> bool:
        if self.is_admin(user):
            return False
        return await self.store.is_kept_out(user.party, conversation.party)
