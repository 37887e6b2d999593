"""The bot's own examples: only requests that the ready models would accept."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from core.catalog import Ability, Catalog, lengths, shapes
from core.commands.command import Command
from core.commands.offer import is_offered
from core.i18n import Locale, translate
from core.media import SOME_PICTURE, MediaKind, MediaRequest

_FIRST = (Ability.VIDEO, Ability.IMAGE)
_SHAPES = {MediaKind.VIDEO: "9:16", MediaKind.IMAGE: "16:9"}
SOME_SECONDS = 15
_WORDS = {"9:16": "word-portrait", "16:9": "word-landscape", "1:1": "word-square"}


def first_example(locale: Locale, catalog: Catalog, commands: Iterable[Command[Any]]) -> str:
    """What a newcomer could type first."""
    able = {c.needs: c for c in commands if c.needs in _FIRST and is_offered(catalog, c)}
    first = next((able[need] for need in _FIRST if need in able), None)
    return example(locale, catalog, first) if first else "/help"


def example(locale: Locale, catalog: Catalog, command: Command[Any]) -> str:
    """An example of a command; if no model here can do it, one that would work elsewhere."""
    match command.needs:
        case Ability.VIDEO | Ability.IMAGE as need:
            request = _best(catalog, _new(catalog, need))
            return _typed(locale, command, request)
        case Ability.STORYBOARD:
            request = _best(catalog, _storyboards(catalog))
            half = f"{(request.seconds or SOME_SECONDS) / 2:g}"
            return f"/{command.name} {translate(locale, f'example-{command.name}', half=half)}"
        case _ if "prompt" in command.options.model_fields:
            return f"/{command.name} {translate(locale, f'example-{command.name}')}"
        case _:
            return f"/{command.name}"


def _best(catalog: Catalog, wishes: Iterator[MediaRequest]) -> MediaRequest:
    """The first that can be ordered, else the first of all."""
    # The first is kept for a bot where nothing can be ordered: it still shows the form.
    first, rest = next(wishes), wishes
    return first if catalog.can(first) else next(filter(catalog.can, rest), first)


def _new(catalog: Catalog, need: Ability) -> Iterator[MediaRequest]:
    """Something new; options are shown only where there is something to choose."""
    models, kind = catalog.able(need), MediaKind(need)
    made, known = lengths(models), shapes(models)
    some = (SOME_SECONDS, *reversed(made)) if len(made) > 1 else ()
    others = (_SHAPES[kind], *known) if len(known) > 1 else ()
    for images in ((), (SOME_PICTURE,)):
        for ratio, seconds in product((*others, None), (*some, None)):
            yield MediaRequest(prompt="?", kind=kind, ratio=ratio, seconds=seconds, images=images)


def _storyboards(catalog: Catalog) -> Iterator[MediaRequest]:
    for seconds in (SOME_SECONDS, *reversed(lengths(catalog.able(Ability.STORYBOARD)))):
        yield MediaRequest(prompt="?", seconds=seconds, has_shots=True)


def _typed(locale: Locale, command: Command[Any], request: MediaRequest) -> str:
    words = (
        f"/{command.name}",
        shape_word(locale, request.ratio),
        translate(locale, "word-seconds", seconds=request.seconds) if request.seconds else "",
        translate(locale, f"example-{command.name}"),
    )
    typed = " ".join(filter(None, words))
    return translate(locale, "example-with-picture", typed=typed) if request.images else typed


def shape_word(locale: Locale, ratio: str | None) -> str:
    """The word that people type for a shape; "" for none."""
    if ratio is None or ratio not in _WORDS:
        return ratio or ""
    return translate(locale, _WORDS[ratio])
