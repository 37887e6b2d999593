"""What people want of the bot, as a question to a model: can it do that at all?"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from core.catalog.model import Model
from core.media import MediaKind


class Ability(StrEnum):
    """What somebody may want. How long, how large and how many is asked of a request."""

    VIDEO = "video"
    IMAGE = "image"
    ANIMATE = "animate"
    REMIX = "remix"
    STORYBOARD = "storyboard"
    CHARACTERS = "characters"
    MASK = "mask"


def can(model: Model, ability: Ability) -> bool:
    """Whether this is among the things that a model does."""
    return _CAN[ability](model)


def _makes_videos(model: Model) -> bool:
    return model.kind is MediaKind.VIDEO


_CAN: Mapping[Ability, Callable[[Model], bool]] = {
    Ability.VIDEO: _makes_videos,
    Ability.IMAGE: lambda model: model.kind is MediaKind.IMAGE,
    Ability.ANIMATE: lambda model: _makes_videos(model) and model.images.max > 0,
    Ability.REMIX: lambda model: model.remix,
    # Shots add up to a length; where none can be chosen, every storyboard would be refused.
    Ability.STORYBOARD: lambda model: model.storyboard and bool(model.seconds),
    Ability.CHARACTERS: lambda model: model.characters,
    Ability.MASK: lambda model: model.mask,
}
