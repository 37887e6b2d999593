"""Which model does what was asked: decided before anybody pays."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial

from core.catalog.cooldown import Cooldown
from core.catalog.load import CatalogData
from core.catalog.model import ANY_RATIO, Model, Span, State
from core.errors import UserError, did_you_mean
from core.media import MediaRequest

_STATES = tuple(State)
_FIRST_AND_LAST = 2


def refusals(model: Model, request: MediaRequest) -> tuple[UserError, ...]:
    """All reasons why this model cannot do the request; empty when it can."""
    return tuple(error for check in _CHECKS for error in check(model, request))


def check(model: Model, request: MediaRequest) -> None:
    """Raise UserError with the first reason why this model cannot do the request."""
    for error in refusals(model, request):
        raise error


def _check_kind(model: Model, request: MediaRequest) -> Iterator[UserError]:
    if model.kind is not request.kind:
        yield UserError("refuse-kind", model=model.name, kind=str(request.kind))


def _check_ratio(model: Model, request: MediaRequest) -> Iterator[UserError]:
    if request.ratio and request.ratio not in model.ratios and ANY_RATIO not in model.ratios:
        if model.ratios:
            allowed = ", ".join(model.ratios)
            yield UserError("refuse-ratio", model=model.name, asked=request.ratio, allowed=allowed)
        else:
            yield UserError("refuse-ratio-choice", model=model.name, asked=request.ratio)


def _check_seconds(model: Model, request: MediaRequest) -> Iterator[UserError]:
    asked = request.seconds
    if asked is None:
        return
    if isinstance(model.seconds, Span):
        fits = model.seconds.min <= asked <= model.seconds.max
        allowed = f"{model.seconds.min}-{model.seconds.max}"
    else:
        fits = asked in model.seconds
        allowed = ", ".join(str(seconds) for seconds in model.seconds) or "-"
    if not fits:
        yield UserError("refuse-seconds", model=model.name, asked=asked, allowed=allowed)


def _check_resolution(model: Model, request: MediaRequest) -> Iterator[UserError]:
    asked = request.resolution
    if asked is None or asked == model.native or asked in model.hd:
        return
    if model.resolution_for(request):
        return
    if allowed := ", ".join((*model.hd, *model.resolutions)):
        yield UserError("refuse-resolution", model=model.name, asked=asked, allowed=allowed)
    else:
        yield UserError("refuse-hd", model=model.name, asked=asked)


def _check_switches(model: Model, request: MediaRequest) -> Iterator[UserError]:
    if request.fast and model.fast == "no":
        yield UserError("refuse-fast", model=model.name)
    if request.seed is not None and not model.seed:
        yield UserError("refuse-seed", model=model.name)
    if request.mask is not None and not model.mask:
        yield UserError("refuse-mask", model=model.name)
    if request.source is not None and not model.remix:
        yield UserError("refuse-remix", model=model.name)
    elsewhere = request.cast_by not in (None, model.gateway)
    if elsewhere or (request.cast_by and not model.characters):
        yield UserError("refuse-characters", model=model.name)
    if request.has_shots and not model.storyboard:
        yield UserError("refuse-storyboard", model=model.name)
    if request.watermark and not model.watermark:
        yield UserError("refuse-watermark", model=model.name)
    if request.count > model.count:
        yield UserError("refuse-count", model=model.name, asked=request.count, allowed=model.count)


def _check_images(model: Model, request: MediaRequest) -> Iterator[UserError]:
    given = len(request.images)
    if given > model.images.max:
        if model.images.max:
            yield UserError(
                "refuse-images", model=model.name, asked=given, allowed=model.images.max
            )
        else:
            yield UserError("refuse-any-image", model=model.name)
    if given < model.images.min:
        yield UserError("refuse-no-image", model=model.name, allowed=model.images.min)


def _check_each_image(model: Model, request: MediaRequest) -> Iterator[UserError]:
    limits = model.images
    least, most = limits.min_side or 1, limits.max_side or sys.maxsize
    for image in request.images:
        short, long = sorted((image.width, image.height))
        size = f"{image.width}x{image.height}"
        if not least <= short <= long <= most:
            span = f"{least}-{most}" if limits.max_side else f">= {least}"
            yield UserError("refuse-image-side", model=model.name, asked=size, allowed=span)
        if limits.max_ratio and long > limits.max_ratio * short:
            allowed = f"{limits.max_ratio:g}:1"
            yield UserError("refuse-image-shape", model=model.name, asked=size, allowed=allowed)
        if limits.max_bytes and image.size_bytes > limits.max_bytes:
            limit_mb = limits.max_bytes // 1_000_000
            size_mb = -(-image.size_bytes // 1_000_000)
            yield UserError(
                "refuse-image-bytes", model=model.name, size_mb=size_mb, limit_mb=limit_mb
            )


def _check_prompt(model: Model, request: MediaRequest) -> Iterator[UserError]:
    if len(request.prompt) > model.prompt_chars:
        yield UserError("prompt-too-long", length=len(request.prompt), limit=model.prompt_chars)


def _check_combination(model: Model, request: MediaRequest) -> Iterator[UserError]:
    completed = model.complete(request)
    for when in model.forbid:
        if model.matches(when, completed):
            words = ", ".join(_words(when.model_dump(exclude_none=True)))
            yield UserError("refuse-combination", model=model.name, asked=words)


def _words(combination: dict[str, object]) -> Iterator[str]:
    for option, value in combination.items():
        if option == "seconds":
            yield f"{value}s"
        else:
            yield option if value is True else str(value)


_CHECKS: tuple[Callable[[Model, MediaRequest], Iterator[UserError]], ...] = (
    _check_kind,
    _check_prompt,
    _check_images,
    _check_each_image,
    _check_ratio,
    _check_seconds,
    _check_resolution,
    _check_switches,
    _check_combination,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All models, and which gateways have what they need.

    Attributes:
        ready_gateways: names of the gateways that have a key.
        order: names of gateways that the operator prefers, before any price.
        cooldown: models that are gone, and tried only where nothing else is left.
    """

    data: CatalogData
    ready_gateways: frozenset[str]
    order: tuple[str, ...] = ()
    cooldown: Cooldown = field(default_factory=Cooldown)

    @property
    def models(self) -> tuple[Model, ...]:
        return self.data.models

    def is_ready(self, model: Model) -> bool:
        return model.enabled and model.gateway in self.ready_gateways

    def missing_key(self, model: Model) -> str:
        """The variable that would make the model ready; empty when its gateway has a key."""
        if model.gateway in self.ready_gateways:
            return ""
        return f"{self.data.gateways[model.gateway].env}_API_KEY"

    def get(self, key: str) -> Model | None:
        """The model of that full key ("gateway/name"), if the catalog still has it."""
        return next((model for model in self.models if model.key == key), None)

    def choose(self, request: MediaRequest) -> Model:
        """Pick the best ready model that can do what was asked: of equals, the cheapest.

        Raises:
            UserError: saying what is wrong and which model could.
        """
        return self.route(request)[0]

    def route(self, request: MediaRequest) -> tuple[Model, ...]:
        """The model to ask, then those that can do exactly the same if it cannot be had.

        Raises:
            UserError: as `choose`.
        """
        candidates = self.named(request.model) if request.model else self._unnamed(request)
        able = [model for model in candidates if not refusals(model, request)]
        rank = partial(self._rank, request)
        able.sort(key=rank)
        if able:
            wanted = able[0].complete(request)
            rivals = [*able[1:], *sorted(self._kin(able[0], request), key=rank)]
            return able[0], *(model for model in rivals if not refusals(model, wanted))
        closest = min(candidates, key=lambda model: len(refusals(model, request)))
        first = refusals(closest, request)[0]
        raise UserError(first.key, hints=self._hints(request), **first.details)

    def can(self, request: MediaRequest) -> bool:
        """Whether `choose` finds a model."""
        try:
            self.choose(request)
        except UserError:
            return False
        return True

    def _kin(self, model: Model, request: MediaRequest) -> Iterator[Model]:
        """What makes the same under another name, for who has named a model but no gateway."""
        if request.model and "/" not in request.model and model.family:
            for other in self.models:
                is_kin = other.family == model.family and other.name != model.name
                if is_kin and self.is_ready(other) and other.state is not State.RETIRED:
                    yield other

    def _rank(self, request: MediaRequest, model: Model) -> tuple[bool, bool, int, int, int]:
        # Two pictures mean first and last frame, so a model that has those roles comes first.
        lacks_frames = len(request.images) == _FIRST_AND_LAST and not model.images.takes_frames
        credits_ = model.credits_for(model.complete(request))
        known = model.gateway in self.order
        place = self.order.index(model.gateway) if known else len(self.order)
        is_aside = model.key in self.cooldown
        return is_aside, lacks_frames, place, credits_, _STATES.index(model.state)

    def _unnamed(self, request: MediaRequest) -> list[Model]:
        models = [
            model
            for model in self.models
            if self.is_ready(model)
            and model.state is not State.RETIRED
            and model.kind is request.kind
        ]
        if not models:
            raise UserError("no-model-ready")
        return models

    def named(self, name: str) -> list[Model]:
        """The ready models of that name or full key.

        Raises:
            UserError: there is none; saying why.
        """
        wanted = name.casefold()
        models = [m for m in self.models if wanted in (m.name.casefold(), m.key.casefold())]
        if not models:
            names = sorted({model.name for model in self.models if self.is_ready(model)})
            near = get_close_matches(wanted, names, n=1)
            raise UserError(
                "model-unknown",
                hints=did_you_mean(near),
                given=name[:80],
                allowed=", ".join(names),
            )
        if not any(model.enabled for model in models):
            raise UserError("model-off", model=models[0].name)
        ready = [model for model in models if self.is_ready(model)]
        if not ready:
            variable = self.missing_key(models[0])
            raise UserError("model-needs-key", model=models[0].name, variable=variable)
        return ready

    def _hints(self, request: MediaRequest) -> tuple[UserError, ...]:
        able = [m for m in self.models if m.enabled and not refusals(m, request)]
        ready = [m.name for m in able if self.is_ready(m) and m.state is not State.RETIRED]
        if ready:
            return (UserError("hint-could", models=", ".join(dict.fromkeys(ready))),)
        retired = [m.name for m in able if self.is_ready(m)]
        if retired:
            return (UserError("hint-could-retired", models=", ".join(dict.fromkeys(retired))),)
        if able:
            key = self.missing_key(able[0])
            return (UserError("hint-could-with-key", model=able[0].name, variable=key),)
        return ()
