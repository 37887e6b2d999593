"""What stands below a result of its price is what the ledger says once it is settled."""

from dataclasses import replace

import pytest

from core.catalog import Catalog
from core.engine.engine import Engine
from core.jobs import JobState
from core.media import RemoteAsset
from core.people.balance import CreditLimits, HouseRules
from core.platform import RefusedError
from tests.fakes.engine_harness import FOUR, EngineHarness
from tests.fakes.manual_gateway import ManualGateway

LIMITED = HouseRules(person=CreditLimits(daily=100))
NOBODY = "http://127.0.0.1:9"


class DearHarness(EngineHarness):
    """Bots that ask the dearer of two gateways first."""

    @property
    def catalog(self) -> Catalog:
        return replace(super().catalog, order=("eronmind",))


async def left(engine: Engine, harness: EngineHarness) -> int:
    """What `/balance` would say now, in whole credits."""
    order = harness.order()
    found = await engine.services.credits.store.balance(order.user.party, order.conversation.party)
    assert found.left_today is not None
    return found.left_today // 1000


async def test_what_a_cheaper_gateway_has_made_leaves_what_the_dearer_would_have_taken(
    harness: EngineHarness,
) -> None:
    dear = DearHarness(
        folder=harness.folder,
        root=harness.root,
        chat=harness.chat,
        roots={"eronmind": NOBODY},
        house_rules=LIMITED,
    )
    async with dear.engine() as engine:
        order = harness.order(model="veo-3.1")
        await engine.submit(replace(order, request=replace(order.request, model=None)))
        await engine.idle()
        (job,) = await engine.jobs_of(order.user)
        (posted,) = harness.chat.of("deliver")

        assert (job.state, job.passed != (), job.credits) == (JobState.DONE, True, 25)
        assert await left(engine, harness) == 75
    assert "25 credits, 75 left today" in posted.text


@pytest.mark.parametrize("posting", [False, True])
async def test_what_a_crash_has_left_to_be_posted_is_told_as_it_will_be_settled(
    slow_harness: EngineHarness, gateway: ManualGateway, *, posting: bool
) -> None:
    await gateway.allow("fetch")
    slow_harness.house_rules = LIMITED
    results = tuple(
        RemoteAsset(urls=(f"{root}/1.mp4",)) for root in (gateway.root, "http://127.0.0.1:1")
    )
    job = slow_harness.job(model=FOUR, count=2)
    await slow_harness.leave(job)
    async with slow_harness.store() as store:
        state = JobState.DELIVERING if posting else JobState.RUNNING
        # Of what was reserved a part is the price by now: one of two was made.
        await store.save(replace(job, state=state, posting=posting, results=results, credits=25))

    async with slow_harness.engine() as engine:
        await engine.idle()
        (posted,) = slow_harness.chat.of("deliver")

        assert await left(engine, slow_harness) == 75
    assert "25 credits, 75 left today" in posted.text


async def test_where_the_chat_takes_a_part_the_price_of_that_is_told_below(
    harness: EngineHarness,
) -> None:
    harness.house_rules = LIMITED
    refused = RefusedError("no")
    # The album first, and then the second of two by itself, in each form.
    harness.chat.refuse("deliver", refused)
    harness.chat.hold("deliver").release.set()
    harness.chat.refuse("deliver", refused, refused)
    async with harness.engine() as engine:
        job = await engine.submit(harness.order(model=FOUR, count=2))
        await engine.idle()
        (row,) = await engine.jobs_of(job.user)

        assert (row.state, row.credits, await left(engine, harness)) == (JobState.DONE, 25, 75)
    (posted,) = harness.chat.of("deliver")
    assert "50 credits, 50 left today" in posted.text
    (below,) = (write.text for write in harness.chat.writes if "1 of 2 could not" in write.text)
    assert below.endswith("You are not charged for it.\n25 credits, 75 left today")


async def test_a_page_in_the_place_of_a_file_says_its_price(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow("fetch")
    gateway.film = b"<html>a player</html>"
    slow_harness.house_rules = LIMITED
    page = RemoteAsset(urls=(f"{gateway.root}/film",), page="https://example.org/watch/7")
    await slow_harness.leave(replace(slow_harness.job(), state=JobState.RUNNING, results=(page,)))

    async with slow_harness.engine() as engine:
        await engine.idle()
        assert await left(engine, slow_harness) == 50
    assert slow_harness.chat.writes[-1].text.endswith("50 credits, 50 left today")
