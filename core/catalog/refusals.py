"""Why one model cannot do what was asked: every reason, each by the model's own name."""

import sys
from collections.abc import Callable, Iterator

from core.catalog.model import ANY_RATIO, Model, Span
from core.errors import UserError
from core.media import MediaRequest


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
    asked, made = request.seconds, model.seconds
    if asked is None or model.makes(asked):
        return
    if not made:
        yield UserError("refuse-seconds-choice", model=model.name, asked=asked)
        return
    is_span = isinstance(made, Span)
    allowed = f"{made.min}-{made.max}" if is_span else ", ".join(str(each) for each in made)
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


def _check_sound(model: Model, request: MediaRequest) -> Iterator[UserError]:
    if request.sound is True and model.sound in {"", "never"}:
        yield UserError("refuse-sound", model=model.name)
    if request.sound is False and model.sound in {"", "always"}:
        yield UserError("refuse-silent", model=model.name)


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
    _check_sound,
    _check_combination,
)
