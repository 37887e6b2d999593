"""Doing one command: who may, with which options, about which job."""

from dataclasses import dataclass, replace
from typing import Any

from core.commands.command import Audience, Command, Context
from core.commands.examples import example
from core.commands.offer import check_offered
from core.errors import UserError
from core.jobs import Job
from core.options.grammar import parse
from core.options.options import OptionHelp
from core.platform import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The outcome of an invocation.

    Attributes:
        view: what to say, if anything.
        done: whether the command was done.
        repeated: whether the same event has come before: nothing was done for this one, and what
            the first was answered is not known any more.
        asks: the option that the person is to be asked for now, as the invocation wanted.
        current: what that option says already, where it is to be changed.
    """

    view: View | None = None
    done: bool = True
    repeated: bool = False
    asks: OptionHelp | None = None
    current: str = ""


async def perform(context: Context, command: Command[Any]) -> Answer:
    """Do a command, or say that something is still to be asked for.

    Raises:
        UserError: it is refused.
    """
    invocation = context.invocation
    await _check_access(context, command.audience)
    if command.pays and invocation.is_masked:
        await context.services.access.check_name(invocation.user)
    # Before anything of it costs us anything. A question is not yet what it asks for.
    if command.pays and not (invocation.asks or context.is_admin or context.is_proposal):
        context.services.rate.take(invocation.user.party)
    # The platform is asked about it, so it comes after what we know ourselves.
    if command.pays and invocation.is_elsewhere:
        await _check_there(context)
    # Everything that would be refused after the question is refused before it.
    if invocation.asks:
        check_offered(context, command)
        if invocation.objection:
            raise invocation.objection
        context = await _about(context, command, invocation.given.get(command.job))
        if command.check:
            await command.check(context)
        current = command.current(context) if command.current else ""
        return Answer(asks=command.option(invocation.asks), current=current)
    # Options first: what is wrong in the text is the user's, and worth more than what the
    # platform objects to.
    options = _read(context, command)
    if invocation.objection:
        raise invocation.objection
    named = getattr(options, command.job) if command.job else None
    context = await _about(context, command, named)
    return Answer(view=await command.run(context, options))


def _read(context: Context, command: Command[Any]) -> Any:
    invocation = context.invocation
    try:
        options = parse(invocation.text, command.options, invocation.given)
    except UserError as error:
        check_offered(context, command)  # what nothing can do needs no better wording
        if error.key != "prompt-empty":
            raise
        shown = example(context.locale, context.services.catalog, command)
        raise UserError("prompt-missing", command=command.name, example=shown) from None
    check_offered(context, command, options)
    return options


async def _check_access(context: Context, audience: Audience) -> None:
    invocation, access = context.invocation, context.services.access
    match audience:
        case Audience.ANYBODY:
            pass
        case Audience.ADMITTED:
            await access.check(invocation.user, invocation.conversation)
        case Audience.CHAT_ADMINS:
            await access.check(invocation.user, invocation.conversation)
            # Everybody would run the chat that they are alone in.
            alone = invocation.is_alone and not context.is_admin
            if alone or not await context.manages_chat():
                raise UserError("chat-managers-only")
        case Audience.ADMINS:
            if not context.is_admin:
                raise UserError("admins-only")


async def _check_there(context: Context) -> None:
    """Let nobody order into a chat from elsewhere that they have left, or that is out of reach."""
    user, place = context.invocation.user, context.invocation.conversation
    context.services.check_reached(place)
    if not await context.services.platforms[place.platform].is_among(user, place):
        raise UserError("chat-left")


async def _about(context: Context, command: Command[Any], job_id: str | None) -> Context:
    """The context with the job that is named, and with whom the user acts for.

    Raises:
        UserError: the job is somebody else's.
    """
    job = await context.services.store.get(job_id) if job_id else None
    if job is None:
        return context
    context = replace(context, job=job)
    if job.user.party == context.invocation.user.party:
        return context
    if await _acts_for_chat(context, job):
        return replace(context, invocation=replace(context.invocation, user=job.user))
    here = context.invocation.conversation.party
    if command.managed and context.is_admin:
        return context
    is_here = job.conversation.party == here
    if command.managed == Audience.CHAT_ADMINS and is_here and await context.manages_chat():
        return context
    raise UserError("button-not-yours")


async def _acts_for_chat(context: Context, job: Job) -> bool:
    """Who runs a chat acts for it where the chat itself has ordered, as a channel does."""
    invocation = context.invocation
    here = invocation.conversation
    chats_own = (job.user.platform, job.user.id) == (here.platform, here.chat)
    return chats_own and await invocation.is_chat_admin()
