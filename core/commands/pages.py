"""/gallery and /dashboard: a link of one's own to pages, which opens once."""

from core.commands.command import Audience, Command, Context, NoOptions
from core.commands.parties import check_alone
from core.errors import UserError
from core.i18n import translate
from core.messages.budget import Rank
from core.messages.status import write_final
from core.people.sessions import LINK_SECONDS, Area
from core.platform import ConversationRef, MessageLostError, Opening, RefusedError, View


async def gallery(context: Context, _: NoOptions) -> View:
    """Give a link to one's own results, where nobody else reads it."""
    _check_pages(context, Area.GALLERY)
    invocation = context.invocation
    # Others can write under such a name, too, and would see what is not theirs.
    if invocation.is_masked:
        raise UserError("pages-nobody")
    if invocation.is_private or invocation.is_alone:
        return await _linked(context, Area.GALLERY, invocation.conversation)
    here = invocation.conversation
    place = context.services.platforms[here.platform].privately(here, invocation.user)
    view = await _linked(context, Area.GALLERY, place)
    try:
        await write_final(*context.services.written_to(place), view, rank=Rank.ANSWER)
    except (MessageLostError, RefusedError) as error:
        raise UserError("pages-unheard") from error
    return View(text=translate(context.locale, "pages-sent"))


async def dashboard(context: Context, _: NoOptions) -> View:
    """Give an admin a link to all that the bot does."""
    check_alone(context)
    _check_pages(context, Area.DASHBOARD)
    return await _linked(context, Area.DASHBOARD, context.invocation.conversation)


def _check_pages(context: Context, area: Area) -> None:
    services, here = context.services, context.invocation.conversation.platform
    if area in services.sessions.areas:
        return
    is_terminal = here in services.access.policy.terminals
    hint = "hint-pages-of-run" if is_terminal else "hint-pages"
    raise UserError("pages-none", for_admins=(UserError(hint),))


async def _linked(context: Context, area: Area, place: ConversationRef) -> View:
    link = await context.services.sessions.link(area, context.invocation.user, place)
    minutes = int(LINK_SECONDS // 60)
    said = translate(context.locale, f"pages-link-{area}", minutes=minutes, link=link)
    if context.services.sessions.are_here_only:
        said += "\n" + translate(context.locale, "pages-here-only")
    return View(text=said, opens=_inside(context, place) if area is Area.GALLERY else None)


def _inside(context: Context, place: ConversationRef) -> Opening:
    address = context.services.sessions.inside(place.platform)
    return Opening(label=translate(context.locale, "pages-inside"), address=address)


# Who has lost access still sees what is theirs.
GALLERY = Command(
    name="gallery",
    options=NoOptions,
    run=gallery,
    audience=Audience.ANYBODY,
    personal=True,
    area=Area.GALLERY,
)
DASHBOARD = Command(
    name="dashboard",
    options=NoOptions,
    run=dashboard,
    audience=Audience.ADMINS,
    personal=True,
    area=Area.DASHBOARD,
)
