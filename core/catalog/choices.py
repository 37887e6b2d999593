"""What there is to choose from among several models: lengths, shapes and resolutions."""

from collections.abc import Iterable

from core.catalog.model import ANY_RATIO, Model, Span


def lengths(models: Iterable[Model]) -> tuple[int, ...]:
    """All lengths in seconds, the shortest first."""
    found: set[int] = set()
    for model in models:
        made = model.seconds
        found |= set(range(made.min, made.max + 1)) if isinstance(made, Span) else set(made)
    return tuple(sorted(found))


def shapes(models: Iterable[Model]) -> tuple[str, ...]:
    """All ratios that are named, in the order of the models."""
    found = (ratio for model in models for ratio in model.ratios)
    return tuple(dict.fromkeys(ratio for ratio in found if ratio != ANY_RATIO))


def takes_any_shape(models: Iterable[Model]) -> bool:
    """Whether one of them makes whatever ratio it is told."""
    return any(ANY_RATIO in model.ratios for model in models)


def resolutions(models: Iterable[Model]) -> tuple[str, ...]:
    """All words for a resolution that one of them satisfies."""
    found = (
        word
        for model in models
        for word in (model.native, *model.resolutions, *model.hd, *_meant(model))
    )
    return tuple(dict.fromkeys(word for word in found if word))


def _meant(model: Model) -> tuple[str, ...]:
    """The word "hd", where the model is told another one for it."""
    return ("hd",) if "1080p" in model.resolutions else ()
