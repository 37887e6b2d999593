"""What a chat model may do for whoever talks to it: the bot's own commands, as proposals."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from core.chat.answer import ToolOutcome, UseTool
from core.commands.command import Command, Context
from core.commands.image import IMAGE
from core.commands.jobs import CANCEL, STATUS, numbered, pick
from core.commands.offer import is_offered
from core.commands.perform import perform
from core.commands.remix import REMIX
from core.commands.storyboard import STORYBOARD
from core.commands.video import VIDEO
from core.errors import StorageError, UserError
from core.i18n import Locale, explain, translate
from core.messages.wording import wish
from core.platform import Button
from core.talk import Tool, ToolCall

_TOOLS: Mapping[str, Command[Any]] = {
    "make_video": VIDEO,
    "make_image": IMAGE,
    "remix": REMIX,
    "storyboard": STORYBOARD,
    "my_jobs": STATUS,
    "cancel": CANCEL,
}
_SHOWN = (
    "The person now sees a plan with its price and a button. Nothing is ordered or paid before "
    "they press it. Tell them so in one sentence."
)
_CANCELLABLE = "The person now sees a button that cancels it. Nothing is cancelled before."
_EXCERPT_CHARS = 20


def tools_for(context: Context) -> tuple[Tool, ...]:
    """The commands that can be done here, as a model is told of them."""
    catalog = context.services.catalog
    return tuple(
        Tool(
            name=name,
            description=translate(Locale.EN, f"command-{command.name}"),
            parameters=_parameters(command),
        )
        for name, command in _TOOLS.items()
        if is_offered(catalog, command)
    )


def user_of_tools(context: Context) -> UseTool:
    """Does what a model calls for the person of this context, with that person's rights.

    What costs something is only shown. No word of a model, a picture or another person confirms
    anything: that takes a button.
    """

    async def use(call: ToolCall) -> ToolOutcome:
        command = _TOOLS.get(call.name)
        try:
            if command is None:
                return ToolOutcome(told=f"There is no tool {call.name[:64]}.")
            given = _given(call)
            if command is CANCEL:
                return await _offer_cancel(context, given.get("job"))
            return await _propose(context, command, given)
        except UserError as error:
            return ToolOutcome(told=f"Not done: {explain(Locale.EN, error)}")
        except StorageError:
            return ToolOutcome(told=f"Not done: {translate(Locale.EN, 'storage-error')}")

    return use


async def _propose(
    context: Context, command: Command[Any], given: Mapping[str, str]
) -> ToolOutcome:
    # A proposal is no order: neither the event nor a second tap has anything to do with it.
    invocation = replace(
        context.invocation,
        command=command.name,
        text="",
        given=given,
        event="",
        sent_at=None,
        attachments=context.invocation.attachments if command.pictures else (),
    )
    proposal = replace(context, invocation=invocation, event=None, job=None, is_proposal=True)
    answer = await perform(proposal, command)
    return ToolOutcome(told=answer.view.text if answer.view else _SHOWN)


async def _offer_cancel(context: Context, number: str | None) -> ToolOutcome:
    """Cancelling may lose what is paid for, so it takes the person's own press."""
    jobs = await numbered(context)
    job = pick(jobs, number, none="nothing-to-cancel", command="cancel")
    label = translate(context.locale, "button-cancel")
    button = Button(
        label=f"{label}: {wish(job)[:_EXCERPT_CHARS]}",
        command="cancel",
        given={"job": job.id},
        style="danger",
    )
    return ToolOutcome(told=_CANCELLABLE, offers=(button,))


def _given(call: ToolCall) -> Mapping[str, str]:
    """The options of a call, as they would be typed.

    Raises:
        UserError: they cannot be read.
    """
    try:
        read: object = json.loads(call.arguments or "{}")
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise UserError("tool-unreadable")
    options = cast("Mapping[str, object]", read)
    return {name: _typed(value) for name, value in options.items() if value not in (None, "")}


def _typed(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _parameters(command: Command[Any]) -> Mapping[str, object]:
    """The schema of a command's options, in the plain form that all models understand."""
    schema = command.options.model_json_schema()
    fields = cast("Mapping[str, Mapping[str, object]]", schema.get("properties", {}))
    return {
        "type": "object",
        "properties": {name: _plain(field) for name, field in fields.items()},
        "required": schema.get("required", []),
    }


def _plain(field: Mapping[str, object]) -> Mapping[str, object]:
    kinds = cast("list[Mapping[str, object]]", field.get("anyOf", [field]))
    kind = next(each for each in kinds if each.get("type") != "null")
    kept = ("type", "enum", "pattern", "minimum", "maximum")
    text = translate(Locale.EN, str(field.get("description", "option-prompt")))
    return {**{name: kind[name] for name in kept if name in kind}, "description": text}
