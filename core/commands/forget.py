"""/forget: all that is kept of a person goes, once they have seen how much that is and said so."""

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field

from core.commands.command import Audience, Command, Context, NoOptions
from core.errors import UserError
from core.i18n import translate
from core.messages.views import erase_button
from core.options.options import OPTIONS_CONFIG, Option
from core.people.preferences import Preferences
from core.platform import Party, View

# An old button is no answer to what there is by now.
_SURE_SECONDS = 3600.0
_SURE = Option(flags=("--sure",), metavar="CODE")


class EraseOptions(BaseModel):
    """Who was asked, and when."""

    model_config = OPTIONS_CONFIG

    sure: Annotated[str, _SURE, Field(description="option-sure")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """How much is kept of a person; `open` is what cannot go before it has ended."""

    jobs: int
    answers: int
    characters: int
    defaults: int
    open: int

    @property
    def is_nothing(self) -> bool:
        return not (self.jobs or self.answers or self.characters or self.defaults)


async def forget(context: Context, _: NoOptions) -> View:
    """Say what would go, with the button that deletes it."""
    return await _ask(context)


async def erase(context: Context, options: EraseOptions) -> View:
    """Delete what is kept of the person who was asked, if they were asked just now."""
    user = context.invocation.user
    who, _, at = options.sure.rpartition("-")
    if who and who != user.id:
        raise UserError("button-not-yours")
    if not who or not at.isdecimal() or abs(time.time() - int(at)) > _SURE_SECONDS:
        return await _ask(context)
    kept = await _kept(context)
    await _drop_drafts(context)
    await context.engine.answerer.forget(user.party)
    await context.engine.keeper.forget(user.party)
    await context.services.characters.forget_all(user)
    await context.services.sessions.end_all(user.party)
    for party in _parties(context):
        await context.services.preferences.save(party, Preferences())
    if kept.is_nothing and not kept.open:
        return View(text=translate(context.locale, "forget-nothing"))
    return View(text="\n".join([*_listed(context, "forget-done", kept), *_open(context, kept)]))


async def _ask(context: Context) -> View:
    kept = await _kept(context)
    if kept.is_nothing:
        nothing = translate(context.locale, "forget-nothing")
        return View(text="\n".join([nothing, *_open(context, kept)]))
    lines = [
        *_listed(context, "forget-asks", kept),
        translate(context.locale, "forget-stays"),
        *_open(context, kept),
    ]
    sure = f"{context.invocation.user.id}-{time.time():.0f}"
    return View(text="\n".join(lines), buttons=(erase_button(sure, context.locale),))


def _listed(context: Context, key: str, kept: _Kept) -> list[str]:
    """What it is in numbers, below a sentence."""
    counts = {
        "forget-jobs": kept.jobs,
        "forget-answers": kept.answers,
        "forget-characters": kept.characters,
        "forget-defaults": kept.defaults,
    }
    parts = [
        translate(context.locale, each, count=count) for each, count in counts.items() if count
    ]
    return [translate(context.locale, key), *(f"• {part}" for part in parts)]


def _open(context: Context, kept: _Kept) -> list[str]:
    return [translate(context.locale, "forget-open", count=kept.open)] if kept.open else []


async def _kept(context: Context) -> _Kept:
    services, user = context.services, context.invocation.user
    jobs = await services.past_jobs.count(user.party)
    return _Kept(
        jobs=jobs.ended + jobs.drafts,
        answers=await services.exchanges.count(user.party),
        characters=len(await services.characters.of_user(user)),
        defaults=len(await services.preferences.load(*_parties(context))),
        open=jobs.open,
    )


async def _drop_drafts(context: Context) -> None:
    """Drafts end like those that are dropped, so that their buttons go."""
    for draft in await context.services.past_jobs.drafts(context.invocation.user.party):
        with suppress(UserError):  # ordered or dropped just now
            await context.engine.cancel(draft)


def _parties(context: Context) -> tuple[Party, ...]:
    """Whose defaults are one's own: one's own, and those of the chat that nobody else reads."""
    user, here = context.invocation.user, context.invocation.conversation
    if context.invocation.is_alone:
        return user.party, here.party
    with suppress(UserError):
        own = context.services.platforms[here.platform].privately(here, user).party
        # Where what is private stands in the same chat, that is everybody's.
        return (user.party, own) if own != here.party else (user.party,)
    return (user.party,)


# Who has lost access still decides what is kept of them.
FORGET = Command(
    name="forget", options=NoOptions, run=forget, audience=Audience.ANYBODY, personal=True
)
ERASE = Command(
    name="erase",
    options=EraseOptions,
    run=erase,
    audience=Audience.ANYBODY,
    is_typed=False,
    personal=True,
)
