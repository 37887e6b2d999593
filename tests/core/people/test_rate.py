"""So many orders in any sixty seconds, each person by themselves."""

import pytest

from core.errors import UserError
from core.people.rate import OrderRate
from core.platform import Party

ANN, BOB = (Party(platform="chat", kind="user", id=name) for name in ("ann", "bob"))


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_window_slides_and_what_was_refused_does_not_count() -> None:
    clock = _Clock()
    rate = OrderRate(2, clock)
    rate.take(ANN)
    clock.now += 40
    rate.take(ANN)
    rate.take(BOB)

    for _ in range(2):
        with pytest.raises(UserError):
            rate.take(ANN)
    with pytest.raises(UserError) as refused:
        rate.take(ANN)
    clock.now += 20.5
    rate.take(ANN)

    assert refused.value.details == {"count": 2, "wait": 20}
    with pytest.raises(UserError):
        rate.take(ANN)


def test_without_a_limit_nobody_is_counted() -> None:
    rate = OrderRate(0)

    for _ in range(100):
        rate.take(ANN)


def test_who_is_gone_is_forgotten() -> None:
    clock = _Clock()
    rate = OrderRate(1, clock)
    for number in range(1000):
        rate.take(Party(platform="chat", kind="user", id=str(number)))
    clock.now += 100

    rate.take(ANN)

    assert rate.remembered == 1
