"""The catalog: what can be generated, where, and with which options."""

from core.catalog.ability import Ability, can
from core.catalog.choices import lengths, resolutions, shapes, takes_any_shape
from core.catalog.choose import Catalog
from core.catalog.load import CatalogData, load
from core.catalog.model import ANY_RATIO, Gateway, Model, Span, State
from core.catalog.refusals import check, refusals

__all__ = [
    "ANY_RATIO",
    "Ability",
    "Catalog",
    "CatalogData",
    "Gateway",
    "Model",
    "Span",
    "State",
    "can",
    "check",
    "lengths",
    "load",
    "refusals",
    "resolutions",
    "shapes",
    "takes_any_shape",
]
