"""Where bars stand."""

import pytest

from bots.web.charts import HEIGHT, WIDTH, plot, share


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0], [3.0, -1.0, 12.5], [1e9] * 90, [1e-3]])
def test_every_bar_is_inside_and_as_high_as_its_value(values: list[float]) -> None:
    found = plot([(str(number), value) for number, value in enumerate(values)])
    top = max(line.value for line in found.lines)

    assert top > 0
    assert [bar.value for bar in found.bars] == values
    for bar in found.bars:
        assert found.left <= bar.x
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= 0
        assert bar.y + bar.height == pytest.approx(found.bottom, abs=0.2)
        expected = max(bar.value, 0) / top * (found.bottom - found.lines[-1].y)
        assert bar.height == pytest.approx(expected, abs=0.2)


def test_the_axis_says_few_numbers_and_the_last_label() -> None:
    found = plot([(f"day {number}", float(number)) for number in range(90)])
    ticks = [bar.tick for bar in found.bars if bar.tick]

    assert ticks[-1] == "day 89"
    assert found.bars[-1].middle + 31 <= WIDTH  # half of a label on a phone
    assert len(ticks) <= 8
    assert [line.value for line in found.lines] == [0, 25, 50, 75, 100]
    assert all(0 <= line.y <= HEIGHT for line in found.lines)


@pytest.mark.parametrize("largest", [0.002, 7.0, 39_000.0, 1e8])
def test_a_number_beside_the_axis_has_room_on_a_phone(largest: float) -> None:
    found = plot([("day 1", largest)])
    longest = max((line.label for line in found.lines), key=len)
    (bar,) = found.bars

    assert found.left >= 6 + 13.2 * len(longest)  # letters of 22 units
    assert found.left <= bar.x
    assert bar.x + bar.width <= WIDTH


def test_the_length_in_a_row_is_of_the_largest() -> None:
    assert [share(value, 8) for value in (8, 2, 0, -1)] == [100, 25, 0, 0]
    assert share(0, 0) == 0
