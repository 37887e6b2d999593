"""What gateways compress becomes no larger than what anybody wants to read."""

import gzip
import json
import tracemalloc

import pytest

from core.errors import FaultKind
from tests.core.dialects.scripted_gateway import HASTY, talk
from tests.fakes.raw_server import reply

K = FaultKind
TASK = json.dumps({"task_id": "task-7"}).encode()
ENDLESS = b'{"task_id": "' + b"7" * 100_000_000


def packed(body: bytes, times: int = 1, status: int = 200) -> bytes:
    for _ in range(times):
        body = gzip.compress(body)
    heads = {
        "Content-Type": "application/json",
        "Content-Encoding": ", ".join(["gzip"] * times),
        "Content-Length": str(len(body)),
    }
    return reply(body, status=status, headers=heads)


BOMB = packed(ENDLESS, 2)
LARGE = packed(ENDLESS)


@pytest.mark.parametrize(
    ("dialect", "kind"),
    [
        ("video_tasks", K.AMBIGUOUS),
        ("seedance", K.AMBIGUOUS),
        ("images", K.BAD_PAYLOAD),
        ("chat_video", K.BAD_PAYLOAD),
    ],
)
async def test_an_answer_that_is_compressed_twice_is_not_read_and_may_be_billed(
    dialect: str, kind: FaultKind
) -> None:
    spoken = await talk(dialect, creation=[packed(TASK, 2)], pace=HASTY)

    assert spoken.fault
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (kind, True)
    assert spoken.posts == 1


@pytest.mark.parametrize("dialect", ["video_tasks", "images", "chat_video"])
async def test_a_refusal_that_is_compressed_twice_is_still_a_refusal(dialect: str) -> None:
    spoken = await talk(dialect, creation=[packed(TASK, 2, status=401)], pace=HASTY)

    assert spoken.fault
    assert spoken.fault.kind is K.AUTH


async def test_a_look_that_is_compressed_twice_is_only_a_bad_answer() -> None:
    spoken = await talk("video_tasks", looks=[packed(TASK, 2)], task="task-7", pace=HASTY)

    assert spoken.fault
    assert spoken.fault.kind is not K.INTERNAL


@pytest.mark.parametrize("answer", [BOMB, LARGE], ids=["twice", "once"])
async def test_a_bomb_costs_a_dialect_no_more_than_a_large_answer(answer: bytes) -> None:
    """The attack and its quiet twin, in bytes that were held at once."""
    peaks: list[int] = []
    for reply_of_mb in (packed(b"x" * 1_000_000), answer):
        tracemalloc.start()
        await talk("video_tasks", creation=[reply_of_mb], pace=HASTY)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 2 * peaks[0]


@pytest.mark.parametrize("ending", [b"", b"\n\n"])
async def test_a_line_over_the_limit_is_a_bad_answer_and_no_fault_of_ours(ending: bytes) -> None:
    line = packed(b"data: " + b"x" * 70_000_000 + ending)

    spoken = await talk("chat_video", creation=[line], pace=HASTY)

    assert spoken.fault
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (K.BAD_PAYLOAD, True)
