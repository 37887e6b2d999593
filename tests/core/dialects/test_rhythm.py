"""When a task is looked at: who foretells its end, how the pauses go, how many are too many."""

import random
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest

from core.dialects._rhythm import Forecast, Rhythm, forecast, held, wait
from core.dialects.endpoint import Pace

PACE = Pace(least=1, longest=15, looks=20, window=150)
Percentage = Callable[[float], float | None]


def sure(seconds: float) -> Forecast:
    return Forecast(seconds=seconds, is_sure=True)


def guessed(seconds: float) -> Forecast:
    return Forecast(seconds=seconds, is_sure=False)


@pytest.mark.parametrize(
    ("learned", "guess", "told", "expected"),
    [
        (None, 120, [], guessed(120)),
        (60, 120, [], sure(60)),
        (60, 120, [70], sure(70)),
        (60, 120, [40], sure(40)),
        (60, 120, [91], sure(60)),
        (60, 120, [39], sure(60)),
        (60, 120, [120, 120], sure(60)),
        (None, 120, [100], sure(100)),
        (None, 120, [20], guessed(120)),
        (None, 120, [20, 22], sure(22)),
        (None, 120, [22, 400], guessed(120)),
    ],
)
def test_history_outvotes_percentages_and_these_a_guess(
    learned: float | None, guess: float, told: list[float], expected: Forecast
) -> None:
    assert forecast(learned, guess, tuple(told)) == expected


@pytest.mark.parametrize(
    ("elapsed", "expected", "pause"),
    [
        (0, sure(2), 1),
        (0, sure(10), 5),
        (5, sure(10), 2.5),
        (7.5, sure(10), 1.25),
        (8.75, sure(10), 1),
        (10, sure(10), 1),
        (16, sure(10), 3),
        (0, sure(60), 15),
        (40, sure(60), 10),
        (600, sure(60), 15),
        (0, guessed(120), 1),
        (9, guessed(120), 3),
        (30, guessed(120), 10),
        (118, guessed(120), 1),
        (300, guessed(120), 15),
    ],
)
def test_a_pause_is_half_of_what_is_left(elapsed: float, expected: Forecast, pause: float) -> None:
    assert wait(elapsed, expected, PACE) == pytest.approx(pause)


@pytest.mark.parametrize(
    ("now", "looks", "seconds"),
    [
        (14, range(14), 0),
        (15, range(15), 135 / 5),
        (19, range(19), 131),
        (20, range(20), 130),
        (149, range(20), 1),
        (150, range(20), 1),
        (164, range(20), 0),
    ],
)
def test_the_last_looks_of_a_window_are_spread_over_it(
    now: float, looks: Iterable[float], seconds: float
) -> None:
    assert held(now, [float(at) for at in looks], PACE) == pytest.approx(seconds)


def follow(
    rhythm: Rhythm, ends: float, percentage: Percentage = lambda _: None, *, calls: bool = False
) -> list[float]:
    """Look at a task until it has ended; a gateway that `calls` does so all the time."""
    now, looks = 0.0, list[float]()
    while not looks or looks[-1] < ends:
        now += rhythm.held(now) if calls else max(rhythm.pause(now), rhythm.held(now))
        looks.append(now)
        rhythm.saw(now, percentage(now))
        now += 0.01
    return looks


def rhythm(learned: float | None = None, guess: float = 120) -> Rhythm:
    return Rhythm(pace=PACE, learned=learned, guess=guess)


def test_a_task_that_takes_as_long_as_ever_is_seen_within_a_second_of_its_end() -> None:
    for seconds in (2, 10, 60, 150):
        looks = follow(rhythm(learned=seconds), seconds)
        assert looks[-1] - seconds <= 1.1
        assert all(
            late <= soon + 0.1 for soon, late in pairwise(map(float.__sub__, looks[1:], looks))
        )


def test_percentages_that_go_evenly_foretell_the_end_without_any_history() -> None:
    for seconds in (10.0, 60.0, 150.0):
        looks = follow(rhythm(), seconds, lambda now, all_=seconds: now / all_)
        assert looks[-1] - seconds <= 1.1


def test_without_any_knowledge_nobody_waits_more_than_a_third_longer() -> None:
    for seconds in range(3, 40):
        late = follow(rhythm(guess=1000), seconds)[-1] - seconds
        assert late <= max(1, seconds / 3) + 0.1


def test_a_percentage_that_stands_still_does_not_make_it_look_for_ever() -> None:
    stuck = follow(rhythm(learned=60), 150, lambda now: min(now / 50, 0.99))

    assert max(late - soon for soon, late in pairwise(stuck) if late > 100) > 10


@pytest.mark.parametrize("calls", [False, True])
def test_no_window_ever_has_more_looks_than_it_may(*, calls: bool) -> None:
    for seed in range(200):
        chance = random.Random(seed)
        learned = chance.choice([None, chance.uniform(1, 400)])
        kinds: list[Percentage] = [
            lambda _, c=chance: c.random(),
            lambda now: now / (now + 1),
            lambda _: None,
        ]
        looks = follow(rhythm(learned), 400, chance.choice(kinds), calls=calls)
        for number, first in enumerate(looks[:-20]):
            assert looks[number + 20] - first >= PACE.window - 1e-6


def test_a_gateway_that_calls_a_few_times_is_heard_at_once() -> None:
    assert follow(rhythm(learned=60), 0.1, calls=True)[:3] == pytest.approx([0, 0.01, 0.02])


def test_errors_make_the_pauses_grow_and_an_answer_ends_that() -> None:
    here, pauses = rhythm(learned=2), list[float]()
    for now in range(6):
        here.failed(now, is_refusal=False)
        pauses.append(here.pause(2))
    here.saw(6, None)

    assert pauses == [2, 4, 8, 15, 15, 15]
    assert here.pause(2) == 1


def test_who_was_asked_too_often_is_asked_less_often_to_the_end() -> None:
    here = rhythm(learned=2)
    here.failed(0, is_refusal=True)
    here.failed(1, is_refusal=True)
    here.saw(2, None)

    assert here.pause(2) == 4


def test_a_task_of_an_earlier_process_is_looked_at_soon() -> None:
    assert rhythm(learned=60).pause(7200) == 1
