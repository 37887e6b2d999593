"""What a creation asks for, whatever its protocol calls it, and whether a model takes that."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sandbox.orders.models import Models, WireModel
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import invalid
from sandbox.protocols.bodies import ParsedRequest, first_fit, read_pictures

FINE = frozenset({"1080p", "1440p", "2k", "4k"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOptions:
    """The options in the sandbox's own words; None where nothing is said.

    Attributes:
        resolution: in lower case.
        pictures: addresses or `data:` URIs; roles: what each of them is for.
        hook: who is called when it is over.
    """

    model: str
    prompt: str = ""
    ratio: str | None = None
    seconds: int | None = None
    resolution: str | None = None
    seed: int | None = None
    sound: bool | None = None
    pictures: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    count: int = 1
    hook: str = ""


def read_asked(kind: Kind, asked: AskedOptions, models: Models) -> ParsedRequest:
    """An order for the first model of that name that takes it.

    Raises:
        RefusalError: none does.
    """
    named = models.find(kind, asked.model)
    _, order = first_fit(named, partial(order_for, kind, asked))
    return ParsedRequest(order=order, pictures=read_pictures(asked.pictures, kind))


def order_for(kind: Kind, asked: AskedOptions, model: WireModel) -> PaidOrder:
    """What a model makes of it.

    Raises:
        RefusalError: it does not take that.
    """
    for objection in _objections(asked, model):
        raise invalid(kind, objection)
    return PaidOrder(
        kind=kind,
        model=asked.model,
        prompt=asked.prompt or "(a picture)",
        ratio=asked.ratio or model.ratio,
        seconds=asked.seconds or model.seconds,
        hd=asked.resolution in FINE,
        count=asked.count,
        images=len(asked.pictures),
        picture=model.picture,
        hook=asked.hook,
    )


def _objections(asked: AskedOptions, model: WireModel) -> Iterator[str]:
    if not asked.prompt.strip() and not asked.pictures:
        yield "prompt: Field required"
    least, most = model.images
    if not least <= len(asked.pictures) <= most:
        yield f"{asked.model} takes {least} to {most} pictures, not {len(asked.pictures)}"
    taken = [model.roles[min(nth, len(model.roles) - 1)] for nth in range(len(asked.roles))]
    if sorted(asked.roles) != sorted(taken):
        yield f"{asked.model} takes no pictures as {', '.join(asked.roles)}"
    if model.ratios is not None and asked.ratio and asked.ratio not in model.ratios:
        yield f"aspect ratio {asked.ratio} is not supported"
    if asked.seconds not in (model.lengths or (None,)):
        yield f"duration {asked.seconds} is not supported; it has to be said where it can be"
    words = {word.lower() for word in model.resolutions}
    if asked.resolution and asked.resolution not in words:
        yield f"resolution {asked.resolution} is not supported"
    if asked.seed is not None and not model.seed:
        yield "seed is not supported"
    # It is on by default and costs: a client that can say it has to.
    if (asked.sound is not None) != model.sound:
        yield "audio has to be told where the model knows it, and nowhere else"
    if asked.count > model.count:
        yield f"at most {model.count} at a time"
