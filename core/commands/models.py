"""/models: what can be made, with which options, and what is missing for the rest."""

from core.catalog import ANY_RATIO, Catalog, Model, Span, State
from core.chat import View
from core.commands.command import Command, Context, NoOptions
from core.i18n import Locale, translate


async def models(context: Context, _: NoOptions) -> View:
    """List all models of the catalog, ready ones first."""
    catalog = context.engine.workshop.catalog
    ordered = sorted(catalog.models, key=lambda model: not catalog.is_ready(model))
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
        for model in ordered
    ]
    return View(text="\n".join(lines))


def describe_model(locale: Locale, model: Model) -> list[str]:
    """What a model can do, one option each."""
    ratios = ", ".join("W:H" if ratio == ANY_RATIO else ratio for ratio in model.ratios)
    return [
        part
        for part in (
            ratios or translate(locale, "models-default-ratio"),
            translate(locale, "seconds", seconds=_seconds(model)),
            ", ".join(model.hd),
            translate(locale, "option-word-fast") if model.fast != "no" else "",
            f"x{model.count}" if model.count > 1 else "",
            translate(locale, "models-images", count=model.images.max) if model.images.max else "",
        )
        if part
    ]


def _seconds(model: Model) -> str:
    if isinstance(model.seconds, Span):
        return f"{model.seconds.min}-{model.seconds.max}"
    return "/".join(str(seconds) for seconds in model.seconds) or "?"


def readiness(locale: Locale, catalog: Catalog, model: Model) -> str:
    """Whether it can be used now, and if not, why."""
    if not model.enabled:
        return translate(locale, "models-off")
    if variable := catalog.missing_key(model):
        return translate(locale, "models-needs", variable=variable)
    match model.state:
        case State.ACTIVE:
            return translate(locale, "models-ready")
        case State.UNCERTAIN:
            return translate(locale, "models-uncertain")
        case State.RETIRED:
            return translate(locale, "models-retired")


MODELS = Command(name="models", options=NoOptions, run=models)
