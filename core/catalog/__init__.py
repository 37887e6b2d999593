"""The catalog: what can be generated or answered, where, and with which options."""

from core.catalog.ability import Ability, can
from core.catalog.chat import ChatAbility, ChatModel, can_chat, needs_of
from core.catalog.choices import lengths, resolutions, shapes, takes_any_shape
from core.catalog.choose import Catalog
from core.catalog.gateway import Gateway
from core.catalog.listed import Lists, compare
from core.catalog.load import CatalogData, load
from core.catalog.model import ANY_RATIO, Model, Span
from core.catalog.refusals import check, refusals
from core.catalog.served import Served, State
from core.catalog.speech import SpeechModel

__all__ = [
    "ANY_RATIO",
    "Ability",
    "Catalog",
    "CatalogData",
    "ChatAbility",
    "ChatModel",
    "Gateway",
    "Lists",
    "Model",
    "Served",
    "Span",
    "SpeechModel",
    "State",
    "can",
    "can_chat",
    "check",
    "compare",
    "lengths",
    "load",
    "needs_of",
    "refusals",
    "resolutions",
    "shapes",
    "takes_any_shape",
]
