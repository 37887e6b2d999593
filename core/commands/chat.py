"""/model and /system: who answers, and how."""

from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, Field

from core.catalog import ChatAbility
from core.commands.command import Command, Context
from core.errors import UserError
from core.i18n import translate
from core.options.options import OPTIONS_CONFIG, Option
from core.people.preferences import Preferences
from core.platform import Party, View

_OFF = "off"
_SYSTEM_CHARS = 1000
_QUOTED_CHARS = 200
_CHAT = Option(flags=("--chat",))


class ModelOptions(BaseModel):
    """Whom to ask from now on; without a name, it is shown."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(default="", description="option-chat-model")
    chat: Annotated[bool, _CHAT, Field(description="option-for-chat")] = False


class SystemOptions(BaseModel):
    """How to answer from now on; without words, it is shown."""

    model_config = OPTIONS_CONFIG

    prompt: str = Field(default="", description="option-system")


async def model(context: Context, options: ModelOptions) -> View:
    """Choose who answers one's own questions, or those of a chat."""
    catalog, store = context.services.catalog, context.services.preferences
    said = options.prompt.strip()
    if said:
        chosen = None
        if said.casefold() != _OFF:
            named = catalog.named_chat(said)[0]
            chosen = named.key if "/" in said else named.name
        party = await _party(context) if options.chat else context.invocation.user.party
        now = (await store.load(party)).get(party, Preferences())
        act = None
        if options.chat and not context.invocation.is_alone:
            act = context.decision(party, chosen or _OFF)
        await store.save(party, replace(now, chat_model=chosen), act)
        key = "chat-model-set" if chosen else "chat-model-unset"
        return View(text=translate(context.locale, key, model=chosen or ""))
    first = catalog.route_chat(frozenset({ChatAbility.CHAT}))[0].name
    names = dict.fromkeys(each.name for each in catalog.able(ChatAbility.CHAT))
    return View(
        text=translate(
            context.locale,
            "chat-model-shown",
            model=context.preferences.chat_model or first,
            names=", ".join(names),
        )
    )


async def system(context: Context, options: SystemOptions) -> View:
    """Say how questions in this chat are answered."""
    said, store = options.prompt.strip(), context.services.preferences
    party = context.invocation.conversation.party
    now = (await store.load(party)).get(party, Preferences())
    if not said:
        key = "system-shown" if now.system else "system-none"
        return View(text=translate(context.locale, key, system=now.system or ""))
    party = await _party(context)
    await context.services.words.check(said)
    if len(said) > _SYSTEM_CHARS:
        raise UserError("system-too-long", limit=_SYSTEM_CHARS)
    off = said.casefold() == _OFF
    act = None if context.invocation.is_alone else context.decision(party, said[:_QUOTED_CHARS])
    await store.save(party, replace(now, system=None if off else said), act)
    return View(text=translate(context.locale, "system-unset" if off else "system-set"))


async def _party(context: Context) -> Party:
    """The chat, for who may decide for everybody in it.

    Raises:
        UserError: somebody else.
    """
    if not context.invocation.is_alone and not await context.manages_chat():
        raise UserError("chat-admins-only")
    return context.invocation.conversation.party


MODEL_COMMAND = Command(
    name="model", options=ModelOptions, run=model, needs=ChatAbility.CHAT, personal=True
)
SYSTEM = Command(
    name="system", options=SystemOptions, run=system, needs=ChatAbility.CHAT, personal=True
)
