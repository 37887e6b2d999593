"""How a documented model of a host is written down: what they have in common.

`NOT_READ` and `ANY_SHAPE` stand where no page that we have read says how many or which: the most
that any host takes, or anything. A preset is not held to more than somebody knows.
"""

from sandbox.orders.models import LANDSCAPE, PORTRAIT, SQUARE, WireField, WireModel
from sandbox.orders.order import Kind

NOT_READ = 30
ANY_SHAPE = None
FRAMES = ("first_frame", "last_frame")
REFERENCE = ("reference",)
WIDE = (LANDSCAPE, PORTRAIT)
SIX = (LANDSCAPE, "4:3", SQUARE, "3:4", PORTRAIT, "21:9")
SEVEN = (LANDSCAPE, PORTRAIT, SQUARE, "4:3", "3:4", "3:2", "2:3")
PICTURE_SHAPES = (*SEVEN, "4:5", "5:4", "21:9")


def film_page(kind: Kind, name: str, **rules: object) -> WireModel:
    """A model of videos, of five seconds unless told otherwise."""
    rules = {"kind": kind, "name": name, "ratio": LANDSCAPE, "seconds": 5, **rules}
    return WireModel(**rules)  # type: ignore[arg-type]


def picture_page(kind: Kind, name: str, **rules: object) -> WireModel:
    """A model of pictures."""
    return film_page(kind, name, ratio=SQUARE, **{"seconds": 0, "picture": True, **rules})


def inputs(*more: WireField, **names: str) -> tuple[WireField, ...]:
    """The fields of a model that has an input of its own: our word for each, and its name."""
    plain = {"prompt": "prompt", **names}
    return (*(WireField(option=option, name=name) for option, name in plain.items()), *more)
