"""Whom an admin's command is about: a person or a chat, named, replied to, or the one it is in."""

from typing import Annotated, Literal, Protocol

from pydantic import Field

from core.commands.command import Context
from core.errors import UserError
from core.invocation import IdFormat
from core.options.mistakes import clip
from core.options.options import Option
from core.platform import Party

_KIND = Option(words={"user": "user", "用户": "user", "chat": "chat", "群": "chat"})
_ID = Option(patterns=(r"(\S{1,255})",), exact=True, metavar="ID")

KindOption = Annotated[
    Literal["user", "chat"] | None, _KIND, Field(description="option-party-kind")
]
IdOption = Annotated[str | None, _ID, Field(description="option-party-id")]
PersonOption = Annotated[str | None, Option(is_person=True), Field(description="option-person")]


class NamesParty(Protocol):
    """Options that may say whom a command is about."""

    @property
    def kind(self) -> Literal["user", "chat"] | None: ...

    @property
    def id(self) -> str | None: ...

    @property
    def person(self) -> str | None: ...


def check_alone(context: Context) -> None:
    """Raise UserError where others would read what is only for admins."""
    invocation = context.invocation
    if not (invocation.is_alone or invocation.is_private):
        raise UserError("admins-alone")


def party_of(context: Context, options: NamesParty) -> Party:
    """Whom the options name; without a word who is replied to, else the chat.

    Raises:
        UserError: it is not clear who is meant, or no id looks like that.
    """
    invocation = context.invocation
    here, author, ids = invocation.conversation, invocation.replied_user, invocation.ids
    if elsewhere := _elsewhere(context, options):
        return elsewhere
    mentioned = options.person or ids.mentioned(options.id or "")
    if mentioned:
        return _checked(ids, Party(platform=here.platform, kind="user", id=mentioned))
    if options.id is None and options.kind != "chat" and author:
        return author.party
    if options.id is None:
        # Who replies to somebody means them, also where the platform does not say who it is.
        if options.kind == "user" or (options.kind is None and invocation.replied):
            raise UserError("party-needs-id", command=invocation.command)
        return here.party
    if ids.is_name(options.id):
        raise UserError("party-no-names", name=options.id, command=invocation.command)
    if here.platform in context.services.access.policy.terminals:
        # Nobody else sits there, so somebody of another platform is meant.
        raise UserError(
            "party-needs-platform", given=options.id, party=with_platform(context, options.id)
        )
    kind = options.kind or ids.kind_of(options.id) or "user"
    return _checked(ids, Party(platform=here.platform, kind=kind, id=options.id))


def with_platform(context: Context, id_: str) -> str:
    """An id as "platform:id": of the platform it is typed at, where that one has such ids."""
    here = context.invocation.conversation.platform
    if here not in context.services.access.policy.terminals:
        return f"{here}:{id_}"
    others = (name for name, ids in context.services.ids.items() if ids.kind_of(id_))
    return f"{next(others, here)}:{id_}"


def _elsewhere(context: Context, options: NamesParty) -> Party | None:
    """Whom an admin of the bot names as "platform:id", which may be another platform."""
    services = context.services
    platform, _, id_ = (options.id or "").partition(":")
    is_known = platform in services.ids or platform in services.platforms
    if not (id_ and is_known and context.is_admin):
        return None
    ids = services.ids.get(platform, IdFormat())
    kind = options.kind or ids.kind_of(id_) or "user"
    return _checked(ids, Party(platform=platform, kind=kind, id=id_))


def _checked(ids: IdFormat, party: Party) -> Party:
    if not ids.fits(party):
        raise UserError("party-no-id", given=clip(party.id), platform=party.platform)
    return party
