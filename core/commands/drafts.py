"""What stands under a draft beside ordering and dropping it: edit it, or get another."""

from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import ChatAbility
from core.commands.answers import own
from core.commands.command import Command, Context
from core.commands.ordering import cast
from core.commands.shared_options import OF
from core.commands.suggesting import suggest_again
from core.errors import UserError
from core.jobs import Job, JobState
from core.options.options import OPTIONS_CONFIG
from core.platform import View
from core.storyboard import lines, read_shots, storyboard, total_seconds


class EditOptions(BaseModel):
    """Which draft, and its words from now on."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(description="option-edit")
    of: Annotated[str | None, OF, Field(description="option-draft")] = None


class SuggestOptions(BaseModel):
    """Which suggestion."""

    model_config = OPTIONS_CONFIG

    of: Annotated[str | None, OF, Field(description="option-draft")] = None


async def edit(context: Context, options: EditOptions) -> View | None:
    """Change the words of a draft, which its message then shows."""
    request = _draft(context).request
    if request.has_shots:
        shots = read_shots(options.prompt)
        changed = replace(request, prompt=storyboard(shots), seconds=total_seconds(shots))
    else:
        changed = replace(request, prompt=options.prompt)
    await context.engine.drafts.reword(_draft(context).id, await cast(context, changed))
    return None


async def check_edit(context: Context) -> None:
    """Refuse before new words are asked for what was ordered or dropped."""
    _draft(context)


def words(context: Context) -> str:
    """What a draft says, as its person would type it."""
    request = _draft(context).request
    return lines(read_shots(request.prompt)) if request.has_shots else request.prompt


def _draft(context: Context) -> Job:
    if context.job is None or context.job.state is not JobState.DRAFT:
        raise UserError("nothing-to-edit")
    return context.job


async def another(context: Context, options: SuggestOptions) -> None:
    """Ask for another suggestion; the one that is there stays until that has come."""
    found = await context.services.exchanges.get(options.of or "")
    exchange = own(context, found, unknown="nothing-to-suggest-again")
    if exchange.request is None:
        raise UserError("nothing-to-suggest-again")
    await suggest_again(context, exchange, exchange.request)


EDIT = Command(
    name="edit",
    options=EditOptions,
    run=edit,
    is_typed=False,
    job="of",
    check=check_edit,
    current=words,
)
SUGGEST = Command(
    name="suggest",
    options=SuggestOptions,
    run=another,
    needs=ChatAbility.STRUCTURE,
    is_typed=False,
    pays=True,
    job="of",
)
