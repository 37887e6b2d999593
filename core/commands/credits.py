"""/balance, /grant and /limits: what people may spend, and what admins decide about that."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from core.commands.command import Audience, Command, Context, NoOptions
from core.commands.parties import IdOption, KindOption, PersonOption, party_of, with_platform
from core.errors import UserError
from core.i18n import translate
from core.options.options import OPTIONS_CONFIG, Option
from core.people.balance import NO_LIMIT, Balance, CreditLimits
from core.people.credits import Gift
from core.people.currency import THOUSANDTHS
from core.platform import Party, View
from core.validation import MOST_CREDITS

_UNLIMITED = "none"
_UNDECIDED = "default"
# Ids are longer, so what is shorter is how much. The rest are no ids either: refused as numbers.
_AMOUNT = Option(
    flags=("--credits",),
    patterns=(r"\+?(-?\d{1,6})", r"([-+–—−]\d\S*|\d+[.,]\d+|\d+e\d+|(?!\d)(?u:\d)+)"),
    once=True,
    metavar="50 | -50",
)
_SHORT = re.compile(r"[0-9]{1,6}")
_ANY_ID = "123456789"
_GROUP = Option(flags=("--group",), keywords=("group", "组"), metavar="NAME | none")
_DAILY = Option(flags=("--daily",), keywords=("daily", "每日"), metavar="50 | none | default")
_MONTHLY = Option(
    flags=("--monthly",), keywords=("monthly", "每月"), metavar="500 | none | default"
)
_Limit = Annotated[int, Field(ge=0, le=MOST_CREDITS)] | Literal["none", "default"] | None


class GrantOptions(BaseModel):
    """How much, and to whom where nobody is replied to."""

    model_config = OPTIONS_CONFIG

    credits: Annotated[
        Annotated[int, Field(ge=-MOST_CREDITS, le=MOST_CREDITS)] | None,
        _AMOUNT,
        Field(description="option-credits"),
    ] = None
    person: PersonOption = None
    id: IdOption = None

    @property
    def kind(self) -> Literal["user"]:
        """Chats have no credits of their own."""
        return "user"


class LimitsOptions(BaseModel):
    """Whom it is about, and what they may spend; without limits they are shown."""

    model_config = OPTIONS_CONFIG

    group: Annotated[
        str | None, _GROUP, Field(max_length=32, description="option-people-group")
    ] = None
    daily: Annotated[_Limit, _DAILY, Field(description="option-daily")] = None
    monthly: Annotated[_Limit, _MONTHLY, Field(description="option-monthly")] = None
    person: PersonOption = None
    kind: KindOption = None
    id: IdOption = None


async def balance(context: Context, _: NoOptions) -> View:
    """Say what is left today, this month, in this chat, and what is one's own."""
    invocation = context.invocation
    found = await context.services.credits.store.balance(
        invocation.user.party, invocation.conversation.party
    )
    lines = list(_lefts(context, found))
    return View(text="\n".join(lines or [translate(context.locale, "balance-unlimited")]))


def _lefts(context: Context, found: Balance) -> Iterator[str]:
    locale, currency = context.locale, context.services.credits.currency
    limits = {
        "balance-today": (found.left_today, found.person.daily),
        "balance-month": (found.left_this_month, found.person.monthly),
        "balance-here": (found.left_here, found.chat.daily),
    }
    for key, (left, limit) in limits.items():
        if left is not None and limit is not None:
            all_ = currency.number(limit * THOUSANDTHS)
            yield translate(locale, key, left=currency.left(left, locale), limit=all_)
    if found.own:
        yield translate(locale, "balance-own", left=currency.left(found.own, locale))


async def grant(context: Context, options: GrantOptions) -> View:
    """Give somebody credits of their own, or take some away.

    Raises:
        UserError: it is not clear how many, or whose.
    """
    invocation, credits_ = context.invocation, context.services.credits
    is_named = options.person or options.id or invocation.replied_user
    if not (options.credits and is_named):
        raise UserError("grant-needs-amount", party=with_platform(context, _ANY_ID))
    if options.id and "id" not in invocation.given and _SHORT.fullmatch(options.id):
        shown = with_platform(context, options.id)
        raise UserError("grant-which", credits=str(options.credits), id=options.id, party=shown)
    party = party_of(context, options)
    gift = Gift(to=party, amount=options.credits, by=invocation.user.party)
    act = context.act(party, str(options.credits))
    await credits_.store.give(gift, act, context.event)
    found = await credits_.store.own(party)
    own = credits_.currency.left(found, context.locale)
    return View(text=translate(context.locale, "granted", id=str(party), own=own))


async def limits(context: Context, options: LimitsOptions) -> View:
    """Change what was given, and show what is decided; chat admins lower it for their chat."""
    if not context.is_admin:
        return await _lower_here(context, options)
    store = context.services.credits.store
    is_changed = options.daily is not None or options.monthly is not None
    names_person = options.person or options.id or options.kind or context.invocation.replied
    if options.group and not names_person:
        whose: Party | str = options.group
        if whose == _UNLIMITED:
            raise UserError("limits-no-group")
    else:
        whose = party_of(context, options)
    if isinstance(whose, Party):
        await _put_into(context, whose, options.group)
        if whose.kind == "chat" and options.monthly is not None:
            raise UserError("limits-chat-month")
    if is_changed:
        before = await store.decided(whose)
        act = context.act(whose, _said(options))
        await store.decide(whose, _changed(before, options), act)
    return View(text=await _told(context, whose))


async def _lower_here(context: Context, options: LimitsOptions) -> View:
    """Let no more be spent in a chat than its own admins want; what counts for it stays above.

    Raises:
        UserError: it is about anything but the day of this chat.
    """
    store, invocation = context.services.credits.store, context.invocation
    here = invocation.conversation.party
    names_person = options.person or options.id or invocation.replied or options.kind == "user"
    if names_person or options.group or options.monthly is not None:
        raise UserError("limits-here-only")
    if options.daily is not None:
        daily = options.daily if isinstance(options.daily, int) else None
        await store.decide_here(here, daily, context.decision(here, f"{_said(options)} here"))
    counts = (await store.balance(invocation.user.party, here)).chat.daily
    daily = _limit(context, NO_LIMIT if counts is None else counts)
    text = translate(context.locale, "limits-chat", id=str(here), daily=daily)
    return View(text=text)


async def _put_into(context: Context, whose: Party, group: str | None) -> None:
    if group is None:
        return
    if whose.kind == "chat":
        raise UserError("limits-group-of-people")
    act = context.act(whose, f"group {group}")
    await context.services.credits.store.put_into("" if group == _UNLIMITED else group, whose, act)


def _said(options: LimitsOptions) -> str:
    """The limits that were given, as they are typed."""
    given = {"daily": options.daily, "monthly": options.monthly}
    return " ".join(f"{name} {value}" for name, value in given.items() if value is not None)


def _changed(before: CreditLimits, options: LimitsOptions) -> CreditLimits:
    return CreditLimits(
        daily=_decided(options.daily, before.daily),
        monthly=_decided(options.monthly, before.monthly),
    )


def _decided(said: int | str | None, before: int | None) -> int | None:
    match said:
        case None:
            return before
        case "default":
            return None
        case int():
            return said
        case _:
            return NO_LIMIT


async def _told(context: Context, whose: Party | str) -> str:
    store = context.services.credits.store
    decided = await store.decided(whose)
    if isinstance(whose, str):
        key, group = "limits-group", ""
    else:
        key = f"limits-{whose.kind}"
        group = await store.group_of(whose) if whose.kind == "user" else ""
    lines = [
        translate(
            context.locale,
            key,
            id=str(whose),
            daily=_limit(context, decided.daily),
            monthly=_limit(context, decided.monthly),
        )
    ]
    if group:
        lines.append(translate(context.locale, "limits-in-group", group=group))
    return "\n".join(lines)


def _limit(context: Context, limit: int | None) -> str:
    match limit:
        case None:
            return translate(context.locale, "limit-undecided")
        case -1:
            return translate(context.locale, "limit-none")
        case _:
            return context.services.credits.price(limit, context.locale)


BALANCE = Command(name="balance", options=NoOptions, run=balance, personal=True)
GRANT = Command(name="grant", options=GrantOptions, run=grant, audience=Audience.ADMINS, pays=True)
LIMITS = Command(name="limits", options=LimitsOptions, run=limits, audience=Audience.CHAT_ADMINS)
