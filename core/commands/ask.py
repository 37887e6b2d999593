"""/ask: a question to a chat model, in the conversation around it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field

from core.catalog import ChatAbility
from core.commands.command import Command, Context, NoOptions
from core.commands.hearing import HeardWords, held_place, keep_heard, listen
from core.commands.ordering import forget_pictures, save_pictures
from core.commands.questions import Wanted, put
from core.commands.shared_options import MODEL
from core.engine.order import new_id
from core.errors import JobError, StorageError, UserError
from core.events import TakenError
from core.exchanges import Exchange
from core.i18n import explain_fault, translate
from core.options.options import OPTIONS_CONFIG, Option
from core.platform import View

T = TypeVar("T", bound=BaseModel)
_PICTURES = 8
_QUOTED_CHARS = 4000
_SHOWN_CHARS = 500
_SEARCH = Option(flags=("--search",))
_THINK = Option(flags=("--think",))
_NEW = Option(flags=("--new",))
# Not by a word in front, as with videos: a question may begin with any word.
_PRIVATE = Option(flags=("--private",))


class AskOptions(BaseModel):
    """What can be said about a question."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(description="option-question")
    search: Annotated[bool, _SEARCH, Field(description="option-search")] = False
    think: Annotated[bool, _THINK, Field(description="option-think")] = False
    new: Annotated[bool, _NEW, Field(description="option-new")] = False
    private: Annotated[bool, _PRIVATE, Field(description="option-private")] = False
    model: Annotated[str | None, MODEL, Field(description="option-model")] = None


class TalkOptions(BaseModel):
    """Plain words."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(description="option-question")


async def talk(context: Context, options: TalkOptions) -> View | None:
    """Answer plain words; what they ask for is shown as a plan, with a button that orders it."""
    return await _ask(context, AskOptions(prompt=options.prompt), proposes=True)


async def ask(context: Context, options: AskOptions) -> View | None:
    """Ask what was typed, with what came along."""
    return await _ask(context, options)


async def hear(context: Context, _: NoOptions) -> View | None:
    """Answer what was said aloud, as plain words; what somebody else has said proposes nothing."""
    voice = context.invocation.voice
    if voice is None:
        raise UserError("voice-missing")
    return await _ask(context, AskOptions(prompt=""), proposes=voice.is_own)


async def _ask(context: Context, options: AskOptions, *, proposes: bool = False) -> View | None:
    context.engine.answerer.check_turn(context.invocation.user.party)
    exchange_id = new_id()
    earlier = () if options.new else await _earlier(context)
    follows = earlier[-1].id if earlier else ""
    held: Exchange | None = None
    heard: HeardWords | None = None
    turn = ExitStack()
    try:
        media = tuple(await save_pictures(context, exchange_id, videos=True))
        wanted = Wanted(
            prompt=options.prompt,
            earlier=earlier,
            media=media,
            quoted=context.invocation.quoted.strip()[:_QUOTED_CHARS],
            thinks=options.think,
            searches=options.search,
            private=options.private,
            model=options.model or "",
            proposes=proposes,
        )
        if voice := context.invocation.voice:
            turn.enter_context(
                context.engine.answerer.turn(context.invocation.user.party, exchange_id)
            )
            held = held_place(context, exchange_id, follows, private=options.private)
            heard = await listen(context, voice, held)
            wanted = _with_words(context, wanted, heard)
            # It has had its effect.
            context = replace(context, event=None)
        await put(context, exchange_id, wanted)
    except JobError as error:
        await forget_pictures(context, exchange_id)
        lines = explain_fault(context.locale, error.fault, "answer")
        return View(text="\n".join((translate(context.locale, "voice-failed"), *lines)))
    except (UserError, TakenError, StorageError) as error:
        kept = await context.services.exchanges.get(exchange_id)
        if kept is None or kept.is_listened_to:
            await forget_pictures(context, exchange_id)
            if held and heard:
                paid = await keep_heard(context, held, heard)
                if paid and isinstance(error, UserError):
                    raise error.with_hints(UserError("hint-listened", paid=paid)) from error
        raise
    finally:
        turn.close()
    return None


def _with_words(context: Context, wanted: Wanted, heard: HeardWords) -> Wanted:
    """What was heard is the question, or what a typed one is about.

    Raises:
        UserError: there was no word in it.
    """
    if not heard.text:
        raise UserError("voice-empty")
    typed = wanted.prompt
    text = heard.text if len(heard.text) <= _SHOWN_CHARS else f"{heard.text[:_SHOWN_CHARS]}…"
    return replace(
        wanted,
        prompt=typed or heard.text,
        quoted="\n".join(filter(None, (wanted.quoted, heard.text))) if typed else wanted.quoted,
        note=translate(context.locale, "answer-heard", text=text),
        heard_credits=heard.credits,
    )


async def _earlier(context: Context) -> Sequence[Exchange]:
    """The conversation that a question belongs to: what it replies to; alone, what was last."""
    store, invocation = context.services.exchanges, context.invocation
    if invocation.replied:
        last = await store.said_in(invocation.replied)
    elif invocation.is_alone:
        last = await store.latest(invocation.user, invocation.conversation)
    else:
        last = None
    return await context.engine.answerer.before(last.id) if last else ()


def _question(
    name: str,
    options: type[T],
    run: Callable[[Context, T], Awaitable[View | None]],
    *,
    is_typed: bool = False,
) -> Command[T]:
    """What all ways to ask have in common."""
    return Command(
        name=name,
        options=options,
        run=run,
        pictures=_PICTURES,
        videos=True,
        hears=True,
        needs=ChatAbility.CHAT,
        is_typed=is_typed,
        pays=True,
    )


ASK = _question("ask", AskOptions, ask, is_typed=True)
TALK = _question("talk", TalkOptions, talk)
HEAR = _question("hear", NoOptions, hear)
