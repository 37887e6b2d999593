"""/models: what can be made, with which options, and what is missing for the rest."""

from core.catalog import ANY_RATIO, Ability, Catalog, Model, Span, State, can
from core.commands.command import Command, Context, NoOptions
from core.errors import UserError
from core.i18n import Locale, translate
from core.media import MediaKind
from core.platform import View

_TALENTS = (Ability.MASK, Ability.REMIX, Ability.CHARACTERS, Ability.STORYBOARD)


async def models(context: Context, _: NoOptions) -> View:
    """List the models that can be used; for admins also the others, and what they lack."""
    catalog = context.services.catalog
    others = [model for model in catalog.models if not catalog.is_ready(model)]
    shown = (*catalog.ready, *(others if context.is_admin else ()))
    if not shown:
        raise UserError("no-model-ready")
    lines = [
        translate(
            context.locale,
            "models-line",
            name=model.name,
            gateway=model.gateway,
            what=" · ".join(
                [*describe_model(context.locale, model), readiness(context.locale, catalog, model)]
            ),
        )
        for model in shown
    ]
    return View(text="\n".join(lines))


def describe_model(locale: Locale, model: Model) -> list[str]:
    """What a model can do, one option each."""
    ratios = ", ".join("W:H" if ratio == ANY_RATIO else ratio for ratio in model.ratios)
    return [
        part
        for part in (
            ratios or translate(locale, "models-default-ratio"),
            _length(locale, model),
            ", ".join(dict.fromkeys((*model.resolutions, *model.hd))),
            translate(locale, "option-word-fast") if model.fast != "no" else "",
            f"x{model.count}" if model.count > 1 else "",
            translate(locale, "models-images", count=model.images.max) if model.images.max else "",
            *(translate(locale, f"models-{word}") for word in _TALENTS if can(model, word)),
        )
        if part
    ]


def _length(locale: Locale, model: Model) -> str:
    if model.kind is MediaKind.IMAGE:
        return translate(locale, "models-picture")
    if isinstance(model.seconds, Span):
        seconds = f"{model.seconds.min}-{model.seconds.max}"
    else:
        seconds = "/".join(str(seconds) for seconds in model.seconds)
    return translate(locale, "seconds", seconds=seconds) if seconds else ""


def readiness(locale: Locale, catalog: Catalog, model: Model) -> str:
    """Whether it can be used now, and if not, why."""
    if not model.enabled:
        return translate(locale, "models-off")
    if variable := catalog.missing_key(model):
        return translate(locale, "models-needs", variable=variable)
    if minutes := catalog.cooldown.minutes_left(model.key):
        return translate(locale, "models-aside", minutes=minutes)
    match model.state:
        case State.ACTIVE:
            return translate(locale, "models-ready")
        case State.UNCERTAIN:
            return translate(locale, "models-uncertain")
        case State.RETIRED:
            return translate(locale, "models-retired")


MODELS = Command(name="models", options=NoOptions, run=models)
