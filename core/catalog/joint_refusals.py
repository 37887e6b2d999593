"""Why none of several models can do what was asked, and what the best of them allows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf

from core.catalog.ability import Ability
from core.catalog.choices import lengths, resolutions, shapes
from core.catalog.model import Model
from core.catalog.refusals import refusals
from core.errors import Detail, UserError
from core.media import MediaRequest

_NO_PICTURES = frozenset({"refuse-any-image", "refuse-images"})


@dataclass(frozen=True, slots=True)
class _Aspect:
    """One side of a request that a model may refuse.

    Attributes:
        say: the sentence about several models that refuse it.
        keys: how a single model refuses it.
        implied: refusals that hold back this one: who takes no picture measures none.
    """

    say: Callable[[Sequence[Model], MediaRequest], UserError]
    keys: frozenset[str]
    implied: frozenset[str] = frozenset()

    def refusing(self, refused: Sequence[tuple[Model, frozenset[str]]]) -> list[Model]:
        """The models that refuse it, where all do; if some would do the rest, only those."""
        if not all(reasons & (self.keys | self.implied) for _, reasons in refused):
            return []
        nearly = [model for model, reasons in refused if reasons <= self.keys]
        return nearly or [model for model, reasons in refused if reasons & self.keys]


def refuse_all(models: Sequence[Model], request: MediaRequest) -> UserError:
    """The one sentence about all of these models, none of which can do the request.

    What none of them does is told with what the best one allows. Where each side of the request
    can be had, and only all together cannot, the reasons of the closest model follow.
    """
    reasons = {model.key: refusals(model, request) for model in models}
    refused = [(m, frozenset(error.key for error in reasons[m.key])) for m in models]
    for aspect in _ASPECTS:
        if refusing := aspect.refusing(refused):
            return aspect.say(refusing, request)
    closest, _ = min(refused, key=lambda each: (len(each[1]), bool(each[1] & _NO_PICTURES)))
    return UserError("refuse-together", hints=reasons[closest.key])


def _about(request: MediaRequest, key: str, **details: Detail) -> UserError:
    """A sentence about all models of a kind; those of the other kind may well do it."""
    return UserError(key, hints=(), for_admins=(), kind=request.kind.value, **details)


def _nobody(key: str, _: Sequence[Model], request: MediaRequest) -> UserError:
    return _about(request, key)


def _no_model(ability: Ability, *_: object) -> UserError:
    return UserError("no-model-for", ability=ability.value)


def _prompt(models: Sequence[Model], request: MediaRequest) -> UserError:
    most = max(model.prompt_chars for model in models)
    return UserError("prompt-too-long", length=len(request.prompt), limit=most)


def _images(models: Sequence[Model], request: MediaRequest) -> UserError:
    best = max(models, key=lambda model: model.images.max)
    if not best.images.max:
        return _about(request, "nobody-any-image")
    asked, allowed = len(request.images), best.images.max
    return _about(request, "nobody-images", asked=asked, allowed=allowed, model=best.name)


def _ratio(models: Sequence[Model], request: MediaRequest) -> UserError:
    if not (named := shapes(models)):
        return _about(request, "nobody-ratio-choice")
    return _about(request, "nobody-ratio", asked=request.ratio or "", allowed=", ".join(named))


def _seconds(models: Sequence[Model], request: MediaRequest) -> UserError:
    asked, made = request.seconds or 0, lengths(models)
    if not made:
        return _about(request, "nobody-seconds-choice")
    nearest = min(made, key=lambda length: abs(length - asked))
    which = "longest" if asked > made[-1] else "shortest" if asked < made[0] else "nearest"
    best = next(model for model in models if model.makes(nearest))
    return _about(
        request, "nobody-seconds", asked=asked, which=which, allowed=nearest, model=best.name
    )


def _resolution(models: Sequence[Model], request: MediaRequest) -> UserError:
    if not (words := resolutions(models)):
        return _about(request, "nobody-resolution-choice")
    return _about(
        request, "nobody-resolution", asked=request.resolution or "", allowed=", ".join(words)
    )


def _count(models: Sequence[Model], request: MediaRequest) -> UserError:
    best = max(models, key=lambda model: model.count)
    return _about(
        request, "nobody-count", asked=request.count, allowed=best.count, model=best.name
    )


def _characters(_: Sequence[Model], request: MediaRequest) -> UserError:
    return UserError("nobody-characters", gateway=request.cast_by or "")


def _widest(
    refusal: str,
    key: str,
    width: Callable[[Model], float],
    models: Sequence[Model],
    request: MediaRequest,
) -> UserError:
    """What the model says that allows the most, as a sentence about all."""
    best = max(models, key=width)
    own = next(error for error in refusals(best, request) if error.key == refusal)
    return _about(request, key, **own.details)


def _sides(model: Model) -> float:
    return (model.images.max_side or inf) - (model.images.min_side or 1)


def _slimness(model: Model) -> float:
    return model.images.max_ratio or inf


def _bytes(model: Model) -> float:
    return model.images.max_bytes or inf


def _limit(
    refusal: str, key: str, width: Callable[[Model], float], *, implied: frozenset[str]
) -> _Aspect:
    say = partial(_widest, refusal, key, width)
    return _Aspect(say, frozenset({refusal}), implied)


_ASPECTS = (
    _Aspect(_prompt, frozenset({"prompt-too-long"})),
    _Aspect(_images, _NO_PICTURES),
    _Aspect(partial(_nobody, "nobody-no-image"), frozenset({"refuse-no-image"})),
    _limit("refuse-image-side", "nobody-image-side", _sides, implied=_NO_PICTURES),
    _limit("refuse-image-shape", "nobody-image-shape", _slimness, implied=_NO_PICTURES),
    _limit("refuse-image-bytes", "nobody-image-bytes", _bytes, implied=_NO_PICTURES),
    _Aspect(_ratio, frozenset({"refuse-ratio", "refuse-ratio-choice"})),
    _Aspect(_seconds, frozenset({"refuse-seconds", "refuse-seconds-choice"})),
    _Aspect(_resolution, frozenset({"refuse-resolution", "refuse-hd"})),
    _Aspect(partial(_nobody, "nobody-fast"), frozenset({"refuse-fast"})),
    _Aspect(partial(_nobody, "nobody-seed"), frozenset({"refuse-seed"})),
    _Aspect(partial(_nobody, "nobody-sound"), frozenset({"refuse-sound"})),
    _Aspect(partial(_nobody, "nobody-silent"), frozenset({"refuse-silent"})),
    _Aspect(partial(_nobody, "nobody-mask"), frozenset({"refuse-mask"})),
    _Aspect(partial(_no_model, Ability.REMIX), frozenset({"refuse-remix"})),
    _Aspect(_characters, frozenset({"refuse-characters"})),
    _Aspect(partial(_no_model, Ability.STORYBOARD), frozenset({"refuse-storyboard"})),
    _Aspect(partial(_nobody, "nobody-watermark"), frozenset({"refuse-watermark"})),
    _Aspect(_count, frozenset({"refuse-count"})),
    _limit("refuse-combination", "nobody-combination", lambda _: 0, implied=frozenset()),
)
