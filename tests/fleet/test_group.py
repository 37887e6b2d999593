"""One group in which several processes write, at the pace that Telegram takes."""

import pytest

from tests.fakes.crowd import FleetCrowd, three
from tests.fakes.fleet import Fleet
from tests.fakes.telegram.chat import TelegramChat

pytestmark = pytest.mark.fleet

JOBS = 9
# A post for each order, its result, and the words that it is done.
WRITES = 3 * JOBS
A_MINUTE, WRITES_A_MINUTE = 60.0, 20


def written(fleet: Fleet, group: TelegramChat) -> list[float]:
    """When the bot wrote there, as Telegram counts."""
    return [
        call.at
        for call in fleet.telegram.calls
        if call.method.startswith(("send", "edit"))
        and call.method != "sendChatAction"
        and call.params.get("chat_id") == group.id
    ]


async def test_three_processes_never_write_too_much_to_a_group_and_all_results_come(
    fleet: Fleet,
) -> None:
    await three(fleet)
    group = fleet.telegram.group(-1001234567890)
    crowd = FleetCrowd(fleet=fleet)
    for number in range(JOBS):
        person = fleet.telegram.user(1000 + number)
        group.members[person.id] = person
        crowd.chats[f"#slow cat {number}"] = group
        said = f"/video@clips_bot --model crowd/sora-2 #slow cat {number}"
        fleet.telegram.say(group, person, said)
    await crowd.until_begun(JOBS // 2)
    holders = {row.holder for row in crowd.rows() if row.holder}
    await crowd.until_all_ended(seconds=240)

    times = written(fleet, group)
    assert fleet.telegram.floods == []
    assert len(times) >= WRITES
    assert all(
        later - first >= A_MINUTE
        for first, later in zip(times, times[WRITES_A_MINUTE:], strict=False)
    )
    assert {row.state for row in crowd.rows()} == {"done"}
    assert len(fleet.telegram.called("sendVideo")) == JOBS
    assert len(fleet.paid()) == JOBS
    # Whoever listens has posted for all of them what stands there until they run.
    assert len(holders) > 1
