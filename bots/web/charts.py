"""Where the bars of a plot stand: numbers only, from which a template draws."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

WIDTH, HEIGHT = 720.0, 200.0
_LEFT, _BOTTOM, _TOP = 72.0, 30.0, 12.0
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
    """A line across the plot, and the value that it is at."""

    value: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Bars beside each other above one axis."""

    bars: Sequence[Bar]
    lines: Sequence[PlotLine]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT
    bottom: float = HEIGHT - _BOTTOM


def plot(values: Sequence[tuple[str, float]]) -> Plot:
    """Put values from 0 on beside each other, in their order; what is below 0 has no bar."""
    top = _round_up(max((value for _, value in values), default=0.0))
    room = HEIGHT - _BOTTOM - _TOP
    return Plot(bars=list(_bars(values, top, room)), lines=list(_lines(top, room)))


def share(value: float, largest: float) -> float:
    """How many percent of the largest, as the length of a bar in a row."""
    return round(max(value, 0.0) / largest * 100, 1) if largest > 0 else 0.0


def _bars(values: Sequence[tuple[str, float]], top: float, room: float) -> Iterator[Bar]:
    step = (WIDTH - _LEFT - _RIGHT) / max(len(values), 1)
    # From the last one backwards: that is the one that people look for.
    said = -(-len(values) // _LABELS)
    for number, (label, value) in enumerate(values):
        height = max(value, 0.0) / top * room
        yield Bar(
            label=label,
            value=value,
            tick="" if (len(values) - 1 - number) % said else label,
            x=round(_LEFT + number * step + step * _GAP / 2, 1),
            y=round(HEIGHT - _BOTTOM - height, 1),
            width=round(step * (1 - _GAP), 1),
            height=round(height, 1),
        )


def _lines(top: float, room: float) -> Iterator[PlotLine]:
    for number in range(_LINES + 1):
        part = number / _LINES
        yield PlotLine(value=top * part, y=round(HEIGHT - _BOTTOM - room * part, 1))


def _round_up(largest: float) -> float:
    """The next number that quarters well; never 0."""
    for power in count(-3):
        for factor in (1, 2, 4, 8):
            if (top := factor * 10.0**power) >= largest:
                return top
    raise AssertionError  # numbers go on for ever
