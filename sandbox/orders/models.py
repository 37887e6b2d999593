"""What a model is on the wire: one name over one protocol, with what it takes and makes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from sandbox.orders.order import Kind
from sandbox.orders.refusals import RefusalError, no_channel, unplayable

PORTRAIT = "9:16"
LANDSCAPE = "16:9"
SQUARE = "1:1"


Said = str | int | float | bool | tuple[str | int | float | bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WireField:
    """One option in an input that the model has to itself.

    Attributes:
        option: what the sandbox calls it; name: where it stands, with dots.
        form: around its value, which then is a text; values: words that are said in other ones.
        fps, step, plus: how seconds become frames, and which numbers there are.
    """

    option: str
    name: str
    form: str = ""
    values: tuple[tuple[str, Said], ...] = ()
    fps: int = 24
    step: int = 1
    plus: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WireModel:
    """One name over one protocol. A name may stand for several, each for other options.

    Attributes:
        ratio, seconds: what it makes unless told otherwise.
        ratios, sizes: the words that it takes for a shape; None takes any, empty refuses the
            field.
        lengths, resolutions, qualities, formats: the same for the other fields.
        hd: values of the field `hd`; the first is what it makes by itself.
        images: the least and most pictures; `roles`: what each is for, the last one repeats.
        in_json, files: whether pictures go in JSON, and under which names in a form.
        count: most results of one order.
        prefix: words before the prompt by which these options are told.
        picture: whether it makes pictures.
        style: how it answers over chat.
        sound: whether it has to be told about the sound.
        fields, constants: its own input, over protocols that leave it to the model.
    """

    kind: Kind
    name: str
    ratio: str = PORTRAIT
    seconds: int = 8
    ratios: Collection[str] | None = ()
    sizes: Collection[str] | None = ()
    lengths: Collection[int] = ()
    resolutions: Collection[str] = ()
    qualities: Collection[str] = ()
    formats: Collection[str] = ()
    hd: tuple[bool, ...] = (False,)
    images: tuple[int, int] = (0, 0)
    roles: tuple[str, ...] = ()
    in_json: bool = True
    files: Collection[str] = ()
    count: int = 1
    prefix: str = ""
    picture: bool = False
    style: str = "d3"
    mask: bool = False
    seed: bool = False
    sound: bool = False
    watermark: bool = False
    remix: bool = False
    fields: tuple[WireField, ...] = ()
    constants: tuple[tuple[str, Said], ...] = ()


class Models:
    """All models that the sandbox plays, and those that it cannot play.

    Attributes:
        unplayable: the protocol of each name that only others can speak.
    """

    def __init__(self, models: Iterable[WireModel], unplayable: Mapping[str, str]) -> None:
        self._models: dict[tuple[Kind, str], tuple[WireModel, ...]] = {}
        for model in models:
            key = (model.kind, model.name)
            self._models[key] = (*self._models.get(key, ()), model)
        self.unplayable = unplayable

    def __iter__(self) -> Iterator[WireModel]:
        return chain.from_iterable(self._models.values())

    def knows(self, kind: Kind, name: object) -> bool:
        """Whether there is a model of that name over that protocol."""
        return (kind, name) in self._models

    def find(self, kind: Kind, name: str) -> tuple[WireModel, ...]:
        """All models of that name over that protocol.

        Raises:
            RefusalError: there is none.
        """
        found = self._models.get((kind, name))
        if found:
            return found
        if name in self.unplayable:
            raise RefusalError(unplayable(self.unplayable[name]))
        raise RefusalError(no_channel(name))
