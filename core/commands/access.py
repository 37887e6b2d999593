"""/allow and /deny: the bot's admins decide in chat who may use it."""

import time
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from core.commands.command import Audience, Command, Context
from core.errors import UserError
from core.i18n import translate
from core.options.options import OPTIONS_CONFIG, Option
from core.people.access import Rule
from core.platform import Party, View

_KIND = Option(words={"user": "user", "用户": "user", "chat": "chat", "群": "chat"})
_ID = Option(patterns=(r"(\S{1,255})",), exact=True, metavar="ID")


class PartyOptions(BaseModel):
    """Whom it is about; without a word who is replied to, else the chat in which it is typed."""

    model_config = OPTIONS_CONFIG

    kind: Annotated[
        Literal["user", "chat"] | None, _KIND, Field(description="option-party-kind")
    ] = None
    id: Annotated[str | None, _ID, Field(description="option-party-id")] = None


async def allow(context: Context, options: PartyOptions) -> View:
    """Let somebody, or everybody in a chat, use the bot."""
    party = _party(context, options)
    await _decide(context, party, allowed=True)
    said = "allowed-user" if party.kind == "user" else "allowed-chat"
    return View(text=translate(context.locale, said, id=str(party)))


async def deny(context: Context, options: PartyOptions) -> View:
    """Keep somebody, or everybody in a chat, from using the bot."""
    party = _party(context, options)
    if context.services.access.policy.is_admin(party):
        raise UserError("deny-admin")
    await _decide(context, party, allowed=False)
    said = "denied-user" if party.kind == "user" else "denied-chat"
    return View(text=translate(context.locale, said, id=str(party)))


def _party(context: Context, options: PartyOptions) -> Party:
    invocation = context.invocation
    here, author = invocation.conversation, invocation.replied_user
    if options.id is None and options.kind != "chat" and author:
        return author.party
    if options.id is None:
        # Who replies to somebody means them, also where the platform does not say who it is.
        if options.kind == "user" or (options.kind is None and invocation.replied):
            raise UserError("party-needs-id")
        return here.party
    ids = context.invocation.ids
    kind = options.kind or ids.kind_of(options.id) or "user"
    party = Party(platform=here.platform, kind=kind, id=options.id)
    if not ids.fits(party):
        raise UserError("option-not-understood", given=options.id)
    return party


async def _decide(context: Context, party: Party, *, allowed: bool) -> None:
    rule = Rule(party=party, allowed=allowed, by=context.invocation.user.party, at=time.time())
    await context.services.access.store.save(rule)


ALLOW = Command(name="allow", options=PartyOptions, run=allow, audience=Audience.ADMINS)
DENY = Command(name="deny", options=PartyOptions, run=deny, audience=Audience.ADMINS)
