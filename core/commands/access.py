"""/allow, /deny and /ban: admins decide in chat who may use the bot; those of a chat, there."""

from pydantic import BaseModel

from core.commands.command import Audience, Command, Context
from core.commands.parties import IdOption, KindOption, PersonOption, party_of
from core.errors import UserError
from core.i18n import translate
from core.options.options import OPTIONS_CONFIG
from core.people.access import Rule
from core.platform import Party, View


class PartyOptions(BaseModel):
    """Whom it is about; without a word who is replied to, else the chat in which it is typed."""

    model_config = OPTIONS_CONFIG

    person: PersonOption = None
    kind: KindOption = None
    id: IdOption = None


async def allow(context: Context, options: PartyOptions) -> View:
    """Let somebody, or everybody in a chat, use the bot."""
    party = party_of(context, options)
    if not context.is_admin:
        return await _decide_here(context, party, out=False)
    await _decide(context, party, allowed=True)
    said = "allowed-user" if party.kind == "user" else "allowed-chat"
    return View(text=translate(context.locale, said, id=str(party)))


async def deny(context: Context, options: PartyOptions) -> View:
    """Keep somebody, or everybody in a chat, from using the bot."""
    party = _no_admin(context, options)
    if not context.is_admin:
        return await _decide_here(context, party, out=True)
    await _decide(context, party, allowed=False)
    said = "denied-user" if party.kind == "user" else "denied-chat"
    return View(text=translate(context.locale, said, id=str(party)))


async def ban(context: Context, options: PartyOptions) -> View:
    """Answer somebody, or anybody in a chat, no more; what they have waiting is cancelled."""
    party = _no_admin(context, options)
    await _decide(context, party, allowed=False, banned=True)
    await context.engine.cancel_waiting(party)
    said = "banned-user" if party.kind == "user" else "banned-chat"
    return View(text=translate(context.locale, said, id=str(party)))


def _no_admin(context: Context, options: PartyOptions) -> Party:
    party = party_of(context, options)
    if context.services.access.policy.is_admin(party):
        raise UserError("deny-admin")
    return party


async def _decide_here(context: Context, party: Party, *, out: bool) -> View:
    """What chat admins decide counts in their chat, and lets nobody in whom others keep out.

    Raises:
        UserError: it is about a chat.
    """
    if party.kind == "chat":
        raise UserError("chat-admins-people", command=context.invocation.command)
    here = context.invocation.conversation.party
    act = context.decision(party, "here")
    await context.services.access.store.keep_out(party, here, act, out=out)
    said = "denied-here" if out else "allowed-here"
    return View(text=translate(context.locale, said, id=str(party)))


async def _decide(context: Context, party: Party, *, allowed: bool, banned: bool = False) -> None:
    rule = Rule(party=party, allowed=allowed, banned=banned, act=context.act(party))
    await context.services.access.save(rule)


ALLOW = Command(name="allow", options=PartyOptions, run=allow, audience=Audience.CHAT_ADMINS)
DENY = Command(name="deny", options=PartyOptions, run=deny, audience=Audience.CHAT_ADMINS)
BAN = Command(name="ban", options=PartyOptions, run=ban, audience=Audience.ADMINS)
