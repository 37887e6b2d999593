"""The catalog: what can be generated, where, and with which options."""

from core.catalog.choose import Catalog, check, refusals
from core.catalog.load import CatalogData, load
from core.catalog.model import ANY_RATIO, Gateway, Model, Span, State

__all__ = [
    "ANY_RATIO",
    "Catalog",
    "CatalogData",
    "Gateway",
    "Model",
    "Span",
    "State",
    "check",
    "load",
    "refusals",
]
