"""Each fault is found: a verdict that cannot fail would prove nothing."""

from dataclasses import replace

import pytest

from tests.chaos.verdict import (
    Evidence,
    Ordered,
    ShownMessage,
    Stored,
    duplicates,
    faults,
    unheard,
)

ORDER = Ordered(word="w0001w", chat="7", message="1")
STATUS = ShownMessage(chat="7", id="2", text="Done in 0:03", is_open=False, replies_to="1")
VIDEO = replace(STATUS, id="3", text="w0001w a cat", media_at=50.0)
ROW = Stored(
    word="w0001w",
    state="done",
    chat="7",
    messages=("2", "3"),
    is_ended=True,
    is_told=True,
    is_made=True,
    is_answer=False,
)
FINE = Evidence(
    orders=[ORDER], shown=[STATUS, VIDEO], rows=[ROW], paid=["w0001w"], kills=[20.0, 60.0]
)
GOES_ON = replace(STATUS, text="rendering", is_open=True)
AGAIN = replace(VIDEO, id="4", media_at=70.0)


def test_what_came_through_has_no_faults() -> None:
    assert faults(FINE) == []
    assert (duplicates(FINE), unheard(FINE)) == (0, 0)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (replace(FINE, shown=[VIDEO, replace(STATUS, replies_to="9", is_open=False)]), ""),
        (replace(FINE, shown=[]), "w0001w: lost"),
        (replace(FINE, shown=[GOES_ON, VIDEO]), "its chat reads 'rendering'"),
        (replace(FINE, shown=[STATUS]), "nothing is in its chat"),
        (replace(FINE, rows=[replace(ROW, state="running", is_ended=False)]), "still running"),
        (replace(FINE, rows=[replace(ROW, is_told=False)]), "nobody was told"),
        (replace(FINE, rows=[ROW, ROW]), "ordered 2 times"),
        (replace(FINE, rows=[]), "no row knows it"),
        (replace(FINE, paid=["w0001w", "w0001w"]), "paid 2 times"),
        (replace(FINE, shown=[*FINE.shown, replace(AGAIN, media_at=55.0)]), "by one process"),
        (replace(FINE, silent=[30.0]), "taken, and then nothing"),
        (replace(FINE, silent=[50.0]), "taken, and then nothing"),
        (replace(FINE, silent=[56.0]), ""),
        (replace(FINE, left=["a zombie"]), "a zombie"),
    ],
)
def test_a_fault_is_named(evidence: Evidence, said: str) -> None:
    found = faults(evidence)

    assert bool(found) == bool(said)
    assert said in "\n".join(found)


def test_a_post_of_a_process_that_died_may_be_there_twice() -> None:
    evidence = replace(FINE, shown=[*FINE.shown, AGAIN])

    assert faults(evidence) == []
    assert duplicates(evidence) == 1


def test_what_no_bot_has_heard_is_counted() -> None:
    evidence = replace(FINE, orders=[ORDER, Ordered(word="w0002w", chat="8")])

    assert faults(evidence) == []
    assert unheard(evidence) == 1
