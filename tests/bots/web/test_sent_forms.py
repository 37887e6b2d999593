"""Two presses of one finger are one form with one answer."""

import asyncio

import pytest
from starlette.responses import Response

from bots.web.posted import EVENT
from bots.web.sent_forms import SentForms

FORM = {EVENT: "1"}


class _Work:
    """What forms ask for."""

    def __init__(self) -> None:
        self.done = 0
        self.may_end = asyncio.Event()

    async def do(self) -> Response:
        self.done += 1
        await self.may_end.wait()
        return Response(str(self.done))


async def test_the_second_press_waits_for_the_first_and_has_its_answer() -> None:
    forms, work = SentForms(lambda: 1.0), _Work()
    presses = [asyncio.create_task(forms.once(FORM, work.do)) for _ in range(2)]
    await asyncio.sleep(0)
    work.may_end.set()
    first, second = await asyncio.gather(*presses)
    other = await forms.once(FORM, work.do, "another")

    assert first is second
    assert (first.body, other.body, work.done) == (b"1", b"2", 2)


async def test_later_it_is_another_form() -> None:
    at = 1.0
    forms, work = SentForms(lambda: at), _Work()
    work.may_end.set()
    bodies = [(await forms.once(FORM, work.do)).body]
    at = 3.0
    bodies.append((await forms.once(FORM, work.do)).body)
    at = 30.0
    bodies.append((await forms.once(FORM, work.do)).body)

    assert bodies == [b"1", b"1", b"2"]


async def test_what_was_broken_off_is_done_by_the_second_press() -> None:
    forms, work = SentForms(lambda: 1.0), _Work()
    first, second = (asyncio.create_task(forms.once(FORM, work.do)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    work.may_end.set()

    assert (await second).body == b"2"
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await forms.once(FORM, work.do)).body == b"3"


async def test_what_names_no_event_is_never_the_same() -> None:
    forms, work = SentForms(lambda: 1.0), _Work()
    work.may_end.set()
    bodies = [(await forms.once({"of": "1", EVENT: ""}, work.do)).body for _ in range(2)]

    assert bodies == [b"1", b"2"]
