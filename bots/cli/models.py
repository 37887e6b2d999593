"""`cliprelay models`: the catalog for people, and for programs."""

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from core.catalog import (
    Catalog,
    ChatAbility,
    ChatModel,
    Model,
    SpeechModel,
    can_chat,
    lengths,
    resolutions,
)
from core.commands.models import describe_model, price_of, readiness
from core.i18n import Locale
from core.people.currency import Currency

_WIDEST = 10_000
_AnyModel = Model | ChatModel | SpeechModel
# All entries have the same fields, so that nobody has to tell them apart first.
_MAKES_NOTHING: dict[str, object] = {
    "ratios": [],
    "seconds": [],
    "resolutions": [],
    "images": {"min": 0, "max": 0, "roles": []},
    "count": 1,
    "credits": None,
}


def print_models(catalog: Catalog, locale: Locale) -> None:
    """Print all models as a table; where it would have to be cut, as two lines each."""
    rows = [_row(catalog, locale, model) for model in catalog.data.served]
    table = Table("model", "gateway", "options", "price", "state")
    for row in rows:
        table.add_row(*row)
    console = Console(soft_wrap=True, highlight=False)
    whole = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
    # A program reads lines, and a file has no width.
    if whole <= console.width or not console.is_terminal:
        Console(width=whole).print(table)
    else:
        for name, gateway, options, price, state in rows:
            console.print(f"{name}\n  {gateway} · {options} · {price} · {state}", markup=False)


def _row(catalog: Catalog, locale: Locale, model: _AnyModel) -> tuple[str, str, str, str, str]:
    return (
        model.name,
        model.gateway,
        " · ".join(describe_model(locale, model)),
        " · ".join(price_of(locale, Currency(), model)),
        readiness(locale, catalog, model),
    )


def describe(catalog: Catalog, model: _AnyModel) -> dict[str, object]:
    """A model as a program reads it."""
    match model:
        case ChatModel():
            rest = _answers(model)
        case SpeechModel():
            priced = {"minute_credits": model.minute_credits, "priced_by": "minute"}
            rest = _MAKES_NOTHING | priced
        case Model():
            rest = _makes(model)
    return {
        "name": model.name,
        "gateway": model.gateway,
        "kind": model.sort,
        "dialect": model.dialect,
        "state": model.state.value,
        "until": model.until and model.until.isoformat(),
        "ready": catalog.is_ready(model),
        "enabled": model.enabled,
        "needs": catalog.missing_key(model) or None,
        **rest,
    }


def _answers(model: ChatModel) -> dict[str, object]:
    return _MAKES_NOTHING | {
        "abilities": [ability.value for ability in ChatAbility if can_chat(model, ability)],
        "context_tokens": model.context_tokens,
        "input_credits": model.input_credits,
        "output_credits": model.output_credits,
        "priced_by": "token",
    }


def _makes(model: Model) -> dict[str, object]:
    images = model.images
    return {
        "ratios": list(model.ratios),
        "seconds": list(lengths([model])),
        "resolutions": list(resolutions([model])),
        "images": {
            "min": images.min,
            "max": images.max,
            "roles": [role.value for role in images.roles] if images.max else [],
        },
        "count": model.count,
        "credits": model.credits,
        "priced_by": model.priced_by,
    }
