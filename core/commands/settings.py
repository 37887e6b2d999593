"""/settings: defaults of one's own, and of a chat that one manages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from core.catalog import Catalog, lengths, shapes
from core.commands.command import Command, Context
from core.commands.examples import SOME_SECONDS, shape_word
from core.commands.shared_options import RATIO_PATTERN, RATIO_WORDS
from core.errors import UserError
from core.i18n import Locale, translate
from core.options.options import OPTIONS_CONFIG, Option
from core.people.preferences import Preferences, preferred, speak
from core.platform import Party, View

_OFF = "off"
_CHAT = Option(flags=("--chat",), words={"chat": "true", "群": "true"})
_RESET = Option(flags=("--reset",), words={"reset": "true", "重置": "true"})
_MODEL = Option(flags=("--model", "-m"), keywords=("model", "模型"), metavar="NAME | off")
_RATIO = Option(
    flags=("--ratio", "--ar"),
    keywords=("ratio", "比例"),
    words=RATIO_WORDS,
    patterns=(f"({RATIO_PATTERN})",),
    metavar="W:H | off",
)
_SECONDS = Option(
    flags=("--seconds", "--dur"),
    keywords=("seconds", "时长"),
    patterns=(r"(\d{1,3})(?:s|sec|秒)",),
    metavar="8 | off",
)
_THOUGHTS = Option(flags=("--thoughts",), keywords=("thoughts", "思考过程"), metavar="on | off")
_LANGUAGE = Option(
    flags=("--language",),
    keywords=("language", "语言"),
    words={"en": "en", "english": "en", "zh": "zh", "中文": "zh", "auto": "auto", "自动": "auto"},
)


class SettingsOptions(BaseModel):
    """What to change; without anything, the settings are shown."""

    model_config = OPTIONS_CONFIG

    chat: Annotated[bool, _CHAT, Field(description="option-for-chat")] = False
    reset: Annotated[bool, _RESET, Field(description="option-reset")] = False
    model: Annotated[str | None, _MODEL, Field(description="option-model")] = None
    ratio: Annotated[
        str | None, _RATIO, Field(pattern=f"^({RATIO_PATTERN}|off)$", description="option-ratio")
    ] = None
    seconds: Annotated[
        Annotated[int, Field(ge=1, le=600)] | Literal["off"] | None,
        _SECONDS,
        Field(description="option-seconds"),
    ] = None
    language: Annotated[
        Literal["en", "zh", "auto", "off"] | None, _LANGUAGE, Field(description="option-language")
    ] = None
    thoughts: Annotated[
        Literal["on", "off"] | None, _THOUGHTS, Field(description="option-thoughts")
    ] = None


async def settings(context: Context, options: SettingsOptions) -> View:
    """Change what was given, and show the result."""
    invocation, store = context.invocation, context.services.preferences
    own, chat = invocation.user.party, invocation.conversation.party
    if options.model_fields_set - {"chat"}:
        await _change(context, chat if options.chat else own, options)
    stored = await store.load(own, chat)
    effective = await preferred(store, invocation.user, invocation.conversation)
    locale = speak(effective, invocation.user, context.locale)
    lines = [
        translate(locale, key, what=_describe(locale, stored.get(party)))
        for key, party in (("settings-own", own), ("settings-chat", chat))
    ]
    examples = " · ".join(_examples(locale, context.services.catalog))
    return View(text="\n".join([*lines, translate(locale, "settings-how", examples=examples)]))


def _examples(locale: Locale, catalog: Catalog) -> Iterator[str]:
    """Changes that make sense with the models that are ready."""
    models = catalog.chosen
    for model in models[:1]:
        yield translate(locale, "settings-example-model", model=model.name)
    for ratio in shapes(models)[:1]:
        yield translate(locale, "settings-example-ratio", ratio=shape_word(locale, ratio))
    made = lengths(models)
    if made:
        seconds = min(made, key=lambda length: abs(length - SOME_SECONDS))
        yield translate(locale, "settings-example-seconds", seconds=seconds)
    yield translate(locale, "settings-example-language")


async def _change(context: Context, party: Party, options: SettingsOptions) -> None:
    if options.chat and not await context.manages_chat():
        raise UserError("chat-admins-only")
    store = context.services.preferences
    now = Preferences() if options.reset else (await store.load(party)).get(party, Preferences())
    changed = change(now, options, context.services.catalog)
    act = context.decision(party, _said(options)) if _is_for_others(context, options) else None
    await store.save(party, changed, act)


def _is_for_others(context: Context, options: SettingsOptions) -> bool:
    return options.chat and not context.invocation.is_alone


def _said(options: SettingsOptions) -> str:
    """What was given, as it is typed."""
    given = options.model_dump(exclude={"chat", "reset"}, exclude_none=True)
    return " ".join(
        ["reset"] * options.reset + [f"{name} {value}" for name, value in given.items()]
    )


def change(now: Preferences, options: SettingsOptions, catalog: Catalog) -> Preferences:
    """The preferences with what was said.

    Raises:
        UserError: there is no such model, or it is not set up.
    """
    if options.model is not None:
        now = replace(now, model=_model(options.model, catalog))
    if options.ratio is not None:
        now = replace(now, ratio=None if options.ratio == _OFF else options.ratio)
    if options.seconds is not None:
        now = replace(now, seconds=None if options.seconds == _OFF else options.seconds)
    if options.thoughts is not None:
        # Shown unless somebody wants it otherwise.
        now = replace(now, thoughts=None if options.thoughts == "on" else False)
    match options.language:
        case None:
            return now
        case "auto" | "off":
            return replace(now, language=None)
        case language:
            return replace(now, language=Locale(language))


def _model(said: str, catalog: Catalog) -> str | None:
    """The model as the catalog writes it, with its gateway only where that was said."""
    if said.casefold() == _OFF:
        return None
    model = catalog.named(said)[0]
    return model.key if "/" in said else model.name


def _describe(locale: Locale, preferences: Preferences | None) -> str:
    if preferences is None:
        return translate(locale, "settings-none")
    parts = (
        preferences.model,
        preferences.ratio,
        translate(locale, "seconds", seconds=preferences.seconds) if preferences.seconds else None,
        preferences.language,
        preferences.chat_model,
        translate(locale, "settings-no-thoughts") if preferences.thoughts is False else None,
    )
    return " · ".join(part for part in parts if part)


SETTINGS = Command(name="settings", options=SettingsOptions, run=settings, personal=True)
