"""The catalog as a page of Markdown: which model can do what, by wire protocol."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from core.catalog.chat import ChatModel
from core.catalog.load import CatalogData
from core.catalog.model import ANY_RATIO, ImageRules, Model, Span
from core.catalog.served import Served
from core.catalog.speech import SpeechModel

_HEAD = """\
# Dialects and models

Which protocols the bot speaks, and what each model in the presets can do. This page comes from
the code, by `cliprelay models --markdown`, and a test checks it; change the code, not the page.

A retired model is used only when somebody names it. One that is off needs `enabled = true` in a
file of your own (`CATALOG_FILES`), where your own gateways and models go too. The first shape,
length and resolution are the default. A credit is about one US cent.
"""
_NOTHING = "–"
_Any = TypeVar("_Any", bound=Served)


def document(data: CatalogData, dialects: Mapping[str, str]) -> str:
    """The whole page; `dialects` says of each wire protocol in a sentence what it is."""
    return "\n".join((_HEAD, *(_chapter(data, *dialect) for dialect in dialects.items())))


def _chapter(data: CatalogData, name: str, summary: str) -> str:
    chats = [chat for chat in data.chats if chat.dialect == name]
    speeches = [speech for speech in data.speeches if speech.dialect == name]
    models = [model for model in data.models if model.dialect == name]
    if chats:
        table = _table(_CHAT_COLUMNS, chats)
    elif speeches:
        table = _table(_SPEECH_COLUMNS, speeches)
    else:
        table = _table(_COLUMNS, models)
    return "\n".join((f"## {name}", "", summary, "", *table, ""))


def _table(columns: Mapping[str, Callable[[_Any], str]], models: list[_Any]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'|'.join('---' for _ in columns)}|"
    for model in models:
        cells = (cell(model) or _NOTHING for cell in columns.values())
        yield f"| {' | '.join(cells)} |"


def _name(model: Served) -> str:
    wire = f" ({model.wire})" if model.wire and model.wire != model.name else ""
    return f"{model.key}{wire}"


def _state(model: Served) -> str:
    until = f", until {model.until}" if model.until else ""
    return f"{model.state}{until}{'' if model.enabled else ', off'}"


def _ratios(model: Model) -> str:
    named = ["any" if ratio == ANY_RATIO else ratio for ratio in model.ratios]
    return " ".join((*named, *(["as the picture"] if model.adaptive else [])))


def _seconds(model: Model) -> str:
    if isinstance(model.seconds, Span):
        return f"{model.seconds.min}-{model.seconds.max} ({model.seconds.default})"
    return " ".join(map(str, model.seconds))


def _resolutions(model: Model) -> str:
    native = (model.native,) if model.native else ()
    return " ".join(dict.fromkeys((*native, *model.resolutions, *model.hd)))


def _pictures(model: Model) -> str:
    images = model.images
    if not images.max:
        return ""
    count = str(images.max) if images.min == images.max else f"{images.min}-{images.max}"
    roles = ", ".join(role.replace("_", " ") for role in images.roles)
    return "; ".join((f"{count}: {roles}", *_limits(images)))


def _limits(images: ImageRules) -> Iterator[str]:
    if images.max_side:
        yield f"{images.min_side or 1}-{images.max_side} px"
    elif images.min_side:
        yield f"from {images.min_side} px"
    if images.max_ratio:
        yield f"to {images.max_ratio:g}:1"
    if images.max_bytes:
        yield f"to {images.max_bytes // 1_000_000} MB"


def _also(model: Model) -> str:
    switches = {
        "fast": model.fast == "option",
        "always fast": model.fast == "always",
        "seed": model.seed,
        "sound or silent": model.tells_sound,
        "always with sound": model.sound == "always",
        "mask": model.mask,
        "remix": model.remix,
        "characters": model.characters,
        "storyboard": model.storyboard,
        "watermark": model.watermark,
    }
    return ", ".join(name for name, can in switches.items() if can)


def _credits(model: Model) -> str:
    prices = [model.credits, *(v.credits for v in model.variants if v.credits is not None)]
    unit = "/s" if model.priced_by == "second" else ""
    return _span(prices) + unit


def _deadline(model: Model) -> str:
    deadlines = (v.deadline_seconds for v in model.variants if v.deadline_seconds)
    return _span([seconds // 60 for seconds in (model.deadline_seconds, *deadlines)]) + " min"


def _span(numbers: list[int]) -> str:
    least, most = min(numbers), max(numbers)
    return str(least) if least == most else f"{least}-{most}"


_COLUMNS: Mapping[str, Callable[[Model], str]] = {
    "model (name on the wire)": _name,
    "state": _state,
    "makes": lambda model: model.kind,
    "shapes": _ratios,
    "seconds": _seconds,
    "resolutions": _resolutions,
    "pictures": _pictures,
    "at once": lambda model: str(model.count),
    "also": _also,
    "credits": _credits,
    "time limit": _deadline,
}


def _talents(model: ChatModel) -> str:
    videos = {"no": "", "link": "videos by link", "inline": "videos"}
    structured = {"no": "", "json": "JSON", "schema": "JSON schema"}
    thinking = {"no": "", "option": "thinking", "always": "always thinking"}
    return ", ".join(
        filter(
            None,
            (
                "pictures" if model.vision else "",
                videos[model.video],
                "tools" if model.tools else "",
                structured[model.structured],
                "web search" if model.search else "",
                thinking[model.thinking],
            ),
        )
    )


_CHAT_COLUMNS: Mapping[str, Callable[[ChatModel], str]] = {
    "model (name on the wire)": _name,
    "state": _state,
    "also": _talents,
    "answer": lambda model: "in pieces" if model.streams else "at once",
    "context": lambda model: f"{model.context_tokens:,}",
    "credits per 1M tokens": lambda model: (
        f"{model.input_credits:g} in, {model.output_credits:g} out"
    ),
}

_SPEECH_COLUMNS: Mapping[str, Callable[[SpeechModel], str]] = {
    "model (name on the wire)": _name,
    "state": _state,
    "credits per minute": lambda model: f"{model.minute_credits:g}",
}
