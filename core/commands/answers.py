"""What stands under answers of chat models: stop, continue, ask again, show the rest."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import ChatAbility
from core.commands.command import Command, Context
from core.commands.questions import Wanted, put
from core.commands.shared_options import OF
from core.engine.order import new_id
from core.errors import UserError
from core.exchanges import Exchange, ExchangeState
from core.files.disk import are_kept
from core.files.elsewhere import paths_of
from core.i18n import translate
from core.options.options import OPTIONS_CONFIG
from core.platform import View


class AnswerOptions(BaseModel):
    """Which answer; without an id, the one that is meant here."""

    model_config = OPTIONS_CONFIG

    of: Annotated[str | None, OF, Field(description="option-answer")] = None


def own(context: Context, exchange: Exchange | None, *, unknown: str) -> Exchange:
    """The exchange, if it is one's own.

    Raises:
        UserError: it is somebody else's, or there is none, which is told by the text `unknown`.
    """
    if exchange is None:
        raise UserError(unknown)
    if not _is_own(context, exchange):
        raise UserError("button-not-yours")
    return exchange


def _is_own(context: Context, exchange: Exchange) -> bool:
    return exchange.user.party == context.invocation.user.party


async def go_on(context: Context, options: AnswerOptions) -> None:
    """Let an answer go on where it ended."""
    exchange = await _meant(context, options.of)
    if exchange.is_complete or not exchange.is_ended or not exchange.has_words:
        raise UserError("nothing-to-continue")
    wanted = Wanted(
        prompt=translate(context.locale, "continue-prompt"),
        earlier=await context.engine.answerer.before(exchange.id),
        model=exchange.model,
        private=_is_for_them_alone(context, exchange),
    )
    await put(context, new_id(), wanted)


async def ask_again(context: Context, options: AnswerOptions) -> None:
    """Ask once more what got no answer."""
    exchange = await _meant(context, options.of)
    if exchange.state is not ExchangeState.FAILED:
        raise UserError("nothing-to-ask-again")
    await context.services.files.fetch(paths_of(exchange.media))
    if not await are_kept(exchange.media):
        raise UserError("pictures-gone")
    earlier = await context.engine.answerer.before(exchange.follows) if exchange.follows else ()
    wanted = Wanted(
        prompt=exchange.prompt,
        earlier=earlier,
        media=exchange.media,
        quoted=exchange.quoted,
        thinks=exchange.thinks,
        searches=exchange.searches,
        private=_is_for_them_alone(context, exchange),
    )
    await put(context, new_id(), wanted)


async def show(context: Context, options: AnswerOptions) -> None:
    """Post what may be missing of an answer."""
    await context.engine.answerer.show_rest(await _meant(context, options.of))


async def stop(context: Context, options: AnswerOptions) -> None:
    """End an answer that is being given, or all that one waits for."""
    answerer, invocation = context.engine.answerer, context.invocation
    if options.of:
        exchange = await context.services.exchanges.get(options.of)
        if exchange and not (_is_own(context, exchange) or await _may_stop(context, exchange)):
            raise UserError("button-not-yours")
        stopped = exchange is not None and await answerer.stop(exchange)
        if exchange and stopped and not _is_own(context, exchange):
            await context.services.audit.write(context.act(exchange.user.party, exchange.id))
        if exchange and invocation.message and invocation.given and not stopped:
            await answerer.disown(exchange, invocation.message)
    else:
        stopped = await answerer.stop_all(invocation.user.party) > 0
    if not stopped:
        raise UserError("nothing-to-stop")


async def _may_stop(context: Context, exchange: Exchange) -> bool:
    """Who runs a chat may stop what is said there, and nowhere else."""
    if context.is_admin:
        return True
    here = context.invocation.conversation.party
    return exchange.conversation.party == here and await context.manages_chat()


async def _meant(context: Context, exchange_id: str | None) -> Exchange:
    """The answer that is named, replied to, or the last; one's own.

    Raises:
        UserError: there is none, or it is somebody else's.
    """
    store, invocation = context.services.exchanges, context.invocation
    if exchange_id:
        exchange = await store.get(exchange_id)
    elif invocation.replied:
        exchange = await store.said_in(invocation.replied)
    else:
        exchange = await store.latest(invocation.user, invocation.conversation)
    return own(context, exchange, unknown="no-such-answer")


def _is_for_them_alone(context: Context, exchange: Exchange) -> bool:
    """Whether those who read here did not all read the answer there."""
    return exchange.conversation != context.invocation.conversation


def _button(
    name: str, run: Callable[[Context, AnswerOptions], Awaitable[View | None]], *, pays: bool
) -> Command[AnswerOptions]:
    needs = ChatAbility.CHAT
    return Command(
        name=name, options=AnswerOptions, run=run, needs=needs, is_typed=False, pays=pays
    )


STOP = Command(name="stop", options=AnswerOptions, run=stop, needs=ChatAbility.CHAT)
CONTINUE = _button("continue", go_on, pays=True)
REASK = _button("reask", ask_again, pays=True)
SHOW = _button("show", show, pays=False)
