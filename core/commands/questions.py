"""From what somebody wants to know to a question, and to the models that can answer it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.catalog import ChatAbility
from core.chat.turns import asked, turns_of
from core.commands.chat_route import routed_question
from core.commands.command import Context
from core.commands.ordering import shown_at
from core.commands.repeats import once
from core.commands.tools import tools_for, user_of_tools
from core.exchanges import Exchange
from core.media import Asset, MediaKind
from core.talk import Asked, Question

# For the model, not for people: all models understand it, and answer in the language of the chat.
_SYSTEM = (
    "You answer in a chat. Use the language of the question. Come to the point; "
    "format with Markdown where it helps."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A question before a model is chosen.

    Attributes:
        earlier: the conversation that it goes on from, oldest first.
        quoted: words of somebody else that it is about.
        note: what the person is told about how it was understood.
        heard_credits: what that has cost.
        proposes: whether the model may propose orders.
    """

    prompt: str
    earlier: Sequence[Exchange] = ()
    media: tuple[Asset, ...] = ()
    quoted: str = ""
    note: str = ""
    heard_credits: float = 0.0
    thinks: bool = False
    searches: bool = False
    private: bool = False
    model: str = ""
    proposes: bool = False


async def put(context: Context, exchange_id: str, wanted: Wanted) -> None:
    """Choose who answers, and let them.

    Raises:
        UserError: no model can, it is too long, or the person has tapped twice.
    """
    routed = await routed_question(context, _question(context, wanted), wanted.model)
    place, command = shown_at(context, private=wanted.private)
    exchange = Exchange(
        id=exchange_id,
        user=context.invocation.user,
        locale=context.locale,
        conversation=place,
        model=routed.route[0].key,
        route=tuple(model.key for model in routed.route),
        prompt=wanted.prompt,
        quoted=wanted.quoted,
        media=wanted.media,
        thinks=wanted.thinks,
        searches=wanted.searches,
        shows_thoughts=context.preferences.thoughts is not False,
        follows=wanted.earlier[-1].id if wanted.earlier else "",
        note=" ".join(filter(None, (wanted.note, routed.note))),
        credits=wanted.heard_credits,
        heard_credits=wanted.heard_credits,
        command=command,
        created_at=time.time(),
    )
    async with once(context, [each.path for each in wanted.media]):
        heard = replace(context, hears_others=_hears_others(context, wanted))
        use = user_of_tools(heard) if routed.question.tools else None
        await context.engine.answerer.submit(exchange, routed.question, context.event, use)


def _hears_others(context: Context, wanted: Wanted) -> bool:
    """Whether a model is told or shown anything that is not the person's own words."""
    own = context.invocation.user.party
    earlier = wanted.earlier
    return bool(
        wanted.quoted
        or context.invocation.voice
        or wanted.media
        or any(each.user.party != own or each.quoted or each.media for each in earlier)
        or any(each.sources for each in earlier)
    )


def _question(context: Context, wanted: Wanted) -> Question:
    catalog = context.services.catalog
    system = "\n".join(filter(None, (_SYSTEM, context.preferences.system)))
    turns = (*turns_of(wanted.earlier), asked(wanted.prompt, wanted.media, wanted.quoted))
    question = Question(turns=turns, system=system, thinks=wanted.thinks, searches=wanted.searches)
    if not wanted.media and not catalog.able(ChatAbility.VISION):
        question = _in_words(question)
    if wanted.proposes and catalog.able(ChatAbility.TOOLS):
        question = replace(question, tools=tools_for(context))
    return question


def _in_words(question: Question) -> Question:
    """The words alone, where nobody can look at what was shown earlier."""
    turns = [
        replace(turn, media=tuple(m for m in turn.media if m.kind is not MediaKind.IMAGE))
        if isinstance(turn, Asked)
        else turn
        for turn in question.turns
    ]
    return replace(question, turns=tuple(turns))
