"""Shots with lengths: read as people write them, written as gateways read them.

Source: docs/gateways.md, "Storyboard prompts". All pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.errors import UserError

_LENGTH = r"(?P<seconds>\d{1,4}(?:[.,]\d{1,3})?)"
_UNIT = r"\s*(?:s|secs?|seconds?|秒)(?![A-Za-z])"
_HEAD = re.compile(r"^\s*(?:shot|镜头|分镜)\s*\d+\b[\s:：.]*", re.IGNORECASE | re.MULTILINE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)、](?=\s))\s*")
_STARTING = re.compile(rf"^\s*[(（]?{_LENGTH}{_UNIT}[)）]?[\s:：,，-]*", re.IGNORECASE)
_LABELLED = re.compile(rf"(?:duration|时长)\s*[:：]\s*{_LENGTH}(?:{_UNIT})?", re.IGNORECASE)
_SCENE = re.compile(r"\b(?:scene|场景|画面)\s*[:：]", re.IGNORECASE)
_CLOSE_ENOUGH = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One shot of a storyboard."""

    seconds: float
    scene: str


def storyboard(shots: Sequence[Shot]) -> str:
    """The prompt by which a gateway knows a storyboard."""
    return "\n\n".join(
        f"Shot {number}:\nduration: {shot.seconds:g}sec\nScene: {shot.scene}"
        for number, shot in enumerate(shots, 1)
    )


def read_shots(text: str) -> tuple[Shot, ...]:
    """Read `7.5s plane takes off`, a line for each shot, or blocks that begin with `Shot 1:`.

    Raises:
        UserError: there is no shot, or one lacks its length or its scene.
    """
    shots = tuple(_read_shot(part, n) for n, part in enumerate(_parts(text), 1))
    if not shots:
        raise UserError("storyboard-empty")
    return shots


def has_lengths(text: str) -> bool:
    """Whether it is meant as a list of shots: some part of it has a length."""
    return any(_LABELLED.search(part) or _STARTING.match(part) for part in _parts(text))


def lines(shots: Sequence[Shot]) -> str:
    """The shots as people write them, a line for each."""
    return "\n".join(f"{shot.seconds:g}s {shot.scene}" for shot in shots)


def fit_lengths(shots: Sequence[Shot], total: int) -> tuple[Shot, ...]:
    """The shots made longer or shorter, so that together they last that many seconds.

    Of more shots than there are seconds the last are left out.
    """
    kept = shots[:total]
    average = sum(shot.seconds for shot in kept) / len(kept)
    # None becomes too short to be seen, however the others compare to it.
    weights = [max(shot.seconds, average / 2) for shot in kept]
    if len(kept) == len(shots) and abs(average * len(kept) - total) <= _CLOSE_ENOUGH:
        return tuple(kept)
    ends = [round(total * sum(weights[:n]) / sum(weights), 1) for n in range(len(weights) + 1)]
    return tuple(
        Shot(seconds=round(end - start, 1), scene=shot.scene)
        for shot, start, end in zip(kept, ends, ends[1:], strict=False)
    )


def total_seconds(shots: Sequence[Shot], asked: int | None = None) -> int:
    """How long the shots are together; whether a model makes that, its catalog entry tells.

    Raises:
        UserError: that is not what was asked for beside them, or no whole number.
    """
    total = sum(shot.seconds for shot in shots)
    if asked is not None and abs(total - asked) > _CLOSE_ENOUGH:
        raise UserError("storyboard-sum", sum=f"{total:g}", asked=asked)
    if abs(total - round(total)) > _CLOSE_ENOUGH:
        raise UserError("storyboard-fraction", sum=f"{total:g}")
    return round(total)


def _parts(text: str) -> Iterator[str]:
    if _HEAD.search(text):
        parts = _HEAD.split(text)
        # What stands before the first shot belongs to none.
        parts = [part or "-" for part in parts[1:]] if not parts[0].strip() else parts
    else:
        parts = [_BULLET.sub("", line) for line in text.splitlines()]
    return (part.strip() for part in parts if part.strip())


def _read_shot(part: str, number: int) -> Shot:
    found = _LABELLED.search(part) or _STARTING.match(part)
    seconds = float(found["seconds"].replace(",", ".")) if found else 0.0
    rest = part[: found.start()] + part[found.end() :] if found else ""
    scene = " ".join(_SCENE.sub("", rest, count=1).split())
    if not seconds or not scene:
        raise UserError("storyboard-shot", number=number)
    return Shot(seconds=seconds, scene=scene)
