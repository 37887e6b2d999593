"""Where the bars of a plot stand: numbers only, from which a template draws."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from core.i18n.numerals import number as written

WIDTH, HEIGHT = 720.0, 200.0
_LEFT, _BOTTOM, _TOP = 72.0, 30.0, 12.0
# Of a number beside the axis, on a phone, where they are largest; and what is around it.
_DIGIT, _AROUND = 13.5, 10.0
# Half of a day below the last bar, however narrow that is.
_RIGHT = 32.0
_GAP = 0.25
_LABELS = 8
_LINES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One value, with what it is called; `tick` is that where the axis says it, else ""."""

    label: str
    value: float
    tick: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotLine:
    """A line across the plot, the value that it is at, and how that is written."""

    value: float
    label: str
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Bars beside each other above one axis."""

    bars: Sequence[Bar]
    lines: Sequence[PlotLine]
    left: float
    width: float = WIDTH
    height: float = HEIGHT
    bottom: float = HEIGHT - _BOTTOM


def plot(values: Sequence[tuple[str, float]]) -> Plot:
    """Put values from 0 on beside each other, in their order; what is below 0 has no bar."""
    top = _round_up(max((value for _, value in values), default=0.0))
    room = HEIGHT - _BOTTOM - _TOP
    lines = list(_lines(top, room))
    left = max(_LEFT, _AROUND + _DIGIT * max(len(line.label) for line in lines))
    return Plot(bars=list(_bars(values, top, room, left)), lines=lines, left=left)


def share(value: float, largest: float) -> float:
    """How many percent of the largest, as the length of a bar in a row."""
    return round(max(value, 0.0) / largest * 100, 1) if largest > 0 else 0.0


def _bars(
    values: Sequence[tuple[str, float]], top: float, room: float, left: float
) -> Iterator[Bar]:
    step = (WIDTH - left - _RIGHT) / max(len(values), 1)
    # From the last one backwards: that is the one that people look for.
    said = -(-len(values) // _LABELS)
    for number, (label, value) in enumerate(values):
        height = max(value, 0.0) / top * room
        yield Bar(
            label=label,
            value=value,
            tick="" if (len(values) - 1 - number) % said else label,
            x=round(left + number * step + step * _GAP / 2, 1),
            y=round(HEIGHT - _BOTTOM - height, 1),
            width=round(step * (1 - _GAP), 1),
            height=round(height, 1),
        )


def _lines(top: float, room: float) -> Iterator[PlotLine]:
    for number in range(_LINES + 1):
        value, part = top * number / _LINES, number / _LINES
        yield PlotLine(
            value=value, label=written(value), y=round(HEIGHT - _BOTTOM - room * part, 1)
        )


def _round_up(largest: float) -> float:
    """The next number that quarters well; never 0."""
    for power in count(-3):
        for factor in (1, 2, 4, 8):
            if (top := factor * 10.0**power) >= largest:
                return top
    raise AssertionError  # numbers go on for ever
